//! A set from a folder of IDX files.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::files::{SetFiles, find};
use crate::idx::{IdxError, read_images, read_labels};
use crate::set::ImageSet;
use crate::set_error::SetError;
use crate::split::LabelledImages;

impl ImageSet {
    /// Reads the set at `path`, and splits the first `validation` training images off.
    ///
    /// The four files have MNIST's names (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`),
    /// EMNIST's (`emnist-letters-test-images-idx3-ubyte`) or QMNIST's
    /// (`qmnist-train-labels-idx2-int`), with a `-` or a `.` before `idx`, plain or with `.gz`.
    /// They lie in the folder or up to two folders below it. Where a folder holds several sets,
    /// `path` is the folder and the start of their names: `gzip/emnist-letters`. A `~` at the start
    /// of the path is the home directory.
    ///
    /// # Errors
    /// [`SetError`]: a file is missing, is damaged, or does not fit the others.
    pub fn from_folder(path: &Path, validation: usize) -> Result<ImageSet, SetError> {
        let files = find(&expand_home(path)?)?;
        let SetFiles { training_images, training_labels, test_images, test_labels } = &files;
        let training = read_pair(training_images, training_labels)?;
        let test = read_pair(test_images, test_labels)?;
        let set = ImageSet::split(training, test, validation)?;
        let files = [training_images, training_labels, test_images, test_labels];
        Ok(set.with_files(files.into_iter().cloned().collect()))
    }
}

/// The path with a `~` at its start replaced by the home directory, as shells do it.
fn expand_home(path: &Path) -> Result<PathBuf, SetError> {
    match path.strip_prefix("~") {
        Ok(below) => match std::env::home_dir() {
            Some(home) => Ok(home.join(below)),
            None => Err(SetError::NoHome(path.to_owned())),
        },
        Err(_) => Ok(path.to_owned()),
    }
}

fn read_pair(images: &Path, labels: &Path) -> Result<LabelledImages, SetError> {
    let pixels = read(images, read_images)?;
    let labels_of = read(labels, read_labels)?;
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    LabelledImages::new(pixels, labels_of, &format!("{} and {}", images.display(), name(labels)))
}

fn read<T>(path: &Path, reader: fn(BufReader<File>) -> Result<T, IdxError>) -> Result<T, SetError> {
    File::open(path)
        .map_err(IdxError::Io)
        .and_then(|file| reader(BufReader::with_capacity(1 << 16, file)))
        .map_err(|source| SetError::File { file: path.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The canonical files as they lie in this crate serve as some folder of `.gz` files.
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
        assert_eq!(folder.shape(), embedded.shape());
        assert_eq!(folder.files().len(), 4);
    }

    #[test]
    fn a_file_of_another_kind_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for part in
            ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
        {
            // Labels where images should be, too.
            fs::copy(
                canonical().join("train-labels-idx1-ubyte.gz"),
                folder.path().join(format!("{part}-ubyte")),
            )
            .unwrap();
        }
        let error = ImageSet::from_folder(folder.path(), 5_000).unwrap_err().to_string();
        let expected = "train-images-idx3-ubyte cannot be used: it has 1 dimension, a file of \
                        images has 3: images, rows and columns";
        assert!(error.ends_with(expected), "{error}");
    }
}
