//! Random orthogonal matrices, uniform over all of them (Haar).
//!
//! The usual recipe factorizes a Gaussian matrix, `A = Q R`, and keeps `Q diag(sign R)`.
//! Householder reflections leave what remains of `A` Gaussian and independent of the reflections
//! before. So each reflection may as well be drawn from fresh normal numbers: the distribution of
//! `Q` is the same, `A` is never needed and half the work is saved (Stewart 1980, section 3). All
//! arithmetic is in f64, in one order of operations, so the bits are the same on every processor.
//!
//! That is why no library's QR is used. LAPACK's and faer's kernels add in an order that follows
//! the width of the vectors and the number of threads, so their last bits are the machine's.

mod blocked;
mod product;
mod reflection;

use alloc::vec;
use alloc::vec::Vec;

use crate::stream::Stream;
use crate::vector::vectorized;
use reflection::Reflection;

/// A `rows` x `columns` matrix with orthonormal columns, column after column, uniform over all such
/// matrices.
///
/// `rows >= columns` must hold.
pub(crate) fn orthonormal_columns(rows: usize, columns: usize, stream: &mut Stream) -> Vec<f64> {
    // A matrix with a shorter side keeps the bits that it has always had.
    if columns > LARGEST_UNBLOCKED {
        return blocked::orthonormal_columns(rows, columns, stream);
    }
    vectorized(
        #[inline(always)]
        || column_by_column(rows, columns, stream),
    )
}

/// More columns than this are worked on in blocks.
const LARGEST_UNBLOCKED: usize = 1024;

#[inline(always)]
fn column_by_column(rows: usize, columns: usize, stream: &mut Stream) -> Vec<f64> {
    let reflections: Vec<Reflection> =
        (0..columns).map(|k| Reflection::draw(rows - k, stream)).collect();
    let mut q = vec![0.0; rows * columns];
    // From the last reflection to the first: what the first k leave alone is still the identity.
    for (k, reflection) in reflections.iter().enumerate().rev() {
        let (first, rest) = q[k * rows..].split_at_mut(rows);
        first[k] = 1.0;
        reflection.apply(&mut first[k..]);
        for column in rest.chunks_exact_mut(rows) {
            reflection.apply(&mut column[k..]);
        }
    }
    for (reflection, column) in reflections.iter().zip(q.chunks_exact_mut(rows)) {
        column.iter_mut().for_each(|x| *x *= reflection.sign);
    }
    q
}

#[cfg(test)]
mod tests {
    use super::reflection::dot;
    use super::*;
    use crate::stream::Purpose;

    #[test]
    fn columns_are_orthonormal() {
        for (rows, columns) in [(1, 1), (2, 2), (9, 1), (33, 20), (64, 64)] {
            let mut stream = Stream::new(7, Purpose::WEIGHTS, [rows as u64, columns as u64]);
            let q = orthonormal_columns(rows, columns, &mut stream);
            for (i, a) in q.chunks_exact(rows).enumerate() {
                for (j, b) in q.chunks_exact(rows).enumerate() {
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((dot(a, b) - expected).abs() < 1e-13, "{rows} x {columns}: {i}, {j}");
                }
            }
        }
    }

    #[test]
    fn blocks_change_nothing_but_rounding() {
        for (rows, columns) in [(1, 1), (9, 4), (130, 129), (300, 257), (400, 128)] {
            let stream = Stream::named(rows as u64, "blocks");
            let (mut one, mut other) = (stream.clone(), stream.clone());
            let unblocked = column_by_column(rows, columns, &mut one);
            let blocked = blocked::orthonormal_columns(rows, columns, &mut other);
            assert_eq!(one.position(), other.position());
            for (a, b) in unblocked.iter().zip(&blocked) {
                assert!((a - b).abs() < 1e-13, "{rows} x {columns}: {a}, {b}");
            }
        }
    }

    /// The Haar measure does not change under a reflection of the space, so either sign is fair.
    #[test]
    fn both_determinants_are_as_likely() {
        let n = 4000;
        let positive = (0..n).filter(|&i| {
            let q = orthonormal_columns(2, 2, &mut Stream::new(i, Purpose::WEIGHTS, [0, 0]));
            q[0] * q[3] - q[1] * q[2] > 0.0
        });
        let share = positive.count() as f64 / n as f64;
        assert!((share - 0.5).abs() < 4.0 * 0.5 / (n as f64).sqrt(), "{share}");
    }
}
