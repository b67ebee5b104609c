//! Reading IDX, the format of the MNIST files: a big-endian header (two zero bytes, the type of the
//! numbers, how many dimensions, then each dimension) and the numbers. Nothing in a file is
//! believed before it is checked, and no more is allocated than the file really holds.

use std::fmt;
use std::io::{BufRead, Read};

use crate::gzip::{MAGIC, Members};

/// The largest file that is read, once unpacked.
pub(crate) const MAX_BYTES: u64 = 1 << 30;
/// The largest number of classes.
pub(crate) const MAX_CLASSES: usize = 1_000;

/// What is wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// It cannot be read or unpacked.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is another kind of file.
    #[error("it is no IDX file: it starts with {}, an IDX file with 00 00", hex(.0))]
    Foreign(Vec<u8>),
    /// Its numbers have a type that is not read.
    #[error("its numbers are {found}, those of a file of {of} are {expected}")]
    Type {
        /// What the file should hold.
        of: &'static str,
        /// The types that such a file may have.
        expected: &'static str,
        /// The type of this one.
        found: NumberType,
    },
    /// It has another number of dimensions.
    #[error("it has {}, a file of {of} has {expected}", dimensions(*.found))]
    Dimensions {
        /// What the file should hold.
        of: &'static str,
        /// The dimensions that such a file has.
        expected: &'static str,
        /// How many this one has.
        found: u8,
    },
    /// Its images have no pixels.
    #[error("its images are {rows} x {columns}: they have no pixels")]
    NoPixels {
        /// Rows of an image.
        rows: u32,
        /// Columns of an image.
        columns: u32,
    },
    /// It claims to hold more than any file that is read.
    #[error(
        "it claims to hold {0} bytes of data; more than {limit} MiB are not read",
        limit = MAX_BYTES >> 20
    )]
    TooLarge(u128),
    /// It ends before it holds what it claims to.
    #[error("it is cut short: it claims to hold {claimed} bytes of data, but ends after {found}")]
    Truncated {
        /// Bytes that its header speaks of.
        claimed: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// It goes on after what it claims to hold.
    #[error("it goes on after the {0} bytes of data that it claims to hold")]
    Oversized(u64),
    /// A label is no class.
    #[error("label {index} is {label}; labels are from 0 to {largest}", largest = MAX_CLASSES - 1)]
    Label {
        /// The index of the label, from 0.
        index: usize,
        /// What it is.
        label: i64,
    },
}

/// The type of the numbers in an IDX file, by its code in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberType(u8);

impl NumberType {
    const UNSIGNED_BYTE: NumberType = NumberType(0x08);

    /// Bytes of a whole number; `None` for other types.
    fn whole_number_bytes(self) -> Option<usize> {
        match self.0 {
            0x08 | 0x09 => Some(1),
            0x0b => Some(2),
            0x0c => Some(4),
            _ => None,
        }
    }

    /// The whole number in `bytes`, which are as many as [`Self::whole_number_bytes`].
    fn whole_number(self, bytes: &[u8]) -> i64 {
        match (self.0, bytes) {
            (0x09, &[byte]) => i64::from(byte.cast_signed()),
            (_, &[byte]) => i64::from(byte),
            (_, &[a, b]) => i64::from(i16::from_be_bytes([a, b])),
            (_, &[a, b, c, d]) => i64::from(i32::from_be_bytes([a, b, c, d])),
            _ => -1,
        }
    }
}

impl fmt::Display for NumberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x08 => f.write_str("unsigned bytes"),
            0x09 => f.write_str("signed bytes"),
            0x0b => f.write_str("16-bit whole numbers"),
            0x0c => f.write_str("32-bit whole numbers"),
            0x0d => f.write_str("32-bit floats"),
            0x0e => f.write_str("64-bit floats"),
            other => write!(f, "of the unknown type {other:02x}"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".into();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn dimensions(count: u8) -> String {
    format!("{count} dimension{}", if count == 1 { "" } else { "s" })
}

/// Images as a file holds them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Images {
    /// Rows of an image.
    pub(crate) rows: usize,
    /// Columns of an image.
    pub(crate) columns: usize,
    /// Image after image, row after row.
    pub(crate) pixels: Vec<u8>,
}

