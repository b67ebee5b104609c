//! The networks of a stack as burn's learner sees them: a step of training and a step of validation.

use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{ExecutionError, Int, Tensor};
use burn::train::{InferenceStep, ItemLazy, TrainOutput, TrainStep};
use model::Mlp;

use crate::data::Batch;

/// Networks, side by side, that learn to classify.
#[derive(Module, Debug)]
pub(crate) struct Classifier {
    pub(crate) network: Mlp,
}

/// What the networks make of a batch.
pub(crate) struct Judgement {
    /// Cross-entropy of each image, `[runs, batch]`, without autodiff.
    pub(crate) losses: Tensor<2>,
    /// `[runs, batch, classes]`, without autodiff.
    pub(crate) logits: Tensor<3>,
    /// `[runs, batch]`.
    pub(crate) labels: Tensor<2, Int>,
}

impl Judgement {
    /// How many images each network classified rightly.
    pub(crate) fn correct(&self) -> Vec<u64> {
        let answers = self.logits.clone().argmax(2).reshape(self.labels.dims());
        let correct = answers.equal(self.labels.clone()).int().sum_dim(1);
        correct.into_data().iter::<i64>().map(|count| count as u64).collect()
    }

    /// Images that each network saw.
    pub(crate) fn images(&self) -> u64 {
        self.labels.dims()[1] as u64
    }
}

impl ItemLazy for Judgement {
    fn sync(self) -> Result<Self, ExecutionError> {
        Ok(self)
    }
}

impl Classifier {
    /// How many networks there are.
    pub(crate) fn runs(&self) -> usize {
        self.network.runs()
    }

    /// One of them, as a stack of one.
    pub(crate) fn part(&self, run: usize) -> Classifier {
        Classifier { network: self.network.network(run) }
    }

    /// Logits, the cross-entropy of each image (minus the logarithm of the probability that the network gives to its
    /// class), and the labels of every network's images.
    fn judge(&self, batch: Batch) -> (Tensor<3>, Tensor<2>, Tensor<2, Int>) {
        let logits = self.network.forward(batch.images);
        let [runs, size, _] = logits.dims();
        let labels = batch.labels.expand([runs, size]);
        let log_probabilities = log_softmax(logits.clone(), 2);
        let losses = log_probabilities
            .gather(2, labels.clone().reshape([runs, size, 1]))
            .reshape([runs, size])
            .neg();
        (logits, losses, labels)
    }
}

impl TrainStep for Classifier {
    type Input = Batch;
    type Output = Judgement;

    fn step(&self, batch: Batch) -> TrainOutput<Judgement> {
        let (logits, losses, labels) = self.judge(batch);
        // Each network has its own mean loss, and no parameter of one is in the loss of another: the gradients of the sum are
        // each network's own.
        let gradients = losses.clone().mean_dim(1).sum().backward();
        let judgement = Judgement { losses: losses.inner(), logits: logits.inner(), labels };
        TrainOutput::new(self, gradients, judgement)
    }
}

impl InferenceStep for Classifier {
    type Input = Batch;
    type Output = Judgement;

    fn step(&self, batch: Batch) -> Judgement {
        let (logits, losses, labels) = self.judge(batch);
        Judgement { losses, logits, labels }
    }
}
