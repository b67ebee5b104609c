//! Random reflections.

use alloc::vec;
use alloc::vec::Vec;

use crate::numeric::normal::normal_quantiles;
use crate::stream::Stream;

/// How many partial sums a dot product keeps: enough to fill the vector units of any processor, and
/// fixed, since the order of additions decides the last bits.
const LANES: usize = 8;

/// The reflection `I - beta v v'` that sends a vector of normal numbers to a multiple of the first
/// axis.
pub(super) struct Reflection {
    pub(super) v: Vec<f64>,
    pub(super) beta: f64,
    /// Sign of that multiple: of the diagonal of R.
    pub(super) sign: f64,
}

impl Reflection {
    pub(super) fn draw(n: usize, stream: &mut Stream) -> Self {
        let mut v = vec![0.0; n];
        stream.fill_uniform(&mut v);
        normal_quantiles(&mut v);
        let norm = libm::sqrt(dot(&v, &v));
        let away = norm.copysign(v[0]);
        // v'v = 2 norm (norm + |v0|); no normal number that a stream gives is 0.
        let beta = 1.0 / (norm * (norm + v[0].abs()));
        v[0] += away;
        Reflection { v, beta, sign: -away.signum() }
    }

    #[inline(always)]
    pub(super) fn apply(&self, x: &mut [f64]) {
        let factor = self.beta * dot(&self.v, x);
        x.iter_mut().zip(&self.v).for_each(|(x, v)| *x -= factor * v);
    }
}

#[inline(always)]
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
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
