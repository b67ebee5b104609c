//! The evaluation of networks on a split: mean loss and accuracy over its images.

use burn::tensor::Tensor;
use burn::train::InferenceStep;

use crate::burn_glue::Classifier;
use crate::data::Batch;

/// Loss and accuracy of one network over images: true means, whatever the batches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Evaluation {
    images: u64,
    correct: u64,
    loss: f64,
}

impl Evaluation {
    /// The evaluation of each network.
    pub(crate) fn of(networks: &Classifier, batches: impl Iterator<Item = Batch>) -> Vec<Self> {
        let mut evaluations = vec![Evaluation::default(); networks.runs()];
        for batch in batches {
            let output = InferenceStep::step(networks, batch);
            let (correct, images) = (output.correct(), output.images());
            let batch = mean_losses(output.losses).into_iter().zip(correct);
            for (evaluation, (loss, correct)) in evaluations.iter_mut().zip(batch) {
                evaluation.loss += loss * images as f64;
                evaluation.correct += correct;
                evaluation.images += images;
            }
        }
        evaluations
    }

    /// Mean loss.
    pub(crate) fn loss(&self) -> f64 {
        self.loss / self.images as f64
    }

    /// Share of the images that are classified correctly, 0 to 1.
    pub(crate) fn accuracy(&self) -> f64 {
        self.correct as f64 / self.images as f64
    }
}

/// The mean loss of each run, of losses `[runs, batch]`, in double precision.
pub(crate) fn mean_losses(losses: Tensor<2>) -> Vec<f64> {
    let [_, batch] = losses.dims();
    // Reading from a lost adapter would end the program. Waiting for it reports the loss, which
    // ends these runs only.
    if let Err(error) = losses.device().sync() {
        panic!("{error}");
    }
    let losses: Vec<f64> = losses.into_data().iter::<f32>().map(f64::from).collect();
    losses
        .chunks(batch.max(1))
        .map(|losses| losses.iter().sum::<f64>() / losses.len() as f64)
        .collect()
}
