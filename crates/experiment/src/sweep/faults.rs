//! What is wrong at points of a sweep, told once each, with the values at which it is.

use std::collections::{BTreeSet, HashMap};

use crate::sweep::grid::Sweep;
use crate::syntax::{Diagnostic, Span, quoted_list};

/// What is wrong, each with the points at which it is.
pub(crate) struct Faults<'a> {
    sweep: &'a Sweep,
    list: Vec<Fault>,
    known: HashMap<(Option<Span>, Option<String>), usize>,
}

struct Fault {
    diagnostic: Diagnostic,
    points: usize,
    /// The indices of the first point.
    first: Vec<usize>,
    /// For each axis the indices of the values at which it is.
    indices: Vec<BTreeSet<usize>>,
    /// The axis whose range is marked: its values are not to be seen.
    range: Option<usize>,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(sweep: &'a Sweep) -> Self {
        Faults { sweep, list: Vec::new(), known: HashMap::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds what is wrong at the point with those indices.
    pub(crate) fn add(&mut self, diagnostic: Diagnostic, indices: &[usize]) {
        let axes = &self.sweep.axes;
        let range = axes.iter().position(|axis| {
            axis.form.is_generated()
                && [Some(&axis.values[0].span), Some(&axis.key)].contains(&diagnostic.span.as_ref())
        });
        // The values of a range have one span, and its first that is wrong is enough.
        let message = range.is_none().then(|| diagnostic.message.clone());
        let fault = *self.known.entry((diagnostic.span.clone(), message)).or_insert_with(|| {
            self.list.push(Fault {
                diagnostic,
                points: 0,
                first: indices.to_vec(),
                indices: vec![BTreeSet::new(); axes.len()],
                range,
            });
            self.list.len() - 1
        });
        let fault = &mut self.list[fault];
        fault.points += 1;
        for (seen, index) in fault.indices.iter_mut().zip(indices) {
            seen.insert(*index);
        }
    }

    /// The diagnostics, each saying at which of so many points it is, unless it is at all of them
    /// or marks the value itself.
    pub(crate) fn into_diagnostics(self, points: usize) -> impl Iterator<Item = Diagnostic> {
        let sweep = self.sweep;
        self.list.into_iter().map(move |fault| {
            let label = match (fault.points_said(sweep, points), fault.diagnostic.label.as_str()) {
                (None, label) => label.to_owned(),
                (Some(said), "") => said,
                (Some(said), label) => format!("{label}; {said}"),
            };
            fault.diagnostic.label(label)
        })
    }
}

impl Fault {
    /// "at `init.std = 0.1`", where the marked text does not say it.
    fn points_said(&self, sweep: &Sweep, points: usize) -> Option<String> {
        let value = |axis: usize| {
            let index = self.first[axis];
            let axis = &sweep.axes[axis];
            format!("{} = {}", axis.setting, axis.values[index].to_toml())
        };
        let count = |axis: usize| (self.indices[axis].len(), sweep.axes[axis].values.len());
        if let Some(axis) = self.range {
            return match count(axis) {
                (wrong, all) if wrong == all => None,
                (1, _) => Some(format!("at `{}`", value(axis))),
                (wrong, all) => {
                    Some(format!("at {wrong} of its {all} values, the first is `{}`", value(axis)))
                }
            };
        }
        if self.points == points {
            return None;
        }
        let decisive: Vec<usize> =
            (0..sweep.axes.len()).filter(|&axis| matches!(count(axis), (1, 2..))).collect();
        let is_marked = |&axis: &usize| {
            let value = &sweep.axes[axis].values[self.first[axis]];
            self.diagnostic.span.as_ref() == Some(&value.span)
        };
        if decisive.iter().any(is_marked) {
            return None;
        }
        if decisive.is_empty() {
            let first = sweep.name(None, &self.first);
            return Some(format!("at {} of {points} points, the first is `{first}`", self.points));
        }
        let values: Vec<String> = decisive.iter().map(|&axis| value(axis)).collect();
        Some(format!("at {}", quoted_list(values.iter().map(String::as_str), "and")))
    }
}