/// Reads a file of images: unsigned bytes in three dimensions.
pub(crate) fn read_images(file: impl BufRead) -> Result<Images, IdxError> {
    const OF: &str = "images";
    let mut file = unpacked(file)?;
    let (numbers, dimensions) = read_type(&mut file)?;
    if numbers != NumberType::UNSIGNED_BYTE {
        return Err(IdxError::Type { of: OF, expected: "unsigned bytes", found: numbers });
    }
    if dimensions != 3 {
        let expected = "3: images, rows and columns";
        return Err(IdxError::Dimensions { of: OF, expected, found: dimensions });
    }
    let [count, rows, columns] = [(); 3].map(|()| read_u32(&mut file));
    let (count, rows, columns) = (count?, rows?, columns?);
    if rows == 0 || columns == 0 {
        return Err(IdxError::NoPixels { rows, columns });
    }
    let claimed = u128::from(count) * u128::from(rows) * u128::from(columns);
    let pixels = read_data(file, claimed)?;
    Ok(Images { rows: rows as usize, columns: columns as usize, pixels })
}

/// Reads a file of labels: whole numbers in one dimension or, as QMNIST has them, in two, of which
/// the first column is the class.
pub(crate) fn read_labels(file: impl BufRead) -> Result<Vec<u16>, IdxError> {
    const OF: &str = "labels";
    let mut file = unpacked(file)?;
    let (numbers, dimensions) = read_type(&mut file)?;
    let Some(bytes) = numbers.whole_number_bytes() else {
        return Err(IdxError::Type { of: OF, expected: "whole numbers", found: numbers });
    };
    let count = read_u32(&mut file)?;
    let columns = match dimensions {
        1 => 1,
        2 => read_u32(&mut file)?,
        found => {
            let expected = "1, or 2 of which the first column is the class";
            return Err(IdxError::Dimensions { of: OF, expected, found });
        }
    };
    let data = read_data(file, u128::from(count) * u128::from(columns) * bytes as u128)?;
    let row = (columns as usize * bytes).max(1);
    data.chunks_exact(row)
        .enumerate()
        .map(|(index, row)| {
            let label = numbers.whole_number(&row[..bytes]);
            match u16::try_from(label) {
                Ok(class) if usize::from(class) < MAX_CLASSES => Ok(class),
                _ => Err(IdxError::Label { index, label }),
            }
        })
        .collect()
}

/// The file's content, unpacked if it is gzip: its first bytes tell, not its name.
fn unpacked<'a>(mut file: impl BufRead + 'a) -> Result<Box<dyn Read + 'a>, IdxError> {
    let mut start = [0; 2];
    let length = read_up_to(&mut file, &mut start)?;
    let file = std::io::Cursor::new(start).take(length as u64).chain(file);
    Ok(if start == MAGIC { Box::new(Members::new(file)) } else { Box::new(file) })
}

/// The type of the numbers, and how many dimensions there are.
fn read_type(file: &mut impl Read) -> Result<(NumberType, u8), IdxError> {
    let mut start = [0; 4];
    let length = read_up_to(file, &mut start)?;
    match start {
        [0, 0, numbers, dimensions] if length == start.len() => {
            Ok((NumberType(numbers), dimensions))
        }
        _ => Err(IdxError::Foreign(start[..length].to_vec())),
    }
}

fn read_u32(file: &mut impl Read) -> Result<u32, IdxError> {
    let mut bytes = [0; 4];
    let length = read_up_to(file, &mut bytes)?;
    if length < bytes.len() {
        return Err(IdxError::Truncated { claimed: bytes.len() as u64, found: length as u64 });
    }
    Ok(u32::from_be_bytes(bytes))
}

/// Reads the numbers that follow a header, which must be `claimed` bytes.
fn read_data(file: impl Read, claimed: u128) -> Result<Vec<u8>, IdxError> {
    let claimed = match u64::try_from(claimed) {
        Ok(bytes) if bytes <= MAX_BYTES => bytes,
        _ => return Err(IdxError::TooLarge(claimed)),
    };
    // A false claim costs little memory: more than MNIST needs is taken only as the data come. One
    // byte beyond the claim shows a file that goes on.
    let mut data = Vec::with_capacity(claimed.min(64 << 20) as usize);
    file.take(claimed + 1).read_to_end(&mut data)?;
    match data.len() as u64 {
        found if found < claimed => Err(IdxError::Truncated { claimed, found }),
        found if found > claimed => Err(IdxError::Oversized(claimed)),
        _ => Ok(data),
    }
}

