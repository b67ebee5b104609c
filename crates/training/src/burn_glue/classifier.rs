//! The networks of a stack as burn's learner sees them: a training step and an inference step.

use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{ExecutionError, Int, Tensor};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};
use model::Mlp;

use crate::data::Batch;

/// Classifying networks, side by side.
#[derive(Module, Debug)]
pub(crate) struct Classifier {
    pub(crate) network: Mlp,
}

/// The outputs of all networks on a batch, without autodiff.
pub(crate) struct BatchOutput {
    /// Cross-entropy of each image, `[runs, batch]`.
    pub(crate) losses: Tensor<2>,
    /// `[runs, batch, classes]`.
    pub(crate) logits: Tensor<3>,
    /// `[runs, batch]`.
    pub(crate) labels: Tensor<2, Int>,
}

impl BatchOutput {
    /// How many images each network classified correctly.
    pub(crate) fn correct(&self) -> Vec<u64> {
        let predictions = self.logits.clone().argmax(2).reshape(self.labels.dims());
        let correct = predictions.equal(self.labels.clone()).int().sum_dim(1);
        correct.into_data().iter::<i64>().map(|count| count as u64).collect()
    }

    /// Images in the batch of each network.
    pub(crate) fn images(&self) -> u64 {
        self.labels.dims()[1] as u64
    }
}

impl ItemLazy for BatchOutput {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(self)
    }
}

impl Classifier {
    /// How many networks there are.
    pub(crate) fn runs(&self) -> usize {
        self.network.runs()
    }

    /// The network of one run, as a stack of one.
    pub(crate) fn network_of(&self, run: usize) -> Classifier {
        Classifier { network: self.network.network(run) }
    }

    /// The forward pass with its loss: cross-entropy, minus the logarithm of the probability that
    /// the network gives to the image's class.
    fn forward_loss(&self, batch: Batch) -> BatchOutput {
        let logits = self.network.forward(batch.images);
        let [runs, size, _] = logits.dims();
        let labels = batch.labels.expand([runs, size]);
        let log_probabilities = log_softmax(logits.clone(), 2);
        let losses = log_probabilities
            .gather(2, labels.clone().reshape([runs, size, 1]))
            .reshape([runs, size])
            .neg();
        BatchOutput { losses, logits, labels }
    }
}

impl TrainStep for Classifier {
    type Input = Batch;
    type Output = BatchOutput;

    fn step(&self, batch: Batch) -> TrainOutput<BatchOutput> {
        let BatchOutput { losses, logits, labels } = self.forward_loss(batch);
        // No parameter of one network is in the loss of another, so the gradients of the sum of the
        // networks' mean losses are those of each network alone.
        let gradients = losses.clone().mean_dim(1).sum().backward();
        let output = BatchOutput { losses: losses.inner(), logits: logits.inner(), labels };
        TrainOutput::new(self, gradients, output)
    }
}

impl InferenceStep for Classifier {
    type Input = Batch;
    type Output = BatchOutput;

    fn step(&self, batch: Batch) -> BatchOutput {
        self.forward_loss(batch)
    }
}
