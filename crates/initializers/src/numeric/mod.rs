//! Numerical analysis that the distributions need.
//!
//! Every transcendental function comes from `libm`, written in Rust: unlike the system's library it
//! gives the same bits on every processor, and so do the draws that pass through here.

mod logarithm;
pub(crate) mod normal;
pub(crate) mod quadrature;
pub(crate) mod rounded_quantile;
pub(crate) mod truncation;
