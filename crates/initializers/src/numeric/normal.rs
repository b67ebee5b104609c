//! The standard normal distribution: density, cumulative distribution function, quantile.

use core::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::logarithm::log;
use crate::vector::{sqrt, vectorized};

/// Density of the standard normal distribution.
pub(crate) fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / libm::sqrt(TAU)
}

/// Cumulative distribution function of the standard normal distribution.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// How many numbers are worked on at once.
pub(crate) const BLOCK: usize = 256;
/// How many numbers the widest vectors hold.
pub(crate) const VECTOR: usize = 8;

/// Replaces each probability 0 < p < 1 by the standard normal's quantile there.
///
/// Wichura 1988, algorithm AS 241 (PPND16), whose relative error is about 1e-16.
pub(crate) fn normal_quantiles(probabilities: &mut [f64]) {
    vectorized(
        #[inline(always)]
        || probabilities.chunks_mut(BLOCK).for_each(quantiles_of_block),
    );
}

/// [`normal_quantiles`] of at most [`BLOCK`] probabilities.
#[inline(always)]
pub(crate) fn quantiles_of_block(block: &mut [f64]) {
    // The centre's formula for all, without a branch, runs in vector units; then the tails' for the
    // few that need it, gathered so that it runs there too.
    let mut tails = [0.5; BLOCK];
    let mut places = [0u8; BLOCK];
    let mut count = 0;
    for (i, p) in block.iter().enumerate() {
        tails[count % BLOCK] = *p;
        places[count % BLOCK] = i as u8;
        count += usize::from((p - 0.5).abs() > 0.425);
    }
    for p in block.iter_mut() {
        let q = *p - 0.5;
        *p = q * ratio(0.180625 - q * q, &CENTRE);
    }
    // As many as fill the vectors: the last ones' quantiles are not used.
    for p in &mut tails[..count.next_multiple_of(VECTOR)] {
        *p = tail_quantile(*p);
    }
    for (place, p) in places.iter().zip(&tails[..count]) {
        block[usize::from(*place)] = *p;
    }
}

/// [`normal_quantiles`] of one probability.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    let mut z = [probability];
    quantiles_of_block(&mut z);
    z[0]
}

#[inline(always)]
fn tail_quantile(p: f64) -> f64 {
    let r = sqrt(-log(p.min(1.0 - p)));
    // Both formulas and a choice between them run in vector units, a branch would not.
    let near = ratio(r - 1.6, &TAIL);
    let far = ratio(r - 5.0, &FAR_TAIL);
    let z = if r <= 5.0 { near } else { far };
    z.copysign(p - 0.5)
}

/// Numerator and denominator of a rational function of degree 7, from the highest power down.
type Rational = [[f64; 8]; 2];

#[inline(always)]
fn ratio(x: f64, [above, below]: &Rational) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().fold(0.0, |sum, c| sum * x + c);
    horner(above) / horner(below)
}

#[allow(clippy::excessive_precision, reason = "the digits as published")]
const CENTRE: Rational = [
    [
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ],
    [
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ],
];

#[allow(clippy::excessive_precision, reason = "the digits as published")]
const TAIL: Rational = [
    [
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ],
    [
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ],
];

#[allow(clippy::excessive_precision, reason = "the digits as published")]
const FAR_TAIL: Rational = [
    [
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ],
    [
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_inverts_the_cumulative_function() {
        for p in [
            1e-300, 1e-40, 1e-16, 1e-9, 0.001, 0.02, 0.07, 0.075, 0.2, 0.425, 0.5, 0.6, 0.925,
            0.93, 0.99, 0.999,
        ] {
            let back = normal_cdf(normal_quantile(p));
            assert!((back / p - 1.0).abs() < 1e-12, "{p}: {back}");
        }
    }

    #[test]
    fn the_cumulative_function_has_known_values() {
        assert_eq!(normal_cdf(0.0), 0.5);
        assert!((normal_cdf(2.0) - 0.977_249_868_051_820_8).abs() < 1e-15);
        assert!((normal_cdf(-3.0) / 0.001_349_898_031_630_094_5 - 1.0).abs() < 1e-14);
    }
}
