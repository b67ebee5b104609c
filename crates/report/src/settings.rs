//! Settings of runs: which of them decide, how they are written, where two runs differ.

use std::collections::BTreeMap;

use serde_json::Value;

/// A setting that makes two runs of an arm different ones. Titles are for people, seeds tell runs of
/// an arm apart, and what is recorded changes no result.
pub(crate) fn decides(setting: &str) -> bool {
    !matches!(setting, "seed" | "seeds" | "title" | "training.checkpoint_every")
        && !setting.starts_with("record.")
}

/// A setting's value as a person writes it.
pub(crate) fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The first setting that decides and is not the same: its name, its value, and that of the newest
/// run.
pub(crate) fn difference(
    newest: &BTreeMap<String, Value>,
    settings: &BTreeMap<String, Value>,
) -> Option<String> {
    let other = newest
        .keys()
        .chain(settings.keys())
        .find(|name| decides(name) && newest.get(*name) != settings.get(*name))?;
    let show = |settings: &BTreeMap<String, Value>| {
        settings.get(other).map_or("not set".to_owned(), written)
    };
    Some(format!("{other}: {}, there {}", show(settings), show(newest)))
}
