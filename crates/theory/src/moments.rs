//! Expectations of an activation over a normal pre-activation: the integrals of mean-field theory,
//! in closed form where there is one.
//!
//! Everywhere `z ~ N(0, q)`, `phi` is the activation, and `u`, `v` are a normal pair.

use std::f64::consts::{FRAC_2_PI, PI};

use initializers::Activation;

use crate::derivative::{derivative, second_derivative};
use crate::quadrature::{Pair, expect, expect_pair};

/// `E phi(z)`: the mean of a unit's activation. By quadrature.
///
/// ```
/// use initializers::Activation;
///
/// let mean = theory::mean(Activation::Relu, 1.0);
/// assert!((mean - 1.0 / std::f64::consts::TAU.sqrt()).abs() < 1e-12);
/// ```
pub fn mean(phi: Activation, q: f64) -> f64 {
    expect(phi, q, |x| phi.apply(x))
}

/// `E phi(z)^2`: what the next layer's variance grows from (Poole et al. 2016, eq. 3).
///
/// Closed forms: `q` for linear, `q/2` for ReLU (He et al. 2015), `q (1 + a^2)/2` for leaky ReLU,
/// `q/4 + q asin(q/(1+q))/(2 pi) + q^2/(pi (1+q) sqrt(1+2q))` for GELU, `(1 - exp(-2 w^2 q))/2` for
/// the sine of frequency `w`. Quadrature for the others.
///
/// ```
/// use initializers::Activation;
///
/// assert_eq!(theory::second_moment(Activation::Relu, 3.0), 1.5);
/// assert!((theory::second_moment(Activation::Tanh, 1.0) - 0.39429449).abs() < 1e-8);
/// ```
pub fn second_moment(phi: Activation, q: f64) -> f64 {
    match phi {
        Activation::Gelu if q > 0.0 && q.is_finite() => {
            let asin = libm::asin(q / (1.0 + q));
            q / 4.0 + q * asin / (2.0 * PI) + q * q / (PI * (1.0 + q) * (1.0 + 2.0 * q).sqrt())
        }
        Activation::Sine { omega } if q.is_finite() => -libm::expm1(-2.0 * omega * omega * q) / 2.0,
        _ => match slopes(phi) {
            Some([left, right]) => q * (left * left + right * right) / 2.0,
            None => expect(phi, q, |x| phi.apply(x).powi(2)),
        },
    }
}

/// `E phi'(z)^2`: what a gradient's variance is multiplied by (Schoenholz et al. 2017), with the
/// derivative that backpropagation takes.
///
/// Closed forms: 1 for linear, 1/2 for ReLU, `(1 + a^2)/2` for leaky ReLU and, for GELU,
/// `1/4 + asin(q/(1+q))/(2 pi) + q/(pi (1+q) sqrt(1+2q)) + q/(2 pi (1+2q)^(3/2))`; for the sine of
/// frequency `w`, `w^2 (1 + exp(-2 w^2 q))/2`. Quadrature for the others.
///
/// ```
/// use initializers::Activation;
///
/// let slope = theory::slope_second_moment(Activation::Tanh, 1.0);
/// assert!((slope - 0.46440290).abs() < 1e-8);
/// ```
pub fn slope_second_moment(phi: Activation, q: f64) -> f64 {
    match phi {
        Activation::Gelu if q > 0.0 && q.is_finite() => {
            let (asin, root) = (libm::asin(q / (1.0 + q)), (1.0 + 2.0 * q).sqrt());
            0.25 + asin / (2.0 * PI)
                + q / (PI * (1.0 + q) * root)
                + q / (2.0 * PI * root * root * root)
        }
        Activation::Sine { omega } if q.is_finite() => {
            omega * omega * (1.0 + libm::exp(-2.0 * omega * omega * q)) / 2.0
        }
        _ => match slopes(phi) {
            Some([left, right]) => (left * left + right * right) / 2.0,
            None => slope_moment(phi, q, 1),
        },
    }
}

/// `E phi'(z)^(2k)`: the moments that the spectrum of a Jacobian is made of (Pennington et al.
/// 2018).
///
/// ```
/// use initializers::Activation;
///
/// assert!((theory::slope_moment(Activation::Relu, 1.0, 2) - 0.5).abs() < 1e-12);
/// ```
pub fn slope_moment(phi: Activation, q: f64, k: u32) -> f64 {
    expect(phi, q, |x| derivative(phi, x).powi(2 * k as i32))
}

/// `E phi''(z)^2`, kinks left out: what decides how fast correlations converge at a critical point.
///
/// ```
/// use initializers::Activation;
///
/// assert_eq!(theory::curvature_second_moment(Activation::Relu, 1.0), 0.0);
/// ```
pub fn curvature_second_moment(phi: Activation, q: f64) -> f64 {
    expect(phi, q, |x| second_derivative(phi, x).powi(2))
}

