//! Axes that advance together, instead of in every combination: those that `zip` names, and those
//! of a random search.

use std::sync::Arc;

use crate::sweep::axis::{Axis, AxisForm};
use crate::syntax::{Diagnostic, Diagnostics, Spanned, Value, did_you_mean};

const EXPECTED: &str = "`sweep.zip` must be a list of lists of axes";
const HELP: &str = "for example `zip = [[\"init.std\", \"optimizer.learning_rate\"]]`";

/// Axes by their indices, those in one list that advance together. `known` are the axes before
/// flags took some away.
pub(crate) fn read_zip(
    axes: &[Axis],
    known: &[Arc<str>],
    zip: &Spanned,
    diagnostics: &Diagnostics,
) -> Vec<Vec<usize>> {
    let mut list_of: Vec<Option<usize>> = vec![None; axes.len()];
    let malformed = |value: &Spanned| {
        diagnostics.report(Diagnostic::at(&value.span, EXPECTED).help(HELP));
    };
    let Value::List(lists) = &zip.value else {
        malformed(zip);
        return group(&list_of);
    };
    for (number, list) in lists.iter().enumerate() {
        let Value::List(names) = &list.value else {
            malformed(list);
            continue;
        };
        for name in names {
            let Value::Text(text) = &name.value else {
                malformed(name);
                continue;
            };
            match axes.iter().position(|axis| *axis.setting == **text) {
                Some(axis) if list_of[axis].is_some() => {
                    let message = format!("`{text}` is zipped twice");
                    diagnostics.report(Diagnostic::at(&name.span, message));
                }
                Some(axis) => list_of[axis] = Some(number),
                None if known.iter().any(|setting| **setting == **text) => {}
                None => diagnostics.report(unknown_axis(name, text, known)),
            }
        }
        let zipped = axes.iter().zip(&list_of).filter(|(_, list)| **list == Some(number));
        check_lengths(zipped.map(|(axis, _)| axis), list, diagnostics);
    }
    group(&list_of)
}

fn unknown_axis(name: &Spanned, text: &str, known: &[Arc<str>]) -> Diagnostic {
    let help = did_you_mean(text, known.iter().map(|setting| &**setting))
        .unwrap_or_else(|| "name axes of `[sweep]` by their dotted names".into());
    let message = format!("there is no axis `{}`", text.escape_debug());
    Diagnostic::at(&name.span, message).help(help)
}

/// Axes that advance together have as many values.
fn check_lengths<'a>(
    mut zipped: impl Iterator<Item = &'a Axis>,
    list: &Spanned,
    diagnostics: &Diagnostics,
) {
    let Some(first) = zipped.next() else { return };
    if let Some(other) = zipped.find(|other| other.values.len() != first.values.len()) {
        let message = format!(
            "`{}` has {} values and `{}` has {}: axes that advance together have as many",
            first.setting,
            first.values.len(),
            other.setting,
            other.values.len()
        );
        diagnostics.report(Diagnostic::at(&list.span, message));
    }
}

/// Joins the random axes that advance alone: a point of a random search has a value of its own on
/// each of them.
pub(crate) fn join_random(
    groups: Vec<Vec<usize>>,
    axes: &[Axis],
    diagnostics: &Diagnostics,
) -> Vec<Vec<usize>> {
    let is_random = |axis: usize| axes[axis].form == AxisForm::Random;
    let mut joined: Vec<Vec<usize>> = Vec::new();
    for group in groups {
        let alone = |group: &Vec<usize>| group.iter().all(|&axis| is_random(axis));
        let random = joined.iter_mut().find(|group| alone(group));
        match (random, group.as_slice()) {
            (Some(others), &[axis]) if is_random(axis) => {
                let (first, other) = (&axes[others[0]], &axes[axis]);
                if first.values.len() != other.values.len() {
                    let message = format!(
                        "`{}` has {} random values and `{}` has {}: random axes advance together, \
                         and have one `n`",
                        first.setting,
                        first.values.len(),
                        other.setting,
                        other.values.len()
                    );
                    diagnostics.report(Diagnostic::at(&other.key, message));
                }
                others.push(axis);
            }
            _ => joined.push(group),
        }
    }
    joined
}

/// Groups of axes from the list that each is in; one in no list is alone.
fn group(list_of: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (axis, list) in list_of.iter().enumerate() {
        let others = groups.iter_mut().find(|group| list.is_some() && list_of[group[0]] == *list);
        match others {
            Some(group) => group.push(axis),
            None => groups.push(vec![axis]),
        }
    }
    groups
}
