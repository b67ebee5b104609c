//! Two formulas that need no map: the chance that a ReLU network is born dead, and the edges of a
//! random matrix's singular values.

/// The probability that a ReLU network of these hidden widths, with zero biases and weights
/// symmetric around 0, maps one input to nothing: `1 - prod (1 - 2^-n)`, exactly. For a set of
/// inputs it is an upper bound (Lu et al. 2019; Rister and Rubin 2020).
///
/// ```
/// assert!((theory::born_dead(&[2; 9]) - 0.9249).abs() < 1e-4);
/// assert!(theory::born_dead(&[256, 128]) < 1e-30);
/// ```
pub fn born_dead(hidden: &[usize]) -> f64 {
    // ln(1 - 2^-n), so that a small probability is not lost beside 1.
    let log = |&width: &usize| libm::log1p(-libm::pow(2.0, -(width as f64)));
    -libm::expm1(hidden.iter().map(log).sum())
}

/// The smallest and largest singular value of a wide random matrix `[inputs, outputs]` of
/// independent entries of standard deviation `std` (Marchenko and Pastur 1967): `std |sqrt(inputs)
/// -+ sqrt(outputs)|`.
///
/// ```
/// assert_eq!(theory::marchenko_pastur_edges([400, 100], 0.1), [1.0, 3.0]);
/// ```
pub fn marchenko_pastur_edges([inputs, outputs]: [usize; 2], std: f64) -> [f64; 2] {
    let [a, b] = [inputs, outputs].map(|side| (side as f64).sqrt());
    [std * (a - b).abs(), std * (a + b)]
}