/// `d/dq E phi(z)^2`: the slope of the variance map, over the weights' variance. It is
/// `E[phi'^2 + phi phi'']`, here as `E[phi(z) phi'(z) z]/q`, which no kink disturbs; of what jumps,
/// `E[phi(z)^2 (z^2/q - 1)]/(2q)`.
///
/// ```
/// use initializers::Activation;
///
/// let (up, down) = (1.001, 0.999);
/// let phi = Activation::Tanh;
/// let slope = (theory::second_moment(phi, up) - theory::second_moment(phi, down)) / (up - down);
/// assert!((theory::variance_slope(phi, 1.0) - slope).abs() < 1e-6);
/// ```
pub fn variance_slope(phi: Activation, q: f64) -> f64 {
    if let Some([left, right]) = slopes(phi) {
        return (left * left + right * right) / 2.0;
    }
    let q = q.max(1e-12);
    if crate::jumps(phi) {
        expect(phi, q, |x| phi.apply(x).powi(2) * (x * x / q - 1.0)) / (2.0 * q)
    } else {
        expect(phi, q, |x| phi.apply(x) * derivative(phi, x) * x) / q
    }
}

/// `E phi(u) phi(v)` for variances `q` and the correlation `c` (Poole et al. 2016, eq. 5).
///
/// Closed forms (Cho and Saul 2009): with `k1(c) = (sqrt(1-c^2) + (pi - acos c) c)/pi`, ReLU has
/// `sqrt(q1 q2) k1(c)/2`, and leaky ReLU `sqrt(q1 q2) (2 a c + (1-a)^2 k1(c))/2`. The sine of
/// frequency `w` has `exp(-w^2 (q1 + q2)/2) sinh(w^2 c sqrt(q1 q2))`. Quadrature for the others.
///
/// ```
/// use initializers::Activation;
///
/// let moment = theory::cross_moment(Activation::Relu, [2.0, 2.0], 0.4);
/// assert!((moment - 0.54413178).abs() < 1e-8);
/// ```
pub fn cross_moment(phi: Activation, q: [f64; 2], c: f64) -> f64 {
    let scale = (q[0] * q[1]).sqrt();
    if let Some([left, right]) = slopes(phi) {
        // phi(x) = left x + (right - left) relu(x), and E u relu(v) = c scale / 2.
        let relu = arc_cosine_1(c) / 2.0;
        let bend = right - left;
        return scale * (left * left * c + left * bend * c + bend * bend * relu);
    }
    if let Activation::Sine { omega } = phi {
        let [difference, sum] = waves(omega, q, c);
        return (difference - sum) / 2.0;
    }
    expect_pair(phi, Pair { variances: q, correlation: c }, |x| phi.apply(x), |y| phi.apply(y))
}

/// `E phi'(u) phi'(v)`: over the weights' variance, the slope of the correlation map, and what the
/// tangent kernel is multiplied by in a layer.
///
/// Closed form for ReLU (Cho and Saul 2009): `k0(c)/2`, `k0(c) = (pi - acos c)/pi`.
///
/// ```
/// use initializers::Activation;
///
/// let moment = theory::slope_cross_moment(Activation::Relu, [1.0, 1.0], 0.4);
/// assert!((2.0 * moment - 0.63098988).abs() < 1e-8);
/// ```
pub fn slope_cross_moment(phi: Activation, q: [f64; 2], c: f64) -> f64 {
    if let Some([left, right]) = slopes(phi) {
        // The slopes of both are the same with probability k0/2 on either side.
        let same = arc_cosine_0(c) / 2.0;
        return (left * left + right * right) * same + 2.0 * left * right * (0.5 - same);
    }
    if let Activation::Sine { omega } = phi {
        let [difference, sum] = waves(omega, q, c);
        return omega * omega * (difference + sum) / 2.0;
    }
    let pair = Pair { variances: q, correlation: c };
    expect_pair(phi, pair, |x| derivative(phi, x), |y| derivative(phi, y))
}

/// `E phi(u)^2 phi(v)^2 / (E phi(u)^2 E phi(v)^2) - 1` at a common variance: how far the squares of
/// two inputs' activations vary together from unit to unit. Over the width it is the relative
/// variance of a layer's mean square (5 for one input and ReLU, 2 for linear: Hanin and Nica 2018).
///
/// ```
/// use initializers::Activation;
///
/// assert!((theory::square_covariance(Activation::Relu, 1.0, 1.0) - 5.0).abs() < 1e-10);
/// assert!((theory::square_covariance(Activation::Linear, 1.0, 0.5) - 0.5).abs() < 1e-10);
/// ```
pub fn square_covariance(phi: Activation, q: f64, c: f64) -> f64 {
    if let Activation::Sine { omega } = phi {
        return relative(squared_waves(omega, q, c, -1.0), second_moment(phi, q));
    }
    let square = |x: f64| phi.apply(x).powi(2);
    relative(expect_pair(phi, alike(q, c), square, square), second_moment(phi, q))
}

