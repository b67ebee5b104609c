//! A section of a config as data: its keys, and what each takes.

use serde_json::Value as Json;

use crate::syntax::quoted_list;

/// How a setting's numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberForm {
    /// Without a point.
    Whole,
    /// With a point.
    Real,
}

/// A section of a config.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What it is about.
    pub(crate) meaning: &'static str,
    /// Its kinds, where it has some: each name with its meaning.
    pub(crate) kinds: &'static [(&'static str, &'static str)],
    pub(crate) rows: Vec<Row>,
}

/// A key of a section.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) meaning: &'static str,
    /// The kinds of the section that have it; all, where it is empty.
    pub(crate) kinds: Vec<&'static str>,
    /// The default in TOML, once for each kind of the section: `None` where there is none.
    pub(crate) defaults: Vec<Option<toml::Value>>,
    pub(crate) form: Form,
}

/// What a key holds.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// A value, or a list of them.
    Value {
        /// What it takes, in words.
        takes: String,
        schema: Json,
        /// What of it is a number: itself (`""`), or keys of a table in its place.
        numbers: &'static [(&'static str, NumberForm)],
        /// The table that may stand in its place.
        table: Option<Group>,
    },
    Section(Group),
    /// A bare name, or a table of `kind` and parameters.
    Kinds(Group),
    Part {
        number_form: fn(&str) -> Option<NumberForm>,
    },
}

impl Group {
    /// The key of that name.
    pub(crate) fn row(&self, key: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == key)
    }

    /// How the numbers of the setting at the dotted `path` are written, if it takes some.
    pub(crate) fn number_form(&self, path: &str) -> Option<NumberForm> {
        let (key, below) = path.split_once('.').unwrap_or((path, ""));
        match &self.row(key)?.form {
            Form::Value { table: Some(group), .. } if !below.is_empty() => group.number_form(below),
            Form::Value { numbers, .. } => {
                numbers.iter().find(|(path, _)| *path == below).map(|(_, form)| *form)
            }
            Form::Section(group) | Form::Kinds(group) => group.number_form(below),
            Form::Part { number_form } => number_form(below),
        }
    }

    /// "`momentum` belongs to the kind `sgd`", of a key that only some kinds have.
    pub(crate) fn kinds_with(&self, key: &str) -> Option<String> {
        let kinds = &self.row(key)?.kinds;
        let names = quoted_list(kinds.iter().copied(), "and");
        let kinds = match kinds.len() {
            0 => return None,
            1 => format!("the kind {names}"),
            _ => format!("the kinds {names}"),
        };
        Some(format!("`{key}` belongs to {kinds}"))
    }
}

impl Row {
    /// Its default, if it is the same for all kinds.
    pub(crate) fn default(&self) -> Option<&toml::Value> {
        let first = self.defaults.first()?.as_ref()?;
        self.defaults.iter().all(|default| default.as_ref() == Some(first)).then_some(first)
    }

    /// Its meaning, after the kinds that have it.
    pub(crate) fn described(&self) -> String {
        match self.kinds.as_slice() {
            [] => self.meaning.trim().to_owned(),
            kinds => format!("{}: {}", kinds.join(", "), self.meaning.trim()),
        }
    }
}
