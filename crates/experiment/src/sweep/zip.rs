//! `zip`: axes that advance together, instead of in every combination.

use std::sync::Arc;

use crate::sweep::axis::Axis;
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
