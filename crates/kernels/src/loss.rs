//! Softmax, cross-entropy, its gradient and the right answers, in one pass over the logits.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::Tensor;

use crate::flex::{numbers, plain, tensor, tracked};

/// What networks made of their images.
#[derive(Debug, Clone)]
pub struct CrossEntropy {
    /// The sum over the networks of each one's mean loss: what is differentiated. No parameter of
    /// one network is in the loss of another, so that each gets the gradients of its own.
    pub objective: Tensor<1>,
    /// The loss of each image, `[runs, batch]`: minus the logarithm of the probability that the
    /// network gives to its class. Without autodiff.
    pub losses: Tensor<2>,
    /// How many images each network classified rightly.
    pub correct: Vec<u64>,
}

/// The cross-entropy of logits, `[runs, batch, classes]`, and the class of each image, of all
/// networks in turn or, where there are fewer, of the images that all of them see.
///
/// # Panics
/// If the logits are not 32-bit floats on flex, a class is not one of them, or there are not as
/// many as images.
pub fn cross_entropy(logits: Tensor<3>, classes: &[usize]) -> CrossEntropy {
    let on_flex = "logits are on flex";
    if !logits.device().is_autodiff() {
        let (objective, losses, correct, _) =
            forward(&plain(&logits).expect(on_flex), classes, false);
        return CrossEntropy {
            objective: Tensor::from_primitive::<Flex>(objective),
            losses: Tensor::from_primitive::<Flex>(losses),
            correct,
        };
    }
    let logits = tracked(&logits).expect(on_flex);
    let nodes = [logits.node()];
    let logits = logits.into_primitive();
    let prepared = Loss.prepare::<NoCheckpointing>(nodes).compute_bound().stateful();
    let is_tracked = matches!(prepared, OpsKind::Tracked(_));
    let (objective, losses, correct, gradient) = forward(&logits, classes, is_tracked);
    let objective = match prepared {
        OpsKind::Tracked(ops) => ops.finish(gradient, objective),
        OpsKind::UnTracked(ops) => ops.finish(objective),
    };
    CrossEntropy {
        objective: Tensor::from_primitive::<Autodiff<Flex>>(objective),
        losses: Tensor::from_primitive::<Flex>(losses),
        correct,
    }
}

/// The objective as autodiff knows it: its parent are the logits.
#[derive(Debug)]
struct Loss;

impl Backward<Flex, 1> for Loss {
    /// The gradient of the logits.
    type State = FlexTensor;

    fn backward(self, ops: Ops<FlexTensor, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [factor] = numbers(&gradients.consume::<Flex>(&ops.node).to_contiguous())[..] else {
            unreachable!("an objective is one number")
        };
        let [parent] = ops.parents;
        let mut gradient = ops.state;
        if factor != 1.0 {
            gradient.storage_mut::<f32>().iter_mut().for_each(|number| *number *= factor);
        }
        if let Some(parent) = parent {
            gradients.register::<Flex>(parent.id, gradient);
        }
    }
}

/// Objective, losses, right answers and, if it is asked for, the gradient of the logits.
fn forward(
    logits: &FlexTensor,
    classes: &[usize],
    with_gradient: bool,
) -> (FlexTensor, FlexTensor, Vec<u64>, FlexTensor) {
    let [runs, batch, width] = logits.shape().dims();
    assert!(classes.len() == batch || classes.len() == runs * batch, "each image has its class");
    let logits = logits.to_contiguous();
    let logits = numbers(&logits);
    let mut gradient = Vec::with_capacity(if with_gradient { logits.len() } else { 0 });
    let (mut losses, mut correct) = (Vec::with_capacity(runs * batch), vec![0; runs]);
    let mut exponentials = vec![0.0; width];
    for (image, logits) in logits.chunks_exact(width.max(1)).enumerate() {
        let class = classes[image % classes.len()];
        let (sum, loss) = loss(logits, class, &mut exponentials);
        losses.push(loss);
        correct[image / batch] += u64::from(answer(logits) == class);
        if with_gradient {
            // Of the mean over the batch: the probabilities, less 1 for the class.
            let of_class = |index| if index == class { 1.0 } else { 0.0 };
            let of_logit =
                |(index, exponential)| (exponential / sum - of_class(index)) / batch as f32;
            gradient.extend(exponentials.iter().enumerate().map(of_logit));
        }
    }
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    let objective = losses.chunks(batch.max(1)).map(mean).sum();
    let gradient_shape = if with_gradient { [runs, batch, width] } else { [0; 3] };
    (
        tensor(vec![objective], [1]),
        tensor(losses, [runs, batch]),
        correct,
        tensor(gradient, gradient_shape),
    )
}

