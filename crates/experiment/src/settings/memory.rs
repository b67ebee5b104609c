//! How much memory a run takes, from its settings alone.

use std::fmt;

use crate::settings::optimizer::Algorithm;
use crate::settings::run::Settings;

/// Bytes of memory that a run takes at its peak, by what they are for. Estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryEstimate {
    /// The weights, their gradients, and copies of both in passing.
    pub parameters: u64,
    /// The optimizer's moments.
    pub moments: u64,
    /// What layers hold of a batch between the forward and the backward pass.
    pub activations: u64,
    /// The data set and the program, which all runs of a process share.
    pub shared: u64,
}

/// Bytes of a number: f32.
const NUMBER: u64 = 4;
/// Copies of the weights at the peak of a run: the weights, their gradients, the update, and a
/// checkpoint on its way to disk. These factors are measured on networks of up to 4096 x 4096.
const COPIES_OF_WEIGHTS: u64 = 4;
/// What is held of each layer's output of a batch: before and after the activation.
const COPIES_OF_OUTPUTS: u64 = 2;
/// The program itself, with its threads and buffers.
const PROGRAM: u64 = 50_000_000;
/// Images of a batch of the validation and the test set, at least.
const EVALUATION_BATCH: usize = 1_000;

impl MemoryEstimate {
    /// The bytes of a run on its own.
    pub fn total(&self) -> u64 {
        self.own().saturating_add(self.shared)
    }

    /// The bytes that each run of a process adds.
    pub fn own(&self) -> u64 {
        self.parameters.saturating_add(self.moments).saturating_add(self.activations)
    }
}

impl Settings {
    /// How much memory a run takes over a data set of so many images, those of the test among them.
    pub fn memory(&self, images: usize) -> MemoryEstimate {
        let widths: Vec<u64> = self.model.widths().into_iter().map(|width| width as u64).collect();
        let weights = widths.windows(2).map(|pair| pair[0].saturating_mul(pair[1]));
        let weights = weights.fold(0u64, u64::saturating_add);
        let biases: u64 = if self.model.bias { widths[1..].iter().sum() } else { 0 };
        let parameters = weights.saturating_add(biases).saturating_mul(NUMBER);
        let moments = match self.optimizer.algorithm {
            Algorithm::Adam { .. } | Algorithm::AdamW { .. } | Algorithm::Muon { .. } => 2,
            Algorithm::Sgd { momentum: 0.0, .. } => 0,
            Algorithm::RmsProp { .. } => 3,
            Algorithm::Sgd { .. } | Algorithm::AdaGrad { .. } | Algorithm::Lion { .. } => 1,
        };
        let start = if self.record.layers { parameters } else { 0 };
        let batch =
            self.training.batch_size.clamp(EVALUATION_BATCH, images.max(EVALUATION_BATCH)) as u64;
        let outputs = widths.iter().sum::<u64>().saturating_mul(batch).saturating_mul(NUMBER);
        MemoryEstimate {
            // Layers are compared with their start, which is kept for it.
            parameters: parameters.saturating_mul(COPIES_OF_WEIGHTS).saturating_add(start),
            moments: parameters.saturating_mul(moments),
            activations: outputs.saturating_mul(COPIES_OF_OUTPUTS),
            shared: (images as u64)
                .saturating_mul(self.model.inputs as u64)
                .saturating_add(PROGRAM),
        }
    }
}

impl fmt::Display for MemoryEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "weights and gradients {}, moments {}, activations {}, images and program {}",
            memory(self.parameters),
            memory(self.moments),
            memory(self.activations),
            memory(self.shared)
        )
    }
}

/// "1.2 GB", "340 MB": bytes of memory, for people.
pub fn memory(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        ..1.0 => "1 MB".to_owned(),
        ..999.5 => format!("{megabytes:.0} MB"),
        ..9_950.0 => format!("{:.1} GB", megabytes / 1e3),
        ..999_500.0 => format!("{:.0} GB", megabytes / 1e3),
        _ => format!("{:.1} TB", megabytes / 1e6),
    }
}
