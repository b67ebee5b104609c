//! The probes of an arm: every quantity over its seeds, with theory's value beside it.

use serde::{Deserialize, Serialize};

use crate::diagnosis::{Context, Finding, diagnose};
use crate::expectation::{Expectation, Expected, Unmet};
use crate::measures::Measures;

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
    /// What was found.
    pub measures: Measures,
}

impl ProbeRecord {
    /// The format that this program writes.
    pub const FORMAT: u32 = 1;
    /// The file's name.
    pub const FILE: &'static str = "probe.json";
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
    /// What theory expects, or why it does not.
    pub expectation: Result<Expectation, Unmet>,
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
            let expectation = self.expectation.as_ref().ok();
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

    /// The mean of one quantity over the seeds; NaN where it was not measured.
    pub fn mean(&self, layer: Option<usize>, name: &str) -> f64 {
        let rows = self.rows();
        let row = rows.iter().find(|row| row.layer == layer && row.name == name);
        row.map_or(f64::NAN, |row| row.mean)
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
