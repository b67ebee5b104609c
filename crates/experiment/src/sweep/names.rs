//! What points of a sweep are called: `normal,std=0.1`.

use sha2::{Digest, Sha256};

use crate::sweep::axis::Axis;
use crate::syntax::{Diagnostic, Diagnostics, Spanned, Value};

/// A longer name is shortened: with what is put around it, it has to be the name of a folder.
const MAX_LENGTH: usize = 180;

/// For each axis and value its part of a point's name: `std=0.1`.
pub(crate) fn labels(axes: &[Axis], diagnostics: &Diagnostics) -> Vec<Vec<String>> {
    let last = |axis: &Axis| axis.setting.rsplit('.').next().unwrap_or_default().to_owned();
    let label = |axis: &Axis| {
        let is_unique = axes.iter().filter(|other| last(other) == last(axis)).count() == 1;
        let key = folder_name(&if is_unique { last(axis) } else { axis.setting.to_string() });
        let labels: Vec<String> =
            axis.values.iter().map(|value| format!("{key}={}", word(&value.value))).collect();
        check_distinct(&labels, &axis.values, diagnostics);
        labels
    };
    axes.iter().map(label).collect()
}

/// Reports strings that become one label; only strings are changed on their way into a name.
fn check_distinct(labels: &[String], values: &[Spanned], diagnostics: &Diagnostics) {
    let mut seen: Vec<(&String, &Spanned)> = Vec::new();
    let is_text = |(_, value): &(&String, &Spanned)| matches!(value.value, Value::Text(_));
    for (label, value) in labels.iter().zip(values).filter(is_text) {
        match seen.iter().find(|(other, _)| *other == label) {
            Some((_, other)) if other.value != value.value => {
                let message = format!(
                    "{} and {} would be the same folder",
                    other.described(),
                    value.described()
                );
                let help =
                    "the names of points keep letters, digits, `_`, `-`, `+` and `.` of a string";
                diagnostics.report(Diagnostic::at(&value.span, message).help(help));
            }
            Some(_) => {}
            None => seen.push((label, value)),
        }
    }
}

/// The name of the point with those labels, of the arm of that name; a long one ends in a checksum.
pub(crate) fn point_name<'a>(
    arm: Option<&'a str>,
    labels: impl Iterator<Item = &'a str>,
) -> String {
    let parts: Vec<&str> = arm.into_iter().chain(labels).collect();
    let name = parts.join(",");
    if name.len() <= MAX_LENGTH {
        return name;
    }
    let digest: String =
        Sha256::digest(&name).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let start: String = name.chars().take(MAX_LENGTH - digest.len() - 1).collect();
    format!("{start}~{digest}")
}

/// A value as a part of a folder's name.
fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => folder_name(text),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(|value| word(&value.value)).collect();
            if values.is_empty() { "none".to_owned() } else { values.join("x") }
        }
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => toml::Value::Float(*value).to_string(),
        Value::Table(_) | Value::Other(_) => String::new(),
    }
}

/// A text without what a folder's name may not have: `leaky_relu-0.2` for `leaky_relu(0.2)`.
fn folder_name(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
    let kept: String = text.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let kept = kept.trim_matches(['-', '.']);
    if kept.is_empty() { "none".to_owned() } else { kept.to_owned() }
}
