//! A sweep: axes over settings, combined as a grid but for those that advance together, and the points of it. Each point
//! is an arm of its own, with a name that says where it stands.

use std::collections::HashSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::axis::{Axis, Form, read_axes};
use crate::flags::Flag;
use crate::problem::{Problem, did_you_mean};
use crate::section::Found;
use crate::settings::name_of;
use crate::sources::Span;
use crate::tree::{Entry, Node, Tree};

/// Where in a sweep an arm stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// The arm that is swept, by the name that the config gives it; [`RunSpec::BASE`](crate::RunSpec::BASE) where the
    /// config has no arms.
    pub arm: String,
    /// The value on each axis, in the order of the config.
    pub axes: Vec<AxisValue>,
}

/// A point's value on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisValue {
    /// The setting's dotted name: `init.std`.
    pub setting: Arc<str>,
    /// The value as the config gives it: a number, a word, a truth value, or a list of them.
    pub value: toml::Value,
    /// How the axis' values are spaced.
    pub scale: Scale,
}

/// An axis of a sweep: a setting, and the values that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// The setting's dotted name: `init.std`.
    pub setting: Arc<str>,
    /// Its values in their order, at least one.
    pub values: Vec<toml::Value>,
    /// How they are spaced.
    pub scale: Scale,
}

/// How values on an axis are spaced, and so how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// As numbers.
    Linear,
    /// As the logarithms of numbers.
    Log,
    /// As they were listed: words, lists, truth values.
    Listed,
}

impl Scale {
    pub(crate) const ALL: [(&'static str, Scale); 3] =
        [("linear", Scale::Linear), ("log", Scale::Log), ("listed", Scale::Listed)];

    /// Its name in TOML.
    pub fn name(self) -> &'static str {
        name_of(&Self::ALL, self)
    }
}

impl SweepPoint {
    /// The sweep of a config whose settings stand at this point already.
    pub(crate) fn to_table(&self) -> toml::Table {
        let axis = |axis: &AxisValue| {
            let scale = axis.scale.name();
            let table = toml::Table::from_iter([
                ("at".to_owned(), axis.value.clone()),
                ("scale".into(), scale.into()),
            ]);
            (axis.setting.to_string(), toml::Value::Table(table))
        };
        self.axes.iter().map(axis).collect()
    }
}

/// A longer name is shortened: with what is put around it, it has to be the name of a folder.
const LONGEST_NAME: usize = 180;

/// The axes of an experiment.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    pub(crate) axes: Vec<Axis>,
    /// Axes by their places, those together that advance together; the last group advances first.
    groups: Vec<Vec<usize>>,
    /// Where the sweep stands.
    pub(crate) span: Option<Span>,
    /// For each axis and value what a point's name says of it: `std=0.1`.
    labels: Vec<Vec<String>>,
}

