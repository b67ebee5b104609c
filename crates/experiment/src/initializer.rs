//! `[init]`: an initializer for every layer, one for the biases, and layers that differ. The table of initializers says
//! what kinds there are and what they take; here its messages get their places.

use std::collections::BTreeMap;

use initializers::catalog::{self, Kind, Value};
use initializers::{Bounds, Initializer};

use crate::flags::{Overrides, read_overrides};
use crate::problem::{Problem, Problems, did_you_mean};
use crate::section::Found;
use crate::settings::{Init, LayerInit, Model};
use crate::sources::{Sources, Span};
use crate::tree::{Entry, Node, Tree, parse};

/// Keys of `[init]` that are not parameters of a kind.
const BESIDE_PARAMETERS: [&str; 3] = ["kind", "bias", "layers"];

/// The start of a run whose file chooses none: the tutorial's last word.
fn default_weight() -> Initializer {
    Initializer::TruncatedNormal {
        mean: 0.0,
        std: 0.1,
        lower: -2.0,
        upper: 2.0,
        bounds: Bounds::Std,
        corrected: false,
    }
}

/// Reads `[init]`, or a bare name, for the layers of `model`.
pub(crate) fn read(node: Option<&Node>, model: &Model, found: &Found) -> Init {
    let nothing = LayerInit { weight: default_weight(), bias: default_weight().default_bias() };
    let Some(node) = node else { return Init { base: nothing, layers: BTreeMap::new() } };
    let base = read_layer(node, "init", &nothing, true, model, found);
    let count = model.hidden.len() + 1;
    let mut layers = BTreeMap::new();
    if let Some(table) = node.get("layers") {
        let Tree::Table(entries) = &table.tree else {
            let problem = Problem::at(&table.span, "`init.layers` must be a table")
                .help("write `[init.layers.1]`, or `layers.first = { kind = ... }`");
            found.borrow_mut().push(problem);
            return Init { base, layers };
        };
        // A layer's number says more than `first` or `last`, and these say more than `hidden`.
        let mut entries: Vec<&Entry> = entries.iter().collect();
        entries.sort_by_key(|entry| match entry.name.as_str() {
            "hidden" => 0,
            "first" | "last" => 1,
            _ => 2,
        });
        for entry in entries {
            for layer in addressed(entry, count, found) {
                let under = layers.get(&layer).unwrap_or(&base);
                let init = read_layer(
                    &entry.node,
                    &format!("init.layers.{}", entry.name),
                    under,
                    false,
                    model,
                    found,
                );
                layers.insert(layer, init);
            }
        }
    }
    layers.retain(|_, init| *init != base);
    let init = Init { base, layers };
    if let Err((layer, error)) = init.check(model) {
        let message = format!("layer {layer} of {count} cannot be initialized so: {error}");
        found.borrow_mut().push(Problem::at(&node.span, message));
    }
    init
}

/// The layers, from 1, that a key of `[init.layers]` speaks of.
fn addressed(entry: &Entry, count: usize, found: &Found) -> Vec<usize> {
    match entry.name.as_str() {
        "first" => vec![1],
        "last" => vec![count],
        "hidden" => (2..count).collect(),
        number => match number.parse() {
            Ok(layer) if (1..=count).contains(&layer) => vec![layer],
            _ => {
                let message = format!("the network has no layer `{number}`");
                let help = format!(
                    "its layers are 1 to {count}, `first`, `hidden` (all between) and `last`"
                );
                found.borrow_mut().push(Problem::at(&entry.span, message).help(help));
                Vec::new()
            }
        },
    }
}

/// Reads the initializer of a layer's weight and of its bias; what is not given is as in `under`.
fn read_layer(
    node: &Node,
    name: &str,
    under: &LayerInit,
    top: bool,
    model: &Model,
    found: &Found,
) -> LayerInit {
    let given_bias = node.get("bias");
    let weight = match &node.tree {
        Tree::Table(entries) if node.get("kind").is_none() => {
            let stray =
                entries.iter().find(|entry| !BESIDE_PARAMETERS.contains(&entry.name.as_str()));
            if let Some(stray) = stray {
                let message = format!("`{name}` has `{}`, but no `kind`", stray.name);
                let help = "say which initializer it is a parameter of: `kind = \"...\"`; `train inits` lists them";
                found.borrow_mut().push(Problem::at(&stray.span, message).help(help));
            }
            None
        }
        _ => {
            if let (false, Some(Entry { span, .. })) = (top, node.entry("layers")) {
                found.borrow_mut().push(Problem::at(
                    span,
                    format!("`layers` belongs to `init`, not to `{name}`"),
                ));
            }
            read_initializer(node, name, &BESIDE_PARAMETERS, found)
        }
    };
    let bias = given_bias.and_then(|node| {
        if !model.bias {
            let message = format!("`{name}.bias` is given, but `model.bias` is false");
            found.borrow_mut().push(Problem::at(&node.span, message));
        }
        read_initializer(node, &format!("{name}.bias"), &["kind"], found)
    });
    let inherited = || match &weight {
        Some(weight) => weight.default_bias(),
        None => under.bias.clone(),
    };
    LayerInit {
        bias: bias.unwrap_or_else(inherited),
        weight: weight.unwrap_or_else(|| under.weight.clone()),
    }
}

