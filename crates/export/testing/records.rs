//! Records that nobody trained, as a real run leaves them, weights and all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use record::{
    Epoch, FORMAT, InitialWeights, Metrics, Provenance, RunDirectory, RunRecord, Status, Step,
};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

/// One run.
pub(crate) struct Synthetic<'a> {
    pub(crate) arm: &'a str,
    pub(crate) seed: u64,
    pub(crate) steps: u64,
    pub(crate) status: Status,
    /// Inputs and outputs of its layers; none where it leaves no weights.
    pub(crate) widths: &'a [usize],
    /// Settings beside those that all runs have.
    pub(crate) settings: &'a [(&'a str, Value)],
}

impl Default for Synthetic<'_> {
    fn default() -> Self {
        let (status, widths) = (Status::Finished, &[3, 2, 2][..]);
        Synthetic { arm: "base", seed: 0, steps: 4, status, widths, settings: &[] }
    }
}

impl Synthetic<'_> {
    /// Writes the run below `root` and gives its directory.
    pub(crate) fn write(&self, root: &Path) -> PathBuf {
        let path = root.join("study").join(self.arm).join(format!("seed-{}", self.seed));
        let directory = RunDirectory::new(&path);
        directory.write_config(&format!("name = \"study\"\nseeds = [{}]\n", self.seed)).unwrap();
        directory.write_steps(&self.losses()).unwrap();
        directory.write_epochs(&self.epochs()).unwrap();
        if !self.widths.is_empty() {
            directory.write_weights(&weights(self.widths, self.seed.wrapping_add(1))).unwrap();
        }
        directory.write_record(&self.record()).unwrap();
        path
    }

    fn losses(&self) -> Vec<Step> {
        let loss = |step: u64| {
            let last = step + 1 == self.steps;
            if last && self.status == Status::Diverged { f32::NAN } else { 2.3 / (1 + step) as f32 }
        };
        (0..self.steps).map(|step| Step { step, loss: loss(step) }).collect()
    }

    fn epochs(&self) -> Vec<Epoch> {
        let epoch = |epoch: u64| Epoch {
            epoch,
            steps: self.steps * epoch / 2,
            training_loss: 1.0 / epoch as f64,
            validation_loss: 0.1,
            validation_accuracy: 0.9 + 0.01 * epoch as f64,
        };
        (1..=2).map(epoch).collect()
    }

    fn record(&self) -> RunRecord {
        let loss = if self.status == Status::Diverged { f64::INFINITY } else { 0.1 };
        let common = [
            ("init.kind", json!("normal")),
            ("model.activation", json!("relu")),
            ("model.bias", json!(true)),
            ("model.hidden", json!([2])),
            ("optimizer.epsilon", json!(1e-8)),
            ("training.batch_size", json!(128)),
        ];
        let settings = common.iter().chain(self.settings);
        let drawn = initial(self.widths, self.seed);
        RunRecord {
            format: FORMAT,
            id: format!("{:016x}", self.seed),
            experiment: "study".to_owned(),
            arm: self.arm.to_owned(),
            sweep: None,
            seed: self.seed,
            order_seed: None,
            title: "A study, \"quoted\"".to_owned(),
            status: self.status,
            message: None,
            steps_planned: self.steps,
            steps: self.steps,
            settings: settings.map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            provenance: Provenance {
                version: "0.1.0".to_owned(),
                host: "laboratory".to_owned(),
                started: "2026-01-02T03:04:05Z".to_owned(),
                training_seconds: 2.0,
                ..Provenance::default()
            },
            initial_weights: (1..)
                .zip(self.widths.windows(2))
                .zip(&drawn)
                .map(|((layer, sides), w)| InitialWeights::of(layer, [sides[0], sides[1]], w))
                .collect(),
            metrics: Some(Metrics {
                last_batch_loss: loss,
                validation_loss: loss,
                validation_accuracy: 0.92,
                test_loss: loss,
                test_accuracy: 0.91,
            }),
            files: BTreeMap::new(),
        }
    }
}

/// The weight of each layer before the first step.
fn initial(widths: &[usize], seed: u64) -> Vec<Vec<f32>> {
    let number = |n: usize| ((n as u64).wrapping_add(seed) % 7) as f32 / 8.0 - 0.25;
    widths.windows(2).map(|sides| (0..sides[0] * sides[1]).map(number).collect()).collect()
}

/// A `model.safetensors`; of the start where `seed` is the run's.
pub(crate) fn weights(widths: &[usize], seed: u64) -> Vec<u8> {
    let bytes = |values: Vec<f32>| values.into_iter().flat_map(f32::to_le_bytes).collect();
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for ((layer, sides), weight) in (0..).zip(widths.windows(2)).zip(initial(widths, seed)) {
        tensors.push((format!("layers.{layer}.weight"), sides.to_vec(), bytes(weight)));
        let bias = (0..sides[1]).map(|unit| unit as f32).collect();
        tensors.push((format!("layers.{layer}.bias"), vec![sides[1]], bytes(bias)));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}
