//! The grammar of a config file as a JSON schema, for editors: what may be completed, what it means, what is wrong. The
//! initializers come from their table, and the words from the settings themselves.

use std::iter;

use initializers::Activation;
use initializers::catalog::{Domain, KINDS, Kind, Parameter, Value};
use serde_json::{Map, Value as Json, json};

use crate::axis::{MARKS, MAX_VALUES};
use crate::optimizer;
use crate::settings::{AdapterKind, Backend, LastBatch, Normalization, RecordLoss};
use crate::sweep::Scale;

/// The JSON schema (draft 7) of a config file.
///
/// ```
/// let schema = experiment::schema();
/// assert_eq!(schema["properties"]["training"]["properties"]["epochs"]["default"], 2);
/// ```
pub fn schema() -> Json {
    let mut top = properties(&[
        (
            "name",
            json!({ "type": "string", "description": "The folder of its records; by default the file's name" }),
        ),
        ("title", json!({ "type": "string", "description": "What tables and pictures call it" })),
        ("seeds", seeds()),
    ]);
    top.extend(settings(reference("init")));
    let arm = json!({
        "type": "object", "description": "What differs from the file's other settings", "additionalProperties": false,
        "properties": settings(reference("changed_init")),
    });
    top.insert(
        "arms".into(),
        json!({ "type": "object", "description": "Variants to compare over the same seeds", "minProperties": 1,
            "additionalProperties": arm }),
    );
    top.insert("sweep".into(), sweep());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Kindling experiment",
        "description": "States only what differs from the tutorial's setting; docs/configuration.md has the whole grammar.",
        "type": "object",
        "additionalProperties": false,
        "properties": top,
        "definitions": {
            "initializer": initializer(&Map::new()),
            "layer": with_parts(bias()),
            "layers": layers(),
            "init": with_parts(parts()),
            "changed_init": changed(parts()),
            "axis": axis(),
            "axis_value": axis_value(),
        },
    })
}

fn seeds() -> Json {
    json!({
        "description": "How many seeds (0, 1, 2, ...), or which", "default": 1,
        "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "integer", "minimum": 0 } },
        ],
    })
}

fn sweep() -> Json {
    json!({
        "type": "object", "minProperties": 1, "additionalProperties": reference("axis"),
        "description": "Settings by their dotted names, and the values that each takes: every combination is an arm",
        "properties": { "zip": {
            "description": "Axes that advance together, instead of in every combination",
            "type": "array", "items": { "type": "array", "items": { "type": "string" } },
        } },
    })
}

/// An axis, or a section with axes in it.
fn axis() -> Json {
    let two =
        |number: Json| json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": number });
    let range = |form: &str, ends: Json, description: &str| {
        let n = json!({ "type": "integer", "minimum": 2, "maximum": MAX_VALUES,
            "description": "How many values, both ends among them" });
        let mut table = section(description, &[(form, ends), ("n", n)]);
        table["required"] = json!([form, "n"]);
        table
    };
    let spaced = |key: &str, values: Json, description: &str| {
        let scale = json!({ "enum": names(&Scale::ALL),
            "description": "How values are spaced: linear for numbers and listed for others, unless said" });
        let mut table = section(description, &[(key, values), ("scale", scale)]);
        table["required"] = json!([key]);
        table
    };
    let list = json!({ "type": "array", "minItems": 1, "items": reference("axis_value") });
    json!({ "anyOf": [
        list,
        range("linear", two(json!({ "type": "number" })), "Numbers at equal distances"),
        range("log", two(json!({ "type": "number", "exclusiveMinimum": 0 })), "Numbers at equal ratios"),
        spaced("values", list, "Values on a scale of that name"),
        spaced("at", reference("axis_value"), "Where a resolved config stands; it changes no setting"),
        { "type": "object", "minProperties": 1, "additionalProperties": reference("axis"),
          "propertyNames": { "not": { "enum": MARKS } }, "description": "A section with axes in it" },
    ] })
}

fn axis_value() -> Json {
    json!({ "anyOf": [
        { "type": ["number", "string", "boolean"] },
        { "type": "array", "items": reference("axis_value") },
    ] })
}

