//! The laws from which independent numbers are drawn: density, cumulative function, moments, and the draw itself.

use crate::Stream;
use crate::numeric::{integrate, normal_cdf, normal_density, normal_quantiles};

/// The distribution of one number of a tensor whose numbers are independent and alike.
///
/// Each number is the law's quantile at one uniform number of the stream. So the i-th number depends on the i-th word of
/// the stream alone, and two laws drawn from the same stream give numbers of the same rank: a comparison of two standard
/// deviations or of two distributions with the same seed is a paired one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Every number the same.
    Constant {
        /// The number.
        value: f64,
    },
    /// Uniform on `[min, max)`.
    Uniform {
        /// Lower bound, included.
        min: f64,
        /// Upper bound, excluded.
        max: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// Normal, conditioned on lying within bounds.
    TruncatedNormal {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation.
        std: f64,
        /// Lower bound, in standard deviations from the mean.
        lower: f64,
        /// Upper bound, in standard deviations from the mean.
        upper: f64,
    },
}

impl Law {
    /// A normal; a constant where `std` is 0.
    pub(crate) fn normal(mean: f64, std: f64) -> Self {
        if std == 0.0 { Law::Constant { value: mean } } else { Law::Normal { mean, std } }
    }

    /// A normal truncated at `lower` and `upper` standard deviations from its mean; a constant where `std` is 0. `std` is
    /// the one before truncation or, where `corrected`, the one after it.
    pub(crate) fn truncated_normal(
        mean: f64,
        std: f64,
        lower: f64,
        upper: f64,
        corrected: bool,
    ) -> Self {
        if std == 0.0 {
            return Law::Constant { value: mean };
        }
        let std = if corrected { std / truncated_moments(lower, upper).1 } else { std };
        Law::TruncatedNormal { mean, std, lower, upper }
    }

    /// The next `n` numbers.
    pub fn draw(&self, n: usize, stream: &mut Stream) -> Vec<f32> {
        match *self {
            Law::Constant { value } => vec![value as f32; n],
            Law::Uniform { min, max } => {
                // Rounding to f32 may reach the upper bound, which is excluded.
                let last = (max as f32).next_down();
                (0..n).map(|_| ((min + (max - min) * stream.unit()) as f32).min(last)).collect()
            }
            Law::Normal { mean, std } => draw_quantiles(n, stream, |u| u, |z| mean + std * z),
            Law::TruncatedNormal { mean, std, lower, upper } => {
                // Probabilities are precise near 0, not near 1: a window above the mean is drawn as its mirror image.
                let side = if lower > 0.0 { -1.0 } else { 1.0 };
                let (lower, upper) = if lower > 0.0 { (-upper, -lower) } else { (lower, upper) };
                let below = normal_cdf(lower);
                let mass = normal_cdf(upper) - below;
                draw_quantiles(
                    n,
                    stream,
                    |u| below + mass * u,
                    |z| mean + side * std * z.clamp(lower, upper),
                )
            }
        }
    }

    /// Probability density at `x`. A constant has none: infinite at its value, 0 elsewhere.
    pub fn density(&self, x: f64) -> f64 {
        match *self {
            Law::Constant { value } => {
                if x == value {
                    f64::INFINITY
                } else {
                    0.0
                }
            }
            Law::Uniform { min, max } => {
                if (min..max).contains(&x) {
                    1.0 / (max - min)
                } else {
                    0.0
                }
            }
            Law::Normal { mean, std } => normal_density((x - mean) / std) / std,
            Law::TruncatedNormal { mean, std, lower, upper } => {
                let z = (x - mean) / std;
                if (lower..=upper).contains(&z) {
                    normal_density(z) / (std * mass(lower, upper))
                } else {
                    0.0
                }
            }
        }
    }

    /// Probability of a number at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        match *self {
            Law::Constant { value } => f64::from(u8::from(x >= value)),
            Law::Uniform { min, max } => ((x - min) / (max - min)).clamp(0.0, 1.0),
            Law::Normal { mean, std } => normal_cdf((x - mean) / std),
            Law::TruncatedNormal { mean, std, lower, upper } => {
                let z = ((x - mean) / std).clamp(lower, upper);
                mass(lower, z) / mass(lower, upper)
            }
        }
    }

    /// Mean of what is drawn.
    pub fn mean(&self) -> f64 {
        match *self {
            Law::Constant { value } => value,
            Law::Uniform { min, max } => (min + max) / 2.0,
            Law::Normal { mean, .. } => mean,
            Law::TruncatedNormal { mean, std, lower, upper } => {
                mean + std * truncated_moments(lower, upper).0
            }
        }
    }

    /// Standard deviation of what is drawn: for a truncated normal, the one after truncation.
    pub fn std(&self) -> f64 {
        match *self {
            Law::Constant { .. } => 0.0,
            Law::Uniform { min, max } => (max - min) / 12f64.sqrt(),
            Law::Normal { std, .. } => std,
            Law::TruncatedNormal { std, lower, upper, .. } => {
                std * truncated_moments(lower, upper).1
            }
        }
    }

    /// Least number that can be drawn; `-inf` for a normal.
    pub fn min(&self) -> f64 {
        match *self {
            Law::Constant { value } => value,
            Law::Uniform { min, .. } => min,
            Law::Normal { .. } => f64::NEG_INFINITY,
            Law::TruncatedNormal { mean, std, lower, .. } => mean + std * lower,
        }
    }

    /// Bound that no number drawn exceeds (and a uniform one does not reach); `inf` for a normal.
    pub fn max(&self) -> f64 {
        match *self {
            Law::Constant { value } => value,
            Law::Uniform { max, .. } => max,
            Law::Normal { .. } => f64::INFINITY,
            Law::TruncatedNormal { mean, std, upper, .. } => mean + std * upper,
        }
    }
}

/// `n` numbers: each the normal quantile at the `probability` that a uniform number stands for, mapped to its `value`.
fn draw_quantiles(
    n: usize,
    stream: &mut Stream,
    probability: impl Fn(f64) -> f64,
    value: impl Fn(f64) -> f64,
) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(n);
    let mut block = [0.0; 256];
    while numbers.len() < n {
        let block = &mut block[..(n - numbers.len()).min(256)];
        block.iter_mut().for_each(|p| *p = probability(stream.unit()));
        normal_quantiles(block);
        numbers.extend(block.iter().map(|&z| value(z) as f32));
    }
    numbers
}

/// Probability that a standard normal lies in [a, b], computed on the side where probabilities are precise.
pub(crate) fn mass(a: f64, b: f64) -> f64 {
    if a > 0.0 { normal_cdf(-a) - normal_cdf(-b) } else { normal_cdf(b) - normal_cdf(a) }
}

/// Mean and standard deviation of a standard normal conditioned on [lower, upper]. For [-2, 2] the standard deviation is
/// 0.87962566103423978, the factor by which JAX and Keras correct their truncated normals.
///
/// By quadrature: the closed form loses every digit for narrow windows.
pub(crate) fn truncated_moments(lower: f64, upper: f64) -> (f64, f64) {
    // Nothing is left to integrate beyond 10 standard deviations.
    let (a, b) = (lower.max(-10.0), upper.min(10.0));
    let peak = 0f64.clamp(a, b);
    let moment = |f: &dyn Fn(f64) -> f64| {
        integrate(a, b, 200, |z| f(z) * libm::exp(0.5 * (peak - z) * (peak + z)))
    };
    let mass = moment(&|_| 1.0);
    let mean = moment(&|z| z) / mass;
    (mean, (moment(&|z| (z - mean) * (z - mean)) / mass).sqrt())
}