/// The same of the squared derivatives: `E phi'(u)^2 phi'(v)^2 / (E phi'^2)^2 - 1`.
///
/// ```
/// use initializers::Activation;
///
/// assert!((theory::slope_square_covariance(Activation::Relu, 1.0, 1.0) - 1.0).abs() < 1e-10);
/// ```
pub fn slope_square_covariance(phi: Activation, q: f64, c: f64) -> f64 {
    if let Activation::Sine { omega } = phi {
        let product = omega.powi(4) * squared_waves(omega, q, c, 1.0);
        return relative(product, slope_second_moment(phi, q));
    }
    let square = |x: f64| derivative(phi, x).powi(2);
    relative(expect_pair(phi, alike(q, c), square, square), slope_second_moment(phi, q))
}

/// `E cos(w (u - v))` and `E cos(w (u + v))`: products of sines and cosines are made of them.
fn waves(omega: f64, q: [f64; 2], c: f64) -> [f64; 2] {
    let covariance = c.clamp(-1.0, 1.0) * (q[0] * q[1]).sqrt();
    let of = |sign: f64| libm::exp(-omega * omega * ((q[0] + q[1]) / 2.0 - sign * covariance));
    [of(1.0), of(-1.0)]
}

/// `E sin(w u)^2 sin(w v)^2` (`sign` -1) or that of cosines (`sign` 1), at a common variance.
fn squared_waves(omega: f64, q: f64, c: f64, sign: f64) -> f64 {
    let [difference, sum] = waves(2.0 * omega, [q, q], c);
    (1.0 + 2.0 * sign * libm::exp(-2.0 * omega * omega * q) + (difference + sum) / 2.0) / 4.0
}

fn alike(q: f64, c: f64) -> Pair {
    Pair { variances: [q, q], correlation: c }
}

fn relative(product: f64, mean: f64) -> f64 {
    if mean == 0.0 { 0.0 } else { product / (mean * mean) - 1.0 }
}

/// The slopes left and right of 0 of an activation made of two straight lines through 0.
fn slopes(phi: Activation) -> Option<[f64; 2]> {
    match phi {
        Activation::Linear => Some([1.0, 1.0]),
        Activation::Relu => Some([0.0, 1.0]),
        Activation::LeakyRelu { negative_slope: slope } | Activation::Prelu { alpha: slope } => {
            Some([slope, 1.0])
        }
        _ => None,
    }
}

/// The arc-cosine kernel of order 0, normalized: `(pi - acos c)/pi` (Cho and Saul 2009).
///
/// ```
/// assert!((theory::arc_cosine_0(0.4) - 0.63098988).abs() < 1e-8);
/// ```
pub fn arc_cosine_0(c: f64) -> f64 {
    1.0 - libm::acos(c.clamp(-1.0, 1.0)) / PI
}

/// The arc-cosine kernel of order 1, normalized: the correlation map of a ReLU layer without biases
/// (Cho and Saul 2009).
///
/// ```
/// assert!((theory::arc_cosine_1(0.4) - 0.54413178).abs() < 1e-8);
/// ```
pub fn arc_cosine_1(c: f64) -> f64 {
    let c = c.clamp(-1.0, 1.0);
    (1.0 - c * c).max(0.0).sqrt() / PI + arc_cosine_0(c) * c
}

