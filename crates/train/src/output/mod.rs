//! What several commands print: progress, results, and words for numbers.

pub(crate) mod progress;
pub(crate) mod results;

/// "1 run", "3 runs".
pub(crate) fn count(n: impl TryInto<u64>, what: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A number with four significant digits: "0.1003", "12.57", "1.000e-5".
pub(crate) fn significant(value: f64) -> String {
    if value.is_finite() { report::significant(value, 4) } else { value.to_string() }
}

/// The number of columns of the terminal; 80 where there is none.
pub(crate) fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn numbers_keep_their_significant_digits_however_small_they_are() {
        let shown = [0.0, 0.1, -0.05, 1e-5, 9.9999e-5, 1.0, 12.5678, 9999.9, 123_456.7, 1e9, 1e-40];
        assert_eq!(
            shown.map(significant),
            [
                "0",
                "0.1000",
                "-0.05000",
                "1.000e-5",
                "0.0001000",
                "1.000",
                "12.57",
                "10000",
                "123457",
                "1.000e9",
                "1.000e-40"
            ]
        );
        assert_eq!(significant(f64::INFINITY), "inf");
        assert_eq!(significant(f64::NAN), "NaN");
    }
}
