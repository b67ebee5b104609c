//! What follows from the tables of fields: the schema, the documentation, what the reader knows and
//! resolves to.
//!
//! `UPDATE=1 cargo test -p experiment --test tables` writes the committed files anew.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use experiment::{ConfigError, Overrides, Plan, load, markdown_tables, schema};
use serde_json::Value;

/// Compares a committed file with what it has to be, or writes it.
fn assert_current(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    let update = "UPDATE=1 cargo test -p experiment --test tables";
    assert!(committed == text, "docs/{file} is out of date: {update}");
}

#[test]
fn the_committed_schema_is_current() {
    assert_current("config.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_documentation_has_the_tables_of_all_sections() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let mut page = std::fs::read_to_string(page).unwrap();
    for (name, table) in markdown_tables() {
        let begin = format!("<!-- settings: {name} -->\n");
        let start = page.find(&begin).unwrap_or_else(|| panic!("no mark for {name}")) + begin.len();
        let end = start + page[start..].find("<!-- end -->").unwrap();
        page.replace_range(start..end, &table);
    }
    assert_current("configuration.md", &page);
}

fn try_load(text: &str) -> Result<Plan, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    load(&[file], &Overrides::default())
}

/// The keys that the reader knows, from what it says of one that it does not.
fn known(text: &str) -> BTreeSet<String> {
    let error = try_load(text).unwrap_err();
    let is_unknown = |message: &str| message.starts_with("unknown key");
    let unknown = error.diagnostics.iter().find(|found| is_unknown(&found.message)).unwrap();
    let (_, list) = unknown.help.as_ref().unwrap().split_once(": ").unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

/// Every table of settings in the schema, with its dotted path. `[init]` follows the catalog
/// instead.
fn tables(schema: &Value, path: &str, visit: &mut impl FnMut(&str, &[&str], &Value)) {
    for (key, schema) in schema["properties"].as_object().unwrap() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let alternatives = schema["anyOf"].as_array().map_or([].as_slice(), Vec::as_slice);
        let kinds = alternatives.iter().filter_map(|schema| schema["enum"].as_array()).flatten();
        let kinds: Vec<&str> = kinds.filter_map(Value::as_str).collect();
        for table in alternatives.iter().chain([schema]).filter(|table| {
            table["properties"].is_object() && !["arms", "sweep", "seeds"].contains(&path.as_str())
        }) {
            visit(&path, &kinds, table);
            tables(table, &path, visit);
        }
    }
}

#[test]
fn the_schema_has_the_keys_that_the_reader_knows() {
    let schema = schema();
    assert_eq!(keys(&schema), known("_ = 1"));
    let mut seen = Vec::new();
    tables(&schema, "", &mut |path, kinds, table| {
        seen.push(path.to_owned());
        let known: BTreeSet<String> = match kinds {
            [] => known(&format!("{path} = {{ _ = 1 }}")),
            kinds => kinds
                .iter()
                .flat_map(|kind| known(&format!("{path} = {{ kind = \"{kind}\", _ = 1 }}")))
                .collect(),
        };
        assert_eq!(keys(table), known, "{path}");
    });
    assert!(seen.len() >= 6, "{seen:?}");
    let axes = schema["definitions"]["axis"]["anyOf"].as_array().unwrap();
    for axis in &axes[1..7] {
        let form = axis["required"][0].as_str().unwrap();
        let known =
            known(&format!("[sweep.\"training.batch_size\"]\n{form} = [1, 2]\nn = 2\n_ = 1"));
        assert!(keys(axis).is_subset(&known), "{form}");
    }
    let mut arm = keys(&schema["properties"]["arms"]["additionalProperties"]);
    arm.extend(["name", "title", "extends", "seeds", "arms", "sweep"].map(str::to_owned));
    assert_eq!(arm, keys(&schema));
}

/// The values of the schema that have a default, with their dotted names.
fn defaults(schema: &Value) -> Vec<(String, Value)> {
    let mut defaults = Vec::new();
    let mut add = |path: &str, table: &Value| {
        for (key, schema) in table["properties"].as_object().unwrap() {
            if let Some(default) = schema.get("default") {
                let name = format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
                defaults.push((name, default.clone()));
            }
        }
    };
    add("", schema);
    tables(schema, "", &mut |path, _, table| add(path, table));
    // A set that is drawn is not the usual one, whatever its parameters.
    defaults.retain(|(name, _)| name != "seeds" && !name.starts_with("data.set."));
    defaults
}

#[test]
fn a_default_of_the_schema_is_what_a_config_without_it_resolves_to() {
    let plain = try_load("").unwrap().runs().remove(0);
    let defaults = defaults(&schema());
    assert!(defaults.len() > 8, "{defaults:?}");
    for (name, default) in defaults {
        let default = toml::Value::try_from(default).unwrap();
        match try_load(&format!("{name} = {default}")) {
            Ok(given) => assert_eq!(given.runs()[0].id(), plain.id(), "{name} = {default}"),
            // A parameter of another kind than the usual one.
            Err(error) => assert!(error.to_string().contains("belongs to the kind"), "{error}"),
        }
    }
}

#[test]
fn every_name_of_a_choice_is_read_in_either_case() {
    // What some choices need of other settings.
    const NEEDED: [&str; 2] =
        ["model.hidden = [8, 8, 8]\ndata.train = 100\n", "model.base_width = 8\n"];
    tables(&schema(), "", &mut |path, kinds, table| {
        for (key, schema) in table["properties"].as_object().unwrap() {
            for word in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let id = |word: &str| {
                    let alone = format!("{path}.{key} = \"{word}\"");
                    let of_kind =
                        |kind| format!("{path} = {{ kind = \"{kind}\", {key} = \"{word}\" }}");
                    let values = std::iter::once(alone.clone()).chain(kinds.iter().map(of_kind));
                    let mut plans = values
                        .flat_map(|value| NEEDED.map(|needed| format!("{needed}{value}")))
                        .filter_map(|text| try_load(&text).ok());
                    plans.next().unwrap_or_else(|| panic!("{alone}")).runs()[0].id()
                };
                assert_eq!(id(word), id(&word.to_uppercase()), "{path}.{key}");
            }
        }
    });
}

#[test]
fn no_setting_has_the_name_of_a_part_of_an_axis() {
    tables(&schema(), "", &mut |path, _, table| {
        for mark in ["linear", "log", "uniform", "log_uniform", "values", "at", "n"] {
            assert!(!keys(table).contains(mark), "{path}.{mark} would make an axis of a section");
        }
    });
}
