//! Gauss-Legendre quadrature.

/// The integral of `f` over [a, b]: `panels` equal panels, five Gauss-Legendre points each.
///
/// Exact to rounding for what is smooth over a panel. No point lies on a panel's edge, so kinks and
/// jumps do no harm there.
pub(crate) fn integrate(a: f64, b: f64, panels: usize, f: impl Fn(f64) -> f64) -> f64 {
    let root = libm::sqrt(10.0 / 7.0);
    let near = libm::sqrt(5.0 - 2.0 * root) / 3.0;
    let far = libm::sqrt(5.0 + 2.0 * root) / 3.0;
    let near_weight = (322.0 + 13.0 * libm::sqrt(70.0)) / 900.0;
    let far_weight = (322.0 - 13.0 * libm::sqrt(70.0)) / 900.0;
    let half = (b - a) / (2 * panels) as f64;
    let panel = |i: usize| {
        let middle = a + half * (2 * i + 1) as f64;
        let pair = |x: f64| f(middle - half * x) + f(middle + half * x);
        128.0 / 225.0 * f(middle) + near_weight * pair(near) + far_weight * pair(far)
    };
    half * (0..panels).map(panel).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quadrature_is_exact_for_polynomials_of_degree_nine() {
        let integral = integrate(-1.0, 2.0, 1, |x| x.powi(9) - 4.0 * x.powi(3) + 1.0);
        assert!((integral - (102.3 - 15.0 + 3.0)).abs() < 1e-12, "{integral}");
    }
}
