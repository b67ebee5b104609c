//! What the command line lays over every file: `--set` and its like, each a value for a setting or an axis over it.

use crate::axis::{Axis, is_axis, read_axes};
use crate::problem::Problem;
use crate::section::Found;
use crate::sources::{Sources, Span};
use crate::tree::{Entry, Node, Tree, parse};

/// What the command line lays over every file, after its arms and its sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Pairs of what to call it in messages and `key=value`: the key dotted, the value in TOML, a bare word, several of
    /// these with commas between them (an axis of a sweep), or a range.
    pub set: Vec<(String, String)>,
    /// Whether more than [`Plan::USUAL_RUNS`](crate::Plan::USUAL_RUNS) runs are meant.
    pub many: bool,
}

/// One of the overrides, read.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    /// Values as a tree of settings; an axis leaves nothing in it.
    pub(crate) node: Node,
    /// Axes by their names.
    pub(crate) axes: Vec<Axis>,
}

/// Reads `--set` and its like.
pub(crate) fn read_overrides(
    overrides: &Overrides,
    sources: &mut Sources,
    found: &Found,
) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (name, text) in &overrides.set {
        let source = sources.add(name, text);
        let Some((key, value)) = text.split_once('=') else {
            let span = Span { source, range: 0..text.len() };
            let problem = Problem::at(&span, "expected `key=value`")
                .help("for example `--set optimizer.learning_rate=0.01`");
            found.borrow_mut().push(problem);
            continue;
        };
        let problem = match parse(sources, source) {
            Ok(node) => {
                flags.push(Flag::of(node, found));
                continue;
            }
            Err(problem) => problem,
        };
        let values = split(value);
        let several = values.len() > 1;
        if let Some(empty) = values.iter().find(|value| value.is_empty()).filter(|_| several) {
            let start = empty.as_ptr() as usize - text.as_ptr() as usize;
            let span = Span { source, range: start..start + 1 };
            found.borrow_mut().push(Problem::at(&span, "there is no value here"));
            continue;
        }
        // A bare word is a string: `--set init=zeros` needs no quotes within quotes.
        let values: Vec<String> = values.into_iter().map(quoted).collect();
        let text = if several {
            format!("{key}=[{}]", values.join(", "))
        } else {
            format!("{key}={}", values[0])
        };
        let source = sources.add(name, text);
        match parse(sources, source) {
            Ok(mut node) if several && node.entry("sweep").is_none() => {
                let Tree::Table(entries) = &mut node.tree else { continue };
                let axes = read_axes(entries, &[], found);
                entries.clear();
                flags.push(Flag { node, axes });
            }
            Ok(node) => flags.push(Flag::of(node, found)),
            Err(_) => found.borrow_mut().push(problem),
        }
    }
    flags
}

impl Flag {
    fn of(mut node: Node, found: &Found) -> Self {
        let mut axes = Vec::new();
        if let Tree::Table(entries) = &mut node.tree {
            take_axes(entries, &[], &mut axes, found);
        }
        Flag { node, axes }
    }
}

/// Takes the ranges (`init.std={ log = ... }`) out of a table of settings, and the tables that this leaves empty.
fn take_axes(entries: &mut Vec<Entry>, path: &[&str], axes: &mut Vec<Axis>, found: &Found) {
    entries.retain_mut(|entry| {
        let name = entry.name.clone();
        let mut path = path.to_vec();
        path.push(&name);
        if path == ["sweep"] || !matches!(entry.node.tree, Tree::Table(_)) {
            return true;
        }
        if is_axis(&entry.node) {
            axes.extend(Axis::read(&path, &entry.span, &entry.node, found));
            return false;
        }
        let Tree::Table(inner) = &mut entry.node.tree else { return true };
        let before = inner.len();
        take_axes(inner, &path, axes, found);
        !inner.is_empty() || before == 0
    });
}

/// The parts of a text between its commas, those within brackets and quotes left alone.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0usize, None);
    for (place, c) in text.char_indices() {
        match (c, quote) {
            (_, Some(open)) => quote = Some(open).filter(|&open| open != c),
            ('"' | '\'', None) => quote = Some(c),
            ('[' | '{' | '(', None) => depth += 1,
            (']' | '}' | ')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(text[start..place].trim());
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// A value in TOML: as it is, or as a string.
fn quoted(value: &str) -> String {
    let mut alone = Sources::default();
    let source = alone.add("", format!("v = {value}"));
    match parse(&alone, source) {
        Ok(Node { tree: Tree::Table(entries), .. }) if entries.len() == 1 => value.to_owned(),
        _ => toml::Value::String(value.to_owned()).to_string(),
    }
}
