//! A set of labelled images and its three splits, as burn datasets.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use burn_dataset::{Dataset, DatasetError};

use crate::PIXELS;
use crate::idx::IdxError;

/// A set split in three.
#[derive(Debug, Clone)]
pub struct ImageSet {
    /// The training file's images after the first ones: 55,000 of MNIST's.
    pub training: Split,
    /// The training file's first images: 5,000 of MNIST's.
    pub validation: Split,
    /// The test file's images: 10,000 of MNIST's.
    pub test: Split,
}

/// Some of the images of a file, with their labels. Cloning one shares the images.
#[derive(Debug, Clone)]
pub struct Split {
    file: Arc<LabelledImages>,
    range: Range<usize>,
}

/// The images of one file and the labels of its sibling.
#[derive(Debug)]
pub(crate) struct LabelledImages {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// One labelled image, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// [`PIXELS`] bytes, row after row; 0 is the background.
    pub pixels: Vec<u8>,
    /// The class, 0 to 9.
    pub label: u8,
}

/// Why a set cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The folder lacks a file.
    #[error("{} holds no {name} (nor {name}.gz)", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The file's canonical name.
        name: &'static str,
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
    #[error("{of}: there are {images} images but {labels} labels")]
    Mismatch {
        /// Which files.
        of: String,
        /// How many images.
        images: usize,
        /// How many labels.
        labels: usize,
    },
    /// The validation set would leave nothing to train on.
    #[error(
        "{wanted} validation images cannot be split off {available} training images: at least one must remain"
    )]
    Validation {
        /// Images asked for.
        wanted: usize,
        /// Images there are.
        available: usize,
    },
    /// A file holds no image at all.
    #[error("{0} holds no image")]
    Empty(String),
}

impl LabelledImages {
    /// Images and labels that belong together; `of` names them in errors.
    pub(crate) fn new(pixels: Vec<u8>, labels: Vec<u8>, of: &str) -> Result<Self, SetError> {
        let images = pixels.len() / PIXELS;
        if images != labels.len() {
            return Err(SetError::Mismatch { of: of.to_owned(), images, labels: labels.len() });
        }
        if images == 0 {
            return Err(SetError::Empty(of.to_owned()));
        }
        Ok(LabelledImages { pixels, labels })
    }
}

impl ImageSet {
    pub(crate) fn split(
        training: LabelledImages,
        test: LabelledImages,
        validation: usize,
    ) -> Result<Self, SetError> {
        let available = training.labels.len();
        if validation >= available {
            return Err(SetError::Validation { wanted: validation, available });
        }
        let (file, test) = (Arc::new(training), Arc::new(test));
        Ok(ImageSet {
            validation: Split { file: Arc::clone(&file), range: 0..validation },
            training: Split { file, range: validation..available },
            test: Split { range: 0..test.labels.len(), file: test },
        })
    }
}

impl Split {
    /// How many images there are.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Those of its images whose numbers are in `range`, which must not reach beyond the last.
    pub fn part(&self, range: Range<usize>) -> Split {
        assert!(
            range.start <= range.end && range.end <= self.len(),
            "{range:?} of {} images",
            self.len()
        );
        Split {
            file: Arc::clone(&self.file),
            range: self.range.start + range.start..self.range.start + range.end,
        }
    }

    /// The pixels of every image, image after image: [`PIXELS`] bytes each.
    pub fn pixels(&self) -> &[u8] {
        &self.file.pixels[self.range.start * PIXELS..self.range.end * PIXELS]
    }

    /// The label of every image.
    pub fn labels(&self) -> &[u8] {
        &self.file.labels[self.range.clone()]
    }
}

impl Dataset<Image> for Split {
    fn get(&self, index: usize) -> Result<Image, DatasetError> {
        let label = self.labels()[index];
        Ok(Image { pixels: self.pixels()[index * PIXELS..][..PIXELS].to_vec(), label })
    }

    fn len(&self) -> usize {
        self.range.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(n: usize) -> LabelledImages {
        let labels: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
        let pixels = labels.iter().flat_map(|&label| vec![label; PIXELS]).collect();
        LabelledImages::new(pixels, labels, "test").unwrap()
    }

    #[test]
    fn the_first_training_images_are_the_validation_set() {
        let set = ImageSet::split(images(10), images(3), 4).unwrap();
        assert_eq!(set.validation.labels(), [0, 1, 2, 3]);
        assert_eq!(set.training.labels(), [4, 5, 6, 7, 8, 9]);
        assert_eq!(set.test.len(), 3);
        assert_eq!(set.training.get(1).unwrap(), Image { pixels: vec![5; PIXELS], label: 5 });
        assert_eq!(set.training.part(2..4).labels(), [6, 7]);
    }

    #[test]
    fn something_must_remain_to_train_on() {
        let error = ImageSet::split(images(10), images(3), 10).unwrap_err().to_string();
        assert_eq!(
            error,
            "10 validation images cannot be split off 10 training images: at least one must remain"
        );
    }

    #[test]
    fn images_without_labels_are_refused() {
        let error = LabelledImages::new(vec![0; 3 * PIXELS], vec![1, 2], "training")
            .unwrap_err()
            .to_string();
        assert_eq!(error, "training: there are 3 images but 2 labels");
    }
}
