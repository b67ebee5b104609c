//! Sweeps: every setting on the axes with its runs, of which only what is compared is kept.

mod axis;
mod comparison;
mod gather;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;

use record::{Metrics, Provenance, Status};
use serde_json::Value;

pub use axis::SweepAxis;
pub use comparison::{BestPair, PointResult, SweepComparison, SweptResult};
pub(crate) use gather::{Gathering, SweptRecord};

use crate::load::{LoadError, Warning};
use crate::{Metric, Study};

/// The runs of one or several sweeps over the same settings.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The experiment's title, or the titles of all that meet here.
    pub title: String,
    /// What the runs were read for, and are compared by.
    pub metric: Metric,
    /// The axes along which anything varies, in the order of the config. Never empty.
    pub axes: Vec<SweepAxis>,
    /// The arms that were swept, in the order in which they were found. Never empty.
    pub arms: Vec<SweptArm>,
    /// Settings that all runs share.
    pub shared: BTreeMap<String, Value>,
    /// Settings that are on no axis, and yet not the same at all points of an arm. What an axis changes as a whole
    /// (`init.kind` changes all of `init`) is none of them.
    pub uneven: Vec<String>,
    /// Where, when and by what the runs were run.
    pub origin: Origin,
    /// The records that were left out.
    pub warnings: Vec<Warning>,
    /// Where the runs were looked for; empty if their directories were given.
    pub paths: Vec<PathBuf>,
}

/// An arm with all of its points.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptArm {
    /// What to call it: as an arm of a study, without the point.
    pub label: String,
    /// The experiment that it belongs to.
    pub experiment: String,
    /// Settings of its first point, but for those on the axes.
    pub settings: BTreeMap<String, Value>,
    /// Its points, in the order of the axes' values.
    pub points: Vec<SweptPoint>,
}

/// One setting of an arm: a value on each axis.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptPoint {
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// Its runs, finished or diverged, in the order of their seeds; no seed comes twice.
    pub runs: Vec<SweptRun>,
}

/// What is kept of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptRun {
    /// The run's directory.
    pub directory: PathBuf,
    /// Its seed.
    pub seed: u64,
    /// Whether it diverged.
    pub diverged: bool,
    /// What came out.
    pub metrics: Metrics,
    /// Seconds spent in training.
    pub training_seconds: f64,
    /// Its value of the metric that the sweep was read for.
    pub value: f64,
}

/// Where, when and by what the runs of a sweep were run.
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

impl Sweep {
    /// How many runs there are.
    pub fn runs(&self) -> usize {
        self.arms.iter().flat_map(|arm| &arm.points).map(|point| point.runs.len()).sum()
    }

    /// How many points there are, over all arms.
    pub fn points(&self) -> usize {
        self.arms.iter().map(|arm| arm.points.len()).sum()
    }

    /// Reads the runs of each arm's best point whole, for their curves; of the first `arms` arms of `comparison`. They are
    /// in the order of the sweep's arms, so that all of them have the colours that they have in its pictures.
    ///
    /// # Errors
    /// [`LoadError`]: none of them can be read.
    pub fn best(&self, comparison: &SweepComparison, arms: usize) -> Result<Study, LoadError> {
        let mut chosen: Vec<&SweptResult> = comparison.arms.iter().take(arms).collect();
        chosen.sort_by_key(|arm| arm.index);
        let runs = |arm: &SweptResult| &self.arms[arm.index].points[arm.best].runs;
        let directories: Vec<PathBuf> =
            chosen.iter().flat_map(|arm| runs(arm)).map(|run| run.directory.clone()).collect();
        let mut study = Study { title: self.title.clone(), ..Study::load(&directories)? };
        for arm in &mut study.arms {
            let directory = &arm.runs[0].directory;
            if let Some(of) =
                chosen.iter().find(|of| runs(of).iter().any(|run| run.directory == *directory))
            {
                arm.label = format!("{} at {}", of.label, comparison.values(of.best()));
            }
        }
        Ok(study)
    }
}

impl SweptRun {
    /// Its value of `metric`; none if that is taken from series and the run was not read for it.
    fn of(&self, metric: Metric, read_for: Metric) -> Option<f64> {
        if metric == read_for {
            return Some(self.value);
        }
        let status = if self.diverged { Status::Diverged } else { Status::Finished };
        metric.of_record(status, Some(self.metrics), self.training_seconds)
    }
}
