//! Weight initializers as values.
//!
//! An [`Initializer`] says how the numbers of one tensor are drawn. A [`TensorSpec`] says which
//! tensor: its shape, its fans, its place in the network. A [`Stream`] is the randomness, keyed by
//! (seed, purpose, index). The three together give the same numbers on every machine.
//!
//! ```
//! use initializers::{Stream, TensorSpec, truncated_normal};
//!
//! let spec = TensorSpec::linear(784, 256);
//! let weight = truncated_normal(0.1)?.draw(&spec, &mut Stream::named(0, "encoder.weight"))?;
//! assert_eq!(weight.len(), 784 * 256);
//! assert!(weight.iter().all(|w| w.abs() <= 0.2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "simd"))]
extern crate std;

mod activation;
pub mod catalog;
mod check;
mod constructors;
mod distribution;
mod draw;
mod element;
mod error;
mod framework;
mod gain;
mod initializer;
mod layer;
mod numeric;
mod options;
mod orthogonal;
mod scaling;
#[cfg(feature = "serde")]
mod serialization;
mod stream;
mod string_enum;
mod structured;
mod tensor_spec;
mod text;
mod vector;

pub use activation::{Activation, ActivationError};
pub use catalog::ParameterError;
pub use constructors::*;
pub use distribution::{Distribution, DistributionError};
pub use element::Element;
pub use error::DrawError;
pub use framework::Framework;
pub use gain::Gain;
pub use initializer::{Custom, Initializer};
pub use layer::LayerDraw;
pub use options::{Bounds, Connections, Family, FanMode, MirroredBase};
pub use scaling::mup_adam_multiplier;
pub use stream::{Purpose, Stream};
pub use tensor_spec::{Axis, LayerPosition, SpecError, TensorSpec};
