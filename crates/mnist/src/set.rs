//! A set of labelled images and its three splits, as burn datasets.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use burn_dataset::{Dataset, DatasetError};

use crate::idx::{IdxError, Images, MAX_CLASSES};

/// A set split in three.
#[derive(Debug, Clone)]
pub struct ImageSet {
    /// The training file's images after the first ones: 55,000 of MNIST's.
    pub training: Split,
    /// The training file's first images: 5,000 of MNIST's.
    pub validation: Split,
    /// The test file's images: 10,000 of MNIST's.
    pub test: Split,
    shape: Shape,
    files: Vec<PathBuf>,
}

/// The size of the images of a set, and how many classes they belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows of an image.
    pub rows: usize,
    /// Columns of an image.
    pub columns: usize,
    /// Classes: one more than the largest label.
    pub classes: usize,
}

impl Shape {
    /// Pixels of an image.
    pub fn pixels(self) -> usize {
        self.rows * self.columns
    }
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
    images: Images,
    labels: Vec<u16>,
    /// The names of the two files, for messages.
    names: String,
}

/// One labelled image, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// A byte for each pixel, row after row; 0 is the background.
    pub pixels: Vec<u8>,
    /// The class, from 0.
    pub label: u16,
}

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

impl LabelledImages {
    /// Images and labels that belong together; `names` names them in errors.
    pub(crate) fn new(images: Images, labels: Vec<u16>, names: &str) -> Result<Self, SetError> {
        let count = images.pixels.len() / (images.rows * images.columns).max(1);
        if count != labels.len() {
            let files = names.to_owned();
            return Err(SetError::Mismatch { files, images: count, labels: labels.len() });
        }
        if count == 0 {
            return Err(SetError::Empty(names.to_owned()));
        }
        Ok(LabelledImages { images, labels, names: names.to_owned() })
    }

    fn size(&self) -> (usize, usize) {
        (self.images.rows, self.images.columns)
    }

    fn largest_label(&self) -> usize {
        self.labels.iter().copied().max().map_or(0, usize::from)
    }
}

impl ImageSet {
    pub(crate) fn split(
        training: LabelledImages,
        test: LabelledImages,
        validation: usize,
    ) -> Result<Self, SetError> {
        if training.size() != test.size() {
            let (files, training) = (test.names.clone(), training.size());
            return Err(SetError::Sizes { files, test: test.size(), training });
        }
        let available = training.labels.len();
        let (rows, columns) = training.size();
        let classes = training.largest_label().max(test.largest_label()) + 1;
        if classes < 2 {
            return Err(SetError::OneClass(training.names));
        }
        let (file, test) = (Arc::new(training), Arc::new(test));
        ImageSet {
            validation: Split { file: Arc::clone(&file), range: 0..0 },
            training: Split { file, range: 0..available },
            test: Split { range: 0..test.labels.len(), file: test },
            shape: Shape { rows, columns, classes },
            files: Vec::new(),
        }
        .with_validation(validation)
    }

    /// The same set with another number of validation images.
    ///
    /// # Errors
    /// [`SetError::Validation`] where none would be left to train on.
    pub fn with_validation(&self, validation: usize) -> Result<ImageSet, SetError> {
        let available = self.training.len() + self.validation.len();
        if validation >= available {
            return Err(SetError::Validation { wanted: validation, available });
        }
        let file = &self.training.file;
        Ok(ImageSet {
            validation: Split { file: Arc::clone(file), range: 0..validation },
            training: Split { file: Arc::clone(file), range: validation..available },
            ..self.clone()
        })
    }

    pub(crate) fn with_files(self, files: [&PathBuf; 4]) -> Self {
        ImageSet { files: files.into_iter().cloned().collect(), ..self }
    }

    /// The size of the images, and the number of classes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The files that the set was read from: training images and labels, test images and labels.
    /// None where it is embedded.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What the set is, in a sentence: "60000 training and 10000 test images of 28 x 28 in 10
    /// classes".
    pub fn summary(&self) -> String {
        let Shape { rows, columns, classes } = self.shape;
        let training = self.training.len() + self.validation.len();
        let test = self.test.len();
        format!(
            "{training} training and {test} test images of {rows} x {columns} in {classes} classes"
        )
    }

    /// What is unusual about the labels, in a sentence, if anything is: some of the classes, often
    /// the class 0, have no training image.
    pub fn note(&self) -> Option<String> {
        let mut seen = [false; MAX_CLASSES];
        for &label in &self.training.file.labels {
            seen[usize::from(label)] = true;
        }
        let classes = self.shape.classes;
        let unseen: Vec<usize> = (0..classes).filter(|&class| !seen[class]).collect();
        match unseen.as_slice() {
            [] => None,
            [0] => Some(format!(
                "labels start at 1: they are taken as they are, so the last layer has {classes} \
                 outputs, and no image belongs to the first"
            )),
            [class] => Some(format!("no training image has the label {class}")),
            [first, .., last] => Some(format!(
                "no training image has any of {} labels, among them {first} and {last}; \
                 the last layer has {classes} outputs all the same",
                unseen.len()
            )),
        }
    }
}

