//! An axis of a sweep as it is written: a list, a range, or the one value at which a resolved config stands.

use std::sync::Arc;

use initializers::catalog::{Domain, KINDS};

use crate::load::NOT_SETTINGS;
use crate::problem::Problem;
use crate::section::{Found, Section};
use crate::sources::Span;
use crate::sweep::Scale;
use crate::tree::{Entry, Node, Tree};

/// A range of more values is a slip.
pub(crate) const MAX_VALUES: u64 = 10_000;
/// No setting lies deeper.
const MAX_DEPTH: usize = 8;
/// Generated numbers have so many significant digits: few enough that 0.001 is not 0.0010000000000000002, and that the
/// last bits of logarithms do not show.
const DIGITS: usize = 12;
/// What makes a table an axis rather than a section with axes in it. No setting has one of these names.
pub(crate) const MARKS: [&str; 5] = ["linear", "log", "values", "at", "n"];

/// A setting and the values that it takes.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// The setting's dotted name.
    pub(crate) setting: Arc<str>,
    /// Where the name stands.
    pub(crate) key: Span,
    /// The values in their order, at least one; those of a range stand where the range does.
    pub(crate) values: Vec<Node>,
    pub(crate) scale: Scale,
    pub(crate) form: Form,
}

/// How an axis is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Value by value.
    List,
    /// As its ends and a number of values.
    Range,
    /// As the value that the settings have already, because an earlier reading of the config laid it over them.
    Settled,
}

/// Whether a table is an axis, and no section of settings.
pub(crate) fn is_axis(node: &Node) -> bool {
    MARKS.iter().any(|mark| node.entry(mark).is_some())
}

/// Reads the axes of a table whose keys are dotted names, below `path`.
pub(crate) fn read_axes(entries: &[Entry], path: &[&str], found: &Found) -> Vec<Axis> {
    let mut axes: Vec<Axis> = Vec::new();
    for entry in entries {
        let mut path = path.to_vec();
        path.extend(entry.name.split('.'));
        let inner = match &entry.node.tree {
            Tree::Table(inner) if !is_axis(&entry.node) && !inner.is_empty() => {
                read_axes(inner, &path, found)
            }
            _ => Axis::read(&path, &entry.span, &entry.node, found).into_iter().collect(),
        };
        for axis in inner {
            if axes.iter().any(|other| other.setting == axis.setting) {
                let message = format!("there are two axes over `{}`", axis.setting);
                found
                    .borrow_mut()
                    .push(Problem::at(&axis.key, message).help("take one of them out"));
            } else {
                axes.push(axis);
            }
        }
    }
    axes
}

impl Axis {
    /// Reads the axis over the setting at `path`, whose name stands at `key`.
    pub(crate) fn read(path: &[&str], key: &Span, node: &Node, found: &Found) -> Option<Axis> {
        let report = |problem| found.borrow_mut().push(problem);
        let setting: Arc<str> = path.join(".").into();
        if path.len() > MAX_DEPTH {
            report(Problem::at(key, "no setting lies so deep"));
            return None;
        }
        if let Some(stray) = path.first().filter(|first| NOT_SETTINGS.contains(first)) {
            let help = match *stray {
                "seeds" => {
                    "every point runs with each of the `seeds`: a number of them, or a list such as `[0, 1, 2]`"
                }
                "arms" => "every arm is swept anyway",
                _ => "sweep over a setting of a run, such as `init.std`",
            };
            report(
                Problem::at(
                    key,
                    format!("`{stray}` belongs to the experiment, and cannot be an axis"),
                )
                .help(help),
            );
            return None;
        }
        let name = format!("sweep.{setting}");
        let (values, scale, form) = match &node.tree {
            Tree::List(values) => {
                (listed(&name, &node.span, values, found)?, scale_of(values), Form::List)
            }
            Tree::Table(_) => read_table(&name, &setting, node, found)?,
            _ => {
                let message = format!(
                    "`{name}` must be a list of values or a range, but is {}",
                    node.described()
                );
                let help = "for example `[0.01, 0.1]`, `{ linear = [0.0, 1.0], n = 5 }` or `{ log = [1e-4, 1.0], n = 25 }`";
                report(Problem::at(&node.span, message).help(help));
                return None;
            }
        };
        Some(Axis { setting, key: key.clone(), values, scale, form })
    }
}

