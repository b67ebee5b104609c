//! Sparse matrices of bytes, each row's entries in blocks of columns: the part of a dense matrix
//! that a block meets stays in the first cache while all rows pass over it.

use std::ops::Range;

/// The column of an entry, counted within its block, and its byte.
pub(super) type Entry = [u8; 2];

/// The most columns of a block: 128 rows of 64 floats fill the first cache of most processors.
const BLOCK: usize = 128;

/// How many columns each block has, the last perhaps fewer: `columns` in as few blocks as can be,
/// equally large.
pub(super) fn block_size(columns: usize) -> usize {
    columns.div_ceil(columns.div_ceil(BLOCK).max(1)).max(1)
}

/// The columns of each block; there is one block at least.
fn blocks(columns: usize) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
    let size = block_size(columns);
    (0..columns.div_ceil(size).max(1))
        .map(move |block| block * size..((block + 1) * size).min(columns))
}

/// A sparse matrix of bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blocked {
    rows: usize,
    columns: usize,
    /// Where the entries of each row start, block after block, and where the last of them end.
    starts: Vec<u32>,
    entries: Vec<Entry>,
}

impl Blocked {
    /// The matrix whose entries of row `row` and block `block` are `list(row, block)`, in the order
    /// of columns.
    pub(super) fn gather<'a>(
        [rows, columns]: [usize; 2],
        list: impl Fn(usize, usize) -> &'a [Entry],
    ) -> Self {
        let count = blocks(columns).len();
        let mut starts = Vec::with_capacity(rows * count + 1);
        let all = (0..count).flat_map(|block| (0..rows).map(move |row| (row, block)));
        let length = all.clone().map(|(row, block)| list(row, block).len()).sum();
        let mut entries = Vec::with_capacity(length);
        starts.push(0);
        for (row, block) in all {
            entries.extend_from_slice(list(row, block));
            starts.push(entries.len() as u32);
        }
        Blocked { rows, columns, starts, entries }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The columns of each block; there is one block at least.
    pub(super) fn blocks(&self) -> impl ExactSizeIterator<Item = Range<usize>> + Clone {
        blocks(self.columns)
    }

    /// The entries of a row within a block.
    #[inline]
    pub(super) fn list(&self, row: usize, block: usize) -> &[Entry] {
        match self.starts.get(block * self.rows + row..block * self.rows + row + 2) {
            Some(&[start, end]) => &self.entries[start as usize..end as usize],
            _ => &[],
        }
    }

    /// The same matrix with rows and columns exchanged.
    pub(super) fn transposed(&self) -> Blocked {
        let mut starts = Vec::with_capacity(self.columns * blocks(self.rows).len() + 1);
        let mut entries = vec![[0; 2]; self.entries.len()];
        let mut end = 0;
        starts.push(end);
        for rows in blocks(self.rows) {
            for (block, columns) in self.blocks().enumerate() {
                let first = self.starts[block * self.rows + rows.start] as usize;
                let last = self.starts[block * self.rows + rows.end] as usize;
                let mut next = [0u32; 256];
                for &[column, _] in &self.entries[first..last] {
                    next[usize::from(column)] += 1;
                }
                for next in &mut next[..columns.len()] {
                    let start = end;
                    end += *next;
                    *next = start;
                    starts.push(end);
                }
                for (index, row) in rows.clone().enumerate() {
                    for &[column, byte] in self.list(row, block) {
                        let next = &mut next[usize::from(column)];
                        entries[*next as usize] = [index as u8, byte];
                        *next += 1;
                    }
                }
            }
        }
        Blocked { rows: self.columns, columns: self.rows, starts, entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All entries as (row, column, byte).
    fn entries(of: &Blocked) -> Vec<(usize, usize, u8)> {
        let blocks = of.blocks().enumerate();
        let lists = blocks.flat_map(|(block, columns)| {
            (0..of.rows()).flat_map(move |row| {
                let entry =
                    move |&[column, byte]: &Entry| (row, columns.start + usize::from(column), byte);
                of.list(row, block).iter().map(entry).collect::<Vec<_>>()
            })
        });
        let mut entries: Vec<_> = lists.collect();
        entries.sort_unstable();
        entries
    }

    #[test]
    fn blocks_are_as_few_and_as_equal_as_can_be() {
        assert_eq!([784, 128, 129, 1000, 1, 0].map(block_size), [112, 128, 65, 125, 1, 1]);
    }

    proptest! {
        #[test]
        fn transposing_exchanges_rows_and_columns_and_twice_gives_the_same(
            rows in 0usize..300,
            columns in 1usize..300,
            seed in any::<u64>(),
        ) {
            let byte = |row: usize, column: usize| {
                let mixed = seed ^ ((row * 1009 + column) as u64);
                let mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let byte = (mixed >> 56) as u8;
                if byte < 200 { 0 } else { byte }
            };
            let size = block_size(columns);
            let lists: Vec<Vec<Entry>> = (0..rows * columns.div_ceil(size)).map(|index| {
                let (row, start) = (index % rows, index / rows * size);
                let range = start..(start + size).min(columns);
                let entry = |column: usize| [(column - start) as u8, byte(row, column)];
                range.map(entry).filter(|entry| entry[1] != 0).collect()
            }).collect();
            let matrix = Blocked::gather([rows, columns], |row, block| &lists[block * rows + row]);
            let transposed = matrix.transposed();
            let exchange = |(row, column, byte)| (column, row, byte);
            let mut exchanged: Vec<_> = entries(&transposed).into_iter().map(exchange).collect();
            exchanged.sort_unstable();
            prop_assert_eq!(&exchanged, &entries(&matrix));
            prop_assert_eq!(transposed.transposed(), matrix);
        }
    }
}
