//! Checksums: of whole files, and the one that `run.json` carries of itself.

use sha2::{Digest, Sha256};

/// What stands around the checksum at the end of a sealed JSON object.
const BEFORE: &str = ",\n  \"checksum\": \"";
const AFTER: &str = "\"\n}\n";
const HEX: usize = 64;

/// SHA-256 of the parts, one after the other, in hexadecimal.
pub fn checksum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A pretty-printed JSON object with one more field, `checksum`: the SHA-256 of the text before
/// that field.
pub(crate) fn seal(object: &str) -> String {
    let body = object.trim_end().strip_suffix('}').unwrap_or(object).trim_end();
    format!("{body}{BEFORE}{}{AFTER}", checksum([body.as_bytes()]))
}

/// Whether `text` is as [`seal`] made it.
pub(crate) fn is_sealed(text: &[u8]) -> bool {
    let Some((body, tail)) =
        text.split_at_checked(text.len().saturating_sub(BEFORE.len() + HEX + AFTER.len()))
    else {
        return false;
    };
    tail == format!("{BEFORE}{}{AFTER}", checksum([body])).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_breaks_the_seal() {
        let sealed = seal("{\n  \"a\": 1,\n  \"b\": [\n    2.5\n  ]\n}").into_bytes();
        assert!(is_sealed(&sealed));
        assert!(
            serde_json::from_slice::<serde_json::Value>(&sealed).unwrap()["checksum"].is_string()
        );
        for bit in 0..sealed.len() * 8 {
            let mut damaged = sealed.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_sealed(&damaged), "bit {bit}");
        }
        assert!((0..sealed.len()).all(|length| !is_sealed(&sealed[..length])));
    }
}
