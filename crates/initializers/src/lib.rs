//! Weight initializers as values.
//!
//! An [`Initializer`] says how the numbers of one tensor are drawn; a [`Target`] says which tensor (its shape, fan-in,
//! fan-out, place in the network); a [`Stream`] is the randomness, keyed by (seed, purpose, index). The three together
//! give the same `f32`s on every machine and for every backend. Nothing here depends on burn: the crate `model` puts
//! the numbers into burn's parameters.
//!
//! ```
//! use initializers::{Initializer, Purpose, Stream, Target};
//!
//! let init = Initializer::truncated_normal(0.1);
//! let weights = init.draw(&Target::linear(784, 256), &mut Stream::new(0, Purpose::Weights, [0, 0]))?;
//! assert_eq!(weights.len(), 784 * 256);
//! assert!(weights.iter().all(|w| w.abs() <= 0.2));
//! # Ok::<(), initializers::DrawError>(())
//! ```

mod activation;
pub mod catalog;
mod framework;
mod gain;
mod initializer;
mod law;
mod layer;
mod numeric;
mod orthogonal;
mod scaling;
mod stream;
mod structured;
mod target;
mod word;

pub use activation::{Activation, ActivationError};
pub use framework::Framework;
pub use gain::Gain;
pub use initializer::{Bounds, DrawError, Initializer};
pub use law::Law;
pub use layer::LayerDraw;
pub use scaling::{Fan, Form, mup_adam_multiplier};
pub use stream::{Purpose, Stream};
pub use structured::{Base, Connections};
pub use target::{Layout, Target};
