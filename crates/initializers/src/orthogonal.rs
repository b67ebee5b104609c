//! Random orthogonal matrices, uniform over all of them (Haar).
//!
//! The usual recipe factorizes a Gaussian matrix, `A = Q R`, and keeps `Q diag(sign R)`.
//! Householder reflections leave what remains of `A` Gaussian and independent of the reflections
//! before. So each reflection may as well be drawn from fresh normal numbers: the distribution of
//! `Q` is the same, `A` is never needed and half the work is saved (Stewart 1980, section 3). All
//! arithmetic is in f64, in one order of operations, so the bits are the same on every processor.

use alloc::vec;
use alloc::vec::Vec;

use crate::numeric::normal::normal_quantile;
use crate::stream::Stream;

/// How many partial sums a dot product keeps: enough to fill the vector units of any processor, and
/// fixed, since the order of additions decides the last bits.
const LANES: usize = 8;

/// A `rows` x `columns` matrix with orthonormal columns, column after column, uniform over all such
/// matrices.
///
/// `rows >= columns` must hold.
pub(crate) fn orthonormal_columns(rows: usize, columns: usize, stream: &mut Stream) -> Vec<f64> {
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

/// The reflection `I - beta v v'` that sends a vector of normal numbers to a multiple of the first
/// axis.
struct Reflection {
    v: Vec<f64>,
    beta: f64,
    /// Sign of that multiple: of the diagonal of R.
    sign: f64,
}

impl Reflection {
    fn draw(n: usize, stream: &mut Stream) -> Self {
        let mut v: Vec<f64> = (0..n).map(|_| normal_quantile(stream.uniform())).collect();
        let norm = libm::sqrt(dot(&v, &v));
        let away = norm.copysign(v[0]);
        // v'v = 2 norm (norm + |v0|); no normal number that a stream gives is 0.
        let beta = 1.0 / (norm * (norm + v[0].abs()));
        v[0] += away;
        Reflection { v, beta, sign: -away.signum() }
    }

    fn apply(&self, x: &mut [f64]) {
        let factor = self.beta * dot(&self.v, x);
        x.iter_mut().zip(&self.v).for_each(|(x, v)| *x -= factor * v);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
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
