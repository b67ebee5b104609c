//! Unpacking gzip: every member of a file, one after the other, and nothing but members.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The two bytes that each member of a gzip file starts with.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The unpacked content of a gzip file. RFC 1952 lets a file be several members in a row.
pub(crate) struct Members<R: BufRead> {
    /// The member that is being read; `None` after the last.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(crate) fn new(file: R) -> Self {
        Members { member: Some(GzDecoder::new(file)) }
    }

    /// Goes on to the next member, if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        let Some(member) = self.member.take() else { return Ok(()) };
        let mut file = member.into_inner();
        let rest = file.fill_buf()?;
        if rest.is_empty() {
            return Ok(());
        }
        // The second byte may lie beyond what is buffered; then the decoder checks it.
        if rest[0] != MAGIC[0] || rest.get(1).is_some_and(|&byte| byte != MAGIC[1]) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its gzip data are followed by bytes that are no gzip data",
            ));
        }
        self.member = Some(GzDecoder::new(file));
        Ok(())
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            match member.read(buffer)? {
                0 => self.next_member()?,
                read => return Ok(read),
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(file: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Members::new(file).read_to_end(&mut text).map(|_| text)
    }

    #[test]
    fn all_members_are_read_empty_ones_too() {
        let file = [packed(b"one, "), packed(b""), packed(b"two")].concat();
        assert_eq!(unpacked(&file).unwrap(), b"one, two");
        // One byte at a time, so that every boundary falls between two reads.
        let slow = std::io::BufReader::with_capacity(1, &file[..]);
        let mut text = Vec::new();
        Members::new(slow).read_to_end(&mut text).unwrap();
        assert_eq!(text, b"one, two");
    }

    #[test]
    fn what_follows_the_last_member_and_is_none_is_an_error_that_says_so() {
        let file = [packed(b"one"), b"garbage".to_vec()].concat();
        let error = unpacked(&file).unwrap_err().to_string();
        assert_eq!(error, "its gzip data are followed by bytes that are no gzip data");
        let cut = [packed(b"one"), packed(b"two")[..9].to_vec()].concat();
        assert!(unpacked(&cut).is_err());
    }
}
