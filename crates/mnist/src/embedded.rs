//! MNIST itself: the four canonical files, compressed, inside the binary.

use crate::idx::{read_images, read_labels};
use crate::set::ImageSet;
use crate::set_error::SetError;
use crate::split::LabelledImages;

const TRAINING_IMAGES: &[u8] = include_bytes!("../data/train-images-idx3-ubyte.gz");
const TRAINING_LABELS: &[u8] = include_bytes!("../data/train-labels-idx1-ubyte.gz");
const TEST_IMAGES: &[u8] = include_bytes!("../data/t10k-images-idx3-ubyte.gz");
const TEST_LABELS: &[u8] = include_bytes!("../data/t10k-labels-idx1-ubyte.gz");

impl ImageSet {
    /// MNIST, its first `validation` training images split off as the validation set; the tutorial
    /// splits off 5,000.
    ///
    /// gzip's own checksum guards every byte as it is unpacked, and a test holds the bytes to the
    /// canonical SHA-256.
    ///
    /// # Errors
    /// [`SetError::Validation`] where `validation` leaves none of the 60,000 images to train on.
    pub fn embedded(validation: usize) -> Result<ImageSet, SetError> {
        // The two files unpack side by side: this is most of what a program does before its first
        // step.
        let (training, test) = std::thread::scope(|scope| {
            let test = scope.spawn(|| unpack(TEST_IMAGES, TEST_LABELS, "MNIST's test files"));
            (unpack(TRAINING_IMAGES, TRAINING_LABELS, "MNIST's training files"), test.join())
        });
        let test = test.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        ImageSet::split(training?, test?, validation)
    }
}

fn unpack(images: &[u8], labels: &[u8], of: &str) -> Result<LabelledImages, SetError> {
    let failed = |source| SetError::File { file: of.to_owned(), source };
    LabelledImages::new(
        read_images(images).map_err(failed)?,
        read_labels(labels).map_err(failed)?,
        of,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::io::Read;

    #[test]
    fn the_embedded_files_are_the_canonical_ones() {
        let sha256 = |packed: &[u8]| {
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
            Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(
            sha256(TRAINING_IMAGES),
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
        );
        assert_eq!(
            sha256(TRAINING_LABELS),
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
        );
        assert_eq!(
            sha256(TEST_IMAGES),
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
        );
        assert_eq!(
            sha256(TEST_LABELS),
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
        );
    }

    #[test]
    fn the_tutorials_split_holds_563_of_its_most_frequent_validation_digit() {
        let set = ImageSet::embedded(5_000).unwrap();
        let mut counts = [0; 10];
        for &label in set.validation.labels() {
            counts[usize::from(label)] += 1;
        }
        // 563 of 5,000 is the tutorial's 11.26 % for a network that answers with one class.
        assert_eq!(counts.iter().max(), Some(&563));
    }
}
