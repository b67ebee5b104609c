//! The rows of a set of bytes, as lists of those bytes that are not 0.

use std::sync::Arc;

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use super::SparseBatch;
use super::blocked::{Blocked, Entry, block_size};
use super::floats::Floats;

/// Rows of bytes, and the float that a network sees for each: `(byte - mean) / std`. The bytes that
/// are 0 are the background, and are not kept.
#[derive(Debug, Clone)]
pub struct SparseRows(Arc<Lists>);

#[derive(Debug)]
struct Lists {
    width: usize,
    /// Blocks of a row.
    blocks: usize,
    /// Where the entries of each block of each row start, row after row, and where the last of them
    /// end.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    floats: Arc<Floats>,
}

/// Rows that a thread lists at a time.
const ROWS: usize = 1 << 10;

impl SparseRows {
    /// Lists the rows of `bytes`, of `width` bytes each.
    ///
    /// # Panics
    /// If the width is 0, or the bytes are not whole rows, or are 2^32 and more.
    pub fn new(bytes: &[u8], width: usize, mean: f32, std: f32) -> Self {
        assert!(width > 0 && bytes.len().is_multiple_of(width), "rows of {width} bytes");
        assert!(u32::try_from(bytes.len()).is_ok(), "fewer than 2^32 bytes");
        let parts: Vec<_> = bytes.par_chunks(width * ROWS).map(|part| list(part, width)).collect();
        let length = parts.iter().map(|(_, entries)| entries.len()).sum();
        let (mut starts, mut entries) = (Vec::new(), Vec::with_capacity(length));
        for (starts_of_part, part) in parts {
            let before = entries.len() as u32;
            starts.extend(starts_of_part.into_iter().map(|start| before + start));
            entries.extend(part);
        }
        starts.push(entries.len() as u32);
        let blocks = width.div_ceil(block_size(width));
        let floats = Arc::new(Floats::new(mean, std));
        SparseRows(Arc::new(Lists { width, blocks, starts, entries, floats }))
    }

    /// The share of bytes that are not 0.
    pub fn lit_share(bytes: &[u8]) -> f64 {
        let lit: usize = bytes.par_chunks(1 << 20).map(count_lit).sum();
        lit as f64 / bytes.len().max(1) as f64
    }

    /// Whether a layer of `outputs` is computed sooner on lists than in dense arithmetic, if such a
    /// share of bytes is not 0.
    ///
    /// An entry of a list costs some two and a half times what it costs a dense product, and each
    /// batch its lists. They need a processor that fuses products into sums.
    pub fn pay(lit_share: f64, outputs: usize) -> bool {
        outputs >= FEWEST_OUTPUTS && lit_share <= LARGEST_SHARE && fuses_products_into_sums()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        (self.0.starts.len() - 1) / self.0.blocks
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of those indices: a list for each network, all equally long; or one list for all
    /// networks.
    ///
    /// # Panics
    /// If a list is of another length than the first, or an index is beyond the rows.
    pub fn gather(&self, indices: &[&[u32]]) -> SparseBatch {
        let lists = &self.0;
        let of_network = |indices: &&[u32]| {
            Blocked::gather([indices.len(), lists.width], |row, block| {
                let list = indices[row] as usize * lists.blocks + block;
                &lists.entries[lists.starts[list] as usize..lists.starts[list + 1] as usize]
            })
        };
        SparseBatch::new(indices.iter().map(of_network).collect(), Arc::clone(&lists.floats))
    }
}

/// Layers of fewer outputs are computed sooner in dense arithmetic.
const FEWEST_OUTPUTS: usize = 64;
/// Sets of which more is lit are computed sooner in dense arithmetic.
const LARGEST_SHARE: f64 = 0.4;

fn fuses_products_into_sums() -> bool {
    cfg!(not(target_family = "wasm")) && !matches!(pulp::Arch::new(), pulp::Arch::Scalar)
}

/// How many of the bytes are not 0.
fn count_lit(bytes: &[u8]) -> usize {
    pulp::Arch::new().dispatch(|| {
        // So few at a time that a byte can count them, as many of which are added at once as a
        // vector holds.
        let count = |part: &[u8]| part.iter().map(|&byte| u8::from(byte != 0)).sum::<u8>();
        bytes.chunks(128).map(|part| usize::from(count(part))).sum()
    })
}

/// Where the entries of each block of each row start, and all entries.
fn list(bytes: &[u8], width: usize) -> (Vec<u32>, Vec<Entry>) {
    let size = block_size(width);
    let mut starts = Vec::with_capacity(bytes.len() / width * width.div_ceil(size));
    let mut entries = Vec::with_capacity(bytes.len() / 4);
    // Those of one block. Each byte is written where the next lit one belongs, which takes no guess
    // at whether it is lit.
    let mut of_block = [[0; 2]; 256];
    for block in bytes.chunks(width).flat_map(|row| row.chunks(size)) {
        starts.push(entries.len() as u32);
        let mut count = 0;
        let mut write = |column: usize, byte: u8| {
            of_block[count & 0xFF] = [column as u8, byte];
            count += usize::from(byte != 0);
        };
        let (words, rest) = block.as_chunks::<WORD>();
        for (index, word) in words.iter().enumerate() {
            // Most words hold nothing.
            if u64::from_ne_bytes(*word) != 0 {
                for (column, &byte) in (index * WORD..).zip(word) {
                    write(column, byte);
                }
            }
        }
        for (column, &byte) in (words.len() * WORD..).zip(rest) {
            write(column, byte);
        }
        entries.extend_from_slice(&of_block[..count]);
    }
    (starts, entries)
}

/// Bytes that are looked at at once.
const WORD: usize = 8;
