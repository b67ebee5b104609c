//! The schema for editors says what the reader of configs says.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::collections::BTreeSet;

use experiment::{Overrides, load, schema};
use serde_json::Value;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.schema.json");

#[test]
fn the_committed_schema_is_current() {
    let committed = std::fs::read_to_string(COMMITTED).expect("docs/config.schema.json is there");
    assert!(
        committed == format!("{:#}\n", schema()),
        "docs/config.schema.json is out of date: cargo run -p train -- schema > docs/config.schema.json"
    );
}

/// The keys that the reader knows, from what it says of one that it does not.
fn known(text: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let problems = load(&[file], &Overrides::default()).unwrap_err();
    let unknown =
        problems.list.iter().find(|problem| problem.message.starts_with("unknown key")).unwrap();
    let (_, list) = unknown.help.as_ref().unwrap().split_once(": ").unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_schema_has_the_keys_that_the_reader_knows() {
    let schema = schema();
    let top = &schema["properties"];
    assert_eq!(keys(&schema), known("_ = 1"));
    for section in ["model", "training", "data"] {
        assert_eq!(keys(&top[section]), known(&format!("[{section}]\n_ = 1")), "{section}");
    }
    let equal_layers = &top["model"]["properties"]["hidden"]["anyOf"][1];
    assert_eq!(keys(equal_layers), known("[model]\nhidden = { _ = 1 }"));
    let axes = schema["definitions"]["axis"]["anyOf"].as_array().unwrap();
    for axis in &axes[1..5] {
        let form = axis["required"][0].as_str().unwrap();
        let known =
            known(&format!("[sweep.\"training.batch_size\"]\n{form} = [1, 2]\nn = 2\n_ = 1"));
        assert!(keys(axis).is_subset(&known), "{form}");
    }
    let all_kinds = |section: &str, kinds: &[&str]| -> BTreeSet<String> {
        kinds
            .iter()
            .flat_map(|kind| known(&format!("[{section}]\nkind = \"{kind}\"\n_ = 1")))
            .collect()
    };
    let optimizer = &top["optimizer"]["anyOf"][1];
    assert_eq!(keys(optimizer), all_kinds("optimizer", &["adam", "adamw", "sgd"]));
    let schedule = &optimizer["properties"]["schedule"]["anyOf"][1];
    assert_eq!(
        keys(schedule),
        all_kinds("optimizer.schedule", &["constant", "linear", "cosine", "exponential"])
    );
    let mut arm = keys(&top["arms"]["additionalProperties"]);
    arm.extend(["name", "title", "seeds", "arms", "sweep"].map(str::to_owned));
    assert_eq!(arm, keys(&schema));
}
