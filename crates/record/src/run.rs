//! `run.json`: who a run is, where and how it ran, what it was set to, and what came out.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of the format that this crate writes. It reads this one and every older one.
pub const FORMAT: u32 = 1;

/// Everything about a run but its series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of the format; see [`FORMAT`].
    pub format: u32,
    /// Hash of everything that decides the run's numbers: two runs of the same id are the same run.
    pub id: String,
    /// The experiment's name.
    pub experiment: String,
    /// The arm's name; `base` where the experiment has but one. Each point of a sweep is an arm of
    /// its own.
    pub arm: String,
    /// Where in a sweep the run stands; none where the experiment sweeps over nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepPoint>,
    /// The seed.
    pub seed: u64,
    /// The seed of the order of the batches and of dropout, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_seed: Option<u64>,
    /// The experiment's title, for people.
    pub title: String,
    /// How far the run is.
    pub status: Status,
    /// Why it failed, diverged, was interrupted or stopped early.
    pub message: Option<String>,
    /// Steps that the run was to make.
    pub steps_planned: u64,
    /// Steps that it made.
    pub steps: u64,
    /// Every setting by its dotted name (`optimizer.learning_rate`), defaults included.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Where, when and by what it was run.
    pub provenance: Provenance,
    /// The weights before the first step, a layer each.
    pub initial_weights: Vec<InitialWeights>,
    /// What came out; none while the run is unfinished.
    pub metrics: Option<Metrics>,
    /// SHA-256 of each other file of the record, by name; empty while the run is unfinished.
    pub files: BTreeMap<String, String>,
}

/// Where in a sweep a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// The arm that was swept: that of the config, without the point; `base` where the config names
    /// none.
    pub arm: String,
    /// The value on each axis, in the order of the config.
    pub axes: Vec<AxisValue>,
}

/// A point's value on one axis of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AxisValue {
    /// The setting's dotted name: `init.std`.
    pub setting: String,
    /// The value as the config gives it: a number, a word, or a list of them.
    pub value: serde_json::Value,
    /// How values on the axis are spaced.
    pub scale: Scale,
}

/// How values on an axis are spaced, and so how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// As numbers.
    Linear,
    /// As the logarithms of numbers.
    Log,
    /// As they were listed: words, lists, truth values.
    Listed,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A process is writing it, or died while it did.
    Running,
    /// All steps made.
    Finished,
    /// Stopped by a signal; it resumes when it is run again.
    Interrupted,
    /// The loss became infinite or NaN, and training stopped there. That is a result.
    Diverged,
    /// An error ended it.
    Failed,
}

impl Status {
    /// Whether the run has a result: running it again would only repeat it.
    pub fn is_final(self) -> bool {
        matches!(self, Status::Finished | Status::Diverged)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Running => "running",
            Status::Finished => "finished",
            Status::Interrupted => "interrupted",
            Status::Diverged => "diverged",
            Status::Failed => "failed",
        })
    }
}

/// Where, when and by what a run was run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of the program.
    pub version: String,
    /// Version of burn.
    pub burn: String,
    /// Git commit that the program was built from, where it was built in a git checkout.
    pub commit: Option<String>,
    /// Whether that checkout had uncommitted changes.
    pub dirty: Option<bool>,
    /// Backend: `flex`, `ndarray`, ...
    pub backend: String,
    /// The device, in the backend's words.
    pub device: String,
    /// How the first layer was computed: `sparse`, by the inputs that are not background; none in
    /// dense arithmetic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernels: Option<String>,
    /// The processor's name.
    pub cpu: String,
    /// Operating system and architecture.
    pub os: String,
    /// The machine's name.
    pub host: String,
    /// SHA-256 of the images and labels, where they are not the ones that the program brings along.
    pub data: Option<String>,
    /// When the run was started, or resumed for the last time; RFC 3339 in UTC.
    pub started: String,
    /// Seconds spent in training, validation included, over all parts of an interrupted run.
    #[serde(with = "crate::json_number")]
    pub training_seconds: f64,
    /// Where an interrupted run was resumed.
    pub resumed: Vec<Resumption>,
}

/// Where an interrupted run was resumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resumption {
    /// The first step after the interruption.
    pub step: u64,
    /// In what the part before differs from the part after.
    pub differences: Vec<Difference>,
}

/// Something that may change the bits of a run, and that is not the same in two of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The field of [`Provenance`].
    pub field: String,
    /// What it was first.
    pub before: String,
    /// What it is now.
    pub now: String,
}

impl Provenance {
    /// In what this provenance and a later one differ that may change the bits of a run.
    pub fn differences(&self, now: &Provenance) -> Vec<Difference> {
        let fields = |of: &Provenance| {
            let unknown = || "unknown".to_owned();
            let dirty = if of.dirty == Some(true) { ", with uncommitted changes" } else { "" };
            [
                ("version", of.version.clone()),
                ("burn", of.burn.clone()),
                (
                    "commit",
                    of.commit.as_ref().map_or_else(unknown, |commit| format!("{commit}{dirty}")),
                ),
                ("backend", of.backend.clone()),
                ("device", of.device.clone()),
                ("kernels", of.kernels.clone().unwrap_or_else(|| "dense".to_owned())),
                ("cpu", of.cpu.clone()),
                ("os", of.os.clone()),
                (
                    "data",
                    of.data.clone().unwrap_or_else(|| "as the program brings it along".to_owned()),
                ),
            ]
        };
        let pairs = fields(self).into_iter().zip(fields(now));
        let changed = pairs.filter(|((_, before), (_, now))| before != now);
        changed
            .map(|((field, before), (_, now))| Difference { field: field.to_owned(), before, now })
            .collect()
    }
}

