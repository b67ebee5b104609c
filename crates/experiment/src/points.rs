//! The points of a sweep, read one by one into arms. What is wrong at some of them is told once, with the values at which
//! it is.

use std::collections::{BTreeSet, HashMap};

use crate::axis::Form;
use crate::plan::{Arm, RunSpec};
use crate::problem::{Problem, listed};
use crate::section::Found;
use crate::settings::Settings;
use crate::sources::Span;
use crate::sweep::Sweep;
use crate::tree::Node;

/// Reads every point of `sweep` over the settings in `tree`, which are those of the arm of that name, if there is one;
/// `read` finishes the settings of a point.
pub(crate) fn read_points(
    arm: Option<&str>,
    tree: &Node,
    sweep: &Sweep,
    read: impl Fn(Node, &Found) -> Settings,
    found: &Found,
) -> Vec<Arm> {
    let count = usize::try_from(sweep.points()).unwrap_or(usize::MAX);
    let mut arms = Vec::with_capacity(count);
    let mut faults = Faults::new(sweep);
    for point in 0..count {
        let places = sweep.places(point);
        let mut tree = tree.clone();
        sweep.lay_over(&mut tree, &places);
        let wrong = Found::default();
        let settings = read(tree, &wrong);
        check_settled(sweep, &settings, &wrong);
        for problem in wrong.into_inner() {
            faults.add(problem, &places);
        }
        let place = sweep.point(arm.unwrap_or(RunSpec::BASE), &places);
        arms.push(Arm::new(sweep.name(arm, &places), settings, Some(place)));
    }
    if faults.list.is_empty() {
        check_different(&arms, sweep, found);
    }
    found.borrow_mut().extend(faults.told(count));
    arms
}

/// A resolved config says where it stands beside settings that have the value already: the two must agree.
fn check_settled(sweep: &Sweep, settings: &Settings, found: &Found) {
    for axis in sweep.axes.iter().filter(|axis| axis.form == Form::Settled) {
        let said = axis.values[0].to_value();
        let Some((name, value)) =
            settings.entries().into_iter().find(|(name, _)| **name == *axis.setting)
        else {
            continue;
        };
        let number =
            |value: &toml::Value| value.as_float().or(value.as_integer().map(|value| value as f64));
        if value != said && (number(&value) != number(&said) || number(&value).is_none()) {
            let message = format!("`{name}` is {value}, and not {said} as the sweep's point says");
            let help = format!(
                "`at` changes no setting, it says what was swept: give `{name}` and it one value"
            );
            found.borrow_mut().push(Problem::at(&axis.values[0].span, message).help(help));
        }
    }
}

/// Two points of one arm that are one run were not meant: an axis has no effect, or another takes it away.
fn check_different(arms: &[Arm], sweep: &Sweep, found: &Found) {
    let mut seen = HashMap::new();
    for (point, arm) in arms.iter().enumerate() {
        let Some(other) = seen.insert(arm.identity.with_seed(0), point) else { continue };
        let (places, others) = (sweep.places(point), sweep.places(other));
        let axis = sweep.axes.iter().enumerate().find(|(axis, _)| places[*axis] != others[*axis]);
        let span = axis.map(|(_, axis)| &axis.key).or(sweep.span.as_ref());
        let message =
            format!("the points `{}` and `{}` are the same run", arms[other].name, arm.name);
        let help = "they differ in nothing that decides a run's numbers: take out the axis that has no effect, or what \
                    lies over it";
        let problem = match span {
            Some(span) => Problem::at(span, message),
            None => Problem::nowhere(message),
        };
        found.borrow_mut().push(problem.help(help));
        return;
    }
}

/// What is wrong, each with the points at which it is.
struct Faults<'a> {
    sweep: &'a Sweep,
    list: Vec<Fault>,
    known: HashMap<(Option<Span>, Option<String>), usize>,
}

struct Fault {
    problem: Problem,
    points: usize,
    first: Vec<usize>,
    /// For each axis the places at which it is.
    places: Vec<BTreeSet<usize>>,
    /// The axis whose range is marked: its values are not to be seen.
    range: Option<usize>,
}

impl<'a> Faults<'a> {
    fn new(sweep: &'a Sweep) -> Self {
        Faults { sweep, list: Vec::new(), known: HashMap::new() }
    }

    fn add(&mut self, problem: Problem, places: &[usize]) {
        let axes = &self.sweep.axes;
        let range = axes.iter().position(|axis| {
            axis.form == Form::Range
                && [Some(&axis.values[0].span), Some(&axis.key)].contains(&problem.span.as_ref())
        });
        // The values of a range stand in one place, and its first that is wrong is enough.
        let message = range.is_none().then(|| problem.message.clone());
        let fault = *self.known.entry((problem.span.clone(), message)).or_insert_with(|| {
            let none = vec![BTreeSet::new(); axes.len()];
            self.list.push(Fault {
                problem,
                points: 0,
                first: places.to_vec(),
                places: none,
                range,
            });
            self.list.len() - 1
        });
        let fault = &mut self.list[fault];
        fault.points += 1;
        for (seen, place) in fault.places.iter_mut().zip(places) {
            seen.insert(*place);
        }
    }

    /// The problems, each saying at which of so many points it is, unless it is at all of them or marks the value itself.
    fn told(self, points: usize) -> Vec<Problem> {
        let sweep = self.sweep;
        let value = |axis: usize, place: usize| {
            let axis = &sweep.axes[axis];
            format!("{} = {}", axis.setting, axis.values[place].to_value())
        };
        let tell = |Fault { problem, points: at, first, places, range }: Fault| {
            let decisive: Vec<usize> = (0..places.len())
                .filter(|&axis| places[axis].len() == 1 && sweep.axes[axis].values.len() > 1)
                .collect();
            let marked = |&axis: &usize| {
                problem.span.as_ref() == Some(&sweep.axes[axis].values[first[axis]].span)
            };
            let said = match range {
                _ if at == points && range.is_none() => None,
                Some(axis) if places[axis].len() == sweep.axes[axis].values.len() => None,
                Some(axis) if places[axis].len() == 1 => {
                    Some(format!("at `{}`", value(axis, first[axis])))
                }
                Some(axis) => {
                    let (wrong, all) = (places[axis].len(), sweep.axes[axis].values.len());
                    Some(format!(
                        "at {wrong} of its {all} values, the first is `{}`",
                        value(axis, first[axis])
                    ))
                }
                None if decisive.iter().any(marked) => None,
                None if !decisive.is_empty() => {
                    let values: Vec<String> =
                        decisive.iter().map(|&axis| value(axis, first[axis])).collect();
                    Some(format!("at {}", listed(values.iter().map(String::as_str), "and")))
                }
                None => Some(format!(
                    "at {at} of {points} points, the first is `{}`",
                    sweep.name(None, &first)
                )),
            };
            match said {
                None => problem,
                Some(said) if problem.label.is_empty() => problem.label(said),
                Some(said) => {
                    let label = format!("{}; {said}", problem.label);
                    problem.label(label)
                }
            }
        };
        self.list.into_iter().map(tell).collect()
    }
}