/// `E erf(u) erf(v)`, `(2/pi) asin(2 q12 / sqrt((1 + 2 q11)(1 + 2 q22)))` (Williams 1997), `q12`
/// being the covariance. No layer here has this activation; it is close to tanh, in closed form.
///
/// ```
/// assert!((theory::erf_cross_moment([0.7, 0.7], 0.28) - 0.14992666).abs() < 1e-8);
/// ```
pub fn erf_cross_moment(q: [f64; 2], covariance: f64) -> f64 {
    let norm = ((1.0 + 2.0 * q[0]) * (1.0 + 2.0 * q[1])).sqrt();
    FRAC_2_PI * libm::asin(2.0 * covariance / norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINE: Activation = Activation::Sine { omega: 2.0 };
    const VARIANCES: [f64; 6] = [1e-6, 0.1, 1.0, 4.0, 45.0, 1e4];

    fn assert_close(got: f64, expected: f64, what: &str) {
        assert!(
            (got - expected).abs() <= 1e-10 * expected.abs().max(1e-10),
            "{what}: {got}, {expected}"
        );
    }

    #[test]
    fn closed_forms_are_what_quadrature_finds() {
        let phis = [
            Activation::Linear,
            Activation::Relu,
            Activation::LeakyRelu { negative_slope: 0.2 },
            Activation::Prelu { alpha: -0.5 },
            Activation::Gelu,
            SINE,
        ];
        for phi in phis {
            for q in VARIANCES {
                let what = format!("{phi} at {q}");
                assert_close(
                    second_moment(phi, q),
                    expect(phi, q, |x| phi.apply(x).powi(2)),
                    &what,
                );
                assert_close(slope_second_moment(phi, q), slope_moment(phi, q, 1), &what);
                let slope = expect(phi, q, |x| phi.apply(x) * derivative(phi, x) * x) / q;
                assert_close(variance_slope(phi, q), slope, &what);
            }
        }
    }

    #[test]
    fn closed_forms_of_pairs_are_what_quadrature_finds() {
        let phis = [
            Activation::Linear,
            Activation::Relu,
            Activation::LeakyRelu { negative_slope: 0.2 },
            Activation::Prelu { alpha: -0.5 },
            SINE,
        ];
        for phi in phis {
            for c in [-1.0, -0.7, 0.0, 0.4, 0.9, 0.999, 0.999_999, 1.0] {
                for q in [[1.0, 1.0], [0.3, 7.0]] {
                    let pair = Pair { variances: q, correlation: c };
                    let of = |f: &dyn Fn(f64) -> f64| expect_pair(phi, pair, f, f);
                    let scale = (q[0] * q[1]).sqrt();
                    let gap = cross_moment(phi, q, c) - of(&|x| phi.apply(x));
                    assert!(gap.abs() < 1e-10 * scale, "{phi} {c} {q:?}: {gap}");
                    let gap = slope_cross_moment(phi, q, c) - of(&|x| derivative(phi, x));
                    assert!(gap.abs() < 1e-10, "{phi} {c} {q:?}: slopes {gap}");
                }
            }
        }
    }

    #[test]
    fn squares_of_sines_vary_together_as_quadrature_finds() {
        for (q, c) in [(0.1, 0.5), (1.0, -0.3), (2.0, 1.0)] {
            let of = |f: &dyn Fn(f64) -> f64| expect_pair(SINE, alike(q, c), f, f);
            let expected = of(&|x| SINE.apply(x).powi(2)) / second_moment(SINE, q).powi(2) - 1.0;
            assert!((square_covariance(SINE, q, c) - expected).abs() < 1e-9, "{q} {c}");
            let slopes = of(&|x| derivative(SINE, x).powi(2));
            let expected = slopes / slope_second_moment(SINE, q).powi(2) - 1.0;
            assert!((slope_square_covariance(SINE, q, c) - expected).abs() < 1e-9, "{q} {c}");
        }
    }

    #[test]
    fn hard_tanh_has_the_moments_of_its_closed_form() {
        let phi = Activation::Hardtanh { min: -1.0, max: 1.0 };
        for q in VARIANCES {
            let inside = libm::erf(1.0 / (2.0 * q).sqrt());
            assert_close(slope_second_moment(phi, q), inside, "slope");
            let edge = (2.0 / (PI * q)).sqrt() * libm::exp(-0.5 / q);
            let expected = q * (inside - edge) + libm::erfc(1.0 / (2.0 * q).sqrt());
            assert_close(second_moment(phi, q), expected, "square");
        }
    }

    #[test]
    fn a_pair_of_one_variable_has_the_moments_of_that_variable() {
        for phi in Activation::ALL {
            for q in [0.05, 1.0, 30.0] {
                let got = cross_moment(phi, [q, q], 1.0);
                let expected = second_moment(phi, q);
                assert!((got - expected).abs() < 1e-10 * expected, "{phi} at {q}");
                let got = cross_moment(phi, [q, q], 0.0);
                let expected = mean(phi, q).powi(2);
                assert!((got - expected).abs() < 1e-10 * second_moment(phi, q), "{phi} at {q}");
            }
        }
    }

    #[test]
    fn moments_of_nothing_and_of_what_is_not_finite_are_no_panic() {
        for phi in Activation::ALL {
            assert_eq!(second_moment(phi, 0.0), phi.apply(0.0).powi(2), "{phi}");
            for q in [f64::NAN, f64::INFINITY] {
                assert!(!second_moment(phi, q).is_finite(), "{phi}");
                assert!(cross_moment(phi, [q, 1.0], 0.5).is_nan() || q.is_infinite(), "{phi}");
            }
            assert!(variance_slope(phi, 0.0).is_finite(), "{phi}");
        }
    }
}
