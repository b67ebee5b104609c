//! An axis of a sweep as it is written: a list, a range, or the one value that a resolved config
//! has on it.

use std::sync::Arc;

use crate::settings::{NumberForm, Settings, TOP_KEYS};
use crate::string_enum::StringEnum;
use crate::sweep::point::Scale;
use crate::sweep::range::{read_random, read_range};
use crate::syntax::{
    Diagnostic, Diagnostics, Entry, SectionReader, Span, Spanned, Value, list, number, word,
};

/// No setting lies deeper.
const MAX_DEPTH: usize = 8;
/// What makes a table an axis rather than a section with axes in it. No setting has one of these
/// names.
pub(crate) const MARKS: [&str; 7] =
    ["linear", "log", "uniform", "log_uniform", "values", "at", "n"];
/// The forms of an axis, each the key of its values.
const FORMS: [&str; 6] = ["linear", "log", "uniform", "log_uniform", "values", "at"];

/// A setting and the values that it takes.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// The setting's dotted name.
    pub(crate) setting: Arc<str>,
    /// Where the name stands.
    pub(crate) key: Span,
    /// The values in their order, at least one; generated ones all have the span of the two ends.
    pub(crate) values: Vec<Spanned>,
    pub(crate) scale: Scale,
    pub(crate) form: AxisForm,
}

/// How an axis is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AxisForm {
    /// Value by value.
    List,
    /// As its ends and a number of values between them.
    Range,
    /// As two bounds and a number of values that are drawn.
    Random,
    /// As the value that the settings have already, because an earlier reading of the config
    /// applied it to them.
    Settled,
}

impl AxisForm {
    /// Whether the values follow from a few numbers, and all have their span.
    pub(crate) fn is_generated(self) -> bool {
        matches!(self, AxisForm::Range | AxisForm::Random)
    }
}

type AxisValues = (Vec<Spanned>, Scale, AxisForm);

/// Whether a table is an axis, and no section of settings.
pub(crate) fn is_axis(value: &Spanned) -> bool {
    MARKS.iter().any(|mark| value.entry(mark).is_some())
}

/// Reads the axes of a table whose keys are dotted names, below `path`.
pub(crate) fn read_axes(entries: &[Entry], path: &[&str], diagnostics: &Diagnostics) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for entry in entries {
        let mut path = path.to_vec();
        path.extend(entry.key.split('.'));
        let inner = match &entry.value.value {
            Value::Table(inner) if !is_axis(&entry.value) && !inner.is_empty() => {
                read_axes(inner, &path, diagnostics)
            }
            _ => Axis::read(&path, &entry.span, &entry.value, diagnostics).into_iter().collect(),
        };
        for axis in inner {
            if axes.iter().any(|other| other.setting == axis.setting) {
                let message = format!("there are two axes over `{}`", axis.setting);
                let diagnostic = Diagnostic::at(&axis.key, message).help("take one of them out");
                diagnostics.report(diagnostic);
            } else {
                axes.push(axis);
            }
        }
    }
    axes
}

impl Axis {
    /// Reads the axis over the setting at `path`, whose name stands at `key`.
    pub(crate) fn read(
        path: &[&str],
        key: &Span,
        value: &Spanned,
        diagnostics: &Diagnostics,
    ) -> Option<Axis> {
        let setting: Arc<str> = path.join(".").into();
        if path.len() > MAX_DEPTH {
            diagnostics.report(Diagnostic::at(key, "no setting lies so deep"));
            return None;
        }
        if let Some(stray) = path.first().filter(|first| TOP_KEYS.contains(first)) {
            diagnostics.report(not_an_axis(stray, key));
            return None;
        }
        let name = format!("sweep.{setting}");
        let (values, scale, form) = match &value.value {
            Value::List(values) => {
                let listed = check_listed(&name, &value.span, values, diagnostics)?;
                (listed, usual_scale(values), AxisForm::List)
            }
            Value::Table(_) => read_table(&name, &setting, value, diagnostics)?,
            _ => {
                let message = format!(
                    "`{name}` must be a list of values or a range, but is {}",
                    value.described()
                );
                let help = "for example `[0.01, 0.1]`, `{ linear = [0.0, 1.0], n = 5 }` or \
                            `{ log = [1e-4, 1.0], n = 25 }`";
                diagnostics.report(Diagnostic::at(&value.span, message).help(help));
                return None;
            }
        };
        let values = in_setting_form(values, &setting);
        Some(Axis { setting, key: key.clone(), values, scale, form })
    }
}

/// The values with their numbers written as the setting's are, so that one value has one name: 1
/// and 1.0 are the same standard deviation.
fn in_setting_form(values: Vec<Spanned>, setting: &str) -> Vec<Spanned> {
    match Settings::number_form(setting) {
        Some(form) => values.into_iter().map(|value| in_number_form(value, form)).collect(),
        None => values,
    }
}

fn in_number_form(value: Spanned, form: NumberForm) -> Spanned {
    let Spanned { span, value } = value;
    let value = match (value, form) {
        (Value::Integer(number), NumberForm::Real) => Value::Real(number as f64),
        (Value::Real(number), NumberForm::Whole)
            if number.fract() == 0.0 && number.abs() <= 2f64.powi(53) =>
        {
            Value::Integer(number as i64)
        }
        (Value::List(values), form) => {
            Value::List(values.into_iter().map(|value| in_number_form(value, form)).collect())
        }
        (value, _) => value,
    };
    Spanned { span, value }
}

