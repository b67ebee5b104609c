//! The Jacobian of the logits by the inputs, and of any block of layers: exact, image by image.

use ndarray::Array2;
use theory::derivative;

use crate::ProbeError;
use crate::eigen::eigenvalues;
use crate::measures::JacobianMeasures;
use crate::network::{Images, Network, rows_of};
use crate::passes::Forward;

impl Network {
    /// The gradient of every logit of each image at every layer's products, `[images x classes,
    /// units]`: the identity at the logits, pulled back. With batch normalization, at the
    /// statistics of all images, as if they were constants.
    pub(crate) fn logit_gradients(&self, forward: &Forward) -> Vec<Array2<f64>> {
        let classes = self.classes();
        let identity = Array2::from_shape_fn([forward.losses.len() * classes, classes], |at| {
            f64::from(u8::from(at.0 % classes == at.1))
        });
        self.pulled_back(forward, identity, true).products().to_vec()
    }

    /// The singular values of the Jacobian of the pre-activations of layer `last` by those of layer
    /// `first` (both from 1, `first < last`), largest first, each the mean over the images. Values
    /// below 1e-8 of the largest are lost in rounding.
    ///
    /// # Errors
    /// Where there are no such layers, the images do not fit the network, or it is not plain.
    pub fn block_singular_values(
        &self,
        images: &Images,
        [first, last]: [usize; 2],
    ) -> Result<Vec<f64>, ProbeError> {
        self.check(images)?;
        self.check_plain("the Jacobian of a block of layers")?;
        if first == 0 || first >= last || last > self.layers.len() {
            return Err(ProbeError::Block { first, last, layers: self.layers.len() });
        }
        let forward = self.forward(images);
        let mut sums: Vec<f64> = Vec::new();
        for image in 0..images.len() {
            let units = self.layers[first - 1].weight.ncols();
            // The transposed Jacobian so far, `[units of first, units here]`.
            let mut product = Array2::<f64>::eye(units);
            for index in first..last {
                let z = forward.pre_activations[index - 1].row(image);
                let slopes = z.mapv(|z| derivative(self.activation, z));
                product *= &slopes;
                product = product.dot(&self.layers[index].weight);
            }
            add(&mut sums, &singular_values(&product));
        }
        Ok(sums.into_iter().map(|sum| sum / images.len() as f64).collect())
    }
}

pub(crate) fn measure(network: &Network, gradients: &[Array2<f64>]) -> JacobianMeasures {
    let (weight, classes) = (&network.layers[0].weight, network.classes());
    let images = gradients[0].nrows() / classes;
    // J J^T = G (W^T W) G^T needs no product as wide as an image.
    let gram = weight.t().dot(weight);
    let stretched = gradients[0].dot(&gram);
    let (mut sums, mut square) = (vec![0.0; classes], 0.0);
    for image in 0..images {
        let of_image = |rows: &Array2<f64>| rows_of(rows, image * classes..(image + 1) * classes);
        let product = of_image(&stretched).dot(&of_image(&gradients[0]).t());
        square += product.diag().sum() / classes as f64;
        let values = eigenvalues(product);
        sums.iter_mut().zip(values.iter().rev()).for_each(|(sum, x)| *sum += x.max(0.0).sqrt());
    }
    let n = images as f64;
    JacobianMeasures {
        images,
        singular_values: sums.into_iter().map(|sum| sum / n).collect(),
        mean_square: square / n,
    }
}

/// The singular values of a matrix, largest first.
fn singular_values(matrix: &Array2<f64>) -> Vec<f64> {
    let largest = matrix.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let scaled = matrix.mapv(|x| x / scale);
    let gram = if matrix.nrows() < matrix.ncols() {
        scaled.dot(&scaled.t())
    } else {
        scaled.t().dot(&scaled)
    };
    eigenvalues(gram).iter().rev().map(|x| scale * x.max(0.0).sqrt()).collect()
}

fn add(sums: &mut Vec<f64>, values: &[f64]) {
    sums.resize(values.len(), 0.0);
    sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
}
