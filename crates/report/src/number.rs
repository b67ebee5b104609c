//! How numbers are written: with enough digits that no small value vanishes.

/// `value` with `digits` significant digits, trailing zeros kept: `0.0402`, `1.23e-7`.
///
/// ```
/// assert_eq!(report::significant(0.040_213, 3), "0.0402");
/// assert_eq!(report::significant(1.234e-7, 3), "1.23e-7");
/// assert_eq!(report::significant(0.0, 3), "0");
/// ```
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return infinite(value);
    }
    let digits = digits.max(1);
    match exponent(value, digits) {
        exponent @ -4..7 => {
            let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
            format!("{value:.decimals$}")
        }
        _ => format!("{value:.*e}", digits - 1),
    }
}

/// `value` rounded to `digits` significant digits, as short as that allows: `0.1`, `1e-5`.
pub(crate) fn shortest(value: f64, digits: usize) -> String {
    let rounded: f64 = format!("{value:.*e}", digits.max(1) - 1).parse().unwrap_or(value);
    let size = rounded.abs();
    if size != 0.0 && !(1e-4..1e6).contains(&size) {
        format!("{rounded:e}")
    } else {
        rounded.to_string()
    }
}

/// `value` with `decimals`; with `digits` significant digits where that would leave fewer than
/// `least` of them.
pub(crate) fn fixed(value: f64, decimals: usize, least: usize, digits: usize) -> String {
    if !value.is_finite() {
        return infinite(value);
    }
    let exponent = exponent(value, digits);
    let shown = decimals as i32 + exponent + 1;
    minus(if value == 0.0 || (shown >= least as i32 && exponent < 9) {
        format!("{value:.decimals$}")
    } else {
        significant(value, digits)
    })
}

/// A p-value with two significant digits.
pub(crate) fn p_value(p: f64) -> String {
    match p {
        _ if p < 0.001 => "< 0.001".to_owned(),
        _ if p < 0.0995 => format!("{p:.3}"),
        _ => format!("{p:.2}"),
    }
}

/// `2·10⁻⁵`, or `10⁶` for a power of ten.
pub(crate) fn power_of_ten(value: f64) -> String {
    let text = format!("{value:.1e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised = |c: char| match c {
        '-' => Some('⁻'),
        _ => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10)? as usize),
    };
    let exponent: String = exponent.chars().filter_map(raised).collect();
    match digits.trim_end_matches(".0") {
        "1" => format!("10{exponent}"),
        "-1" => format!("-10{exponent}"),
        digits => format!("{digits}·10{exponent}"),
    }
}

/// A minus sign in place of the hyphen, and no negative zero.
pub(crate) fn minus(number: String) -> String {
    match number.strip_prefix('-') {
        Some(rest) if is_zero(rest) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => number,
    }
}

/// A written difference with its sign; none for zero.
pub(crate) fn signed(number: String) -> String {
    if number.starts_with('−') || is_zero(&number) { number } else { format!("+{number}") }
}

fn is_zero(number: &str) -> bool {
    number.chars().all(|c| matches!(c, '0' | '.'))
}

fn infinite(value: f64) -> String {
    match value {
        _ if value.is_nan() => "NaN",
        _ if value > 0.0 => "∞",
        _ => "−∞",
    }
    .to_owned()
}

/// The exponent of ten of `value` once it is rounded to `digits`.
fn exponent(value: f64, digits: usize) -> i32 {
    let text = format!("{value:.*e}", digits.max(1) - 1);
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_values_keep_their_digits_and_large_ones_their_decimals() {
        assert_eq!(fixed(0.071_23, 4, 2, 3), "0.0712");
        assert_eq!(fixed(0.002_04, 4, 2, 3), "0.0020");
        assert_eq!(fixed(0.000_021_44, 4, 2, 3), "2.14e-5");
        assert_eq!(fixed(97.2, 2, 1, 2), "97.20");
        assert_eq!(fixed(-0.034, 2, 1, 2), "−0.03");
        assert_eq!(fixed(-0.0034, 2, 1, 2), "−0.0034");
        assert_eq!((fixed(0.0, 2, 1, 2), fixed(-0.0, 2, 1, 2)), ("0.00".into(), "0.00".into()));
        assert_eq!(fixed(1.5e-12, 2, 1, 2), "1.5e-12");
        assert_eq!(fixed(1.5e12, 2, 1, 2), "1.5e12");
        assert_eq!(
            (fixed(f64::INFINITY, 2, 1, 2), fixed(f64::NAN, 2, 1, 2)),
            ("∞".into(), "NaN".into())
        );
        assert_eq!(significant(123_456.0, 3), "123456");
        assert_eq!(significant(1_234_567.0, 3), "1234567");
        assert_eq!(significant(0.099_96, 3), "0.100");
        assert_eq!(shortest(0.021_544_346, 3), "0.0215");
    }

    proptest! {
        #[test]
        fn nothing_but_zero_is_written_as_zero(value in any::<f64>(), decimals in 0usize..6) {
            prop_assume!(value.is_finite() && value != 0.0);
            for text in [fixed(value, decimals, 1, 2), significant(value, 3), shortest(value, 3)] {
                let digits = text.split('e').next().unwrap_or("");
                let seen = digits.chars().any(|c| ('1'..='9').contains(&c));
                prop_assert!(seen, "{} {}", value, text);
            }
        }

        #[test]
        fn what_is_written_is_the_value_to_its_digits(value in -1e9..1e9f64) {
            let read: f64 = significant(value, 4).parse().unwrap();
            prop_assert!((read - value).abs() <= 0.0006 * value.abs());
        }
    }
}