/// Why a key of a file that is no setting of a run cannot be swept over.
fn not_an_axis(key: &str, span: &Span) -> Diagnostic {
    let help = match key {
        "seeds" => {
            "every point runs with each of the `seeds`: a number of them, or a list such as \
             `[0, 1, 2]`"
        }
        "arms" => "every arm is swept anyway",
        _ => "sweep over a setting of a run, such as `init.std`",
    };
    let message = format!("`{key}` belongs to the experiment, and cannot be an axis");
    Diagnostic::at(span, message).help(help)
}

fn read_table(
    name: &str,
    setting: &str,
    axis: &Spanned,
    diagnostics: &Diagnostics,
) -> Option<AxisValues> {
    let section = SectionReader::new(Some(axis), name, diagnostics);
    let given: Vec<(&'static str, &Entry)> =
        FORMS.iter().filter_map(|form| Some((*form, axis.entry(form)?))).collect();
    let read = match given.as_slice() {
        [("linear", _)] => read_range(&section, "linear", Scale::Linear, setting)
            .map(|values| (values, Scale::Linear, AxisForm::Range)),
        [("log", _)] => read_range(&section, "log", Scale::Log, setting)
            .map(|values| (values, Scale::Log, AxisForm::Range)),
        [("uniform", _)] => read_random(&section, "uniform", Scale::Linear, setting)
            .map(|values| (values, Scale::Linear, AxisForm::Random)),
        [("log_uniform", _)] => read_random(&section, "log_uniform", Scale::Log, setting)
            .map(|values| (values, Scale::Log, AxisForm::Random)),
        [("values", Entry { value, .. })] => {
            section.get("values");
            let values = list(value, &section.name("values"), "values", diagnostics);
            values.and_then(|values| {
                let (values, scale) = read_on_scale(&section, name, values, &value.span)?;
                Some((values, scale, AxisForm::List))
            })
        }
        [(_, Entry { value, .. })] => {
            section.get("at");
            let values = std::slice::from_ref(value);
            let (values, scale) = read_on_scale(&section, name, values, &value.span)?;
            Some((values, scale, AxisForm::Settled))
        }
        [] => {
            let message = format!(
                "`{name}` has none of `linear`, `log`, `uniform`, `log_uniform` and `values`"
            );
            let help =
                "for example `{ linear = [0.0, 1.0], n = 5 }` or `{ log = [1e-4, 1.0], n = 25 }`";
            diagnostics.report(Diagnostic::at(&axis.span, message).help(help));
            section.get("n");
            None
        }
        [(first, _), (second, entry), ..] => {
            let message = format!("`{name}` has both `{first}` and `{second}`: give one of them");
            diagnostics.report(Diagnostic::at(&entry.value.span, message));
            return None;
        }
    };
    let others: Vec<&'static str> =
        FORMS.into_iter().filter(|form| axis.entry(form).is_none()).collect();
    section.finish(&others, |_| None);
    read
}

/// Values with the scale that is given beside them.
fn read_on_scale(
    section: &SectionReader<'_>,
    name: &str,
    values: &[Spanned],
    span: &Span,
) -> Option<(Vec<Spanned>, Scale)> {
    let words: Vec<&'static str> = Scale::WORDS.iter().map(|(word, _)| *word).collect();
    let given = section.get("scale").and_then(|scale| {
        let word = word(scale, &section.name("scale"), &words, section.diagnostics)?;
        Scale::WORDS.iter().find(|(other, _)| *other == word).map(|(_, scale)| *scale)
    });
    let scale = given.unwrap_or_else(|| usual_scale(values));
    let values = check_listed(name, span, values, section.diagnostics)?;
    Some((check_scale(name, values, scale, section.diagnostics)?, scale))
}

/// Values that were listed, if each can be one.
fn check_listed(
    name: &str,
    span: &Span,
    values: &[Spanned],
    diagnostics: &Diagnostics,
) -> Option<Vec<Spanned>> {
    if values.is_empty() {
        diagnostics.report(Diagnostic::at(span, format!("`{name}` has no value")));
        return None;
    }
    let Some(misfit) = values.iter().find_map(misfit) else { return Some(values.to_vec()) };
    let message = format!("a value on an axis cannot be {}", misfit.described());
    let help = match misfit.value {
        Value::Table(_) => "make arms of the tables: `[arms.NAME]`, and below it what differs",
        _ => "values are numbers, strings, truth values and lists of them",
    };
    diagnostics.report(Diagnostic::at(&misfit.span, message).help(help));
    None
}

/// What of a value cannot be on an axis.
fn misfit(value: &Spanned) -> Option<&Spanned> {
    match &value.value {
        Value::Table(_) | Value::Other(_) => Some(value),
        Value::List(values) => values.iter().find_map(misfit),
        _ => None,
    }
}

/// The scale of values that are given without one.
fn usual_scale(values: &[Spanned]) -> Scale {
    let are_numbers = values.iter().all(|value| number(value).is_some());
    if are_numbers { Scale::Linear } else { Scale::Listed }
}

fn check_scale(
    name: &str,
    values: Vec<Spanned>,
    scale: Scale,
    diagnostics: &Diagnostics,
) -> Option<Vec<Spanned>> {
    let fits = |value: &&Spanned| match scale {
        Scale::Linear => number(value).is_some(),
        Scale::Log => number(value).is_some_and(|number| number > 0.0),
        Scale::Listed => true,
    };
    let Some(stray) = values.iter().find(|value| !fits(value)) else { return Some(values) };
    let takes = if scale == Scale::Log {
        "numbers above 0 on its log scale"
    } else {
        "numbers on its linear scale"
    };
    let message = format!("`{name}` must have {takes}, but has {}", stray.described());
    diagnostics.report(Diagnostic::at(&stray.span, message));
    None
}
