//! Numbers of an axis that follow from its ends: `{ linear = [0.0, 1.0], n = 5 }`, `{ log = [1e-4,
//! 1.0], n = 25 }`, and for random search `uniform` and `log_uniform`.

use initializers::{Purpose, Stream};

use crate::settings::{NumberForm, Settings};
use crate::sweep::point::Scale;
use crate::syntax::{
    Diagnostic, MAX_INTEGER, SectionReader, Span, Spanned, Value, list, real, whole,
};

/// A range of more values is a typo.
pub(crate) const MAX_VALUES: u64 = 10_000;
/// Generated numbers have so many significant digits: few enough that 0.001 is not
/// 0.0010000000000000002, and that the last bits of logarithms do not show.
const DIGITS: usize = 12;

/// Reads the values of a range over `setting` out of the table of an axis.
pub(crate) fn read_range(
    section: &SectionReader<'_>,
    form: &'static str,
    scale: Scale,
    setting: &str,
) -> Option<Vec<Spanned>> {
    let ends = section.get(form)?;
    let n = read_count(section, form);
    let (first, last) = read_ends(section, form, ends, scale)?;
    let n = n?;
    if first == last {
        let message = format!("`{}` has the same first and last value", section.name(form));
        section.diagnostics.report(Diagnostic::at(&ends.span, message));
        return None;
    }
    let numbers = (0..n).map(|index| spaced(scale, first, last, index, n - 1));
    Some(values(numbers, setting, &ends.span))
}

/// Draws the values of a random axis over `setting`, out of the table of an axis. Each is a
/// function of the seed, the setting and its index, so that more values are the same ones and
/// others.
pub(crate) fn read_random(
    section: &SectionReader<'_>,
    form: &'static str,
    scale: Scale,
    setting: &str,
) -> Option<Vec<Spanned>> {
    let ends = section.get(form)?;
    let n = read_count(section, form);
    let seed = match section.get("seed") {
        Some(seed) => whole(seed, &section.name("seed"), 0..=MAX_INTEGER, section.diagnostics)?,
        None => 0,
    };
    let (first, last) = read_ends(section, form, ends, scale)?;
    let n = n?;
    if first >= last {
        let message = format!("`{}` must be its least and its largest value", section.name(form));
        section.diagnostics.report(Diagnostic::at(&ends.span, message));
        return None;
    }
    let purpose = Purpose::named(&format!("random search {setting}"));
    let numbers = (0..n).map(|index| {
        let along = Stream::new(seed, purpose, [index, 0]).uniform();
        rounded(between(scale, first, last, along)).clamp(first, last)
    });
    Some(values(numbers, setting, &ends.span))
}

/// Numbers as values of `setting`: whole where it is.
fn values(numbers: impl Iterator<Item = f64>, setting: &str, span: &Span) -> Vec<Spanned> {
    let is_whole = Settings::number_form(setting) == Some(NumberForm::Whole);
    let value = |number: f64| {
        let value =
            if is_whole { Value::Integer(number.round() as i64) } else { Value::Real(number) };
        Spanned { span: span.clone(), value }
    };
    numbers.map(value).collect()
}

fn read_count(section: &SectionReader<'_>, form: &str) -> Option<u64> {
    if let Some(n) = section.get("n") {
        return whole(n, &section.name("n"), 2..=MAX_VALUES, section.diagnostics);
    }
    let message = format!("`{}` has no `n`: how many values there are", section.path());
    let diagnostic = Diagnostic::at(section.key_span(form)?, message).help("for example `n = 25`");
    section.diagnostics.report(diagnostic);
    None
}

fn read_ends(
    section: &SectionReader<'_>,
    form: &str,
    ends: &Spanned,
    scale: Scale,
) -> Option<(f64, f64)> {
    let name = section.name(form);
    let of = "two numbers, the first and the last value";
    let values = list(ends, &name, of, section.diagnostics)?;
    let [first, last] = values else {
        let message = format!("`{name}` must be {of}, but has {}", values.len());
        section.diagnostics.report(Diagnostic::at(&ends.span, message));
        return None;
    };
    let (expected, least) = match scale {
        Scale::Log => ("a number > 0, as logarithms are of those", f64::MIN_POSITIVE),
        _ => ("a number", f64::MIN),
    };
    let end = |value| real(value, &name, expected, |end| end >= least, section.diagnostics);
    let (first, last) = (end(first), end(last));
    Some((first?, last?))
}

/// The value at `index` of `0..=last_index` between two ends, rounded to [`DIGITS`]; the ends are
/// exact.
fn spaced(scale: Scale, first: f64, last: f64, index: u64, last_index: u64) -> f64 {
    if index == 0 {
        return first;
    }
    if index == last_index {
        return last;
    }
    let value = between(scale, first, last, index as f64 / last_index as f64);
    // What cancels to nearly nothing between ends of different signs is 0.
    let least = first.abs().max(last.abs()) * 10f64.powi(-(DIGITS as i32));
    if scale != Scale::Log && value.abs() < least {
        return 0.0;
    }
    rounded(value)
}

/// The number at `along`, from 0 to 1, between two ends.
fn between(scale: Scale, first: f64, last: f64, along: f64) -> f64 {
    let between = |a: f64, b: f64| a * (1.0 - along) + b * along;
    match scale {
        // From `libm`, which gives the same bits on every processor.
        Scale::Log => libm::exp(between(libm::log(first), libm::log(last))),
        _ => between(first, last),
    }
}

/// A number with [`DIGITS`] significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(scale: Scale, first: f64, last: f64, n: u64) -> Vec<f64> {
        (0..n).map(|index| spaced(scale, first, last, index, n - 1)).collect()
    }

    #[test]
    fn generated_numbers_are_short_and_their_ends_exact() {
        assert_eq!(all(Scale::Log, 1e-4, 1.0, 5), [1e-4, 0.001, 0.01, 0.1, 1.0]);
        assert_eq!(all(Scale::Log, 1.0, 1e-4, 5), [1.0, 0.1, 0.01, 0.001, 1e-4]);
        assert_eq!(all(Scale::Linear, 0.0, 0.3, 4), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(all(Scale::Linear, -0.3, 0.3, 7), [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]);
        assert_eq!(all(Scale::Log, 1e-3, 1.0, 3)[1].to_string(), "0.0316227766017");
        assert_eq!(all(Scale::Linear, f64::MIN, f64::MAX, 3), [f64::MIN, 0.0, f64::MAX]);
        assert!(
            all(Scale::Log, f64::MIN_POSITIVE, f64::MAX, 9).iter().all(|value| value.is_normal())
        );
    }
}
