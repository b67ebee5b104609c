//! What the command line applies to every file: `--set` and its like, each a value for a setting or
//! an axis over it.

use crate::sweep::{Axis, is_axis, read_axes};
use crate::syntax::{Diagnostic, Diagnostics, Entry, SourceMap, Span, Spanned, Value, parse};

/// What the command line applies to every file, after its arms and its sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Pairs of what to call it in messages and `key=value`: the key dotted, the value in TOML, a
    /// bare word, several of these with commas between them (an axis of a sweep), or a range.
    pub set: Vec<(String, String)>,
    /// Whether more than [`Plan::USUAL_RUNS`](crate::Plan::USUAL_RUNS) runs are meant.
    pub many: bool,
}

/// One of the overrides, read.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    /// Values as a tree of settings; an axis leaves nothing in it.
    pub(crate) settings: Spanned,
    pub(crate) axes: Vec<Axis>,
}

/// Reads `--set` and its like.
pub(crate) fn read_overrides(
    overrides: &Overrides,
    sources: &mut SourceMap,
    diagnostics: &Diagnostics,
) -> Vec<Flag> {
    let read = |(name, text): &(String, String)| match read_flag(name, text, sources, diagnostics) {
        Ok(flag) => Some(flag),
        Err(diagnostic) => {
            diagnostics.report(diagnostic);
            None
        }
    };
    overrides.set.iter().filter_map(read).collect()
}

fn read_flag(
    name: &str,
    text: &str,
    sources: &mut SourceMap,
    diagnostics: &Diagnostics,
) -> Result<Flag, Diagnostic> {
    let source = sources.add(name, text);
    let Some((key, value)) = text.split_once('=') else {
        let span = Span { source, range: 0..text.len() };
        let diagnostic = Diagnostic::at(&span, "expected `key=value`");
        return Err(diagnostic.help("for example `--set optimizer.learning_rate=0.01`"));
    };
    let not_toml = match parse(sources, source) {
        Ok(settings) => return Ok(Flag::new(settings, diagnostics)),
        Err(diagnostic) => diagnostic,
    };
    let values = split(value);
    let is_axis = values.len() > 1;
    if let Some(empty) = values.iter().find(|value| value.is_empty()).filter(|_| is_axis) {
        let start = empty.as_ptr() as usize - text.as_ptr() as usize;
        let span = Span { source, range: start..start + 1 };
        return Err(Diagnostic::at(&span, "there is no value here"));
    }
    // A bare word is a string: `--set init=zeros` needs no quotes within quotes.
    let values: Vec<String> = values.into_iter().map(quoted).collect();
    let text = if is_axis {
        format!("{key}=[{}]", values.join(", "))
    } else {
        format!("{key}={}", values[0])
    };
    let source = sources.add(name, text);
    let mut settings = parse(sources, source).map_err(|_| not_toml)?;
    if is_axis
        && settings.entry("sweep").is_none()
        && let Value::Table(entries) = &mut settings.value
    {
        let axes = read_axes(entries, &[], diagnostics);
        entries.clear();
        return Ok(Flag { settings, axes });
    }
    Ok(Flag::new(settings, diagnostics))
}

impl Flag {
    fn new(mut settings: Spanned, diagnostics: &Diagnostics) -> Self {
        let mut axes = Vec::new();
        if let Value::Table(entries) = &mut settings.value {
            take_axes(entries, &[], &mut axes, diagnostics);
        }
        Flag { settings, axes }
    }
}

/// Takes the ranges (`init.std={ log = ... }`) out of a table of settings, and the tables that this
/// leaves empty.
fn take_axes(
    entries: &mut Vec<Entry>,
    path: &[&str],
    axes: &mut Vec<Axis>,
    diagnostics: &Diagnostics,
) {
    entries.retain_mut(|entry| {
        let key = entry.key.clone();
        let mut path = path.to_vec();
        path.push(&key);
        if path == ["sweep"] || !matches!(entry.value.value, Value::Table(_)) {
            return true;
        }
        if is_axis(&entry.value) {
            axes.extend(Axis::read(&path, &entry.span, &entry.value, diagnostics));
            return false;
        }
        let Value::Table(inner) = &mut entry.value.value else { return true };
        let before = inner.len();
        take_axes(inner, &path, axes, diagnostics);
        !inner.is_empty() || before == 0
    });
}

/// The parts of a text between its commas, those within brackets and quotes left alone.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0usize, None);
    for (index, c) in text.char_indices() {
        match (c, quote) {
            (_, Some(open)) => quote = Some(open).filter(|&open| open != c),
            ('"' | '\'', None) => quote = Some(c),
            ('[' | '{' | '(', None) => depth += 1,
            (']' | '}' | ')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// A value in TOML: as it is, as a number that TOML would write otherwise (`.5`), or as a string.
fn quoted(value: &str) -> String {
    let mut alone = SourceMap::default();
    let source = alone.add("", format!("v = {value}"));
    if let Ok(Spanned { value: Value::Table(entries), .. }) = parse(&alone, source)
        && entries.len() == 1
    {
        return value.to_owned();
    }
    let is_decimal = value.chars().all(|c| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
    match value.parse::<f64>() {
        Ok(number) if is_decimal && number.is_finite() => toml::Value::Float(number).to_string(),
        _ => toml::Value::String(value.to_owned()).to_string(),
    }
}
