//! Steps of a run and what it is expected to cost, from its settings alone: for sharing runs out
//! evenly and for saying beforehand how long they take.

use crate::settings::{Algorithm, Data, LastBatch, Length, RecordLoss, Settings};

/// A layer's share of a step that does not depend on its size (calls, small tensors), in the
/// multiply-adds that take as long.
const LAYER_OF_A_STEP: f64 = 2e6;
/// Images of the test set, on which a run ends.
const TEST_IMAGES: f64 = 10_000.0;

impl Settings {
    /// Steps in one epoch over so many training images.
    pub fn steps_per_epoch(&self, images: usize) -> u64 {
        let batch = self.training.batch(images);
        let steps = match self.training.last_batch {
            LastBatch::Drop => images / batch,
            LastBatch::Keep => images.div_ceil(batch),
        };
        steps as u64
    }

    /// Steps of the whole run over so many training images.
    pub fn steps(&self, images: usize) -> u64 {
        match self.training.length {
            Length::Epochs(epochs) => self.steps_per_epoch(images).saturating_mul(epochs),
            Length::Steps(steps) => steps,
        }
    }

    /// Images to train on, where that is known without reading a folder.
    pub fn training_images(&self) -> Option<usize> {
        self.data.training_images()
    }

    /// What a run is expected to cost, in multiply-adds of its matrix products; what else takes
    /// time is counted as the multiply-adds that take as long. So it is proportional to the seconds
    /// on one core, roughly: backends and machines have factors of their own, and vector units are
    /// less busy in narrow layers.
    ///
    /// Counted are the forward and the backward pass of every step, the optimizer's traffic, the
    /// validation after every epoch and the test at the end. Where the number of training images is
    /// not known without reading a folder, it is taken to be MNIST's.
    pub fn cost(&self) -> f64 {
        let widths: Vec<f64> = self.model.widths().into_iter().map(|width| width as f64).collect();
        let products: Vec<f64> = widths.windows(2).map(|pair| pair[0] * pair[1]).collect();
        let weights: f64 = products.iter().sum();
        let parameters = weights + if self.model.bias { widths[1..].iter().sum() } else { 0.0 };
        // Backward: a product of the same size for the weights' gradients, and one for the inputs'
        // but the first layer's.
        let mut per_image = 3.0 * weights - products[0];
        if self.training.record_loss == RecordLoss::AfterUpdate {
            per_image += weights;
        }
        let per_parameter = match self.optimizer.algorithm {
            Algorithm::Adam { .. } | Algorithm::AdamW { .. } => 50.0,
            Algorithm::Sgd { momentum: 0.0, .. } => 15.0,
            Algorithm::Sgd { .. } | Algorithm::AdaGrad { .. } | Algorithm::Lion { .. } => 30.0,
            Algorithm::RmsProp { .. } => 40.0,
            // Products of matrices, counted for those of the width of the tutorial's second layer.
            Algorithm::Muon { .. } => 50.0 + 15.0 * 128.0,
        };
        let images = self.training_images().unwrap_or(Data::MNIST_TRAINING_FILE - 5_000);
        let batch = self.training.batch(images).min(images) as f64;
        let per_step = batch * per_image
            + parameters * per_parameter
            + products.len() as f64 * LAYER_OF_A_STEP;
        let steps = self.steps(images) as f64;
        let validations = (steps / self.steps_per_epoch(images).max(1) as f64).ceil();
        steps * per_step + (validations * self.data.validation as f64 + TEST_IMAGES) * weights
    }
}
