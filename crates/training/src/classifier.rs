//! The network as burn's learner sees it: a step of training and a step of validation.

use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{ExecutionError, Int, Tensor};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};
use model::Mlp;

use crate::data::Batch;

/// An [`Mlp`] that learns to classify.
#[derive(Module, Debug)]
pub(crate) struct Classifier {
    pub(crate) network: Mlp,
}

/// What the network makes of a batch.
pub(crate) struct Judgement {
    /// Cross-entropy of each image, `[batch]`, without autodiff.
    pub(crate) losses: Tensor<1>,
    /// `[batch, classes]`, without autodiff.
    pub(crate) logits: Tensor<2>,
    /// `[batch]`.
    pub(crate) labels: Tensor<1, Int>,
}

impl Judgement {
    /// How many images were classified rightly.
    pub(crate) fn correct(&self) -> u64 {
        let [batch, _] = self.logits.dims();
        let answers = self.logits.clone().argmax(1).reshape([batch]);
        answers.equal(self.labels.clone()).int().sum().into_scalar::<i64>() as u64
    }

    /// The share of images that were classified rightly.
    pub(crate) fn accuracy(&self) -> f64 {
        self.correct() as f64 / self.labels.dims()[0] as f64
    }
}

impl ItemLazy for Judgement {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(self)
    }
}

/// Cross-entropy of each image: minus the logarithm of the probability that the network gives to its class.
fn cross_entropy(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    log_softmax(logits, 1).gather(1, labels.reshape([batch, 1])).reshape([batch]).neg()
}

impl TrainStep for Classifier {
    type Input = Batch;
    type Output = Judgement;

    fn step(&self, batch: Batch) -> TrainOutput<Judgement> {
        let logits = self.network.forward(batch.images);
        let losses = cross_entropy(logits.clone(), batch.labels.clone());
        let gradients = losses.clone().mean().backward();
        let judgement = Judgement { losses: losses.inner(), logits: logits.inner(), labels: batch.labels };
        TrainOutput::new(self, gradients, judgement)
    }
}

impl InferenceStep for Classifier {
    type Input = Batch;
    type Output = Judgement;

    fn step(&self, batch: Batch) -> Judgement {
        let logits = self.network.forward(batch.images);
        let losses = cross_entropy(logits.clone(), batch.labels.clone());
        Judgement { losses, logits, labels: batch.labels }
    }
}
