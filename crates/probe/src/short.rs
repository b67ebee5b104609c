//! Numbers as people read them.

/// A number in three significant digits.
///
/// ```
/// assert_eq!(["0.0671", "155", "3.36e6"], [0.06708, 155.2, 3_357_700.0].map(probe::short));
/// ```
pub fn short(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let digits = x.abs().log10().floor();
    if !(-4.0..6.0).contains(&digits) {
        return format!("{x:.2e}");
    }
    format!("{x:.*}", (2.0 - digits).max(0.0) as usize)
}
