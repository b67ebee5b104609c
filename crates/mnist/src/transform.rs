//! A set made of another: some of its classes, smaller images, pixels in another order.

use std::sync::Arc;

use crate::idx::Images;
use crate::set::{ImageSet, Shape};
use crate::set_error::SetError;
use crate::split::{LabelledImages, Split};

impl ImageSet {
    /// The images of some classes, which become the classes 0, 1 and so on in that order. The set
    /// has no validation images.
    ///
    /// # Errors
    /// [`SetError::NoClass`], or [`SetError::Empty`] where they have no image.
    pub fn of_classes(&self, classes: &[u16]) -> Result<ImageSet, SetError> {
        if let Some(&class) = classes.iter().find(|class| **class as usize >= self.shape.classes) {
            return Err(SetError::NoClass { class, classes: self.shape.classes });
        }
        let new_label = |label: u16| classes.iter().position(|&class| class == label);
        let shape = Shape { classes: classes.len(), ..self.shape };
        let Shape { rows, columns, .. } = shape;
        self.map(shape, |file| {
            let kept: Vec<(usize, u16)> = (0..file.labels.len())
                .filter_map(|index| Some((index, new_label(file.labels[index])? as u16)))
                .collect();
            let image = |&(index, _): &(usize, u16)| image(file, index);
            let pixels = kept.iter().flat_map(image).copied().collect();
            let images = Images { rows, columns, pixels };
            let labels = kept.iter().map(|(_, label)| *label).collect();
            LabelledImages::new(images, labels, &file.names)
        })
    }

    /// The images made smaller: each pixel is the mean, rounded, of a square of `side` x `side`.
    /// The set has no validation images.
    ///
    /// # Errors
    /// [`SetError::Pool`] where images do not divide into such squares.
    pub fn pooled(&self, side: usize) -> Result<ImageSet, SetError> {
        let Shape { rows, columns, .. } = self.shape;
        if side == 0 || !rows.is_multiple_of(side) || !columns.is_multiple_of(side) {
            return Err(SetError::Pool { rows, columns, side });
        }
        let shape = Shape { rows: rows / side, columns: columns / side, ..self.shape };
        let area = (side * side) as u32;
        self.map(shape, |file| {
            let mut pixels = Vec::with_capacity(file.labels.len() * shape.pixels());
            for index in 0..file.labels.len() {
                let image = image(file, index);
                for corner in 0..shape.pixels() {
                    let (row, column) = (corner / shape.columns, corner % shape.columns);
                    let of_row = |y: usize| {
                        let start = (row * side + y) * columns + column * side;
                        image[start..start + side]
                            .iter()
                            .map(|&pixel| u32::from(pixel))
                            .sum::<u32>()
                    };
                    let sum: u32 = (0..side).map(of_row).sum();
                    pixels.push(((sum + area / 2) / area) as u8);
                }
            }
            let images = Images { rows: shape.rows, columns: shape.columns, pixels };
            LabelledImages::new(images, file.labels.clone(), &file.names)
        })
    }

    /// The images with their pixels in another order, the same for all: pixel `order[i]` becomes
    /// the i-th. The set has no validation images.
    ///
    /// # Errors
    /// None, if `order` has each pixel once.
    pub fn with_pixel_order(&self, order: &[u32]) -> Result<ImageSet, SetError> {
        let Shape { rows, columns, .. } = self.shape;
        self.map(self.shape, |file| {
            let mut pixels = Vec::with_capacity(file.images.pixels.len());
            for index in 0..file.labels.len() {
                let image = image(file, index);
                pixels.extend(order.iter().map(|&pixel| image[pixel as usize]));
            }
            let images = Images { rows, columns, pixels };
            LabelledImages::new(images, file.labels.clone(), &file.names)
        })
    }

    fn map(
        &self,
        shape: Shape,
        of: impl Fn(&LabelledImages) -> Result<LabelledImages, SetError>,
    ) -> Result<ImageSet, SetError> {
        let file = |split: &Split| of(&split.file).map(Arc::new);
        let set = ImageSet::whole(file(&self.training)?, file(&self.test)?, shape);
        Ok(set.with_files(self.files().to_vec()))
    }
}

/// The pixels of one image.
fn image(file: &LabelledImages, index: usize) -> &[u8] {
    let (rows, columns) = file.size();
    &file.images.pixels[index * rows * columns..][..rows * columns]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> ImageSet {
        let shape = Shape { rows: 2, columns: 4, classes: 3 };
        let images = |labels: &[u16]| {
            let pixels = labels.iter().flat_map(|&label| (0..8).map(move |i| i * 10 + label as u8));
            (pixels.collect(), labels.to_vec())
        };
        ImageSet::from_images(shape, [images(&[2, 0, 1, 2]), images(&[1, 2])]).unwrap()
    }

    #[test]
    fn some_classes_are_kept_in_the_order_that_is_asked_for() {
        let two = set().of_classes(&[2, 0]).unwrap();
        assert_eq!(two.training.labels(), [0, 1, 0]);
        assert_eq!(two.test.labels(), [0]);
        assert_eq!(two.shape().classes, 2);
        assert_eq!(two.training.pixels()[8..16], [0, 10, 20, 30, 40, 50, 60, 70]);
        assert_eq!(
            set().of_classes(&[0, 3]).unwrap_err().to_string(),
            "there is no class 3: the set has the classes 0 to 2"
        );
        assert!(set().of_classes(&[0]).is_err(), "no test image has the class 0");
    }

    #[test]
    fn a_pooled_pixel_is_the_mean_of_a_square() {
        let small = set().pooled(2).unwrap();
        assert_eq!(small.shape(), Shape { rows: 1, columns: 2, classes: 3 });
        // (0 + 10 + 40 + 50) / 4 = 25 and (20 + 30 + 60 + 70) / 4 = 45, and the label.
        assert_eq!(small.training.pixels(), [27, 47, 25, 45, 26, 46, 27, 47]);
        assert_eq!(small.training.labels(), set().training.labels());
        assert_eq!(
            set().pooled(4).unwrap_err().to_string(),
            "images of 2 x 4 do not divide into squares of 4 x 4"
        );
    }

    #[test]
    fn every_image_has_its_pixels_in_the_same_order() {
        let order = [7, 6, 5, 4, 3, 2, 1, 0];
        let turned = set().with_pixel_order(&order).unwrap();
        assert_eq!(turned.test.pixels()[..8], [71, 61, 51, 41, 31, 21, 11, 1]);
        let back = turned.with_pixel_order(&order).unwrap();
        assert_eq!(back.training.pixels(), set().training.pixels());
    }
}