fn read_table(
    name: &str,
    setting: &str,
    node: &Node,
    found: &Found,
) -> Option<(Vec<Node>, Scale, Form)> {
    const FORMS: [&str; 4] = ["linear", "log", "values", "at"];
    let section = Section::of(Some(node), name, found);
    let given: Vec<&Entry> = FORMS.iter().filter_map(|form| node.entry(form)).collect();
    let read = match given.as_slice() {
        [Entry { name: form, .. }] if form == "linear" => {
            range(&section, name, "linear", Scale::Linear, setting)
        }
        [Entry { name: form, .. }] if form == "log" => {
            range(&section, name, "log", Scale::Log, setting)
        }
        [Entry { name: form, .. }] if form == "values" => {
            let values = section.list("values", "values");
            values.and_then(|(values, span)| on_scale(&section, name, values, span, found))
        }
        [_] => section.node("at").and_then(|value| {
            let (values, scale, _) =
                on_scale(&section, name, std::slice::from_ref(value), &value.span, found)?;
            Some((values, scale, Form::Settled))
        }),
        [] => {
            let message = format!("`{name}` has neither `linear` nor `log` nor `values`");
            let help =
                "for example `{ linear = [0.0, 1.0], n = 5 }` or `{ log = [1e-4, 1.0], n = 25 }`";
            section.report(Problem::at(&node.span, message).help(help));
            section.node("n");
            None
        }
        [first, second, ..] => {
            let message = format!(
                "`{name}` has both `{}` and `{}`: give one of them",
                first.name, second.name
            );
            section.report(Problem::at(&second.span, message));
            return None;
        }
    };
    let others: Vec<&'static str> =
        FORMS.into_iter().filter(|form| node.entry(form).is_none()).collect();
    section.finish(&others);
    read
}

/// Values with the scale that stands beside them.
fn on_scale(
    section: &Section<'_>,
    name: &str,
    values: &[Node],
    span: &Span,
    found: &Found,
) -> Option<(Vec<Node>, Scale, Form)> {
    let scale = section.choice("scale", scale_of(values), &Scale::ALL);
    let values = check_scale(name, listed(name, span, values, found)?, scale, found)?;
    Some((values, scale, Form::List))
}

/// Values that were listed, if each can be one.
fn listed(name: &str, span: &Span, values: &[Node], found: &Found) -> Option<Vec<Node>> {
    if values.is_empty() {
        found.borrow_mut().push(Problem::at(span, format!("`{name}` has no value")));
        return None;
    }
    let Some(misfit) = values.iter().find_map(misfit) else { return Some(values.to_vec()) };
    let message = format!("a value on an axis cannot be {}", misfit.described());
    let help = match misfit.tree {
        Tree::Table(_) => "make arms of the tables: `[arms.NAME]`, and below it what differs",
        _ => "values are numbers, strings, truth values and lists of them",
    };
    found.borrow_mut().push(Problem::at(&misfit.span, message).help(help));
    None
}

/// What of a value cannot be on an axis.
fn misfit(value: &Node) -> Option<&Node> {
    match &value.tree {
        Tree::Table(_) | Tree::Other(_) => Some(value),
        Tree::List(values) => values.iter().find_map(misfit),
        _ => None,
    }
}

/// The scale of values of which nothing else is said.
fn scale_of(values: &[Node]) -> Scale {
    if values.iter().all(|value| number(value).is_some()) { Scale::Linear } else { Scale::Listed }
}

