//! The network, and initializers applied to the parameters of any burn program ([`Apply`]).
//!
//! [`Mlp`] is the classic three-layer network 784-256-128-10, with any number of hidden layers of
//! any width. Several such networks can stand side by side, so that a whole study trains as one.
//! Weights are drawn on the host from keyed streams, so that every backend starts from the same
//! bits.
//!
//! ```
//! use burn::tensor::Device;
//! use model::{Mlp, draw_layers};
//! use model::init::{Activation, TensorSpec, truncated_normal, zeros};
//!
//! let targets =
//!     [TensorSpec::linear(784, 256).at_layer(0, 2), TensorSpec::linear(256, 10).at_layer(1, 2)];
//! let weight = truncated_normal(0.1)?;
//! let layers = draw_layers(&targets, |_| (weight.clone(), Some(zeros())), 0)?;
//! let mlp = Mlp::new(&[layers], Activation::Relu, &Device::flex());
//! let images = burn::tensor::Tensor::<3>::zeros([1, 128, 784], &Device::flex());
//! assert_eq!(mlp.forward(images).dims(), [1, 128, 10]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activation;
mod apply;
mod architecture;
mod first_batch;
mod forward;
mod hidden;
mod host;
mod linear;
mod mlp;
mod norm;
mod weights;

pub use activation::HiddenLayer;
pub use apply::{Apply, ApplyError, Layer, fill_module_with};
pub use architecture::{Architecture, BlockEnd, Norm, NormKind, Parametrization, Residual};
pub use first_batch::{FirstBatchError, complete_layers};
pub use forward::{Inputs, Mode};
pub use host::layers_of;
pub use initializers as init;
pub use linear::StackedLinear;
pub use mlp::Mlp;
pub use norm::StackedNorm;
pub use weights::{LayerWeights, draw_layers};
