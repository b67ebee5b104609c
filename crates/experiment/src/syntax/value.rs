//! Values as written, each with the text that it comes from.

use crate::syntax::source_map::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    List(Vec<Spanned>),
    Table(Vec<Entry>),
    /// A value that no setting takes: a date, or a number beyond 64 bits.
    Other(&'static str),
}

/// A key with its span, and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) value: Spanned,
}

impl Spanned {
    /// The value as a message speaks of it.
    pub(crate) fn described(&self) -> String {
        match &self.value {
            Value::Bool(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            // 128.0 is not 128, and 1e-60 is not 60 zeros.
            Value::Real(value) => format!("{value:?}").to_lowercase(),
            Value::Text(text) if text.len() <= 30 => format!("{text:?}"),
            Value::Text(_) => "a string".into(),
            Value::List(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
            Value::Other(what) => (*what).into(),
        }
    }

    /// The value in TOML; of what no setting takes, its description.
    pub(crate) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Bool(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Real(value) => (*value).into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(values) => {
                toml::Value::Array(values.iter().map(Spanned::to_toml).collect())
            }
            Value::Table(entries) => toml::Value::Table(
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_toml())).collect(),
            ),
            Value::Other(what) => (*what).into(),
        }
    }

    /// The entries of a table.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a table with that key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// The value of a table at that key.
    pub(crate) fn get(&self, key: &str) -> Option<&Spanned> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of nested tables at that dotted path.
    pub(crate) fn find(&self, path: &str) -> Option<&Entry> {
        match path.split_once('.') {
            Some((first, rest)) => self.get(first)?.find(rest),
            None => self.entry(path),
        }
    }

    /// Takes the entry with that key out of a table.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Entry> {
        let Value::Table(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(index))
    }
}
