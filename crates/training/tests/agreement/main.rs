//! The two CPU backends agree on real MNIST. `tests/gpu.rs` asks the same of the GPU backend.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../common/mod.rs"]
mod common;
mod with_flex;

#[test]
fn ndarray_starts_from_the_bits_of_flex() {
    with_flex::assert_starts_from_the_same_bits("ndarray");
}

#[test]
fn ndarray_follows_flex_over_the_first_fifty_steps() {
    with_flex::assert_first_losses_agree("ndarray");
}

#[test]
fn ndarray_ends_as_accurate_as_flex() {
    with_flex::assert_accuracies_agree("ndarray", 858);
}
