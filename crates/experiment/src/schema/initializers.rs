//! The schema of initializers, from their catalog.

use std::iter;

use initializers::Activation;
use initializers::catalog::{Domain, KINDS, Kind, Parameter, Value};
use serde_json::{Map, Value as Json, json};

use crate::schema::settings::reference;
use crate::settings::LAYER_NAMES;

/// What the schema defines about initializers.
pub(crate) fn definitions() -> Map<String, Json> {
    let definition = |name: &str, schema: Json| (name.to_owned(), schema);
    Map::from_iter([
        definition("initializer", initializer(&Map::new())),
        definition("layer", with_parts(bias())),
        definition("layers", layers()),
        definition("init", with_parts(parts())),
        definition("changed_init", changed(parts())),
    ])
}

/// What may stand beside an initializer in `[init]`.
fn parts() -> Map<String, Json> {
    let mut parts = bias();
    parts.insert("layers".into(), reference("layers"));
    let factor = json!({ "type": "number", "exclusiveMinimum": 0,
        "description": "The factor of every weight" });
    parts.insert("factor".into(), factor);
    let permute = json!({ "type": "boolean",
        "description": "Whether each weight's numbers are shuffled" });
    parts.insert("permute".into(), permute);
    let from = json!({ "type": "string",
        "description": "A run or a safetensors file whose weights and biases are taken" });
    parts.insert("from".into(), from);
    parts
}

fn layers() -> Json {
    let properties: Map<String, Json> =
        LAYER_NAMES.iter().map(|name| ((*name).to_owned(), reference("layer"))).collect();
    json!({
        "type": "object",
        "description": "Layers that differ: by number from 1, or first, hidden (all between), last",
        "additionalProperties": false,
        "properties": properties,
        "patternProperties": { "^[1-9][0-9]*$": reference("layer") },
    })
}

fn bias() -> Map<String, Json> {
    Map::from_iter([("bias".to_owned(), reference("initializer"))])
}

/// An initializer by its name alone, or a table of its kind and parameters and of what may stand
/// `beside`.
fn initializer(beside: &Map<String, Json>) -> Json {
    let with_defaults = KINDS.iter().filter(|kind| kind.has_defaults());
    let names: Vec<_> = with_defaults.flat_map(|kind| all_names(kind)).collect();
    let mut choices = vec![
        json!({ "enum": names, "description": "Its name; `train inits` lists the initializers" }),
    ];
    choices.extend(KINDS.iter().map(|kind| table(kind, beside)));
    json!({ "anyOf": choices })
}

/// An initializer or, without one, what stands beside it: the rest is as it is elsewhere.
fn with_parts(parts: Map<String, Json>) -> Json {
    let mut whole = initializer(&parts);
    let alone = json!({ "type": "object", "additionalProperties": false, "properties": parts });
    whole["anyOf"].as_array_mut().into_iter().for_each(|choices| choices.push(alone.clone()));
    whole
}

/// What an arm may change of `[init]`: single parameters too, whichever the kind is.
fn changed(parts: Map<String, Json>) -> Json {
    let names: Vec<_> = KINDS.iter().flat_map(|kind| all_names(kind)).collect();
    let mut properties = parts;
    properties.insert("kind".into(), json!({ "enum": names }));
    let mut domains: Map<String, Json> = Map::new();
    for parameter in KINDS.iter().flat_map(|kind| kind.parameters) {
        let shape = domain(parameter.domain);
        let known = domains.entry(parameter.name).or_insert_with(|| json!({ "anyOf": [] }));
        if let Some(shapes) =
            known["anyOf"].as_array_mut().filter(|shapes| !shapes.contains(&shape))
        {
            shapes.push(shape);
        }
    }
    properties.extend(domains);
    let table =
        json!({ "type": "object", "additionalProperties": false, "properties": properties });
    json!({ "anyOf": [{ "enum": names }, table] })
}

fn table(kind: &'static Kind, beside: &Map<String, Json>) -> Json {
    let names: Vec<&str> = all_names(kind).collect();
    let mut properties = Map::from_iter([("kind".to_owned(), json!({ "enum": names }))]);
    properties.extend(
        kind.parameters.iter().map(|parameter| (parameter.name.to_owned(), described(parameter))),
    );
    properties.extend(beside.clone());
    let needed = kind
        .parameters
        .iter()
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| parameter.name);
    let required: Vec<_> = iter::once("kind").chain(needed).collect();
    json!({
        "type": "object", "title": kind.name,
        "description": format!("{} {}", kind.summary, kind.formula),
        "additionalProperties": false, "properties": properties,
        "required": required,
    })
}

fn all_names(kind: &'static Kind) -> impl Iterator<Item = &'static str> {
    iter::once(kind.name).chain(kind.aliases.iter().copied())
}

fn described(parameter: &Parameter) -> Json {
    let mut schema = domain(parameter.domain);
    schema["description"] = parameter.meaning.into();
    if let Some(default) = &parameter.default {
        schema["default"] = match default {
            Value::Real(value) => json!(value),
            Value::Integer(value) => json!(value),
            Value::Bool(value) => json!(value),
            Value::Text(value) => json!(value),
        };
    }
    schema
}

fn domain(domain: Domain) -> Json {
    match domain {
        Domain::Real | Domain::Extended => json!({ "type": "number" }),
        Domain::NonNegative => json!({ "type": "number", "minimum": 0 }),
        Domain::Positive => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Domain::Count => json!({ "type": "integer", "minimum": 1 }),
        Domain::Bool => json!({ "type": "boolean" }),
        Domain::Choice(words) => json!({ "enum": words }),
        Domain::Gain => {
            let text = format!("^(auto|{})$", Activation::pattern());
            json!({ "anyOf": [
                { "type": "number", "exclusiveMinimum": 0 },
                { "type": "string", "pattern": text },
            ] })
        }
    }
}
