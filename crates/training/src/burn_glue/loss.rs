//! The losses of images, each as PyTorch defines it.

use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Int, Tensor};
use experiment::Loss;

/// The loss of each image, `[runs, batch]`, from logits `[runs, batch, classes]` and labels
/// `[runs, batch]`.
pub(super) fn losses(loss: Loss, logits: Tensor<3>, labels: Tensor<2, Int>) -> Tensor<2> {
    let [runs, size, classes] = logits.dims();
    let labels = labels.reshape([runs, size, 1]);
    let losses = match loss {
        // Minus the logarithm of the probability that the network gives to the image's class.
        Loss::CrossEntropy { label_smoothing: 0.0 } => {
            log_softmax(logits, 2).gather(2, labels).neg()
        }
        Loss::CrossEntropy { label_smoothing } => {
            let log_probabilities = log_softmax(logits, 2);
            let of_class = log_probabilities.clone().gather(2, labels).neg();
            let of_all = log_probabilities.mean_dim(2).neg();
            of_class.mul_scalar(1.0 - label_smoothing) + of_all.mul_scalar(label_smoothing)
        }
        Loss::Mse => {
            let error = one_hot(labels, classes) - logits;
            (error.clone() * error).mean_dim(2)
        }
        // Every other class is to stay below the image's class by the margin.
        Loss::Hinge { margin } => {
            let of_class = logits.clone().gather(2, labels.clone());
            let others = one_hot(labels, classes).neg().add_scalar(1.0);
            (relu((logits - of_class).add_scalar(margin)) * others).mean_dim(2)
        }
    };
    losses.reshape([runs, size])
}

/// 1 for the class of each image and 0 for the others, `[runs, batch, classes]`, of labels
/// `[runs, batch, 1]`.
fn one_hot(labels: Tensor<3, Int>, classes: usize) -> Tensor<3> {
    let device = labels.device();
    let all = Tensor::<1, Int>::arange(0..classes as i64, &device).reshape([1, 1, classes]);
    let [runs, size, _] = labels.dims();
    let shape = [runs, size, classes];
    labels.expand(shape).equal(all.expand(shape)).float()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn losses_of(loss: Loss) -> Vec<f32> {
        let device = Device::flex();
        let logits = Tensor::from_floats([[[1.0, 2.0, -1.0], [0.0, 0.0, 0.0]]], &device);
        let labels = Tensor::from_ints([[0, 2]], &device);
        losses(loss, logits, labels).into_data().try_to_vec().unwrap()
    }

    fn assert_close(values: Vec<f32>, expected: [f32; 2]) {
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
    }

    /// The expected values are those of `torch.nn.functional`.
    #[test]
    fn losses_are_those_of_pytorch() {
        let cross_entropy = |label_smoothing| losses_of(Loss::CrossEntropy { label_smoothing });
        assert_close(cross_entropy(0.0), [1.349_012_2, 1.098_612_3]);
        assert_close(cross_entropy(0.1), [1.382_345_6, 1.098_612_3]);
        assert_close(losses_of(Loss::Mse), [1.666_666_7, 0.333_333_34]);
        assert_close(losses_of(Loss::Hinge { margin: 1.0 }), [0.666_666_7, 0.666_666_7]);
        assert_close(losses_of(Loss::Hinge { margin: 0.5 }), [0.5, 0.333_333_34]);
    }
}
