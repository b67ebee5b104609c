//! Sets of labelled images: MNIST, embedded in the binary, and any set of IDX files from a folder.
//!
//! [`ImageSet::embedded`] unpacks the four canonical files. [`ImageSet::from_folder`] reads
//! Fashion-MNIST, KMNIST, EMNIST, QMNIST or another set, of any image size and any number of
//! classes. Both split the training file as the tutorial does: its first images are the validation
//! set, the others the training set. A [`Split`] gives its raw bytes and is a burn dataset.
//!
//! ```
//! use burn_dataset::Dataset;
//!
//! let set = mnist::ImageSet::embedded(5_000)?;
//! assert_eq!((set.training.len(), set.validation.len(), set.test.len()), (55_000, 5_000, 10_000));
//! assert_eq!(set.shape(), mnist::Shape { rows: 28, columns: 28, classes: 10 });
//! assert_eq!(set.test.get(0)?.label, 7);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod embedded;
mod files;
mod folder;
mod gzip;
mod idx;
mod set;
mod set_error;
mod split;
mod transform;

pub use idx::IdxError;
pub use set::{ImageSet, Shape};
pub use set_error::SetError;
pub use split::{Image, Split};
