//! Small data sets in IDX files, for tests.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// How labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)]
pub(crate) enum Labels {
    /// As bytes.
    Bytes,
    /// As 16-bit numbers.
    Short,
    /// As QMNIST has them: eight 32-bit numbers a row.
    Qmnist,
}

/// A data set whose images show their labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set {
    pub(crate) training: usize,
    pub(crate) test: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// One more than the largest label.
    pub(crate) classes: usize,
    /// The smallest label.
    pub(crate) first: usize,
    pub(crate) labels: Labels,
    /// gzip members of files whose names end in `.gz`.
    pub(crate) members: usize,
}

impl Default for Set {
    fn default() -> Self {
        Set {
            training: 400,
            test: 300,
            rows: 4,
            columns: 4,
            classes: 10,
            first: 0,
            labels: Labels::Bytes,
            members: 1,
        }
    }
}

#[allow(dead_code)]
impl Set {
    /// Writes it under MNIST's names.
    pub(crate) fn write_usual(&self, folder: &Path) {
        self.write(
            folder,
            [
                "train-images-idx3-ubyte",
                "train-labels-idx1-ubyte",
                "t10k-images-idx3-ubyte",
                "t10k-labels-idx1-ubyte",
            ],
        );
    }

    /// Writes it under these names: training images and labels, test images and labels.
    pub(crate) fn write(&self, folder: &Path, names: [&str; 4]) {
        for (pair, count) in names.chunks(2).zip([self.training, self.test]) {
            let [images, labels] = pair else { continue };
            self.write_file(&folder.join(images), &self.images(count));
            self.write_file(&folder.join(labels), &self.labels_of(count));
        }
    }

    fn label(&self, index: usize) -> usize {
        self.first + index % (self.classes - self.first)
    }

    fn images(&self, count: usize) -> Vec<u8> {
        let pixels = self.rows * self.columns;
        let mut file = header([0, 0, 8, 3], &[count, self.rows, self.columns]);
        for index in 0..count {
            let label = self.label(index);
            file.extend((0..pixels).map(|pixel| ((label + 1) * (pixel + 3) * 37 % 251) as u8));
        }
        file
    }

    fn labels_of(&self, count: usize) -> Vec<u8> {
        let labels = (0..count).map(|index| self.label(index));
        match self.labels {
            Labels::Bytes => {
                let labels = labels.map(|label| label as u8);
                header([0, 0, 8, 1], &[count]).into_iter().chain(labels).collect()
            }
            Labels::Short => {
                let labels = labels.flat_map(|label| (label as i16).to_be_bytes());
                header([0, 0, 11, 1], &[count]).into_iter().chain(labels).collect()
            }
            Labels::Qmnist => {
                let rows = labels.flat_map(|label| {
                    let row = [label as i32, 4, 5, 6, 7, 8, -1, 0];
                    row.into_iter().flat_map(i32::to_be_bytes)
                });
                header([0, 0, 12, 2], &[count, 8]).into_iter().chain(rows).collect()
            }
        }
    }

    fn write_file(&self, path: &Path, bytes: &[u8]) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.extension().is_none_or(|extension| extension != "gz") {
            return std::fs::write(path, bytes).unwrap();
        }
        let member = |part: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(part).unwrap();
            encoder.finish().unwrap()
        };
        let size = bytes.len().div_ceil(self.members).max(1);
        std::fs::write(path, bytes.chunks(size).flat_map(member).collect::<Vec<u8>>()).unwrap();
    }
}

fn header(start: [u8; 4], dimensions: &[usize]) -> Vec<u8> {
    let dimensions = dimensions.iter().flat_map(|&size| (size as u32).to_be_bytes());
    start.into_iter().chain(dimensions).collect()
}
