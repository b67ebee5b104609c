//! The product of a sparse matrix of bytes and a dense one: 64 columns of the dense one at a time,
//! whose sums stay in registers while a row's entries pass.
//!
//! Each sum is taken in the order of the inner dimension, by fused products and sums, whatever the
//! width of the processor's vectors and the number of threads: the bits are the same.

// Vectors are counted through by their index, and copied one by one: only so does the compiler keep
// all of an array in registers.
#![allow(clippy::needless_range_loop, clippy::manual_memcpy)]

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use pulp::{Simd, WithSimd};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::blocked::{Blocked, Entry};
use super::floats::Floats;

/// Columns that are computed at a time.
const PANEL: usize = 64;

/// A sparse matrix and a dense one.
#[derive(Clone, Copy)]
pub(super) struct Product<'a> {
    pub(super) sparse: &'a Blocked,
    pub(super) floats: &'a Floats,
    pub(super) dense: Dense<'a>,
}

/// A dense matrix, row by row.
#[derive(Clone, Copy)]
pub(super) struct Dense<'a> {
    pub(super) numbers: &'a [f32],
    pub(super) columns: usize,
    /// What a ReLU gave: where that is 0, the number counts as 0.
    pub(super) relu: Option<&'a [f32]>,
}

/// What becomes of a product.
#[derive(Clone, Copy)]
pub(super) enum Finish<'a> {
    /// Nothing.
    Plain,
    /// The outputs of a layer: a bias is added, and a ReLU applied.
    Layer {
        /// A number for each column.
        bias: Option<&'a [f32]>,
        /// Whether negative numbers become 0.
        relu: bool,
    },
}

impl Product<'_> {
    /// Writes the product over all of `output`, row by row, and the sums of the dense matrix'
    /// columns over all of `sums`.
    ///
    /// Gives whether these sums are finite, without which the product is not that of dense
    /// arithmetic: there, an input of 0 times infinity is NaN.
    #[allow(unsafe_code)]
    pub(super) fn write(
        self,
        output: &mut [MaybeUninit<f32>],
        sums: &mut [f32],
        finish: Finish<'_>,
    ) -> bool {
        let (columns, inner) = (self.dense.columns, self.sparse.columns());
        assert!(sums.len() == columns && output.len() == self.sparse.rows() * columns);
        assert_eq!(self.dense.numbers.len(), inner * columns);
        assert!(self.dense.relu.is_none_or(|relu| relu.len() == inner * columns));
        let output = Output { start: output.as_mut_ptr(), columns, borrowed: PhantomData };
        let panels = sums.par_chunks_mut(PANEL).enumerate().map(|(panel, sums)| {
            let start = panel * PANEL;
            let columns = start..start + sums.len();
            // SAFETY: no other panel has these columns, and `output` is borrowed until all panels
            // are done.
            let output = unsafe { output.panel(columns.clone()) };
            pulp::Arch::new().dispatch(Panel { product: self, columns, output, sums, finish })
        });
        panels.reduce(|| true, |a, b| a && b)
    }
}

/// The memory of a matrix that panels write side by side.
#[derive(Clone, Copy)]
struct Output<'a> {
    start: *mut MaybeUninit<f32>,
    columns: usize,
    borrowed: PhantomData<&'a mut [MaybeUninit<f32>]>,
}

// SAFETY: it is a mutable slice of numbers, which may be sent; shared, it only makes panels, whose
// maker sees to it that no two have a column in common.
#[allow(unsafe_code)]
unsafe impl Send for Output<'_> {}
// SAFETY: as above.
#[allow(unsafe_code)]
unsafe impl Sync for Output<'_> {}

impl<'a> Output<'a> {
    /// The part of these columns.
    ///
    /// # Safety
    /// They are columns of the matrix, and no other panel has one of them.
    #[allow(unsafe_code)]
    unsafe fn panel(&self, columns: Range<usize>) -> OutputPanel<'a> {
        OutputPanel { output: *self, columns }
    }
}

/// Some columns of a matrix, which this alone writes.
struct OutputPanel<'a> {
    output: Output<'a>,
    columns: Range<usize>,
}

impl OutputPanel<'_> {
    /// A row's part of the panel.
    ///
    /// # Safety
    /// It is a row of the matrix.
    #[allow(unsafe_code)]
    #[inline(always)]
    unsafe fn row(&mut self, row: usize) -> &mut [MaybeUninit<f32>] {
        let start = row * self.output.columns + self.columns.start;
        // SAFETY: row and columns are the matrix', so that this lies within its memory; the columns
        // are this panel's.
        unsafe { std::slice::from_raw_parts_mut(self.output.start.add(start), self.columns.len()) }
    }
}

