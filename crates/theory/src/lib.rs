//! Mean-field theory of a fully connected network at its start, as pure functions with sources.
//!
//! A wide network whose weights are independent and of mean 0 passes a signal on in a way that only
//! two numbers decide: the variance of the weights times the fan-in, `sigma_w^2`, and that of the
//! biases, `sigma_b^2`. From them this crate computes
//!
//! - the [moments](second_moment) of every activation of the crate `initializers`, in closed form
//!   where there is one, and by a quadrature that is right at kinks and saturation elsewhere;
//! - the maps of variance, correlation and gradient, their fixed points, the
//!   [depth scales](MeanField::depth_scales), the [phase](MeanField::phase) and the
//!   [critical line](critical_line): [`MeanField`];
//! - what to expect of a network of given widths, with the band in which a finite one falls:
//!   [`propagate`];
//! - the [Jacobian's largest singular value](Jacobian::largest) for Gaussian and orthogonal
//!   weights, the infinite-width [tangent kernel](MeanField::tangent_kernel), the loss and its
//!   gradient at the start, the chance of a [network born dead](born_dead).
//!
//! Nothing here draws, trains or depends on burn.
//!
//! ```
//! use initializers::Activation;
//! use theory::{Limit, MeanField, Phase};
//!
//! // PyTorch's default for a linear layer, sigma_w^2 = 1/3, under tanh.
//! let net = MeanField {
//!     activation: Activation::Tanh, weight_variance: 1.0 / 3.0, bias_variance: 0.0,
//! };
//! assert_eq!(net.phase(1.0), Phase::Ordered);
//! assert_eq!(net.fixed_point(1.0), Limit::Finite(0.0));
//! // Gradients shrink by a third a layer: layers over which they fall by e.
//! let layers = net.depth_scales(1.0).gradient.ok_or("they shrink")?;
//! assert!((layers - 1.0 / 3f64.ln()).abs() < 1e-9);
//! # Ok::<(), &str>(())
//! ```

mod derivative;
mod jacobian;
mod limits;
mod mean_field;
mod moments;
mod network;
mod quadrature;
mod softmax;
mod tangent;

pub use derivative::{derivative, jumps, second_derivative};
pub use jacobian::{Jacobian, Matrices};
pub use limits::{born_dead, marchenko_pastur_edges};
pub use mean_field::{CriticalPoint, DepthScales, Limit, MeanField, Phase, critical_line};
pub use moments::{
    arc_cosine_0, arc_cosine_1, cross_moment, curvature_second_moment, erf_cross_moment, mean,
    second_moment, slope_cross_moment, slope_moment, slope_second_moment, slope_square_covariance,
    square_covariance, variance_slope,
};
pub use network::{ActivationPrediction, Inputs, Layer, LayerPrediction, Prediction, propagate};
pub use softmax::{softmax_error, softmax_loss};
pub use tangent::TangentKernel;
