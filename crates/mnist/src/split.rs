//! Some of the images of a file with their labels, as a burn dataset.

use std::ops::Range;
use std::sync::Arc;

use burn_dataset::{Dataset, DatasetError};

use crate::idx::Images;
use crate::set_error::SetError;

/// Some of the images of a file, with their labels. Cloning one shares the images.
#[derive(Debug, Clone)]
pub struct Split {
    pub(crate) file: Arc<LabelledImages>,
    pub(crate) range: Range<usize>,
}

/// The images of one file and the labels of its sibling.
#[derive(Debug)]
pub(crate) struct LabelledImages {
    pub(crate) images: Images,
    pub(crate) labels: Vec<u16>,
    /// The names of the two files, for messages.
    pub(crate) names: String,
}

/// One labelled image, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// A byte for each pixel, row after row; 0 is the background.
    pub pixels: Vec<u8>,
    /// The class, from 0.
    pub label: u16,
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

    pub(crate) fn size(&self) -> (usize, usize) {
        (self.images.rows, self.images.columns)
    }

    pub(crate) fn largest_label(&self) -> usize {
        self.labels.iter().copied().max().map_or(0, usize::from)
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