/// One panel's work.
struct Panel<'a> {
    product: Product<'a>,
    columns: Range<usize>,
    output: OutputPanel<'a>,
    sums: &'a mut [f32],
    finish: Finish<'a>,
}

impl WithSimd for Panel<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        // As many vectors as a panel is wide.
        match size_of::<S::f32s>() / size_of::<f32>() {
            16 => self.run::<S, 4>(simd),
            8 => self.run::<S, 8>(simd),
            4 => self.run::<S, 16>(simd),
            _ => self.run::<S, 64>(simd),
        }
    }
}

thread_local! {
    /// A block of the dense matrix, then sums of all rows that wait for the next block.
    static SCRATCH: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Rows of the dense matrix that a block may have: as many as an entry's byte can name.
const BLOCK_ROWS: usize = 256;
/// Floats of a cache line.
const LINE: usize = 16;

impl Panel<'_> {
    #[inline(always)]
    fn run<S: Simd, const N: usize>(mut self, simd: S) -> bool {
        let mut scratch = SCRATCH.take();
        let length = (BLOCK_ROWS + self.product.sparse.rows()) * PANEL + LINE;
        if scratch.len() < length {
            scratch.resize(length, 0.0);
        }
        // Vectors that cross a border of cache lines are read at half the speed.
        let start = scratch.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        let (block, waiting) = scratch[start..].split_at_mut(BLOCK_ROWS * PANEL);
        let (block, waiting) = (vectors_mut::<S, N>(block), vectors_mut::<S, N>(waiting));
        let finite = match block.try_into() {
            Ok(block) => self.blocks(simd, block, waiting),
            Err(_) => unreachable!("a block has that many rows"),
        };
        SCRATCH.set(scratch);
        finite
    }

    #[inline(always)]
    fn blocks<S: Simd, const N: usize>(
        &mut self,
        simd: S,
        dense: &mut [[S::f32s; N]; BLOCK_ROWS],
        waiting: &mut [[S::f32s; N]],
    ) -> bool {
        let Product { sparse, floats, .. } = self.product;
        let zero = [simd.splat_f32s(0.0); N];
        let mut sums = zero;
        let blocks = sparse.blocks();
        let last = blocks.len() - 1;
        for (block, inner) in blocks.enumerate() {
            // Sums of sums are more exact than one long sum.
            let mut of_block = zero;
            for (to, row) in dense.iter_mut().zip(inner) {
                *to = self.load::<S, N>(simd, row);
                of_block = add(simd, of_block, *to);
            }
            sums = add(simd, sums, of_block);
            let layer = Layer::of(simd, &self.finish, floats.background(), sums, &self.columns);
            for (row, waiting) in waiting[..sparse.rows()].iter_mut().enumerate() {
                let before = if block == 0 { zero } else { *waiting };
                let list = sparse.list(row, block);
                let now = accumulate(simd, before, dense, list, &floats.above);
                if block < last {
                    *waiting = now;
                } else {
                    let finished = layer.finish(simd, now);
                    // SAFETY: the matrix has as many rows as the sparse one.
                    #[allow(unsafe_code)]
                    let output = unsafe { self.output.row(row) };
                    store::<S, N>(output, &finished);
                }
            }
        }
        let mut floats = [0.0; PANEL];
        floats_of::<S, N>(&sums, &mut floats);
        self.sums.copy_from_slice(&floats[..self.columns.len()]);
        self.sums.iter().all(|sum| sum.is_finite())
    }

    /// A row of the dense matrix, as far as it is this panel's.
    #[inline(always)]
    fn load<S: Simd, const N: usize>(&self, simd: S, row: usize) -> [S::f32s; N] {
        let Dense { numbers, columns, relu } = self.product.dense;
        let range = row * columns + self.columns.start..row * columns + self.columns.end;
        let numbers = read::<S, N>(simd, &numbers[range.clone()]);
        match relu {
            None => numbers,
            Some(relu) => {
                let outputs = read::<S, N>(simd, &relu[range]);
                let mut masked = numbers;
                for lane in 0..N {
                    masked[lane] = where_positive(simd, outputs[lane], numbers[lane]);
                }
                masked
            }
        }
    }
}

/// A layer's end, for the columns of a panel.
struct Layer<S: Simd, const N: usize> {
    shift: Option<[S::f32s; N]>,
    bias: Option<[S::f32s; N]>,
    relu: bool,
}

