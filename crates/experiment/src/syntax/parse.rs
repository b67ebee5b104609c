//! TOML text into values.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use crate::syntax::diagnostics::Diagnostic;
use crate::syntax::source_map::{SourceMap, Span};
use crate::syntax::value::{Entry, Spanned, Value};

/// Parses the text of `source`.
pub(crate) fn parse(sources: &SourceMap, source: usize) -> Result<Spanned, Diagnostic> {
    let text = &sources.get(source).text;
    let table = DeTable::parse(text).map_err(|error| {
        let span = Span { source, range: error.span().unwrap_or(0..0) };
        Diagnostic::at(&span, format!("not valid TOML: {}", error.message()))
    })?;
    let span = Span { source, range: table.span() };
    Ok(Spanned { span, value: table_of(table.into_inner(), source) })
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
            Err(_) => Value::Other("a number beyond 64 bits"),
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
