//! The schema of a whole file.

use serde_json::{Map, Value as Json, json};

use crate::schema::initializers;
use crate::schema::settings::{self, InitSchema, reference};
use crate::schema::sweep;
use crate::settings::EXPERIMENT_KEYS;

/// The JSON schema (draft 7) of a config file.
///
/// ```
/// let schema = experiment::schema();
/// assert_eq!(schema["properties"]["training"]["properties"]["epochs"]["default"], 2);
/// ```
pub fn schema() -> Json {
    let mut top: Map<String, Json> = EXPERIMENT_KEYS
        .iter()
        .map(|key| {
            let mut schema = experiment_key(key.key);
            schema["description"] = key.meaning.into();
            (key.key.to_owned(), schema)
        })
        .collect();
    top.extend(settings::properties(InitSchema::Whole));
    let mut definitions = initializers::definitions();
    definitions.extend(sweep::definitions());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Kindling experiment",
        "description": "What differs from the tutorial's setting; docs/configuration.md has all.",
        "type": "object",
        "additionalProperties": false,
        "properties": top,
        "definitions": definitions,
    })
}

/// The values of a key of the experiment.
fn experiment_key(key: &str) -> Json {
    match key {
        "seeds" => {
            let count = json!({ "type": "integer", "minimum": 1 });
            let list = json!({ "type": "array", "minItems": 1, "uniqueItems": true,
                               "items": { "type": "integer", "minimum": 0 } });
            let either = json!({ "anyOf": [count, list] });
            let crossed = json!({ "type": "object", "additionalProperties": false,
                                  "minProperties": 1,
                                  "properties": { "weights": either, "order": either } });
            json!({ "default": 1, "anyOf": [count, list, crossed] })
        }
        "arms" => {
            let arm = json!({
                "type": "object", "description": "What differs from the file's other settings",
                "additionalProperties": false,
                "properties": settings::properties(InitSchema::Changed),
            });
            json!({ "type": "object", "minProperties": 1, "additionalProperties": arm })
        }
        "sweep" => json!({
            "type": "object", "minProperties": 1, "additionalProperties": reference("axis"),
            "properties": { "zip": sweep::zip() },
        }),
        _ => json!({ "type": "string" }),
    }
}