fn check_scale(name: &str, values: Vec<Node>, scale: Scale, found: &Found) -> Option<Vec<Node>> {
    let fits = |value: &&Node| match scale {
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
    found.borrow_mut().push(Problem::at(&stray.span, message));
    None
}

fn number(node: &Node) -> Option<f64> {
    match node.tree {
        Tree::Integer(value) => Some(value as f64),
        Tree::Real(value) => Some(value),
        _ => None,
    }
}

/// Reads `{ linear = [a, b], n = k }` or `{ log = [a, b], n = k }`.
fn range(
    section: &Section<'_>,
    name: &str,
    form: &'static str,
    scale: Scale,
    setting: &str,
) -> Option<(Vec<Node>, Scale, Form)> {
    let ends = section.list(form, "two numbers, the first and the last value");
    let n = match section.node("n") {
        Some(node) => section.integer_of("n", node, 2, MAX_VALUES),
        None => {
            let span = section.key_span(form)?;
            let message =
                format!("`{name}` has no `n`: how many values there are, both ends among them");
            section.report(Problem::at(span, message).help("for example `n = 25`"));
            None
        }
    };
    let (ends, span) = ends?;
    let [first, last] = ends else {
        let message = format!(
            "`{name}.{form}` must be two numbers, the first and the last value, but has {}",
            ends.len()
        );
        section.report(Problem::at(span, message));
        return None;
    };
    let (expected, from) = match scale {
        Scale::Log => ("a number > 0, as logarithms are of those", f64::MIN_POSITIVE),
        _ => ("a number", f64::MIN),
    };
    let end = |node| section.real_of(form, node, expected, |end| end >= from);
    let (first, last, n) = (end(first), end(last), n);
    let (first, last) = (first?, last?);
    if first == last {
        section.report(Problem::at(
            span,
            format!("`{name}.{form}` has the same first and last value"),
        ));
        return None;
    }
    let whole = is_whole(setting);
    let values = (0..n?).map(|place| {
        let value = spaced(scale, first, last, place, n.unwrap_or(2) - 1);
        let tree = if whole { Tree::Integer(value.round() as i64) } else { Tree::Real(value) };
        Node { span: span.clone(), tree }
    });
    Some((values.collect(), scale, Form::Range))
}

/// The value at `place` of `0..=last_place` between two ends, rounded to [`DIGITS`]; the ends are exact.
fn spaced(scale: Scale, first: f64, last: f64, place: u64, last_place: u64) -> f64 {
    if place == 0 {
        return first;
    }
    if place == last_place {
        return last;
    }
    let along = place as f64 / last_place as f64;
    let between = |a: f64, b: f64| a * (1.0 - along) + b * along;
    let value = match scale {
        // From `libm`, which gives the same bits on every processor.
        Scale::Log => libm::exp(between(libm::log(first), libm::log(last))),
        _ => between(first, last),
    };
    // What cancels to nearly nothing between ends of different signs is 0.
    let least = first.abs().max(last.abs()) * 10f64.powi(-(DIGITS as i32));
    if scale != Scale::Log && value.abs() < least {
        return 0.0;
    }
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

/// Whether a setting is a whole number, so that the values of a range over it are rounded.
fn is_whole(setting: &str) -> bool {
    const WHOLE: [&str; 7] = [
        "model.hidden.width",
        "model.hidden.depth",
        "training.batch_size",
        "training.epochs",
        "training.max_steps",
        "training.checkpoint_every",
        "data.validation",
    ];
    // A parameter's name means a whole number in each kind of initializer that has it, or in none.
    let counts = |name: &str| {
        let mut parameters = KINDS.iter().flat_map(|kind| kind.parameters);
        parameters
            .any(|parameter| parameter.name == name && matches!(parameter.domain, Domain::Count))
    };
    WHOLE.contains(&setting)
        || setting.starts_with("init.") && setting.rsplit('.').next().is_some_and(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(scale: Scale, first: f64, last: f64, n: u64) -> Vec<f64> {
        (0..n).map(|place| spaced(scale, first, last, place, n - 1)).collect()
    }

    #[test]
    fn generated_numbers_are_short_and_their_ends_exact() {
        assert_eq!(all(Scale::Log, 1e-4, 1.0, 5), [1e-4, 0.001, 0.01, 0.1, 1.0]);
        assert_eq!(all(Scale::Log, 1.0, 1e-4, 5), [1.0, 0.1, 0.01, 0.001, 1e-4]);
        assert_eq!(all(Scale::Linear, 0.0, 0.3, 4), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(all(Scale::Linear, -0.3, 0.3, 7), [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]);
        assert_eq!(all(Scale::Log, 1e-3, 1.0, 3)[1].to_string(), "0.0316227766017");
        assert_eq!(all(Scale::Linear, f64::MIN, f64::MAX, 3), [f64::MIN, 0.0, f64::MAX]);
        assert!(
            all(Scale::Log, f64::MIN_POSITIVE, f64::MAX, 9).iter().all(|value| value.is_normal())
        );
    }

    #[test]
    fn a_parameter_is_a_whole_number_in_each_kind_that_has_it_or_in_none() {
        let mut counts = 0;
        for parameter in KINDS.iter().flat_map(|kind| kind.parameters) {
            let count = matches!(parameter.domain, Domain::Count);
            assert_eq!(
                is_whole(&format!("init.layers.1.{}", parameter.name)),
                count,
                "{}",
                parameter.name
            );
            assert!(
                !MARKS.contains(&parameter.name),
                "{} would make an axis of a section",
                parameter.name
            );
            counts += usize::from(count);
        }
        assert!(counts > 0);
    }
}
