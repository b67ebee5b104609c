//! The schema of the settings of a run, from their tables of fields.

use serde_json::{Map, Value as Json, json};

use crate::settings::{Form, Group, Row, Settings, describe};

/// What `init` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InitSchema {
    /// An initializer with all that it needs.
    Whole,
    /// What an arm changes of it.
    Changed,
}

/// The settings of a run by key.
pub(crate) fn properties(init: InitSchema) -> Map<String, Json> {
    group_properties(&describe::<Settings>(), init)
}

fn group_properties(group: &Group, init: InitSchema) -> Map<String, Json> {
    group.rows.iter().map(|row| (row.key.to_owned(), row_schema(row, init))).collect()
}

fn row_schema(row: &Row, init: InitSchema) -> Json {
    match &row.form {
        Form::Value { schema, table: inner, .. } => {
            let mut schema = match inner {
                Some(inner) => {
                    json!({ "anyOf": [schema, { "enum": kinds(inner) }, table(inner, init)] })
                }
                None => schema.clone(),
            };
            schema["description"] = row.described().into();
            // A default that differs from kind to kind is told in words.
            if let Some(default) = row.default() {
                schema["default"] = json!(default);
            }
            schema
        }
        Form::Section(group) if group.kinds.is_empty() => table(group, init),
        Form::Section(group) | Form::Kinds(group) => {
            let names = kinds(group);
            json!({ "description": row.meaning, "anyOf": [{ "enum": names }, table(group, init)] })
        }
        Form::Part { .. } => reference(match init {
            InitSchema::Whole => "init",
            InitSchema::Changed => "changed_init",
        }),
    }
}

fn kinds(group: &Group) -> Vec<&'static str> {
    group.kinds.iter().map(|(name, _)| *name).collect()
}

fn table(group: &Group, init: InitSchema) -> Json {
    json!({
        "type": "object", "description": group.meaning, "additionalProperties": false,
        "properties": group_properties(group, init),
    })
}

/// A definition of the schema, by name.
pub(crate) fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{definition}") })
}