impl<S: Simd, const N: usize> Layer<S, N> {
    #[inline(always)]
    fn of(
        simd: S,
        finish: &Finish<'_>,
        background: f32,
        sums: [S::f32s; N],
        columns: &Range<usize>,
    ) -> Self {
        let (bias, relu) = match *finish {
            Finish::Plain => (None, false),
            Finish::Layer { bias, relu } => (bias, relu),
        };
        // What the background adds is the same for all rows.
        let mut shift = sums;
        for lane in 0..N {
            shift[lane] = simd.mul_f32s(sums[lane], simd.splat_f32s(background));
        }
        Layer {
            shift: (background != 0.0).then_some(shift),
            bias: bias.map(|bias| read::<S, N>(simd, &bias[columns.clone()])),
            relu,
        }
    }

    #[inline(always)]
    fn finish(&self, simd: S, mut sums: [S::f32s; N]) -> [S::f32s; N] {
        if let Some(shift) = self.shift {
            sums = add(simd, sums, shift);
        }
        if let Some(bias) = self.bias {
            sums = add(simd, sums, bias);
        }
        if self.relu {
            for lane in 0..N {
                sums[lane] = where_positive(simd, sums[lane], sums[lane]);
            }
        }
        sums
    }
}

/// `before`, and each entry's float times its row of the dense matrix.
#[inline(always)]
fn accumulate<S: Simd, const N: usize>(
    simd: S,
    before: [S::f32s; N],
    dense: &[[S::f32s; N]; BLOCK_ROWS],
    list: &[Entry],
    floats: &[f32; 256],
) -> [S::f32s; N] {
    let mut sums = before;
    for &[row, byte] in list {
        let float = simd.splat_f32s(floats[usize::from(byte)]);
        let row = &dense[usize::from(row)];
        for lane in 0..N {
            sums[lane] = simd.mul_add_f32s(float, row[lane], sums[lane]);
        }
    }
    sums
}

#[inline(always)]
fn add<S: Simd, const N: usize>(simd: S, a: [S::f32s; N], b: [S::f32s; N]) -> [S::f32s; N] {
    let mut sums = a;
    for lane in 0..N {
        sums[lane] = simd.add_f32s(sums[lane], b[lane]);
    }
    sums
}

/// `numbers` where `outputs` is positive or NaN, and 0 elsewhere.
#[inline(always)]
fn where_positive<S: Simd>(simd: S, outputs: S::f32s, numbers: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    simd.select_f32s(simd.less_than_or_equal_f32s(outputs, zero), zero, numbers)
}

/// Up to [`PANEL`] floats, and zeros after them.
#[inline(always)]
fn read<S: Simd, const N: usize>(simd: S, floats: &[f32]) -> [S::f32s; N] {
    if floats.len() == PANEL {
        return vectors_of(simd, floats);
    }
    let mut padded = [0.0; PANEL];
    padded[..floats.len()].copy_from_slice(floats);
    vectors_of(simd, &padded)
}

#[inline(always)]
fn vectors_of<S: Simd, const N: usize>(simd: S, floats: &[f32]) -> [S::f32s; N] {
    let mut vectors = [simd.splat_f32s(0.0); N];
    let from = &S::as_simd_f32s(floats).0[..N];
    for lane in 0..N {
        vectors[lane] = from[lane];
    }
    vectors
}

/// The first of the floats that `vectors` hold, as many as `to` has room for.
#[inline(always)]
fn store<S: Simd, const N: usize>(to: &mut [MaybeUninit<f32>], vectors: &[S::f32s; N]) {
    if to.len() == PANEL {
        let to = &mut S::as_uninit_mut_simd_f32s(to).0[..N];
        for lane in 0..N {
            to[lane].write(vectors[lane]);
        }
    } else {
        let mut floats = [0.0; PANEL];
        floats_of::<S, N>(vectors, &mut floats);
        for (to, float) in to.iter_mut().zip(floats) {
            to.write(float);
        }
    }
}

#[inline(always)]
fn floats_of<S: Simd, const N: usize>(vectors: &[S::f32s; N], floats: &mut [f32; PANEL]) {
    let to = &mut S::as_mut_simd_f32s(floats).0[..N];
    for lane in 0..N {
        to[lane] = vectors[lane];
    }
}

/// Floats as rows of a panel.
#[inline(always)]
fn vectors_mut<S: Simd, const N: usize>(floats: &mut [f32]) -> &mut [[S::f32s; N]] {
    S::as_mut_simd_f32s(floats).0.as_chunks_mut::<N>().0
}
