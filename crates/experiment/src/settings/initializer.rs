//! One initializer of a config. The catalog says what kinds there are and what they take; here its
//! messages get their spans.

use initializers::Initializer;
use initializers::catalog::{self, Kind};

use crate::syntax::{
    Diagnostic, Diagnostics, Entry, Span, Spanned, Value, did_you_mean, find_word,
};

/// The kind of initializer of that name.
///
/// # Errors
/// There is none; perhaps one of nearly that name.
pub fn find_kind(name: &str) -> Result<&'static Kind, Diagnostic> {
    let names = || {
        let kinds = catalog::KINDS.iter();
        kinds.flat_map(|kind| kind.aliases.iter().copied().chain([kind.name]))
    };
    find_word(name, names()).and_then(catalog::find).ok_or_else(|| {
        let help = did_you_mean(name, names()).unwrap_or_else(|| "`train inits` lists them".into());
        Diagnostic::without_span(format!("there is no initializer `{name}`")).help(help)
    })
}

/// Reads `"name"` or `{ kind = "name", parameters... }`; keys in `beside` are not parameters.
pub(crate) fn read_initializer(
    value: &Spanned,
    name: &str,
    beside: &[&str],
    diagnostics: &Diagnostics,
) -> Option<Initializer> {
    let (kind, kind_span) =
        read_kind(value, name).map_err(|error| diagnostics.report(error)).ok()?;
    let kind = match find_kind(kind) {
        Ok(kind) => kind,
        Err(diagnostic) => {
            diagnostics.report(Diagnostic { span: Some(kind_span.clone()), ..diagnostic });
            return None;
        }
    };
    let entries = value.entries().unwrap_or_default();
    let parameters: Vec<&Entry> =
        entries.iter().filter(|entry| !beside.contains(&entry.key.as_str())).collect();
    build(kind, &parameters, kind_span, diagnostics)
}

/// The name of the kind, and where it stands.
fn read_kind<'a>(value: &'a Spanned, name: &str) -> Result<(&'a str, &'a Span), Diagnostic> {
    let kind = match &value.value {
        Value::Text(_) => Some(value),
        Value::Table(_) => value.get("kind"),
        _ => {
            let message = format!(
                "`{name}` must be the name of an initializer or a table, but is {}",
                value.described()
            );
            let help = "for example `\"zeros\"`, or `{ kind = \"normal\", std = 0.1 }`";
            return Err(Diagnostic::at(&value.span, message).help(help));
        }
    };
    match kind {
        Some(Spanned { value: Value::Text(kind), span }) => Ok((kind, span)),
        Some(other) => {
            let message = format!("`{name}.kind` must be a string, but is {}", other.described());
            Err(Diagnostic::at(&other.span, message))
        }
        None => {
            let message = format!("`{name}` needs a `kind`");
            Err(Diagnostic::at(&value.span, message).help("`train inits` lists them"))
        }
    }
}

fn build(
    kind: &Kind,
    parameters: &[&Entry],
    kind_span: &Span,
    diagnostics: &Diagnostics,
) -> Option<Initializer> {
    let mut values = Vec::new();
    for entry in parameters {
        let value = match &entry.value.value {
            Value::Bool(value) => catalog::Value::Bool(*value),
            Value::Integer(value) => catalog::Value::Integer(*value),
            Value::Real(value) => catalog::Value::Real(*value),
            Value::Text(value) => catalog::Value::Text(value.clone().into()),
            Value::List(_) | Value::Table(_) | Value::Other(_) => {
                let message = format!("`{}` cannot be {}", entry.key, entry.value.described());
                diagnostics.report(Diagnostic::at(&entry.value.span, message));
                return None;
            }
        };
        values.push((entry.key.as_str(), value));
    }
    let report = |error| diagnostics.report(explain(kind, error, parameters, kind_span));
    kind.build(&values).map_err(report).ok()
}

/// Says at the parameter's value, its key or the kind why there is no such initializer.
fn explain(
    kind: &Kind,
    error: catalog::ParameterError,
    parameters: &[&Entry],
    kind_span: &Span,
) -> Diagnostic {
    let entry = parameters.iter().find(|entry| entry.key == error.parameter);
    let known = kind.parameters.iter().map(|parameter| parameter.name);
    let is_known = known.clone().any(|name| name == error.parameter);
    let span = match entry {
        Some(entry) if is_known => &entry.value.span,
        Some(entry) => &entry.span,
        None => kind_span,
    };
    let help = if is_known {
        Some(format!("for example: {}", kind.example))
    } else {
        did_you_mean(&error.parameter, known)
    };
    Diagnostic::at(span, error.message).maybe_help(help)
}

/// Adds the kind and the parameters of an initializer, each name behind `prefix`, to the settings
/// of a resolved config.
pub(crate) fn write_initializer(
    initializer: &Initializer,
    prefix: &str,
    add: &mut dyn FnMut(&str, toml::Value),
) {
    add(&format!("{prefix}kind"), initializer.kind().name.into());
    for (name, value) in initializer.parameters() {
        let value = match value {
            catalog::Value::Real(value) => value.into(),
            catalog::Value::Integer(value) => value.into(),
            catalog::Value::Bool(value) => value.into(),
            catalog::Value::Text(value) => value.into_owned().into(),
        };
        add(&format!("{prefix}{name}"), value);
    }
}
