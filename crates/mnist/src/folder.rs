//! A set of the same form as MNIST from a folder: Fashion-MNIST, KMNIST, or one of your own.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::idx::{IdxError, read_images, read_labels};
use crate::set::LabelledImages;
use crate::{ImageSet, SetError};

impl ImageSet {
    /// Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
    /// `t10k-labels-idx1-ubyte` from `folder`, each plain or with `.gz`, and splits the first
    /// `validation` training images off.
    ///
    /// # Errors
    /// [`SetError`]: a file is missing, is no IDX file of 28 x 28 images or of labels 0 to 9, is
    /// truncated or too long, or does not match its sibling.
    pub fn from_folder(folder: &Path, validation: usize) -> Result<ImageSet, SetError> {
        let training = read_pair(
            folder,
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "training files",
        )?;
        let test =
            read_pair(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "test files")?;
        ImageSet::split(training, test, validation)
    }
}

fn read_pair(
    folder: &Path,
    images: &'static str,
    labels: &'static str,
    what: &str,
) -> Result<LabelledImages, SetError> {
    let of = format!("the {what} in {}", folder.display());
    LabelledImages::new(read(folder, images, read_images)?, read(folder, labels, read_labels)?, &of)
}

fn read(
    folder: &Path,
    name: &'static str,
    reader: fn(BufReader<File>) -> Result<Vec<u8>, IdxError>,
) -> Result<Vec<u8>, SetError> {
    let path =
        find(folder, name).ok_or_else(|| SetError::Missing { folder: folder.to_owned(), name })?;
    File::open(&path)
        .map_err(IdxError::Io)
        .and_then(|file| reader(BufReader::new(file)))
        .map_err(|source| SetError::File { file: path.display().to_string(), source })
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))].into_iter().find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The canonical files as they lie in this crate serve as "some folder" of `.gz` files.
    fn canonical() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
    }

    #[test]
    fn a_folder_of_gz_files_is_the_embedded_set() {
        let (folder, embedded) = (
            ImageSet::from_folder(&canonical(), 5_000).unwrap(),
            ImageSet::embedded(5_000).unwrap(),
        );
        assert!(folder.training.pixels() == embedded.training.pixels());
        assert!(folder.test.labels() == embedded.test.labels());
    }

    #[test]
    fn a_missing_file_and_a_mislabelled_one_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = ImageSet::from_folder(folder.path(), 5_000).unwrap_err().to_string();
        assert!(
            error.ends_with("holds no train-images-idx3-ubyte (nor train-images-idx3-ubyte.gz)"),
            "{error}"
        );

        // Labels where images should be.
        fs::copy(
            canonical().join("train-labels-idx1-ubyte.gz"),
            folder.path().join("train-images-idx3-ubyte"),
        )
        .unwrap();
        let error = ImageSet::from_folder(folder.path(), 5_000).unwrap_err().to_string();
        assert!(
            error.contains(
                "train-images-idx3-ubyte cannot be used: it is not an IDX file of images"
            ),
            "{error}"
        );
    }
}
