//! The probes of an arm: every quantity over its seeds, with theory's value beside it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::diagnosis::{Finding, diagnose};
use crate::expectation::{Expected, Theory};
use crate::measures::{Entry, Measures};

/// What was looked at, beside the settings of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Images in all.
    pub images: usize,
    /// Images of the tangent kernel, where it was measured.
    pub kernel_images: Option<usize>,
    /// Images of the Hessian, where it was measured.
    pub hessian_images: Option<usize>,
}

/// The file `probe.json` of a run's directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeRecord {
    /// 1.
    pub format: u32,
    /// The run's id: what was looked into.
    pub id: String,
    /// What was looked at.
    pub scope: Scope,
    /// The settings that a diagnosis looks at.
    pub context: Context,
    /// What was found.
    pub measures: Measures,
    /// What theory says beside it.
    pub theory: Theory,
}

impl ProbeRecord {
    /// The format that this program writes.
    pub const FORMAT: u32 = 1;
    /// The file's name.
    pub const FILE: &'static str = "probe.json";

    /// The probe of the run with this id that is kept in its directory; `None` where there is none
    /// that this program can read.
    pub fn read(directory: &Path, id: &str) -> Option<ProbeRecord> {
        let bytes = std::fs::read(directory.join(Self::FILE)).ok()?;
        let record: ProbeRecord = serde_json::from_slice(&bytes).ok()?;
        (record.format == Self::FORMAT && record.id == id).then_some(record)
    }
}

/// The probes of one arm, one for each seed.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmProbe {
    /// The experiment.
    pub experiment: String,
    /// The arm's name.
    pub arm: String,
    /// What a diagnosis looks at.
    pub context: Context,
    /// Seeds and what was measured with each; at least one.
    pub measures: Vec<(u64, Measures)>,
    /// What theory says.
    pub theory: Theory,
}

/// One quantity of an arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The layer, from 1; `None` for the network.
    pub layer: Option<usize>,
    /// Its name, as files give it.
    pub name: &'static str,
    /// Mean over the seeds.
    pub mean: f64,
    /// Standard deviation over the seeds; `None` of one.
    pub std: Option<f64>,
    /// Theory's value.
    pub expected: Option<Expected>,
}

impl ArmProbe {
    /// The probes of an arm, as they were kept, with the seed of each; `None` of none.
    pub fn new(experiment: &str, arm: &str, records: Vec<(u64, ProbeRecord)>) -> Option<Self> {
        let (_, first) = records.first()?;
        Some(ArmProbe {
            experiment: experiment.to_owned(),
            arm: arm.to_owned(),
            context: first.context,
            theory: first.theory.clone(),
            measures: records.into_iter().map(|(seed, record)| (seed, record.measures)).collect(),
        })
    }

    /// "ten_starts/normal", or the experiment alone where it has no arms.
    pub fn label(&self) -> String {
        if self.arm == "base" {
            self.experiment.clone()
        } else {
            format!("{}/{}", self.experiment, self.arm)
        }
    }

    /// Every quantity, in the order of [`Measures::entries`].
    pub fn rows(&self) -> Vec<Row> {
        let all: Vec<_> = self.measures.iter().map(|(_, measures)| measures.entries()).collect();
        let Some(first) = all.first() else { return Vec::new() };
        let row = |index: usize| {
            let entry = &first[index];
            let values: Vec<f64> =
                all.iter().filter_map(|entries| Some(entries.get(index)?.value)).collect();
            let expectation = self.theory.expectation();
            let (mean, std) = mean_and_std(&values);
            Row {
                layer: entry.layer,
                name: entry.name,
                mean,
                std,
                expected: expectation.and_then(|of| of.of(entry.layer, entry.name)),
            }
        };
        (0..first.len()).map(row).collect()
    }

    /// The layers of the network.
    pub fn layer_count(&self) -> usize {
        self.measures.first().map_or(0, |(_, measures)| measures.layers.len())
    }

    /// The mean of one quantity over the seeds; NaN where it was not measured.
    pub fn mean(&self, layer: Option<usize>, name: &str) -> f64 {
        mean_and_std(&self.values(layer, name)).0
    }

    /// One quantity with each seed; empty where it was not measured.
    pub fn values(&self, layer: Option<usize>, name: &str) -> Vec<f64> {
        let is = |entry: &Entry| entry.layer == layer && entry.name == name;
        let of = |(_, measures): &(u64, Measures)| measures.entries().into_iter().find(is);
        self.measures.iter().filter_map(of).map(|entry| entry.value).collect()
    }

    /// How many times the gradient at the last layer's pre-activations is that at the first's.
    pub fn gradient_ratio(&self) -> f64 {
        let of = |layer| self.mean(Some(layer), "gradient_rms");
        of(self.layer_count()) / of(1)
    }

    /// The symptoms that the first seed shows, and for each how many seeds show it.
    pub fn findings(&self) -> Vec<(Finding, usize)> {
        let all: Vec<Vec<Finding>> =
            self.measures.iter().map(|(_, measures)| diagnose(measures, &self.context)).collect();
        let mut found: Vec<(Finding, usize)> = Vec::new();
        for finding in all.iter().flatten() {
            let same = |(other, _): &&mut (Finding, usize)| {
                other.rule == finding.rule && other.layer == finding.layer
            };
            match found.iter_mut().find(same) {
                Some((_, count)) => *count += 1,
                None => found.push((finding.clone(), 1)),
            }
        }
        found
    }
}

/// Mean and standard deviation of a sample.
fn mean_and_std(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()))
}
