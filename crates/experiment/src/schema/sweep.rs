//! The schema of sweeps.

use serde_json::{Map, Value as Json, json};

use crate::schema::settings::reference;
use crate::string_enum::StringEnum;
use crate::sweep::{MARKS, MAX_VALUES, Scale};

/// Lists of axes that advance together.
pub(crate) fn zip() -> Json {
    json!({
        "description": "Axes that advance together, instead of in every combination",
        "type": "array", "items": { "type": "array", "items": { "type": "string" } },
    })
}

/// What the schema defines about axes.
pub(crate) fn definitions() -> Map<String, Json> {
    Map::from_iter([("axis".to_owned(), axis()), ("axis_value".to_owned(), axis_value())])
}

/// An axis, or a section with axes in it.
fn axis() -> Json {
    let two =
        |number: Json| json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": number });
    let list = json!({ "type": "array", "minItems": 1, "items": reference("axis_value") });
    let positive = json!({ "type": "number", "exclusiveMinimum": 0 });
    let settled = "The point of a resolved config; it changes no setting";
    json!({ "anyOf": [
        list,
        range("linear", two(json!({ "type": "number" })), "Numbers at equal distances"),
        range("log", two(positive.clone()), "Numbers at equal ratios"),
        random("uniform", two(json!({ "type": "number" })), "Numbers drawn uniformly"),
        random("log_uniform", two(positive), "Numbers whose logarithms are drawn uniformly"),
        on_scale("values", list, "Values on a scale of that name"),
        on_scale("at", reference("axis_value"), settled),
        { "type": "object", "description": "A section with axes in it", "minProperties": 1,
          "additionalProperties": reference("axis"),
          "propertyNames": { "not": { "enum": MARKS } } },
    ] })
}

fn range(form: &str, ends: Json, description: &str) -> Json {
    let n = json!({
        "type": "integer", "minimum": 2, "maximum": MAX_VALUES,
        "description": "How many values, both ends among them",
    });
    json!({
        "type": "object", "description": description, "additionalProperties": false,
        "properties": { form: ends, "n": n }, "required": [form, "n"],
    })
}

fn random(form: &str, ends: Json, description: &str) -> Json {
    let mut random = range(form, ends, description);
    random["properties"]["n"]["description"] = "How many values".into();
    random["properties"]["seed"] = json!({ "type": "integer", "minimum": 0, "default": 0 });
    random
}

fn on_scale(key: &str, values: Json, description: &str) -> Json {
    let words: Vec<&str> = Scale::WORDS.iter().map(|(word, _)| *word).collect();
    let scale = json!({
        "enum": words,
        "description": "Their spacing: linear for numbers and listed for others, unless given",
    });
    json!({
        "type": "object", "description": description, "additionalProperties": false,
        "properties": { key: values, "scale": scale }, "required": [key],
    })
}

fn axis_value() -> Json {
    json!({ "anyOf": [
        { "type": ["number", "string", "boolean"] },
        { "type": "array", "items": reference("axis_value") },
    ] })
}
