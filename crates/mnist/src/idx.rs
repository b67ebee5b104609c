//! Reading IDX, the format of the MNIST files: a big-endian header (two zero bytes, the type of the
//! numbers, how many dimensions, then each dimension) and the numbers. Nothing in a file is
//! believed before it is checked, and nothing is allocated beyond what the file really holds or
//! [`MAX_BYTES`].

use std::io::Read;

use flate2::read::GzDecoder;

use crate::{CLASSES, PIXELS, SIDE};

/// The largest file that is read, once unpacked: twenty times MNIST's.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// What is wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    /// It cannot be read or unpacked.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is another kind of file.
    #[error("it is not an IDX file of {expected}: it starts with {}, where {} was expected", hex(.found), hex(.wanted))]
    Foreign {
        /// What the file should hold.
        expected: &'static str,
        /// The four bytes that such a file starts with.
        wanted: [u8; 4],
        /// Those that this one starts with.
        found: Vec<u8>,
    },
    /// Its images have another size.
    #[error("its images are {rows} x {columns}; {side} x {side} are needed", side = SIDE)]
    Shape {
        /// Rows of an image.
        rows: u32,
        /// Columns of an image.
        columns: u32,
    },
    /// It claims to hold more than any file that is read.
    #[error("it claims to hold {0} items, which is more than the {limit} MiB that are read", limit = MAX_BYTES >> 20)]
    TooLarge(u32),
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
    #[error("label {index} is {label}; labels are 0 to {}", CLASSES - 1)]
    Label {
        /// Which label, from 0.
        index: usize,
        /// What it is.
        label: u8,
    },
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".into();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Reads a file of 28 x 28 images: their pixels, image after image, row after row.
pub(crate) fn read_images(file: impl Read) -> Result<Vec<u8>, IdxError> {
    let mut file = unpacked(file)?;
    let count = read_header(&mut file, "images", [0, 0, 8, 3])?;
    let (rows, columns) = (read_u32(&mut file)?, read_u32(&mut file)?);
    if rows as usize != SIDE || columns as usize != SIDE {
        return Err(IdxError::Shape { rows, columns });
    }
    read_data(file, count, PIXELS as u64)
}

/// Reads a file of labels, each below [`CLASSES`].
pub(crate) fn read_labels(file: impl Read) -> Result<Vec<u8>, IdxError> {
    let mut file = unpacked(file)?;
    let count = read_header(&mut file, "labels", [0, 0, 8, 1])?;
    let labels = read_data(file, count, 1)?;
    match labels.iter().position(|&label| usize::from(label) >= CLASSES) {
        Some(index) => Err(IdxError::Label { index, label: labels[index] }),
        None => Ok(labels),
    }
}

/// The file's content, unpacked if it is gzip: told by its first bytes, not by its name.
fn unpacked<'a>(mut file: impl Read + 'a) -> Result<Box<dyn Read + 'a>, IdxError> {
    let mut start = [0; 2];
    let length = read_up_to(&mut file, &mut start)?;
    let file = std::io::Cursor::new(start).take(length as u64).chain(file);
    Ok(if start == [0x1f, 0x8b] { Box::new(GzDecoder::new(file)) } else { Box::new(file) })
}

fn read_header(
    file: &mut impl Read,
    expected: &'static str,
    wanted: [u8; 4],
) -> Result<u32, IdxError> {
    let mut found = [0; 4];
    let length = read_up_to(file, &mut found)?;
    if found[..length] != wanted {
        return Err(IdxError::Foreign { expected, wanted, found: found[..length].to_vec() });
    }
    read_u32(file)
}

fn read_u32(file: &mut impl Read) -> Result<u32, IdxError> {
    let mut bytes = [0; 4];
    let length = read_up_to(file, &mut bytes)?;
    if length < bytes.len() {
        return Err(IdxError::Truncated { claimed: bytes.len() as u64, found: length as u64 });
    }
    Ok(u32::from_be_bytes(bytes))
}

fn read_data(file: impl Read, count: u32, item: u64) -> Result<Vec<u8>, IdxError> {
    let claimed = u64::from(count) * item;
    if claimed > MAX_BYTES {
        return Err(IdxError::TooLarge(count));
    }
    // One byte beyond the claim tells a file that goes on. A false claim costs no memory: capacity
    // beyond MNIST's own size is only taken as the data really come.
    let mut data = Vec::with_capacity(claimed.min(64 << 20) as usize);
    file.take(claimed + 1).read_to_end(&mut data)?;
    match data.len() as u64 {
        found if found < claimed => Err(IdxError::Truncated { claimed, found }),
        found if found > claimed => Err(IdxError::Oversized(claimed)),
        _ => Ok(data),
    }
}

/// Fills as much of `buffer` as the file has, and says how much that is.
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

    fn images_file(count: u32, rows: u32, data: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, 3];
        for number in [count, rows, 28] {
            file.extend(number.to_be_bytes());
        }
        file.extend(data);
        file
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let whole = images_file(2, 28, &[7; 2 * PIXELS]);
        assert_eq!(read_images(&whole[..]).unwrap(), vec![7; 2 * PIXELS]);
        let message = |file: &[u8]| read_images(file).unwrap_err().to_string();
        assert_eq!(
            message(&whole[..whole.len() - 1]),
            "it is cut short: it claims to hold 1568 bytes of data, but ends after 1567"
        );
        assert_eq!(
            message(&images_file(1, 28, &[7; 2 * PIXELS])),
            "it goes on after the 784 bytes of data that it claims to hold"
        );
        assert_eq!(
            message(&images_file(1, 32, &[7; 2 * PIXELS])),
            "its images are 32 x 28; 28 x 28 are needed"
        );
        assert_eq!(
            message(b"PK\x03\x04 a zip file"),
            "it is not an IDX file of images: it starts with 50 4b 03 04, where 00 00 08 03 was expected"
        );
        assert_eq!(
            message(b""),
            "it is not an IDX file of images: it starts with nothing, where 00 00 08 03 was expected"
        );
        assert_eq!(
            message(&images_file(u32::MAX, 28, &[])),
            "it claims to hold 4294967295 items, which is more than the 1024 MiB that are read"
        );
        let labels = [0, 0, 8, 1, 0, 0, 0, 2, 3, 11];
        assert_eq!(
            read_labels(&labels[..]).unwrap_err().to_string(),
            "label 1 is 11; labels are 0 to 9"
        );
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
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), magic in any::<bool>()) {
            let mut file = if magic { vec![0, 0, 8, 1] } else { Vec::new() };
            file.extend(bytes);
            let _ = read_images(&file[..]);
            if let Ok(labels) = read_labels(&file[..]) {
                prop_assert!(labels.len() + 8 == file.len());
            }
        }
    }
}
