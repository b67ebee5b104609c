//! A study: the runs that are compared, as arms and settings, each run reduced to what is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use record::{Metrics, Provenance, Run, Status};
use serde_json::Value;

use crate::metric::Metric;
use crate::printable::printable;
use crate::quantity::Quantity;
use crate::seed::Seed;
use crate::settings::{decides, written};
use crate::sweep_axis::SweepAxis;

/// The runs to compare: arms, each at one point or at those of a sweep.
#[derive(Debug, Clone)]
pub struct Study {
    /// The experiment's title, or the titles of all that meet here.
    pub title: String,
    /// What the runs are compared by.
    pub quantity: Quantity,
    /// The metric that they were read for; none where the numbers are not of records.
    pub metric: Option<Metric>,
    /// Whether runs of one seed are pairs: the arms saw the same batches in the same order. Where
    /// they are not, [`RunSummary::seed`] only counts them.
    pub paired: bool,
    /// The axes along which anything varies, in the order of the config; none where nothing was
    /// swept.
    pub axes: Vec<SweepAxis>,
    /// The arms, in the order in which they were found. Never empty, and no arm is empty.
    pub arms: Vec<Arm>,
    /// Settings that all runs share.
    pub shared: BTreeMap<String, Value>,
    /// Settings that are on no axis, and yet not the same at all points of an arm. What an axis
    /// changes as a whole (`init.kind` changes all of `init`) is none of them.
    pub uneven: Vec<String>,
    /// Where, when and by what the runs were run.
    pub origin: Origin,
    /// The records that were left out.
    pub warnings: Vec<Warning>,
    /// Where the runs were looked for; empty if their directories were given.
    pub paths: Vec<PathBuf>,
}

/// An arm with all of its points.
#[derive(Debug, Clone)]
pub struct Arm {
    /// What to call it: the arm's name, the experiment's where the arm is `base`,
    /// `experiment/arm` where several experiments meet.
    pub label: String,
    /// The experiment that it belongs to.
    pub experiment: String,
    /// Settings of its first point, but for those on the axes.
    pub settings: BTreeMap<String, Value>,
    /// Its points, in the order of the axes' values: one where there are no axes.
    pub points: Vec<Point>,
}

/// One setting of an arm: a value on each axis.
#[derive(Debug, Clone)]
pub struct Point {
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// Its runs, finished or diverged, in the order of their seeds; no seed comes twice.
    pub runs: Vec<RunSummary>,
}

/// What is kept of a run.
#[derive(Debug, Clone)]
pub struct RunSummary {
    /// The run's directory.
    pub directory: PathBuf,
    /// Its seeds.
    pub seed: Seed,
    /// Whether it diverged.
    pub diverged: bool,
    /// Steps that it made.
    pub steps: u64,
    /// What came out.
    pub metrics: Option<Metrics>,
    /// Seconds spent in training.
    pub training_seconds: f64,
    /// Its value of what the study compares.
    pub value: f64,
    /// Mean losses of successive blocks of steps, for a row of blocks; none where its steps were
    /// not read.
    pub losses: Option<Box<[f32]>>,
    /// The whole run, where it was read and there is room to keep it.
    pub whole: Option<Box<Run>>,
}

/// Where, when and by what the runs of a study were run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// Every provenance that occurs, without its time and its interruptions.
    pub provenances: Vec<Provenance>,
    /// When the first run started.
    pub first: String,
    /// When the last one did.
    pub last: String,
    /// Seconds of training, all runs together.
    pub training_seconds: f64,
}

/// A record that was left out, and why. It displays as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The run's directory.
    pub directory: PathBuf,
    /// Why it was left out.
    pub reason: String,
}

/// A setting that is not the same in all arms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its dotted name: `optimizer.learning_rate`.
    pub setting: String,
    /// Its value in each arm, in the order of [`Study::arms`]; none where the arm has no such
    /// setting.
    pub values: Vec<Option<String>>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (directory, reason) = (self.directory.display().to_string(), &self.reason);
        write!(f, "left out {}: {}", printable(&directory), printable(reason))
    }
}

impl Study {
    /// How many runs there are.
    pub fn run_count(&self) -> usize {
        self.arms.iter().flat_map(|arm| &arm.points).map(|point| point.runs.len()).sum()
    }

    /// How many points there are, over all arms.
    pub fn point_count(&self) -> usize {
        self.arms.iter().map(|arm| arm.points.len()).sum()
    }

    /// The settings that differ between the arms, by name, but for those on the axes. The seed is
    /// no setting of an arm, and a title no setting.
    pub fn differences(&self) -> Vec<Difference> {
        let settings: Vec<&BTreeMap<String, Value>> =
            self.arms.iter().map(|arm| &arm.settings).collect();
        let names: BTreeSet<&String> =
            settings.iter().flat_map(|settings| settings.keys()).collect();
        names
            .into_iter()
            .filter(|name| decides(name))
            .filter(|name| settings.iter().any(|arm| arm.get(*name) != settings[0].get(*name)))
            .map(|name| Difference {
                setting: name.clone(),
                values: settings.iter().map(|arm| arm.get(name).map(written)).collect(),
            })
            .collect()
    }
}

impl RunSummary {
    /// Its value of `metric`, in a study that was read for `read_for`; none if that is taken from
    /// series and the run was not read for it.
    pub(crate) fn value_of(&self, metric: Metric, read_for: Option<Metric>) -> Option<f64> {
        if read_for == Some(metric) {
            return Some(self.value);
        }
        let status = if self.diverged { Status::Diverged } else { Status::Finished };
        metric.of_record(status, self.metrics, self.training_seconds)
    }
}
