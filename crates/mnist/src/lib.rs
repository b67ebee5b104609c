//! MNIST, embedded in the binary, and any set of the same form from a folder.
//!
//! [`ImageSet::embedded`] unpacks the four canonical files; [`ImageSet::from_folder`] reads
//! Fashion-MNIST, KMNIST or another set of 28 x 28 images in ten classes from its IDX files, plain
//! or `.gz`. Both split the training file as the tutorial does: its first images are the validation
//! set, the others the training set. A [`Split`] gives its raw bytes and is a burn dataset.
//!
//! ```
//! use burn_dataset::Dataset;
//!
//! let set = mnist::ImageSet::embedded(5_000)?;
//! assert_eq!((set.training.len(), set.validation.len(), set.test.len()), (55_000, 5_000, 10_000));
//! assert_eq!(set.test.get(0)?.label, 7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod embedded;
mod folder;
mod idx;
mod set;

pub use idx::IdxError;
pub use set::{Image, ImageSet, SetError, Split};

/// Pixels in a row, and rows in an image.
pub const SIDE: usize = 28;
/// Pixels in an image.
pub const PIXELS: usize = SIDE * SIDE;
/// Classes that an image may belong to; labels are 0 to 9.
pub const CLASSES: usize = 10;
