//! The networks of a stack as burn's learner sees them: a training step and an inference step.

use burn::module::Module;
use burn::tensor::{Device, ExecutionError, Int, Tensor};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};
use experiment::{Loss, Settings};
use kernels::{CrossEntropy, cross_entropy};
use model::{Inputs, LayerWeights, Mlp, Mode};

use super::architecture::architecture;
use super::loss::losses;
use crate::data::Batch;

/// Classifying networks, side by side.
#[derive(Module, Debug)]
pub(crate) struct Classifier {
    pub(crate) network: Mlp,
    #[module(skip)]
    loss: Loss,
}

/// The outputs of all networks on a batch, without autodiff.
pub(crate) struct BatchOutput {
    /// The loss of each image, `[runs, batch]`.
    pub(crate) losses: Tensor<2>,
    predictions: Predictions,
}

/// What networks take their images for.
#[expect(clippy::large_enum_variant, reason = "there is one for each batch, and it is moved once")]
enum Predictions {
    /// Logits, `[runs, batch, classes]`, and labels, `[runs, batch]`.
    Logits(Tensor<3>, Tensor<2, Int>),
    /// How many images each network classified correctly.
    Correct(Vec<u64>),
}

impl BatchOutput {
    /// How many images each network classified correctly.
    pub(crate) fn correct(&self) -> Vec<u64> {
        match &self.predictions {
            Predictions::Correct(counts) => counts.clone(),
            Predictions::Logits(logits, labels) => {
                let predictions = logits.clone().argmax(2).reshape(labels.dims());
                let correct = predictions.equal(labels.clone()).int().sum_dim(1);
                correct.into_data().iter::<i64>().map(|count| count as u64).collect()
            }
        }
    }

    /// Images in the batch of each network.
    pub(crate) fn images(&self) -> u64 {
        self.losses.dims()[1] as u64
    }
}

impl ItemLazy for BatchOutput {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(self)
    }
}

impl Classifier {
    /// A network for each of `runs`, with these initial weights and what the settings say besides.
    pub(crate) fn new(runs: &[Vec<LayerWeights>], settings: &Settings, device: &Device) -> Self {
        let network = Mlp::new(runs, architecture(&settings.model), device);
        Classifier { network, loss: settings.training.loss }
    }

    /// How many networks there are.
    pub(crate) fn runs(&self) -> usize {
        self.network.runs()
    }

    /// The network of one run, as a stack of one.
    pub(crate) fn network_of(&self, run: usize) -> Classifier {
        Classifier { network: self.network.network(run), loss: self.loss }
    }

    /// The forward pass with its loss, and what is differentiated: no parameter of one network is
    /// in the loss of another, so the gradients of the sum of the networks' mean losses are those
    /// of each network alone. Sparse images are for cross-entropy alone.
    fn forward_loss(&self, batch: Batch, mode: &Mode) -> (Tensor<1>, BatchOutput) {
        let is_sparse = matches!(batch.images, Inputs::Sparse(_));
        let logits = self.network.forward_as(batch.images, mode);
        if is_sparse {
            let labels = batch.labels.into_data();
            let labels: Vec<usize> = labels.iter::<i64>().map(|label| label as usize).collect();
            let CrossEntropy { objective, losses, correct } = cross_entropy(logits, &labels);
            return (objective, BatchOutput { losses, predictions: Predictions::Correct(correct) });
        }
        let [runs, size, _] = logits.dims();
        let labels = batch.labels.expand([runs, size]);
        let losses = losses(self.loss, logits.clone(), labels.clone());
        let objective = losses.clone().mean_dim(1).sum();
        let predictions = Predictions::Logits(logits.inner(), labels);
        (objective, BatchOutput { losses: losses.inner(), predictions })
    }
}

impl TrainStep for Classifier {
    type Input = Batch;
    type Output = BatchOutput;

    fn step(&self, mut batch: Batch) -> TrainOutput<BatchOutput> {
        let mode = Mode::Training { masks: std::mem::take(&mut batch.masks) };
        let (objective, output) = self.forward_loss(batch, &mode);
        TrainOutput::new(self, objective.backward(), output)
    }
}

impl InferenceStep for Classifier {
    type Input = Batch;
    type Output = BatchOutput;

    fn step(&self, batch: Batch) -> BatchOutput {
        self.forward_loss(batch, &Mode::Evaluation).1
    }
}
