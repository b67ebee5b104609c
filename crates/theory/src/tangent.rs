//! The neural tangent kernel of an infinitely wide network (Jacot et al. 2018), in its own
//! parametrization: weights of variance 1, each layer scaled by `sigma_w / sqrt(fan-in)`.

use crate::MeanField;
use crate::moments::{cross_moment, slope_cross_moment, slope_second_moment};

/// The kernel of two inputs of one length: its values on the diagonal and off it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TangentKernel {
    /// Of an input with itself.
    pub diagonal: f64,
    /// Of the two.
    pub off_diagonal: f64,
    /// The variance of the outputs.
    pub variance: f64,
    /// The correlation of the two outputs.
    pub correlation: f64,
}

impl TangentKernel {
    /// The condition number of the kernel of `inputs` inputs that are all as unlike each other:
    /// `(d + (m-1) o) / (d - o)`. At a critical point it tends to `(m+3)/3` for ReLU and to
    /// `(m+2)/2` for a smooth activation, in the ordered phase it explodes (Xiao et al. 2020).
    ///
    /// ```
    /// let kernel = theory::TangentKernel {
    ///     diagonal: 4.0, off_diagonal: 1.0, variance: 1.0, correlation: 0.0,
    /// };
    /// assert_eq!(kernel.condition(10), 13.0 / 3.0);
    /// ```
    pub fn condition(&self, inputs: usize) -> f64 {
        let others = inputs.saturating_sub(1) as f64;
        (self.diagonal + others * self.off_diagonal) / (self.diagonal - self.off_diagonal)
    }
}

impl MeanField {
    /// The tangent kernel after `depth` layers, of two inputs whose first pre-activations have
    /// variance `q` and correlation `c`: `K' = sigma_w^2 E phi phi + sigma_b^2`, `Theta' = K' +
    /// sigma_w^2 E phi' phi' Theta`, from `Theta = K`. The first layer counts as one.
    ///
    /// ```
    /// use initializers::Activation;
    /// let linear = theory::MeanField {
    ///     activation: Activation::Linear, weight_variance: 1.0, bias_variance: 0.0,
    /// };
    /// // A linear network's kernel is that of its inputs, once a layer.
    /// let kernel = linear.tangent_kernel(2.0, 0.4, 5);
    /// assert!((kernel.diagonal - 10.0).abs() < 1e-12);
    /// assert!((kernel.off_diagonal - 4.0).abs() < 1e-12);
    /// ```
    pub fn tangent_kernel(&self, q: f64, c: f64, depth: usize) -> TangentKernel {
        let mut kernel =
            TangentKernel { diagonal: q, off_diagonal: c * q, variance: q, correlation: c };
        for _ in 1..depth {
            let (q, c) = (kernel.variance, kernel.correlation);
            let phi = self.activation;
            let variance = self.variance(q);
            let covariance =
                self.weight_variance * cross_moment(phi, [q, q], c) + self.bias_variance;
            let slopes = self.weight_variance * slope_second_moment(phi, q);
            let cross = self.weight_variance * slope_cross_moment(phi, [q, q], c);
            kernel = TangentKernel {
                diagonal: variance + slopes * kernel.diagonal,
                off_diagonal: covariance + cross * kernel.off_diagonal,
                variance,
                correlation: (covariance / variance).clamp(-1.0, 1.0),
            };
        }
        kernel
    }
}
