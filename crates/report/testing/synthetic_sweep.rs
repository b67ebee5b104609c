//! A sweep that nobody trained, for tests and the look of its pictures: records as real ones leave
//! them, but without weights.

use std::collections::BTreeMap;
use std::path::Path;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use record::{
    AxisValue, FORMAT, InitialWeights, Metrics, Provenance, RunDirectory, RunRecord, Scale, Status,
    Step, SweepPoint,
};
use serde_json::{Value, json};

/// A sweep that nobody trained: every point of its grid, but for those that are missing.
pub(crate) struct SyntheticSweep<'a> {
    /// The experiment's name.
    pub(crate) experiment: &'a str,
    /// Its title.
    pub(crate) title: &'a str,
    /// Names of the swept arms; `base` where there are none.
    pub(crate) arms: Vec<&'a str>,
    /// Setting, scale and values of each axis. On the first one the best values lie a little above
    /// its middle.
    pub(crate) axes: Vec<(&'a str, Scale, Vec<Value>)>,
    /// Seeds 0, 1, ...
    pub(crate) seeds: u64,
    /// Steps of a run.
    pub(crate) steps: u64,
    /// Places on the axes where no arm has a run.
    pub(crate) missing: Vec<Vec<usize>>,
}

impl SyntheticSweep<'_> {
    /// Writes every run below `root`. At the last value of the first axis every third seed
    /// diverges.
    pub(crate) fn write(&self, root: &Path) -> std::io::Result<()> {
        let points = self.axes.iter().fold(vec![Vec::new()], |points, (_, _, values)| {
            points
                .iter()
                .flat_map(|point| (0..values.len()).map(move |at| [&point[..], &[at]].concat()))
                .collect()
        });
        for (index, arm) in self.arms.iter().enumerate() {
            for at in points.iter().filter(|at| !self.missing.contains(at)) {
                for seed in 0..self.seeds {
                    self.write_run(root, (index, arm), at, seed)?;
                }
            }
        }
        Ok(())
    }

    fn write_run(
        &self,
        root: &Path,
        (index, arm): (usize, &str),
        at: &[usize],
        seed: u64,
    ) -> std::io::Result<()> {
        let axes = self.axis_values(at);
        let name = point_name(arm, &axes);
        let diverged = at[0] + 1 == self.axes[0].2.len() && seed % 3 == 1 && at[0] > 0;
        let accuracy = if diverged { 0.098 } else { self.accuracy(index, at, seed) };
        let loss = if diverged { f64::INFINITY } else { 2.7 * (1.0 - accuracy).powf(0.95) };
        let steps: Vec<Step> = (0..self.steps)
            .map(|step| Step {
                step,
                loss: (loss.min(2.3) + 2.3 * (-(step as f64) / 20.0).exp()) as f32,
            })
            .collect();
        let directory =
            RunDirectory::new(root.join(self.experiment).join(&name).join(format!("seed-{seed}")));
        if !steps.is_empty() {
            directory.write_steps(&steps)?;
            directory.write_epochs(&[])?;
        }
        let mut settings = settings(arm, seed);
        settings.extend(axes.iter().map(|axis| (axis.setting.clone(), axis.value.clone())));
        directory.write_record(&RunRecord {
            format: FORMAT,
            id: format!("{seed:016x}"),
            experiment: self.experiment.to_owned(),
            arm: name,
            sweep: Some(SweepPoint { arm: arm.to_owned(), axes }),
            seed,
            order_seed: None,
            title: self.title.to_owned(),
            status: if diverged { Status::Diverged } else { Status::Finished },
            message: None,
            steps_planned: self.steps,
            steps: self.steps,
            settings,
            provenance: provenance(seed),
            initial_weights: self.initial_weights(),
            metrics: Some(Metrics {
                last_batch_loss: loss,
                validation_loss: loss,
                validation_accuracy: accuracy,
                test_loss: loss,
                test_accuracy: accuracy - 0.001,
            }),
            files: BTreeMap::new(),
        })
    }

    /// The values of the axes at the indices `at`.
    fn axis_values(&self, at: &[usize]) -> Vec<AxisValue> {
        let indexed = self.axes.iter().zip(at);
        let value = |((setting, scale, values), &at): (&(&str, Scale, Vec<Value>), &usize)| {
            AxisValue { setting: (*setting).to_owned(), value: values[at].clone(), scale: *scale }
        };
        indexed.map(value).collect()
    }

    /// The accuracy of the arm at `index`: the farther from the best values, the worse.
    fn accuracy(&self, index: usize, at: &[usize], seed: u64) -> f64 {
        // How far each axis is from its best value, from -1 to 1.
        let distances = self.axes.iter().zip(at).enumerate().map(|(i, ((_, _, values), &at))| {
            let middle = 0.6 - 0.1 * i as f64;
            at as f64 / (values.len().max(2) - 1) as f64 - middle
        });
        let far: f64 =
            distances.map(|d: f64| (d.max(0.0) * 2.4).powi(4) + (-d).max(0.0).powi(4) * 0.4).sum();
        let mut shared = ChaCha8Rng::seed_from_u64(seed);
        let mut own = ChaCha8Rng::seed_from_u64(
            seed + 1000 * at.iter().fold(index as u64 + 1, |h, &at| 131 * h + at as u64),
        );
        let noise = shared.random_range(-0.001..0.001) + own.random_range(-0.0015..0.0015);
        let accuracy = 0.974 - 0.002 * index as f64 - 0.88 * (1.0 - (-far).exp()) + noise;
        (accuracy * 5000.0).round() / 5000.0
    }

    /// As many numbers as a real record has.
    fn initial_weights(&self) -> Vec<InitialWeights> {
        let layers = [[784, 256], [256, 128], [128, 10]].into_iter().enumerate();
        layers.map(|(i, shape)| InitialWeights::of(i + 1, shape, &[-0.1, 0.0, 0.03, 0.1])).collect()
    }
}

