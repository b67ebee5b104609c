//! A set of labelled images and its three splits.

use std::path::PathBuf;
use std::sync::Arc;

use crate::idx::{Images, MAX_CLASSES};
use crate::set_error::SetError;
use crate::split::{LabelledImages, Split};

/// A set split in three.
#[derive(Debug, Clone)]
pub struct ImageSet {
    /// The training file's images after the first ones: 55,000 of MNIST's.
    pub training: Split,
    /// The training file's first images: 5,000 of MNIST's.
    pub validation: Split,
    /// The test file's images: 10,000 of MNIST's.
    pub test: Split,
    pub(crate) shape: Shape,
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
        let (rows, columns) = training.size();
        let classes = training.largest_label().max(test.largest_label()) + 1;
        if classes < 2 {
            return Err(SetError::OneClass(training.names));
        }
        let shape = Shape { rows, columns, classes };
        ImageSet::whole(Arc::new(training), Arc::new(test), shape).with_validation(validation)
    }

    /// A set of images that are in no file: for training (validation images among them) and for
    /// test, the pixels of each, image after image, with their labels.
    ///
    /// # Errors
    /// There are not as many images as labels, or none.
    pub fn from_images(
        shape: Shape,
        [training, test]: [(Vec<u8>, Vec<u16>); 2],
    ) -> Result<ImageSet, SetError> {
        let Shape { rows, columns, .. } = shape;
        let labelled = |(pixels, labels), names| {
            LabelledImages::new(Images { rows, columns, pixels }, labels, names)
        };
        let (training, test) =
            (labelled(training, "the training images")?, labelled(test, "the test images")?);
        Ok(ImageSet::whole(Arc::new(training), Arc::new(test), shape))
    }

    /// A set without validation images.
    pub(crate) fn whole(
        training: Arc<LabelledImages>,
        test: Arc<LabelledImages>,
        shape: Shape,
    ) -> Self {
        ImageSet {
            validation: Split { file: Arc::clone(&training), range: 0..0 },
            training: Split { range: 0..training.labels.len(), file: training },
            test: Split { range: 0..test.labels.len(), file: test },
            shape,
            files: Vec::new(),
        }
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

    pub(crate) fn with_files(self, files: Vec<PathBuf>) -> Self {
        ImageSet { files, ..self }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::Image;
    use burn_dataset::Dataset;

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
