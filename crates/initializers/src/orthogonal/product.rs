//! Products of matrices, fast and with the same bits on every processor.
//!
//! Each entry is one chain of fused multiply-adds along the inner dimension, in its order. Neither
//! the width of the vectors nor the size of the blocks changes it, so blocking costs no bit.

use alloc::vec::Vec;
use core::array;

use crate::vector::{fma, vectorized};

/// Rows and columns of a tile: it and what it reads fit the registers of AVX2.
const ROWS: usize = 8;
const COLUMNS: usize = 6;

type Tile = [[f64; ROWS]; COLUMNS];

/// A matrix, its rows in panels of eight: a panel holds the entries of eight rows, column by
/// column.
pub(super) struct Panels {
    entries: Vec<[f64; ROWS]>,
    rows: usize,
    columns: usize,
}

impl Panels {
    /// Packs a matrix.
    pub(super) fn new(rows: usize, columns: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let panel = |first: usize| {
            let entry = &entry;
            let at = move |row: usize, column| if row < rows { entry(row, column) } else { 0.0 };
            (0..columns).map(move |column| array::from_fn(|row| at(first + row, column)))
        };
        let entries = (0..rows).step_by(ROWS).flat_map(panel).collect();
        Panels { entries, rows, columns }
    }
}

/// A matrix kept column after column, `stride` numbers apart, each from `start` on.
pub(super) struct View<D> {
    pub(super) numbers: D,
    pub(super) stride: usize,
    pub(super) start: usize,
}

impl View<&[f64]> {
    #[inline(always)]
    fn column(&self, column: usize, rows: usize) -> &[f64] {
        &self.numbers[column * self.stride + self.start..][..rows]
    }
}

impl View<&mut [f64]> {
    #[inline(always)]
    fn column(&mut self, column: usize, first: usize, rows: usize) -> &mut [f64] {
        &mut self.numbers[column * self.stride + self.start + first..][..rows]
    }
}

/// Adds `a b` to the first `columns` columns of `c`.
pub(super) fn add_product(a: &Panels, b: View<&[f64]>, c: View<&mut [f64]>, columns: usize) {
    vectorized(
        #[inline(always)]
        || {
            let mut c = c;
            for first in (0..columns).step_by(COLUMNS) {
                let width = COLUMNS.min(columns - first);
                let b = array::from_fn(|j| b.column(first + j.min(width - 1), a.columns));
                for (i, panel) in a.entries.chunks_exact(a.columns).enumerate() {
                    let height = ROWS.min(a.rows - i * ROWS);
                    let mut tile = [[0.0; ROWS]; COLUMNS];
                    for (j, tile) in tile.iter_mut().enumerate().take(width) {
                        copy(c.column(first + j, i * ROWS, height), tile);
                    }
                    add_to_tile(panel, b, &mut tile);
                    for (j, tile) in tile.iter().enumerate().take(width) {
                        copy(tile, c.column(first + j, i * ROWS, height));
                    }
                }
            }
        },
    );
}

/// Copies as many numbers as both have, all of a tile's column at once where it is whole.
#[inline(always)]
fn copy(from: &[f64], to: &mut [f64]) {
    match (from.first_chunk::<ROWS>(), to.first_chunk_mut::<ROWS>()) {
        (Some(from), Some(to)) => *to = *from,
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}

#[inline(always)]
fn add_to_tile(a: &[[f64; ROWS]], b: [&[f64]; COLUMNS], tile: &mut Tile) {
    let b = b.map(|b| &b[..a.len()]);
    let mut sums = *tile;
    for (k, a) in a.iter().enumerate() {
        for j in 0..COLUMNS {
            let b = b[j][k];
            for i in 0..ROWS {
                sums[j][i] = fma(a[i], b, sums[j][i]);
            }
        }
    }
    *tile = sums;
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;
    use crate::stream::Stream;

    #[test]
    fn an_entry_is_one_chain_of_fused_steps() {
        let (rows, inner, columns) = (19, 37, 8);
        let mut stream = Stream::named(0, "product");
        let mut draw = |n: usize| -> Vec<f64> { (0..n).map(|_| stream.uniform() - 0.5).collect() };
        let (a, b, c) = (draw(rows * inner), draw(inner * columns), draw(rows * columns));
        let panels = Panels::new(rows, inner, |i, k| a[i * inner + k]);
        let mut sum = vec![9.0; 2];
        sum.extend(&c);
        let view = View { numbers: sum.as_mut_slice(), stride: rows, start: 2 };
        add_product(&panels, View { numbers: &b, stride: inner, start: 0 }, view, columns);
        assert_eq!(sum[..2], [9.0; 2]);
        for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
            let step = |sum: f64, k: usize| a[i * inner + k].mul_add(b[j * inner + k], sum);
            let expected = (0..inner).fold(c[j * rows + i], step);
            assert_eq!(sum[2 + j * rows + i], expected, "{i}, {j}");
        }
    }
}
