//! The first layer on inputs that are mostly background, as images of digits are: it multiplies
//! only what is not.
//!
//! [`SparseRows`] lists the bytes of a set that are not 0, once. A [`SparseBatch`] is some of its
//! rows, and [`sparse_linear`] is a layer on it, as a differentiable operation on burn's tensors.
//!
//! Where a weight or a gradient is infinite or NaN, it counts for inputs of 0 too (0 times infinity
//! is NaN). Such a product is computed in dense arithmetic, so that a run that diverges there
//! diverges here.

mod batch;
mod blocked;
mod floats;
mod linear;
mod multiply;
mod rows;
#[cfg(test)]
mod tests;

pub use batch::SparseBatch;
pub use linear::sparse_linear;
pub use rows::SparseRows;
