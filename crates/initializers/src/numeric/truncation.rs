//! The standard normal within bounds.

use super::normal::normal_cdf;
use super::quadrature::integrate;

/// Probability that a standard normal lies in [a, b], computed on the side where probabilities are
/// precise.
pub(crate) fn mass(a: f64, b: f64) -> f64 {
    if a > 0.0 { normal_cdf(-a) - normal_cdf(-b) } else { normal_cdf(b) - normal_cdf(a) }
}

/// Mean and standard deviation of a standard normal conditioned on [lower, upper]. For [-2, 2] the
/// standard deviation is 0.87962566103423978, by which JAX and Keras correct their truncated
/// normals.
///
/// By quadrature: the closed form loses every digit for narrow bounds and for far tails.
pub(crate) fn truncated_moments(lower: f64, upper: f64) -> (f64, f64) {
    let peak = 0f64.clamp(lower, upper);
    // Beyond, the density is less than 1e-16 of that at the peak.
    let reach = libm::sqrt(peak * peak + 75.0).max(10.0);
    let (a, b) = (lower.max(-reach), upper.min(reach));
    let moment = |f: &dyn Fn(f64) -> f64| {
        integrate(a, b, 200, |z| f(z) * libm::exp(0.5 * (peak - z) * (peak + z)))
    };
    let mass = moment(&|_| 1.0);
    let mean = moment(&|z| z) / mass;
    (mean, libm::sqrt(moment(&|z| (z - mean) * (z - mean)) / mass))
}
