//! The arithmetic of a training step on burn's CPU backend flex, and all unsafe code of the
//! workspace.
//!
//! Every function is safe, checks what it is given, and has the same bits on any number of threads.
//! [`product()`] serves every backend; the others are for tensors on flex, and say so.

mod adam;
mod bytes;
mod change;
mod flex;
mod layer_end;
mod linear;
mod loss;
mod numbers;
mod product;
mod sparse;

pub use adam::FusedAdam;
pub use bytes::floats_of_bytes;
pub use change::{ChangeSums, squared_distance, sum_of_squares};
pub use linear::linear;
pub use loss::{CrossEntropy, cross_entropy};
pub use numbers::Numbers;
pub use product::product;
pub use sparse::{SparseBatch, SparseRows, sparse_linear};
