//! Why a set of images cannot be used.

use std::path::PathBuf;

use crate::idx::IdxError;

/// Why a set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// There is no such folder.
    #[error("{} is no folder that can be read: {source}", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// `~` means nothing here.
    #[error("{} starts with ~, but there is no home directory: write the whole path", .0.display())]
    NoHome(PathBuf),
    /// The folder lacks a file.
    #[error("{} holds no {part}, plain or .gz; {}", folder.display(), listed(found))]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        part: &'static str,
        /// The files that are there.
        found: Vec<String>,
    },
    /// The folder holds more than one set.
    #[error(
        "{} holds several sets: {}; write one of them after the folder's name",
        folder.display(), choices.join(", ")
    )]
    Several {
        /// The folder.
        folder: PathBuf,
        /// The sets.
        choices: Vec<String>,
    },
    /// A file is not what it should be.
    #[error("{file} cannot be used: {source}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: IdxError,
    },
    /// A file of images and its file of labels differ in length.
    #[error("{files}: there are {images} images but {labels} labels")]
    Mismatch {
        /// Which files.
        files: String,
        /// How many images.
        images: usize,
        /// How many labels.
        labels: usize,
    },
    /// The test images have another size than the training images.
    #[error(
        "{files}: the test images are {} x {}, the training images {} x {}",
        test.0, test.1, training.0, training.1
    )]
    Sizes {
        /// The files of the test images.
        files: String,
        /// Rows and columns of the test images.
        test: (usize, usize),
        /// Rows and columns of the training images.
        training: (usize, usize),
    },
    /// All labels are the same.
    #[error("{0}: all labels are 0, and a network needs at least two classes to tell apart")]
    OneClass(String),
    /// The validation set would leave nothing to train on.
    #[error(
        "{wanted} validation images cannot be split off {available} training images: \
         at least one must remain"
    )]
    Validation {
        /// Images asked for.
        wanted: usize,
        /// Images there are.
        available: usize,
    },
    /// A file holds no image at all.
    #[error("{0} hold no image")]
    Empty(String),
    /// The images do not divide into squares.
    #[error("images of {rows} x {columns} do not divide into squares of {side} x {side}")]
    Pool {
        /// Rows of an image.
        rows: usize,
        /// Columns of an image.
        columns: usize,
        /// Pixels along a side of a square.
        side: usize,
    },
    /// There is no such class.
    #[error("there is no class {class}: the set has the classes 0 to {}", classes - 1)]
    NoClass {
        /// The class.
        class: u16,
        /// How many there are.
        classes: usize,
    },
}

/// What a folder holds instead.
fn listed(found: &[String]) -> String {
    const SHOWN: usize = 6;
    match found.len() {
        0 => "it holds no files".to_owned(),
        n if n > SHOWN => {
            format!("it holds {} and {} more", found[..SHOWN].join(", "), n - SHOWN)
        }
        _ => format!("it holds {}", found.join(", ")),
    }
}