/// The name of a swept arm's point.
fn point_name(arm: &str, axes: &[AxisValue]) -> String {
    let short = |setting: &str| setting.rsplit('.').next().unwrap_or(setting).to_owned();
    let values = axes.iter().map(|axis| format!("{}={}", short(&axis.setting), axis.value));
    let point = values.collect::<Vec<_>>().join(",").replace('"', "");
    if arm == "base" { point } else { format!("{arm},{point}") }
}

/// Values from `low` to `high`, each the same multiple of the one before.
pub(crate) fn log_range(low: f64, high: f64, n: usize) -> Vec<Value> {
    (0..n).map(|i| json!(low * (high / low).powf(i as f64 / (n - 1) as f64))).collect()
}

fn settings(arm: &str, seed: u64) -> BTreeMap<String, Value> {
    [
        ("backend", json!("flex")),
        ("data.set", json!("mnist")),
        ("data.validation", json!(5000)),
        ("init.kind", json!(arm)),
        ("model.activation", json!("relu")),
        ("model.hidden", json!([256, 128])),
        ("optimizer.betas", json!([0.9, 0.999])),
        ("optimizer.epsilon", json!(1e-8)),
        ("optimizer.kind", json!("adam")),
        ("optimizer.learning_rate", json!(0.001)),
        ("optimizer.weight_decay", json!(0.0)),
        ("seed", json!(seed)),
        ("training.batch_size", json!(128)),
        ("training.epochs", json!(2)),
        ("training.record_loss", json!("before_update")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn provenance(seed: u64) -> Provenance {
    Provenance {
        version: "0.1.0".to_owned(),
        burn: "0.22.1".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        dirty: Some(false),
        backend: "flex".to_owned(),
        device: "CPU".to_owned(),
        cpu: "A processor".to_owned(),
        os: "linux x86_64".to_owned(),
        host: format!("node-{}", seed % 3),
        started: format!("2026-01-02T03:04:{:02}Z", seed % 60),
        training_seconds: 1.1 + 0.003 * seed as f64,
        ..Provenance::default()
    }
}