impl Sweep {
    /// Reads `[sweep]`, and what `flags` make of it: an axis of theirs takes the place of the file's, and a plain value
    /// takes the axis away.
    pub(crate) fn read(entry: Option<&Entry>, flags: &[Flag], found: &Found) -> Sweep {
        let mut axes = Vec::new();
        let mut zip = None;
        let mut read = |entry: &Entry, axes: &mut Vec<Axis>| match &entry.node.tree {
            Tree::Table(entries) if !entries.is_empty() => {
                let (zips, entries): (Vec<Entry>, Vec<Entry>) =
                    entries.iter().cloned().partition(|entry| entry.name == "zip");
                zip = zips.into_iter().next().or(zip.take());
                put(axes, read_axes(&entries, &[], found));
            }
            _ => {
                let help =
                    "for example `\"init.std\" = { log = [1e-4, 1.0], n = 25 }` below `[sweep]`";
                let problem = Problem::at(
                    &entry.node.span,
                    "`sweep` must be a table of axes, and hold at least one",
                );
                found.borrow_mut().push(problem.help(help));
            }
        };
        entry.into_iter().for_each(|entry| read(entry, &mut axes));
        for flag in flags {
            put(&mut axes, flag.axes.clone());
            flag.node.entry("sweep").into_iter().for_each(|entry| read(entry, &mut axes));
        }
        let known: Vec<Arc<str>> = axes.iter().map(|axis| Arc::clone(&axis.setting)).collect();
        axes.retain(|axis| !flags.iter().any(|flag| settles(&flag.node, "", &axis.setting)));
        let groups = match &zip {
            Some(zip) => groups(&axes, &known, &zip.node, found),
            None => (0..axes.len()).map(|axis| vec![axis]).collect(),
        };
        for group in &groups {
            if let [alone] = group.as_slice() {
                check_alone(&mut axes[*alone], found);
            }
        }
        let labels = labels(&axes, found);
        let span = entry.map(|entry| &entry.span).or(axes.first().map(|axis| &axis.key)).cloned();
        Sweep { axes, groups, span, labels }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    /// How many points there are.
    pub(crate) fn points(&self) -> u128 {
        self.groups
            .iter()
            .fold(1, |points: u128, group| points.saturating_mul(self.length(group) as u128))
    }

    fn length(&self, group: &[usize]) -> usize {
        group.iter().map(|&axis| self.axes[axis].values.len()).min().unwrap_or(0)
    }

    /// The place on each axis at which a point stands.
    pub(crate) fn places(&self, mut point: usize) -> Vec<usize> {
        let mut places = vec![0; self.axes.len()];
        for group in self.groups.iter().rev() {
            let length = self.length(group).max(1);
            group.iter().for_each(|&axis| places[axis] = point % length);
            point /= length;
        }
        places
    }

    /// Lays the values at `places` over settings: a section before what is in it.
    pub(crate) fn lay_over(&self, tree: &mut Node, places: &[usize]) {
        let mut order: Vec<usize> = (0..self.axes.len()).collect();
        order.sort_by_key(|&axis| self.axes[axis].setting.matches('.').count());
        for axis in order {
            let (axis, place) = (&self.axes[axis], places[axis]);
            if axis.form == Form::Settled {
                continue;
            }
            let node = axis.setting.rsplit('.').fold(axis.values[place].clone(), |node, name| {
                let entry = Entry { name: name.to_owned(), span: axis.key.clone(), node };
                Node { span: axis.key.clone(), tree: Tree::Table(vec![entry]) }
            });
            tree.overlay(&node);
        }
    }

    /// What a point is called: `normal,std=0.1`, or `std=0.1` where no arm is named.
    pub(crate) fn name(&self, arm: Option<&str>, places: &[usize]) -> String {
        let labels = self.labels.iter().zip(places).map(|(labels, &place)| labels[place].as_str());
        let parts: Vec<&str> = arm.into_iter().chain(labels).collect();
        let name = parts.join(",");
        if name.len() <= LONGEST_NAME {
            return name;
        }
        let digest: String =
            Sha256::digest(&name).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let start: String = name.chars().take(LONGEST_NAME - digest.len() - 1).collect();
        format!("{start}~{digest}")
    }

    pub(crate) fn point(&self, arm: &str, places: &[usize]) -> SweepPoint {
        let axes = self.axes.iter().zip(places).map(|(axis, &place)| AxisValue {
            setting: Arc::clone(&axis.setting),
            value: axis.values[place].to_value(),
            scale: axis.scale,
        });
        SweepPoint { arm: arm.to_owned(), axes: axes.collect() }
    }

    /// The axes, those in one list that advance together.
    pub(crate) fn to_axes(&self) -> Vec<Vec<SweepAxis>> {
        let axis = |&axis: &usize| {
            let Axis { setting, values, scale, .. } = &self.axes[axis];
            let values = values.iter().map(Node::to_value).collect();
            SweepAxis { setting: Arc::clone(setting), values, scale: *scale }
        };
        self.groups.iter().map(|group| group.iter().map(axis).collect()).collect()
    }
}

/// Puts new axes in the place of those over the same setting, or at the end.
fn put(axes: &mut Vec<Axis>, new: Vec<Axis>) {
    for axis in new {
        match axes.iter_mut().find(|other| other.setting == axis.setting) {
            Some(other) => *other = axis,
            None => axes.push(axis),
        }
    }
}

/// Whether settings below `path` decide `setting`, so that nothing is left to sweep over: they give it, or name the kind
/// of what it is a parameter of, or give what excludes it.
fn settles(node: &Node, path: &str, setting: &str) -> bool {
    let decides = |path: &str| {
        setting.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match &node.tree {
        Tree::Table(entries) if node.entry("kind").is_none() => entries.iter().any(|entry| {
            let path =
                if path.is_empty() { entry.name.clone() } else { format!("{path}.{}", entry.name) };
            settles(&entry.node, &path, setting)
        }),
        _ => match path {
            "training.epochs" | "training.max_steps" => {
                decides("training.epochs") || decides("training.max_steps")
            }
            _ => !path.is_empty() && decides(path),
        },
    }
}

/// Reads `zip`: lists of axes that advance together. `known` are the axes before flags took some away.
fn groups(axes: &[Axis], known: &[Arc<str>], zip: &Node, found: &Found) -> Vec<Vec<usize>> {
    let report = |problem| found.borrow_mut().push(problem);
    let mut group_of: Vec<Option<usize>> = vec![None; axes.len()];
    let expected = "`sweep.zip` must be a list of lists of axes";
    let help = "for example `zip = [[\"init.std\", \"optimizer.learning_rate\"]]`";
    let lists = match &zip.tree {
        Tree::List(lists) => lists.as_slice(),
        _ => {
            report(Problem::at(&zip.span, expected).help(help));
            &[]
        }
    };
    for (number, list) in lists.iter().enumerate() {
        let Tree::List(names) = &list.tree else {
            report(Problem::at(&list.span, expected).help(help));
            continue;
        };
        for name in names {
            let Tree::Text(text) = &name.tree else {
                report(Problem::at(&name.span, expected).help(help));
                continue;
            };
            match axes.iter().position(|axis| *axis.setting == **text) {
                Some(axis) if group_of[axis].is_some() => {
                    report(Problem::at(&name.span, format!("`{text}` is zipped twice")));
                }
                Some(axis) => group_of[axis] = Some(number),
                None if known.iter().any(|setting| **setting == **text) => {}
                None => {
                    let help = did_you_mean(text, known.iter().map(|setting| &**setting))
                        .unwrap_or_else(|| "name axes of `[sweep]` by their dotted names".into());
                    report(
                        Problem::at(
                            &name.span,
                            format!("there is no axis `{}`", text.escape_debug()),
                        )
                        .help(help),
                    );
                }
            }
        }
        let mut zipped = axes
            .iter()
            .zip(&group_of)
            .filter(|(_, group)| **group == Some(number))
            .map(|(axis, _)| axis);
        if let Some(first) = zipped.next()
            && let Some(other) = zipped.find(|other| other.values.len() != first.values.len())
        {
            let message = format!(
                "`{}` has {} values and `{}` has {}: axes that advance together have as many",
                first.setting,
                first.values.len(),
                other.setting,
                other.values.len()
            );
            report(Problem::at(&list.span, message));
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (axis, number) in group_of.iter().enumerate() {
        let others =
            groups.iter_mut().find(|group| number.is_some() && group_of[group[0]] == *number);
        match others {
            Some(group) => group.push(axis),
            None => groups.push(vec![axis]),
        }
    }
    groups
}

/// Sees to it that no value of an axis that advances alone is there twice: of a range, rounded to whole numbers, the first
/// of equal ones stays.
fn check_alone(axis: &mut Axis, found: &Found) {
    if axis.form == Form::Range {
        axis.values.dedup_by(|second, first| first.tree == second.tree);
        return;
    }
    let mut seen = HashSet::new();
    for value in &axis.values {
        if !seen.insert(value.to_value().to_string()) {
            let message =
                format!("{} is there twice on the axis `{}`", value.to_value(), axis.setting);
            found.borrow_mut().push(Problem::at(&value.span, message));
        }
    }
}

/// For each axis and value what names of points say of it.
fn labels(axes: &[Axis], found: &Found) -> Vec<Vec<String>> {
    let last = |axis: &Axis| axis.setting.rsplit('.').next().unwrap_or_default().to_owned();
    let label = |axis: &Axis| {
        let alone = axes.iter().filter(|other| last(other) == last(axis)).count() == 1;
        let short = plain(&if alone { last(axis) } else { axis.setting.to_string() });
        let mut seen: Vec<(String, &Node)> = Vec::new();
        let labels: Vec<String> =
            axis.values.iter().map(|value| format!("{short}={}", word(&value.tree))).collect();
        // Only words are changed on their way into a name.
        for (label, value) in
            labels.iter().zip(&axis.values).filter(|(_, value)| matches!(value.tree, Tree::Text(_)))
        {
            match seen.iter().find(|(other, _)| other == label) {
                Some((_, other)) if other.tree != value.tree => {
                    let message = format!(
                        "{} and {} would be the same folder",
                        other.described(),
                        value.described()
                    );
                    let help = "the names of points keep letters, digits, `_`, `-`, `+` and `.` of a string";
                    found.borrow_mut().push(Problem::at(&value.span, message).help(help));
                }
                Some(_) => {}
                None => seen.push((label.clone(), value)),
            }
        }
        labels
    };
    axes.iter().map(label).collect()
}

/// A value as a part of a folder's name.
fn word(tree: &Tree) -> String {
    match tree {
        Tree::Text(text) => plain(text),
        Tree::List(values) => {
            let values: Vec<String> = values.iter().map(|value| word(&value.tree)).collect();
            if values.is_empty() { "none".to_owned() } else { values.join("x") }
        }
        Tree::Bool(value) => value.to_string(),
        Tree::Integer(value) => value.to_string(),
        Tree::Real(value) => toml::Value::Float(*value).to_string(),
        Tree::Table(_) | Tree::Other(_) => String::new(),
    }
}

/// A text without what a folder's name may not have: `leaky_relu-0.2` for `leaky_relu(0.2)`.
fn plain(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
    let kept: String = text.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let kept = kept.trim_matches(['-', '.']);
    if kept.is_empty() { "none".to_owned() } else { kept.to_owned() }
}