/// The weights of one layer before the first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InitialWeights {
    /// The layer, from 1.
    pub layer: usize,
    /// `[fan_in, fan_out]`.
    pub shape: [usize; 2],
    /// Their mean.
    #[serde(with = "crate::json_number")]
    pub mean: f64,
    /// Their standard deviation (of the population).
    #[serde(with = "crate::json_number")]
    pub std: f64,
    /// The smallest.
    #[serde(with = "crate::json_number")]
    pub min: f64,
    /// The largest.
    #[serde(with = "crate::json_number")]
    pub max: f64,
    /// How they are distributed between the smallest and the largest.
    pub histogram: Histogram,
}

/// Counts in bins of equal width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Lower edge of the first bin.
    #[serde(with = "crate::json_number")]
    pub min: f64,
    /// Upper edge of the last bin, included in it.
    #[serde(with = "crate::json_number")]
    pub max: f64,
    /// Numbers in each bin. What is not finite is in none.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Bins of the recorded histogram.
    const BINS: usize = 64;

    fn of(numbers: &[f32]) -> Self {
        let finite = || numbers.iter().filter(|number| number.is_finite()).map(|&n| f64::from(n));
        let [min, max] = match finite().count() {
            0 => [0.0; 2],
            _ => [finite().fold(f64::INFINITY, f64::min), finite().fold(-f64::INFINITY, f64::max)],
        };
        let scale = if max > min { Self::BINS as f64 / (max - min) } else { 0.0 };
        let mut counts = vec![0; Self::BINS];
        for number in finite() {
            let bin = ((number - min) * scale) as usize;
            counts[bin.min(Self::BINS - 1)] += 1;
        }
        Histogram { min, max, counts }
    }
}

impl InitialWeights {
    /// Summarizes the weights of `layer` (from 1).
    pub fn of(layer: usize, shape: [usize; 2], weights: &[f32]) -> Self {
        let n = weights.len().max(1) as f64;
        let mean = weights.iter().map(|&w| f64::from(w)).sum::<f64>() / n;
        let variance = weights.iter().map(|&w| (f64::from(w) - mean).powi(2)).sum::<f64>() / n;
        let min = weights.iter().copied().fold(f32::INFINITY, f32::min);
        let max = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (min, max) =
            if weights.is_empty() { (0.0, 0.0) } else { (f64::from(min), f64::from(max)) };
        let (std, histogram) = (variance.sqrt(), Histogram::of(weights));
        InitialWeights { layer, shape, mean, std, min, max, histogram }
    }
}

/// What came out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Loss of the last step's batch: the tutorial's "loss".
    #[serde(with = "crate::json_number")]
    pub last_batch_loss: f64,
    /// Mean loss over the validation images, after the last step.
    #[serde(with = "crate::json_number")]
    pub validation_loss: f64,
    /// Share of the validation images classified rightly, 0 to 1, after the last step.
    #[serde(with = "crate::json_number")]
    pub validation_accuracy: f64,
    /// Mean loss over the test images, after the last step.
    #[serde(with = "crate::json_number")]
    pub test_loss: f64,
    /// Share of the test images classified rightly, 0 to 1, after the last step.
    #[serde(with = "crate::json_number")]
    pub test_accuracy: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initial_weights_count_every_weight_once() {
        let weights: Vec<f32> = (0..1000).map(|i| i as f32 / 1000.0).collect();
        let summary = InitialWeights::of(1, [10, 100], &weights);
        assert_eq!(summary.histogram.counts.iter().sum::<u64>(), 1000);
        assert!((summary.mean - 0.4995).abs() < 1e-6);
        assert!((summary.std - 0.288_675).abs() < 1e-5);
        assert_eq!((summary.min, summary.max), (0.0, f64::from(0.999f32)));
    }

    #[test]
    fn provenances_differ_in_what_may_change_bits_and_not_in_when_or_where() {
        let one = Provenance {
            cpu: "one".into(),
            host: "here".into(),
            training_seconds: 1.0,
            ..Default::default()
        };
        let two = Provenance {
            cpu: "two".into(),
            host: "there".into(),
            training_seconds: 2.0,
            ..Default::default()
        };
        assert!(one.differences(&one).is_empty());
        let [difference] = one.differences(&two).try_into().unwrap();
        assert_eq!(
            (difference.field.as_str(), difference.before.as_str(), difference.now.as_str()),
            ("cpu", "one", "two")
        );
    }

    #[test]
    fn infinite_weights_are_summed_up_and_are_in_no_bin() {
        let weights = [1.0, f32::INFINITY, f32::NEG_INFINITY, 2.0, f32::NAN];
        let summary = InitialWeights::of(1, [1, 5], &weights);
        assert_eq!((summary.min, summary.max), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(summary.mean.is_nan() && summary.std.is_nan());
        assert_eq!((summary.histogram.min, summary.histogram.max), (1.0, 2.0));
        assert_eq!(summary.histogram.counts.iter().sum::<u64>(), 2);
        let text = serde_json::to_string(&summary).unwrap();
        assert!(text.contains("\"mean\":\"NaN\"") && text.contains("\"max\":\"inf\""), "{text}");
        assert!(serde_json::from_str::<InitialWeights>(&text).unwrap().mean.is_nan());
        let none = InitialWeights::of(1, [1, 1], &[f32::NAN]).histogram;
        assert_eq!((none.min, none.max, none.counts.iter().sum::<u64>()), (0.0, 0.0, 0));
    }

    #[test]
    fn equal_weights_fall_into_one_bin() {
        let summary = InitialWeights::of(1, [2, 2], &[1.0; 4]);
        assert_eq!(summary.histogram.counts[0], 4);
        assert_eq!(summary.std, 0.0);
    }
}
