//! One probe of one network: the passes, and what is measured on the way.

use ndarray::Array2;
use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator,
};

use crate::measures::{Histogram, LayerMeasures, Measures};
use crate::network::{Images, Layer, Network, rows_of};
use crate::passes::{Forward, Pulled};
use crate::statistics::{moments, of_activations, predictions, row_squares};
use crate::{ProbeError, curvature, jacobian, kernel};

/// What to measure, and on how many of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Images of the Jacobian.
    pub jacobian_images: usize,
    /// Images of the tangent kernel, which takes a second or so for each hundred; `None` leaves it
    /// out.
    pub kernel_images: Option<usize>,
    /// Images of the Hessian; `None` leaves it out.
    pub hessian_images: Option<usize>,
}

impl Default for Options {
    /// The Jacobian of 100 images, no kernel, no Hessian.
    fn default() -> Self {
        Options { jacobian_images: 100, kernel_images: None, hessian_images: None }
    }
}

impl Network {
    /// Measures the network on images. Weights that are not finite give numbers that are not
    /// either.
    ///
    /// ```
    /// use initializers::Activation;
    /// use probe::{Images, LayerWeights, Network, Options};
    ///
    /// let layer = |shape, weight| LayerWeights { shape, weight, bias: None };
    /// let layers = [
    ///     layer([4, 2], &[0.5, -1.0, 0.2, 0.1, 0.0, 0.7, 1.0, -0.3]),
    ///     layer([2, 3], &[0.3, 0.2, 0.1, -0.1, 0.4, 0.9]),
    /// ];
    /// let network = Network::new(&layers, Activation::Tanh)?;
    /// let images = Images::new(&[0.1, 0.9, -0.4, 0.3, 1.0, 0.0, 0.5, -0.7], &[0, 2])?;
    /// let measures = network.measure(&images, &Options::default())?;
    /// assert_eq!((measures.images, measures.layers.len()), (2, 2));
    /// assert!(measures.layers[0].pre_activation_rms > 0.0);
    /// # Ok::<(), probe::ProbeError>(())
    /// ```
    ///
    /// # Errors
    /// Where the images do not fit the network.
    pub fn measure(&self, images: &Images, options: &Options) -> Result<Measures, ProbeError> {
        self.check(images)?;
        if options.kernel_images.is_some() {
            self.check_plain("the tangent kernel")?;
        }
        if options.hessian_images.is_some() {
            self.check_plain("the Hessian")?;
        }
        let forward = self.forward(images);
        let errors = self.errors(&forward, &images.labels);
        let gradients = mean_gradients(&forward, errors.products());
        let layers = (0..self.layers.len())
            .into_par_iter()
            .map(|index| self.measure_layer(index, &forward, &errors, &gradients[index]))
            .collect();
        let logits = &forward.pre_activations[self.layers.len() - 1];
        let (class_shares, accuracy) = predictions(logits, &images.labels);
        let some = forward.first(options.jacobian_images.max(options.kernel_images.unwrap_or(0)));
        let logit_gradients = self.logit_gradients(&some);
        let first = |count: usize| -> Vec<Array2<f64>> {
            let rows = count.clamp(1, images.len()) * self.classes();
            let part = |all: &Array2<f64>| rows_of(all, 0..rows);
            logit_gradients.iter().map(part).collect()
        };
        let kernel = options.kernel_images.map(|count| {
            let count = count.clamp(1, images.len());
            let matrix = kernel::kernel(self, &some.first(count), &first(count));
            kernel::measure(matrix, count)
        });
        Ok(Measures {
            images: images.len(),
            loss: forward.losses.iter().sum::<f64>() / images.len() as f64,
            accuracy,
            class_shares,
            layers,
            jacobian: jacobian::measure(self, &first(options.jacobian_images)),
            noise_scale: match self.mixes_images() {
                true => f64::NAN,
                false => noise_scale(&forward, errors.products(), &gradients),
            },
            kernel,
            curvature: options
                .hessian_images
                .map(|count| curvature::measure(self, &images.first(count))),
        })
    }

    fn measure_layer(
        &self,
        index: usize,
        forward: &Forward,
        errors: &Pulled,
        gradient: &Array2<f64>,
    ) -> LayerMeasures {
        let Layer { weight, .. } = &self.layers[index];
        let pre = &forward.pre_activations[index];
        let [mean, square] = moments(pre);
        let rms = |numbers: &Array2<f64>| moments(numbers)[1].sqrt();
        let activation = forward
            .inputs
            .get(index + 1)
            .map(|post| of_activations(self.activation, pre, &self.slopes(index, pre), post));
        let error = &errors.pre_activations()[index];
        // Of one image the gradient is an outer product: its squares multiply.
        let of_errors = row_squares(&errors.products()[index]);
        let of_inputs = row_squares(&forward.inputs[index]);
        let squares: f64 = of_errors.iter().zip(&of_inputs).map(|(d, h)| d * h).sum();
        let (weight_rms, weight_gradient_rms) = (rms(weight), rms(gradient));
        LayerMeasures {
            layer: index + 1,
            shape: [weight.nrows(), weight.ncols()],
            weight_rms,
            // Blocks add their inputs, unit by unit, which tells units apart.
            has_equal_units: self.parts.blocks.is_none() && self.layers[index].has_equal_units(),
            pre_activation_rms: square.sqrt(),
            pre_activation_mean: mean,
            pre_activation_std: (square - mean * mean).max(0.0).sqrt(),
            activation,
            gradient_rms: rms(error),
            image_weight_gradient_rms: (squares / (pre.nrows() * weight.len()) as f64).sqrt(),
            weight_gradient_rms,
            gradient_over_weight: weight_gradient_rms / weight_rms,
            gradients: Histogram::of(error.iter()),
        }
    }
}

/// The gradients of the mean loss by each layer's weight.
fn mean_gradients(forward: &Forward, errors: &[Array2<f64>]) -> Vec<Array2<f64>> {
    let images = forward.losses.len() as f64;
    let pairs = forward.inputs.par_iter().zip(errors);
    pairs.map(|(inputs, errors)| inputs.t().dot(errors) / images).collect()
}

/// Trace of the covariance of one image's gradient by the weights over the squared length of the
/// true mean gradient; the mean over few images is longer than that by the trace over their number.
/// Biases are left out: at small weights theirs is a matter of how often each class is seen.
fn noise_scale(forward: &Forward, errors: &[Array2<f64>], gradients: &[Array2<f64>]) -> f64 {
    let images = forward.losses.len() as f64;
    let (mut of_images, mut of_mean) = (0.0, 0.0);
    for (index, gradient) in gradients.iter().enumerate() {
        let (d, h) = (row_squares(&errors[index]), row_squares(&forward.inputs[index]));
        of_images += d.iter().zip(&h).map(|(d, h)| d * h).sum::<f64>() / images;
        of_mean += gradient.iter().map(|g| g * g).sum::<f64>();
    }
    let trace = (of_images - of_mean) * images / (images - 1.0);
    let true_mean = of_mean - trace / images;
    if true_mean > 0.0 { trace / true_mean } else { f64::NAN }
}
