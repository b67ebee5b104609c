//! The tables of `docs/configuration.md`, from the settings' tables of fields.

use std::fmt::Write;

use crate::settings::{EXPERIMENT_KEYS, Form, Group, Row, Settings, describe};

const HEAD: &str = "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n";

/// The tables of keys that the documentation shows, each with its name: `file`, or a section's.
///
/// ```
/// let tables = experiment::markdown_tables();
/// assert!(tables.iter().any(|(name, table)| name == "model" && table.contains("| `hidden` |")));
/// ```
pub fn markdown_tables() -> Vec<(String, String)> {
    let settings = describe::<Settings>();
    let mut file = HEAD.to_owned();
    for key in EXPERIMENT_KEYS {
        line(&mut file, key.key, key.takes, key.default, key.meaning);
    }
    let is_value = |row: &&Row| matches!(row.form, Form::Value { .. });
    settings.rows.iter().filter(is_value).for_each(|row| row_line(&mut file, row, &settings));
    let mut tables = vec![("file".to_owned(), file)];
    add_sections(&settings, "", &mut tables);
    tables
}

fn add_sections(group: &Group, path: &str, tables: &mut Vec<(String, String)>) {
    for row in &group.rows {
        let (Form::Section(inner) | Form::Kinds(inner) | Form::Value { table: Some(inner), .. }) =
            &row.form
        else {
            continue;
        };
        let path = if path.is_empty() { row.key.to_owned() } else { format!("{path}.{}", row.key) };
        tables.push((path.clone(), table(inner)));
        add_sections(inner, &path, tables);
    }
}

fn table(group: &Group) -> String {
    let mut table = HEAD.to_owned();
    group.rows.iter().for_each(|row| row_line(&mut table, row, group));
    if !group.kinds.is_empty() {
        table.push_str("\n| kind | what it is |\n| --- | --- |\n");
        for (name, meaning) in group.kinds {
            let _ = writeln!(table, "| `{name}` | {} |", meaning.trim());
        }
    }
    table
}

fn row_line(table: &mut String, row: &Row, group: &Group) {
    let takes = match &row.form {
        Form::Value { takes, .. } => takes.clone(),
        Form::Kinds(_) => "a name, or a table of `kind` and its parameters".to_owned(),
        Form::Section(_) | Form::Part { .. } => "a table".to_owned(),
    };
    line(table, row.key, &takes, &defaults(row, group), &row.described());
}

/// "`0.001`", or "`0.001`; sgd `0.01`"
fn defaults(row: &Row, group: &Group) -> String {
    let shown = |default: &Option<toml::Value>| match default {
        // Debug prints 1e-8 where Display prints all its zeros.
        Some(toml::Value::Float(default)) => format!("`{default:?}`"),
        Some(default) => format!("`{default}`"),
        None => "none".to_owned(),
    };
    let [first, others @ ..] = row.defaults.as_slice() else { return String::new() };
    let mut text = shown(first);
    // With kinds, the defaults of a field that all have are in the order of the kinds.
    for (default, (kind, _)) in others.iter().zip(group.kinds.iter().skip(1)) {
        if row.kinds.is_empty() && default != first {
            let _ = write!(text, "; {kind} {}", shown(default));
        }
    }
    text
}

fn line(table: &mut String, key: &str, takes: &str, default: &str, meaning: &str) {
    let escaped = |text: &str| text.replace('|', "\\|");
    let (takes, default, meaning) = (escaped(takes), escaped(default), escaped(meaning));
    let _ = writeln!(table, "| `{key}` | {takes} | {default} | {meaning} |");
}
