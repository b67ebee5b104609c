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
mod initializer;
mod law;
mod numeric;
mod stream;
mod target;

pub use activation::{Activation, UnknownActivation};
pub use initializer::{Bounds, DrawError, Initializer};
pub use law::Law;
pub use stream::{Purpose, Stream};
pub use target::{Layout, Target};
