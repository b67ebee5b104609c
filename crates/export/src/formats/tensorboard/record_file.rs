//! The file around events: TFRecord, a length and a checksum before each and a checksum after it
//! (<https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details>).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use prost::Message;

/// A file of events that is being filled.
pub(super) struct RecordFile<W: Write>(W);

impl RecordFile<BufWriter<File>> {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        File::create_new(path).map(|file| RecordFile(BufWriter::new(file)))
    }
}

impl<W: Write> RecordFile<W> {
    /// Adds an event.
    pub(super) fn add(&mut self, event: &impl Message) -> io::Result<()> {
        let data = event.encode_to_vec();
        let length = (data.len() as u64).to_le_bytes();
        self.0.write_all(&length)?;
        self.0.write_all(&masked_checksum(&length).to_le_bytes())?;
        self.0.write_all(&data)?;
        self.0.write_all(&masked_checksum(&data).to_le_bytes())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// CRC-32C, turned and shifted, so that a checksum of data that holds checksums is sound.
fn masked_checksum(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::tensorboard::events::version;

    /// The first record of a file, as TensorBoard's own writer makes it.
    #[test]
    fn records_are_framed_as_tensorboard_frames_them() {
        let mut file = RecordFile(Vec::new());
        file.add(&version(0.0)).unwrap();
        let expected = [
            &15u64.to_le_bytes()[..],
            &[0x6d, 0x53, 0x2b, 0x09],
            b"\x1a\x0dbrain.Event:2",
            &[0xfc, 0x98, 0x51, 0x29],
        ];
        assert_eq!(file.0, expected.concat());
    }
}