/// The initializer that `text`, a line of TOML such as the table's examples, gives to `init`, with `overrides` such as
/// `std=0.1` laid over it.
///
/// # Errors
/// What a config file with that line would be told.
pub fn read_initializer_line(text: &str, overrides: &Overrides) -> Result<Initializer, Problems> {
    let mut sources = Sources::default();
    let found = Found::default();
    let source = sources.add("init", text);
    let over = read_overrides(overrides, &mut sources, &found);
    for axis in over.iter().flat_map(|flag| &flag.axes) {
        let message =
            format!("`{}` takes one value here: there is nothing to sweep over", axis.setting);
        found.borrow_mut().push(Problem::at(&axis.key, message));
    }
    let read = || {
        let mut init = parse(&sources, source)
            .map_err(|problem| found.borrow_mut().push(problem))
            .ok()?
            .remove("init")?
            .node;
        over.iter().for_each(|flag| init.overlay(&flag.node));
        read_initializer(&init, "init", &["kind"], &found)
    };
    let initializer = read();
    match (initializer, found.into_inner()) {
        (Some(initializer), list) if list.is_empty() => Ok(initializer),
        (_, list) => Err(Problems { list, sources }),
    }
}

/// The kind of initializer of that name.
///
/// # Errors
/// There is none; perhaps one of nearly that name.
pub fn find_kind(name: &str) -> Result<&'static Kind, Problem> {
    catalog::find(name).ok_or_else(|| {
        let names =
            catalog::KINDS.iter().flat_map(|kind| kind.aliases.iter().copied().chain([kind.name]));
        let help = did_you_mean(name, names).unwrap_or_else(|| "`train inits` lists them".into());
        Problem::nowhere(format!("there is no initializer `{name}`")).help(help)
    })
}

/// Reads `"name"` or `{ kind = "name", parameters... }`; keys in `beside` are not parameters.
fn read_initializer(
    node: &Node,
    name: &str,
    beside: &[&str],
    found: &Found,
) -> Option<Initializer> {
    let report = |problem| found.borrow_mut().push(problem);
    let (kind, kind_span, entries) = match &node.tree {
        Tree::Text(kind) => (kind, &node.span, &[][..]),
        Tree::Table(entries) => match node.get("kind") {
            Some(Node { tree: Tree::Text(kind), span }) => (kind, span, entries.as_slice()),
            Some(other) => {
                let message =
                    format!("`{name}.kind` must be a string, but is {}", other.described());
                report(Problem::at(&other.span, message));
                return None;
            }
            None => {
                report(
                    Problem::at(&node.span, format!("`{name}` needs a `kind`"))
                        .help("`train inits` lists them"),
                );
                return None;
            }
        },
        _ => {
            let message = format!(
                "`{name}` must be the name of an initializer or a table, but is {}",
                node.described()
            );
            report(
                Problem::at(&node.span, message)
                    .help("for example `\"zeros\"`, or `{ kind = \"normal\", std = 0.1 }`"),
            );
            return None;
        }
    };
    let row = match find_kind(kind) {
        Ok(row) => row,
        Err(problem) => {
            report(Problem { span: Some(kind_span.clone()), ..problem });
            return None;
        }
    };
    let parameters: Vec<&Entry> =
        entries.iter().filter(|entry| !beside.contains(&entry.name.as_str())).collect();
    build(row, &parameters, kind_span, found)
}

fn build(
    row: &Kind,
    parameters: &[&Entry],
    kind_span: &Span,
    found: &Found,
) -> Option<Initializer> {
    let mut values = Vec::new();
    for entry in parameters {
        let value = match &entry.node.tree {
            Tree::Bool(value) => Value::Bool(*value),
            Tree::Integer(value) => Value::Integer(*value),
            Tree::Real(value) => Value::Real(*value),
            Tree::Text(value) => Value::Text(value.clone().into()),
            Tree::List(_) | Tree::Table(_) | Tree::Other(_) => {
                let message = format!("`{}` cannot be {}", entry.name, entry.node.described());
                found.borrow_mut().push(Problem::at(&entry.node.span, message));
                return None;
            }
        };
        values.push((entry.name.as_str(), value));
    }
    match row.build(&values) {
        Ok(initializer) => Some(initializer),
        Err(error) => {
            let entry = parameters.iter().find(|entry| entry.name == error.parameter);
            let known = row.parameters.iter().map(|parameter| parameter.name);
            let is_known = known.clone().any(|name| name == error.parameter);
            let span = match entry {
                Some(entry) if is_known => &entry.node.span,
                Some(entry) => &entry.span,
                None => kind_span,
            };
            let help = if is_known {
                Some(format!("for example: {}", row.example))
            } else {
                did_you_mean(&error.parameter, known)
            };
            found.borrow_mut().push(Problem::at(span, error.message).maybe_help(help));
            None
        }
    }
}
