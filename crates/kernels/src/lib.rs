//! The arithmetic of a training step on burn's CPU backend flex, and all unsafe code of the workspace.
//!
//! Every function is safe, checks what it is given, and has the same bits on any number of threads. What flex is not the
//! backend of goes to burn's own operations.

mod adam;
mod bytes;
mod product;

pub use adam::FusedAdam;
pub use bytes::floats_of_bytes;
pub use product::product;
