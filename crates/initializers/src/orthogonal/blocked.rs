//! Large matrices: the reflections of a block of columns are applied at once, as products of
//! matrices (Bischof & Van Loan 1987; Schreiber & Van Loan 1989).

use alloc::vec;
use alloc::vec::Vec;

use super::product::{Panels, View, add_product};
use super::reflection::{Reflection, dot};
use crate::stream::Stream;

/// Columns of a block.
const BLOCK: usize = 128;
/// Rows that are worked on at once, so that a block's part of them stays in the cache.
const PART: usize = 256;

/// As [`orthonormal_columns`](super::orthonormal_columns), in fewer and larger steps; it differs by
/// rounding.
pub(super) fn orthonormal_columns(rows: usize, columns: usize, stream: &mut Stream) -> Vec<f64> {
    let start = stream.position();
    let word = |k: usize| start + (k * rows - k * k.saturating_sub(1) / 2) as u64;
    let mut q = vec![0.0; rows * columns];
    (0..columns).for_each(|k| q[k * rows + k] = 1.0);
    let mut signs = vec![1.0; columns];
    // From the last block to the first: what the first k leave alone is still the identity. Each is
    // drawn when it is needed, at its place in the stream.
    for first in (0..columns).step_by(BLOCK).rev() {
        stream.seek(word(first));
        let block = Block::draw(rows - first, BLOCK.min(columns - first), stream);
        block.apply(&mut q[first * rows..], rows, first);
        signs[first..][..block.signs.len()].copy_from_slice(&block.signs);
    }
    stream.seek(word(columns));
    for (sign, column) in signs.iter().zip(q.chunks_exact_mut(rows)) {
        column.iter_mut().for_each(|x| *x *= sign);
    }
    q
}

/// The product of the reflections of a block: `I - V T V'`.
struct Block {
    /// Column after column, each with zeros where its reflection does nothing.
    v: Vec<f64>,
    /// Upper triangular, row after row.
    t: Vec<f64>,
    rows: usize,
    signs: Vec<f64>,
}

impl Block {
    /// The next reflections of the stream, the first of `rows` rows, each of one less.
    fn draw(rows: usize, columns: usize, stream: &mut Stream) -> Self {
        let mut v = vec![0.0; rows * columns];
        let (mut betas, mut signs) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
        for (k, column) in v.chunks_exact_mut(rows).enumerate() {
            let reflection = Reflection::draw(rows - k, stream);
            column[k..].copy_from_slice(&reflection.v);
            betas.push(reflection.beta);
            signs.push(reflection.sign);
        }
        let t = triangle(&v, rows, &betas);
        Block { v, t, rows, signs }
    }

    /// Multiplies a matrix from the left: its columns are `stride` numbers apart, its first row is
    /// `start`.
    fn apply(&self, q: &mut [f64], stride: usize, start: usize) {
        let (rows, size, columns) = (self.rows, self.signs.len(), q.len() / stride);
        let v = |row: usize, column: usize| self.v[column * rows + row];
        let parts = || (0..rows).step_by(PART).map(|first| (first, PART.min(rows - first)));
        // W = V' Q
        let mut w = vec![0.0; size * columns];
        for (first, count) in parts() {
            let v = Panels::new(size, count, |column, row| v(first + row, column));
            let q = View { numbers: &*q, stride, start: start + first };
            add_product(&v, q, View { numbers: &mut w, stride: size, start: 0 }, columns);
        }
        // -T W
        let mut tw = vec![0.0; size * columns];
        let t = Panels::new(size, size, |row, column| -self.t[row * size + column]);
        let w = View { numbers: w.as_slice(), stride: size, start: 0 };
        add_product(&t, w, View { numbers: &mut tw, stride: size, start: 0 }, columns);
        // Q - V T W
        for (first, count) in parts() {
            let v = Panels::new(count, size, |row, column| v(first + row, column));
            let tw = View { numbers: tw.as_slice(), stride: size, start: 0 };
            add_product(&v, tw, View { numbers: &mut *q, stride, start: start + first }, columns);
        }
    }
}

/// The triangular factor of the reflections whose vectors are the columns of `v`.
fn triangle(v: &[f64], rows: usize, betas: &[f64]) -> Vec<f64> {
    let size = betas.len();
    let column = |k: usize| &v[k * rows..][..rows];
    let mut t = vec![0.0; size * size];
    for (k, beta) in betas.iter().enumerate() {
        // The vector is 0 above its first entry.
        let products: Vec<f64> = (0..k).map(|i| dot(&column(i)[k..], &column(k)[k..])).collect();
        for i in 0..k {
            let sum: f64 = (i..k).map(|j| t[i * size + j] * products[j]).sum();
            t[i * size + k] = -beta * sum;
        }
        t[k * size + k] = *beta;
    }
    t
}