/// Fills as much of `buffer` as the file has, and gives how much that is.
fn read_up_to(file: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(start: [u8; 4], dimensions: &[u32], data: &[u8]) -> Vec<u8> {
        let dimensions = dimensions.iter().flat_map(|number| number.to_be_bytes());
        start.into_iter().chain(dimensions).chain(data.iter().copied()).collect()
    }

    const IMAGES: [u8; 4] = [0, 0, 8, 3];

    #[test]
    fn images_of_any_size_are_read() {
        let images = |dimensions: [u32; 3], data: &[u8]| {
            read_images(&file(IMAGES, &dimensions, data)[..]).unwrap()
        };
        let square = images([2, 28, 28], &[7; 1568]);
        assert_eq!((square.rows, square.columns, square.pixels), (28, 28, vec![7; 1568]));
        let wide = images([2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        assert_eq!((wide.rows, wide.columns, wide.pixels.len()), (1, 3, 6));
    }

    #[test]
    fn labels_of_every_type_of_whole_number_are_read_and_those_of_qmnist() {
        let labels = |start, dimensions: &[u32], data: &[u8]| {
            read_labels(&file(start, dimensions, data)[..]).unwrap()
        };
        assert_eq!(labels([0, 0, 8, 1], &[3], &[0, 9, 200]), [0, 9, 200]);
        assert_eq!(labels([0, 0, 9, 1], &[2], &[0, 127]), [0, 127]);
        assert_eq!(labels([0, 0, 11, 1], &[2], &[3, 231, 0, 1]), [999, 1]);
        assert_eq!(labels([0, 0, 12, 1], &[1], &[0, 0, 0, 61]), [61]);
        let rows = [0, 0, 0, 5, 0, 0, 0, 77, 0, 0, 0, 4, 255, 255, 255, 255];
        assert_eq!(labels([0, 0, 12, 2], &[2, 2], &rows), [5, 4]);
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let of_images = |bytes: &[u8]| read_images(bytes).unwrap_err().to_string();
        let of_labels = |bytes: &[u8]| read_labels(bytes).unwrap_err().to_string();
        let whole = file(IMAGES, &[2, 28, 28], &[7; 1568]);
        let messages = [
            of_images(&whole[..whole.len() - 1]),
            of_images(&file(IMAGES, &[1, 28, 28], &[7; 1568])),
            of_images(&file(IMAGES, &[1, 0, 28], &[])),
            of_images(&file([0, 0, 8, 4], &[1, 28, 28, 3], &[])),
            of_images(&file([0, 0, 13, 3], &[1, 28, 28], &[])),
            of_images(&file(IMAGES, &[u32::MAX; 3], &[])),
            of_images(b"PK\x03\x04 a zip file"),
            of_images(b""),
            of_labels(&file([0, 0, 14, 1], &[1], &[])),
            of_labels(&file([0, 0, 8, 1], &[2], &[3, 11, 4])),
            of_labels(&file([0, 0, 12, 1], &[2], &[0, 0, 0, 1, 255, 255, 255, 255])),
            of_labels(&file([0, 0, 11, 1], &[1], &[3, 232])),
            of_labels(&file([0, 0, 7, 1], &[1], &[0])),
            of_labels(&whole),
        ];
        insta::assert_snapshot!(messages.join("\n"));
    }

    #[test]
    fn a_damaged_gzip_file_is_an_error() {
        let mut packed = include_bytes!("../data/t10k-labels-idx1-ubyte.gz").to_vec();
        let middle = packed.len() / 2;
        packed[middle] ^= 0x10;
        assert!(read_labels(&packed[..]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), magic in any::<bool>(),
        ) {
            let mut file = if magic { vec![0, 0, 8, 1] } else { Vec::new() };
            file.extend(bytes);
            let _ = read_images(&file[..]);
            if let Ok(labels) = read_labels(&file[..])
                && magic
            {
                prop_assert!(labels.len() + 8 == file.len());
            }
        }
    }
}
