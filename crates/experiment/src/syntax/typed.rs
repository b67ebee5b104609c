//! Values as the type that is expected, or a diagnostic that says what was expected.

use std::ops::RangeInclusive;

use crate::syntax::diagnostics::{Diagnostic, Diagnostics};
use crate::syntax::suggestions::{did_you_mean, quoted_list};
use crate::syntax::value::{Spanned, Value};

/// The largest whole number that TOML can write.
pub(crate) const MAX_INTEGER: u64 = i64::MAX as u64;

/// Reports that the value of `name` is not what was expected.
pub(crate) fn mistyped<T>(
    value: &Spanned,
    name: &str,
    expected: &str,
    diagnostics: &Diagnostics,
) -> Option<T> {
    let message = format!("`{name}` must be {expected}, but is {}", value.described());
    diagnostics.report(Diagnostic::at(&value.span, message));
    None
}

/// A whole number of a range, written with a point or without.
pub(crate) fn whole(
    value: &Spanned,
    name: &str,
    range: RangeInclusive<u64>,
    diagnostics: &Diagnostics,
) -> Option<u64> {
    let number = match value.value {
        Value::Integer(number) => u64::try_from(number).ok(),
        // 2^53 is the last of the whole numbers that all have a float.
        Value::Real(number) if number.fract() == 0.0 && (0.0..=2f64.powi(53)).contains(&number) => {
            Some(number as u64)
        }
        _ => None,
    };
    match number.filter(|number| range.contains(number)) {
        Some(number) => Some(number),
        None => mistyped(value, name, &expected_whole(&range), diagnostics),
    }
}

/// A range of whole numbers, as a sentence goes on: "must be ...".
pub(crate) fn expected_whole(range: &RangeInclusive<u64>) -> String {
    match *range.end() {
        u64::MAX | MAX_INTEGER => format!("a whole number of at least {}", range.start()),
        end => format!("a whole number from {} to {end}", range.start()),
    }
}

/// A finite real number that `accepts` takes; `expected` says which those are.
pub(crate) fn real(
    value: &Spanned,
    name: &str,
    expected: &str,
    accepts: impl Fn(f64) -> bool,
    diagnostics: &Diagnostics,
) -> Option<f64> {
    match number(value).filter(|number| number.is_finite() && accepts(*number)) {
        Some(number) => Some(number),
        None => mistyped(value, name, expected, diagnostics),
    }
}

/// The number that a value is, if it is one.
pub(crate) fn number(value: &Spanned) -> Option<f64> {
    match value.value {
        Value::Integer(number) => Some(number as f64),
        Value::Real(number) => Some(number),
        _ => None,
    }
}

/// A string.
pub(crate) fn text<'a>(
    value: &'a Spanned,
    name: &str,
    diagnostics: &Diagnostics,
) -> Option<&'a str> {
    match &value.value {
        Value::Text(text) => Some(text),
        _ => mistyped(value, name, "a string", diagnostics),
    }
}

/// A list; `of` says of what.
pub(crate) fn list<'a>(
    value: &'a Spanned,
    name: &str,
    of: &str,
    diagnostics: &Diagnostics,
) -> Option<&'a [Spanned]> {
    match &value.value {
        Value::List(values) => Some(values),
        _ => mistyped(value, name, &format!("a list of {of}"), diagnostics),
    }
}

/// One of `words`, as a string.
pub(crate) fn word(
    value: &Spanned,
    name: &str,
    words: &[&'static str],
    diagnostics: &Diagnostics,
) -> Option<&'static str> {
    let given = text(value, name, diagnostics)?;
    let found = find_word(given, words.iter().copied());
    if found.is_none() {
        let message = format!("`{name}` cannot be `{}`", given.escape_debug());
        let diagnostic = Diagnostic::at(&value.span, message)
            .label(format!("expected {}", quoted_list(words.iter().copied(), "or")))
            .maybe_help(did_you_mean(given, words.iter().copied()));
        diagnostics.report(diagnostic);
    }
    found
}

/// The one of `words` that is `given`, or equals it but for the case of letters.
pub(crate) fn find_word(
    given: &str,
    words: impl Iterator<Item = &'static str> + Clone,
) -> Option<&'static str> {
    let exact = words.clone().find(|word| *word == given);
    exact.or_else(|| words.into_iter().find(|word| word.eq_ignore_ascii_case(given)))
}
