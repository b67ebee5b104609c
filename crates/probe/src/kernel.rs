//! The tangent kernel of some images, exactly, from the gradients of their logits.

use ndarray::Array2;

use crate::eigen::eigenvalues;
use crate::measures::KernelMeasures;
use crate::network::Network;
use crate::passes::Forward;

/// `Theta(x, x') = sum over layers of (h . h' + 1) G G'^T` (Jacot et al. 2018), a block of classes
/// for each pair of images; the 1 is the bias, where there is one.
pub(crate) fn kernel(
    network: &Network,
    forward: &Forward,
    gradients: &[Array2<f64>],
) -> Array2<f64> {
    let classes = network.classes();
    let size = gradients[0].nrows();
    let mut kernel = Array2::zeros([size, size]);
    for ((layer, inputs), gradient) in network.layers.iter().zip(&forward.inputs).zip(gradients) {
        let alike = inputs.dot(&inputs.t());
        let bias = f64::from(u8::from(layer.bias.is_some()));
        let products = gradient.dot(&gradient.t());
        for ((row, column), value) in kernel.indexed_iter_mut() {
            *value += (alike[[row / classes, column / classes]] + bias) * products[[row, column]];
        }
    }
    kernel
}

pub(crate) fn measure(kernel: Array2<f64>, images: usize) -> KernelMeasures {
    let mean_diagonal = kernel.diag().sum() / kernel.nrows() as f64;
    let size = kernel.nrows() as f64;
    let values = eigenvalues(kernel);
    let [smallest, largest] =
        [values.first(), values.last()].map(|value| value.copied().unwrap_or(f64::NAN));
    let lost = smallest <= size * f64::EPSILON * largest;
    KernelMeasures {
        images,
        mean_diagonal,
        largest,
        smallest,
        condition: if lost { f64::INFINITY } else { largest / smallest },
    }
}