/// The sections that a file and its arms have in common.
fn settings(init: Json) -> Map<String, Json> {
    let model = section(
        "The network",
        &[
            (
                "hidden",
                json!({ "anyOf": [{ "type": "array", "items": { "type": "integer", "minimum": 1 } }, equal_layers()],
                "default": [256, 128], "description": "Units of each hidden layer, from the input on" }),
            ),
            ("activation", activation()),
            ("bias", flag("Whether layers have biases", true)),
        ],
    );
    let training = section(
        "How long, in what batches, and what is recorded",
        &[
            ("batch_size", count("Images in a batch", Some(128))),
            ("epochs", count("Times through the training images; not beside max_steps", Some(2))),
            ("max_steps", count("Steps, instead of epochs", None)),
            (
                "last_batch",
                words(
                    "What happens to images that do not fill a batch",
                    names(&LastBatch::ALL),
                    "drop",
                ),
            ),
            (
                "record_loss",
                words("Which loss of a step is recorded", names(&RecordLoss::ALL), "before_update"),
            ),
            (
                "checkpoint_every",
                count("Steps between checkpoints, beside those after each epoch", None),
            ),
        ],
    );
    let data = section(
        "What is learned",
        &[
            (
                "set",
                json!({ "type": "string", "default": "mnist", "description": "mnist, or a folder of IDX files" }),
            ),
            (
                "validation",
                count("First images of the training file that are the validation set", Some(5_000)),
            ),
            ("normalize", words("How bytes become inputs", names(&Normalization::ALL), "unit")),
        ],
    );
    properties(&[
        ("backend", words("What computes", names(&Backend::ALL), "flex")),
        ("device", device()),
        ("model", model),
        ("init", init),
        ("optimizer", optimizer::schema()),
        ("training", training),
        ("data", data),
    ])
}

fn equal_layers() -> Json {
    let depth = json!({ "type": "integer", "minimum": 0, "description": "How many" });
    section(
        "Hidden layers of equal width",
        &[("width", count("Units of each", None)), ("depth", depth)],
    )
}

fn device() -> Json {
    json!({
        "description": "wgpu: the adapter, by its number in `train devices`, or the first of a kind",
        "anyOf": [{ "type": "integer", "minimum": 0 }, { "enum": names(&AdapterKind::ALL) }],
    })
}

fn activation() -> Json {
    let names: Vec<_> = Activation::ALL.iter().map(|activation| activation.name()).collect();
    json!({
        "description": "What stands between layers; its constants in parentheses", "default": "relu",
        "anyOf": [{ "enum": names }, { "type": "string", "pattern": format!("^({})\\(.+\\)$", names.join("|")) }],
    })
}

/// What may stand beside an initializer in `[init]`.
fn parts() -> Map<String, Json> {
    let mut parts = bias();
    parts.insert("layers".into(), reference("layers"));
    parts
}

fn layers() -> Json {
    json!({
        "type": "object", "description": "Layers that differ: by number from 1, or first, hidden (all between), last",
        "additionalProperties": false,
        "properties": { "first": reference("layer"), "hidden": reference("layer"), "last": reference("layer") },
        "patternProperties": { "^[1-9][0-9]*$": reference("layer") },
    })
}

fn bias() -> Map<String, Json> {
    properties(&[("bias", reference("initializer"))])
}

/// An initializer by its name alone, or a table of its kind and parameters and of what may stand `beside`.
fn initializer(beside: &Map<String, Json>) -> Json {
    let with_defaults = KINDS.iter().filter(|kind| kind.has_defaults());
    let names: Vec<_> = with_defaults.flat_map(|kind| all_names(kind)).collect();
    let mut choices = vec![
        json!({ "enum": names, "description": "An initializer by its name; `train inits` lists them" }),
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
    json!({ "anyOf": [{ "enum": names }, { "type": "object", "additionalProperties": false, "properties": properties }] })
}

fn table(kind: &'static Kind, beside: &Map<String, Json>) -> Json {
    let mut properties =
        properties(&[("kind", json!({ "enum": all_names(kind).collect::<Vec<_>>() }))]);
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
        "type": "object", "title": kind.name, "description": format!("{} {}", kind.summary, kind.formula),
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
            json!({ "anyOf": [{ "type": "number", "exclusiveMinimum": 0 }, { "type": "string" }] })
        }
    }
}

pub(crate) fn section(description: &str, keys: &[(&str, Json)]) -> Json {
    json!({
        "type": "object", "description": description, "additionalProperties": false, "properties": properties(keys),
    })
}

pub(crate) fn properties(keys: &[(&str, Json)]) -> Map<String, Json> {
    keys.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect()
}

pub(crate) fn flag(description: &str, default: bool) -> Json {
    json!({ "type": "boolean", "description": description, "default": default })
}

pub(crate) fn words(description: &str, words: Vec<&str>, default: &str) -> Json {
    json!({ "enum": words, "description": description, "default": default })
}

fn count(description: &str, default: Option<u64>) -> Json {
    let mut schema = json!({ "type": "integer", "minimum": 1, "description": description });
    if let Some(default) = default {
        schema["default"] = default.into();
    }
    schema
}

fn names<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{definition}") })
}