impl Split {
    /// The images at `indices`, in that order; `relabel` gives the label of each from its own.
    pub fn select(&self, indices: &[u32], mut relabel: impl FnMut(u16) -> u16) -> Split {
        let size = self.pixels_per_image();
        let image = |&index: &u32| &self.pixels()[index as usize * size..][..size];
        let Images { rows, columns, .. } = self.file.images;
        let pixels = indices.iter().flat_map(image).copied().collect();
        let label = |&index: &u32| relabel(self.labels()[index as usize]);
        let labels: Vec<u16> = indices.iter().map(label).collect();
        let range = 0..labels.len();
        let images = Images { rows, columns, pixels };
        let names = self.file.names.clone();
        Split { file: Arc::new(LabelledImages { images, labels, names }), range }
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Those of its images whose indices are in `range`, which must not reach beyond the last.
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

    /// Pixels of an image.
    pub fn pixels_per_image(&self) -> usize {
        self.file.images.rows * self.file.images.columns
    }

    /// The pixels of every image, a byte each, image after image.
    pub fn pixels(&self) -> &[u8] {
        let pixels = self.pixels_per_image();
        &self.file.images.pixels[self.range.start * pixels..self.range.end * pixels]
    }

    /// The label of every image.
    pub fn labels(&self) -> &[u16] {
        &self.file.labels[self.range.clone()]
    }
}

impl Dataset<Image> for Split {
    fn get(&self, index: usize) -> Result<Image, DatasetError> {
        let pixels = self.pixels_per_image();
        Ok(Image {
            pixels: self.pixels()[index * pixels..][..pixels].to_vec(),
            label: self.labels()[index],
        })
    }

    fn len(&self) -> usize {
        self.range.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(size: (usize, usize), labels: Vec<u16>) -> LabelledImages {
        let (rows, columns) = size;
        let pixels = labels.iter().flat_map(|&label| vec![label as u8; rows * columns]).collect();
        LabelledImages::new(Images { rows, columns, pixels }, labels, "a and b").unwrap()
    }

    fn images(n: u16) -> LabelledImages {
        labelled((2, 3), (0..n).map(|label| label % 10).collect())
    }

    #[test]
    fn the_first_training_images_are_the_validation_set() {
        let set = ImageSet::split(images(10), images(3), 4).unwrap();
        assert_eq!(set.validation.labels(), [0, 1, 2, 3]);
        assert_eq!(set.training.labels(), [4, 5, 6, 7, 8, 9]);
        assert_eq!(set.test.len(), 3);
        let other = set.with_validation(9).unwrap();
        assert_eq!((other.training.labels(), other.validation.len()), (&[9][..], 9));
        assert_eq!(set.training.get(1).unwrap(), Image { pixels: vec![5; 6], label: 5 });
        assert_eq!(set.training.part(2..4).labels(), [6, 7]);
        assert_eq!(set.shape(), Shape { rows: 2, columns: 3, classes: 10 });
        assert_eq!(set.summary(), "10 training and 3 test images of 2 x 3 in 10 classes");
        assert_eq!(set.note(), None);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let refused = |training, test, validation| {
            ImageSet::split(training, test, validation).unwrap_err().to_string()
        };
        let image = Images { rows: 1, columns: 1, pixels: vec![0; 3] };
        let no_image = Images { rows: 1, columns: 1, pixels: Vec::new() };
        let messages = [
            refused(images(10), images(3), 10),
            refused(images(10), labelled((3, 2), vec![0]), 1),
            refused(labelled((1, 1), vec![0, 0]), labelled((1, 1), vec![0]), 1),
            LabelledImages::new(image, vec![1, 2], "a and b").unwrap_err().to_string(),
            LabelledImages::new(no_image, vec![], "a and b").unwrap_err().to_string(),
        ];
        insta::assert_snapshot!(messages.join("\n"));
    }

    #[test]
    fn classes_without_images_are_told_of_and_labels_are_taken_as_they_are() {
        let set = |labels: &[u16]| {
            let training = labelled((1, 1), labels.to_vec());
            ImageSet::split(training, labelled((1, 1), vec![1]), 0).unwrap()
        };
        assert_eq!(set(&[1, 26]).shape().classes, 27);
        let notes = [&[1, 2][..], &[0, 2], &[0, 5], &[0, 1]].map(|labels| set(labels).note());
        insta::assert_debug_snapshot!(notes);
    }
}
