//! What the frameworks' own tests of initializers check, checked of ours: the same shapes and
//! tolerances, written anew. What does not apply (other signatures, warnings, devices) is left out.
#![allow(clippy::unwrap_used)]
// clippy.toml allows it in tests, but not in what they share

// The frameworks' tests have these numbers.
#![allow(clippy::approx_constant, clippy::excessive_precision)]

mod common;
mod flax;
mod jax;
mod keras;
mod pytorch;
mod tensorflow;