/// The exponentials of the logits, each relative to the largest, go to `exponentials`; their sum,
/// and the loss.
fn loss(logits: &[f32], class: usize, exponentials: &mut [f32]) -> (f32, f32) {
    // NaN is passed over here, and makes the sum NaN.
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (exponential, logit) in exponentials.iter_mut().zip(logits) {
        *exponential = (logit - largest).exp();
    }
    let sum: f32 = exponentials.iter().sum();
    (sum, sum.ln() - (logits[class] - largest))
}

/// The class that the network takes the image for: the first NaN or, if there is none, the first of
/// the largest logits.
fn answer(logits: &[f32]) -> usize {
    let mut best = 0;
    for (index, logit) in logits.iter().enumerate() {
        if logit.is_nan() {
            return index;
        }
        if *logit > logits[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use burn::tensor::activation::log_softmax;
    use burn::tensor::{Device, Int, TensorData};
    use proptest::prelude::*;

    use super::*;

    /// Losses, gradients of the logits and right answers by burn's operations.
    fn burns(logits: &Tensor<3>, classes: &[usize]) -> (Vec<f32>, Vec<f32>, Vec<u64>) {
        let [runs, batch, _] = logits.dims();
        let device = logits.device();
        let labels: Vec<i32> =
            (0..runs * batch).map(|at| classes[at % classes.len()] as i32).collect();
        let labels = Tensor::<2, Int>::from_data(TensorData::new(labels, [runs, batch]), &device);
        let logits = logits.clone().require_grad();
        let losses = log_softmax(logits.clone(), 2)
            .gather(2, labels.clone().reshape([runs, batch, 1]))
            .reshape([runs, batch])
            .neg();
        let gradients = losses.clone().mean_dim(1).sum().backward();
        let answers = logits.clone().argmax(2).reshape([runs, batch]);
        let correct = answers.equal(labels).int().sum_dim(1).into_data();
        (
            losses.inner().into_data().iter().collect(),
            logits.grad(&gradients).unwrap().into_data().iter().collect(),
            correct.iter::<i64>().map(|count| count as u64).collect(),
        )
    }

    proptest! {
        #[test]
        fn losses_gradients_and_answers_are_burns(
            (runs, batch, width) in (1usize..4, 1usize..30, 2usize..12),
            (shared, scale, seed) in (any::<bool>(), 0.1f32..30.0, 0usize..1000),
        ) {
            let device = Device::flex().autodiff();
            let number = |at: usize| scale * ((at * 13 + seed) as f32).sin();
            let numbers: Vec<f32> = (0..runs * batch * width).map(number).collect();
            let numbers = TensorData::new(numbers, [runs, batch, width]);
            let logits = Tensor::<3>::from_data(numbers, &device);
            let images = if shared { batch } else { runs * batch };
            let classes: Vec<usize> = (0..images).map(|at| (at * 7 + seed) % width).collect();
            let (losses, gradient, correct) = burns(&logits, &classes);
            let tracked = logits.clone().require_grad();
            let ours = cross_entropy(tracked.clone(), &classes);
            prop_assert_eq!(&ours.correct, &correct);
            for (a, b) in ours.losses.into_data().iter::<f32>().zip(losses) {
                prop_assert!((a - b).abs() <= 1e-6 * (1.0 + b.abs()), "{a} {b}");
            }
            let gradients = ours.objective.backward();
            let own: Vec<f32> = tracked.grad(&gradients).unwrap().into_data().iter().collect();
            for (a, b) in own.into_iter().zip(gradient) {
                prop_assert!((a - b).abs() <= 1e-6, "{a} {b}");
            }
            prop_assert_eq!(cross_entropy(logits.inner(), &classes).correct, correct);
        }
    }

    #[test]
    fn logits_that_are_not_finite_have_losses_that_are_not() {
        let (nan, inf) = (f32::NAN, f32::INFINITY);
        for logits in [[nan, 1.0], [1.0, nan], [inf, 1.0], [-inf, 1.0], [nan, nan], [-inf, -inf]] {
            let logits = Tensor::<3>::from_floats([[logits]], &Device::flex());
            let losses = cross_entropy(logits, &[0]).losses.into_data();
            assert!(losses.iter::<f32>().all(|loss| !loss.is_finite()));
        }
        // A class that has no chance costs nothing where another one is right.
        let logits = Tensor::<3>::from_floats([[[1.0, -inf]]], &Device::flex());
        assert_eq!(
            cross_entropy(logits, &[0]).losses.into_data().iter::<f32>().collect::<Vec<_>>(),
            [0.0]
        );
    }

    #[test]
    fn the_first_of_the_largest_logits_is_the_answer() {
        assert_eq!(answer(&[1.0, 3.0, 3.0]), 1);
        assert_eq!(answer(&[1.0, f32::NAN, 3.0]), 1);
    }
}
