//! TOML text into values.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use crate::syntax::diagnostics::Diagnostic;
use crate::syntax::source_map::{SourceMap, Span};
use crate::syntax::value::{Entry, Spanned, Value};

/// What is said of a whole number that TOML cannot hold.
const BEYOND: &str = "beyond 9223372036854775807, the last whole number of TOML";

/// Parses the text of `source`.
pub(crate) fn parse(sources: &SourceMap, source: usize) -> Result<Spanned, Diagnostic> {
    let text = &sources.get(source).text;
    let table = DeTable::parse(text).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        let help = whole_number(text, range.start);
        let message = format!("not valid TOML: {}", error.message());
        Diagnostic::at(&Span { source, range }, message).maybe_help(help)
    })?;
    let span = Span { source, range: table.span() };
    Ok(Spanned { span, value: table_of(table.into_inner(), source) })
}

/// "write 0.001", of `.001` or `1.` at that byte of a text.
fn whole_number(text: &str, at: usize) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
    let start = text.get(..at)?.rfind(|c| !is_part(c)).map_or(0, |index| index + 1);
    let word: String = text.get(start..)?.chars().take_while(|c| is_part(*c)).collect();
    let number: f64 = word.parse().ok().filter(|number: &f64| number.is_finite())?;
    let is_decimal = word.contains('.') && word.chars().any(|c| c.is_ascii_digit());
    is_decimal.then(|| format!("write {}", toml::Value::Float(number)))
}

fn table_of(table: DeTable<'_>, source: usize) -> Value {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>)| {
        let span = Span { source, range: key.span() };
        let key: Cow<'_, str> = key.into_inner();
        Entry { key: key.into_owned(), span, value: value_of(value, source) }
    };
    Value::Table(table.into_iter().map(entry).collect())
}

fn value_of(value: toml::Spanned<DeValue<'_>>, source: usize) -> Spanned {
    let span = Span { source, range: value.span() };
    let value = match value.into_inner() {
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Integer(value) => match i64::from_str_radix(value.as_str(), value.radix()) {
            Ok(value) => Value::Integer(value),
            Err(_) => Value::Other(BEYOND),
        },
        DeValue::Float(value) => match value.as_str().parse() {
            Ok(value) => Value::Real(value),
            Err(_) => Value::Other("a number that cannot be read"),
        },
        DeValue::String(value) => Value::Text(value.into_owned()),
        DeValue::Array(values) => {
            Value::List(values.into_iter().map(|value| value_of(value, source)).collect())
        }
        DeValue::Table(table) => table_of(table, source),
        DeValue::Datetime(_) => Value::Other("a date"),
    };
    Spanned { span, value }
}
