//! The grid of a sweep: its axes, which of them advance together, and its points by number.

use std::collections::HashSet;
use std::sync::Arc;

use crate::settings::Settings;
use crate::sweep::axis::{Axis, AxisForm, read_axes};
use crate::sweep::names::{labels, point_name};
use crate::sweep::point::{AxisValue, SweepAxis, SweepPoint};
use crate::sweep::zip::{join_random, read_zip};
use crate::syntax::{Diagnostic, Diagnostics, Entry, Span, Spanned, Value};

/// The axes of an experiment.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    pub(crate) axes: Vec<Axis>,
    /// Axes by their indices, those together that advance together; the last group advances first.
    groups: Vec<Vec<usize>>,
    /// Where the sweep stands.
    pub(crate) span: Option<Span>,
    /// For each axis and value its part of a point's name: `std=0.1`.
    labels: Vec<Vec<String>>,
}

/// What a file makes of a sweep: `[sweep]`, and settings that take away axes of what it extends.
pub(crate) struct SweepLayer {
    pub(crate) sweep: Option<Entry>,
    pub(crate) settings: Spanned,
}

/// What a flag makes of a sweep: axes of its own, and settings that take axes away.
pub(crate) struct AxisSource<'a> {
    pub(crate) axes: &'a [Axis],
    pub(crate) settings: &'a Spanned,
}

impl Sweep {
    /// Reads the `[sweep]` of files, of which each extends the one before, and what flags make of
    /// it: an axis of theirs takes the place of the file's, and a plain value takes the axis away.
    pub(crate) fn read(
        layers: &[SweepLayer],
        flags: &[AxisSource<'_>],
        diagnostics: &Diagnostics,
    ) -> Sweep {
        let mut builder =
            SweepBuilder { axes: Vec::new(), known: Vec::new(), zip: None, diagnostics };
        for SweepLayer { sweep, settings } in layers {
            let own = sweep.as_ref().map(|entry| builder.read(entry)).unwrap_or_default();
            builder.axes.retain(|axis| {
                own.contains(&axis.setting) || !settles(settings, "", &axis.setting)
            });
        }
        for flag in flags {
            // The later of two flags stands: an axis after a value is not dropped unseen.
            builder.axes.retain(|axis| !settles(flag.settings, "", &axis.setting));
            builder.put(flag.axes.to_vec());
            if let Some(entry) = flag.settings.entry("sweep") {
                builder.read(entry);
            }
        }
        let SweepBuilder { mut axes, known, zip, .. } = builder;
        let groups = match &zip {
            Some(zip) => read_zip(&axes, &known, &zip.value, diagnostics),
            None => (0..axes.len()).map(|axis| vec![axis]).collect(),
        };
        let groups = join_random(groups, &axes, diagnostics);
        for group in &groups {
            if let [alone] = group.as_slice() {
                check_distinct(&mut axes[*alone], diagnostics);
            }
        }
        let labels = labels(&axes, diagnostics);
        let entry = layers.iter().rev().find_map(|layer| layer.sweep.as_ref());
        let span = entry.map(|entry| &entry.span).or(axes.first().map(|axis| &axis.key)).cloned();
        Sweep { axes, groups, span, labels }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    /// How many points there are.
    pub(crate) fn point_count(&self) -> u128 {
        self.groups
            .iter()
            .fold(1, |points: u128, group| points.saturating_mul(self.length(group) as u128))
    }

    fn length(&self, group: &[usize]) -> usize {
        group.iter().map(|&axis| self.axes[axis].values.len()).min().unwrap_or(0)
    }

    /// The index on each axis of the value that a point has there.
    pub(crate) fn indices(&self, mut point: usize) -> Vec<usize> {
        let mut indices = vec![0; self.axes.len()];
        for group in self.groups.iter().rev() {
            let length = self.length(group).max(1);
            group.iter().for_each(|&axis| indices[axis] = point % length);
            point /= length;
        }
        indices
    }

    /// Applies the values at `indices` to settings: a section before what is in it.
    pub(crate) fn apply_point(&self, settings: &mut Spanned, indices: &[usize]) {
        let mut order: Vec<usize> = (0..self.axes.len()).collect();
        order.sort_by_key(|&axis| self.axes[axis].setting.matches('.').count());
        for index in order {
            let axis = &self.axes[index];
            if axis.form == AxisForm::Settled {
                continue;
            }
            let value = axis.values[indices[index]].clone();
            let nested = axis.setting.rsplit('.').fold(value, |value, key| {
                let entry = Entry { key: key.to_owned(), span: axis.key.clone(), value };
                Spanned { span: axis.key.clone(), value: Value::Table(vec![entry]) }
            });
            settings.apply(&nested, Settings::EXCLUSIVE);
        }
    }

    /// What a point is called: `normal,std=0.1`, or `std=0.1` where no arm is named.
    pub(crate) fn name(&self, arm: Option<&str>, indices: &[usize]) -> String {
        let labels = self.labels.iter().zip(indices).map(|(labels, &index)| labels[index].as_str());
        point_name(arm, labels)
    }

    /// The point with the values at `indices`.
    pub(crate) fn point(&self, arm: &str, indices: &[usize]) -> SweepPoint {
        let axes = self.axes.iter().zip(indices).map(|(axis, &index)| AxisValue {
            setting: Arc::clone(&axis.setting),
            value: axis.values[index].to_toml(),
            scale: axis.scale,
        });
        SweepPoint { arm: arm.to_owned(), axes: axes.collect() }
    }

    /// The axes, those in one list that advance together.
    pub(crate) fn to_axes(&self) -> Vec<Vec<SweepAxis>> {
        let axis = |&axis: &usize| {
            let Axis { setting, values, scale, .. } = &self.axes[axis];
            let values = values.iter().map(Spanned::to_toml).collect();
            SweepAxis { setting: Arc::clone(setting), values, scale: *scale }
        };
        self.groups.iter().map(|group| group.iter().map(axis).collect()).collect()
    }
}

/// The axes of a file and of flags, as they are read.
struct SweepBuilder<'a> {
    axes: Vec<Axis>,
    /// The settings of all axes, of those too that were taken away.
    known: Vec<Arc<str>>,
    zip: Option<Entry>,
    diagnostics: &'a Diagnostics,
}

impl SweepBuilder<'_> {
    /// Reads `[sweep]`, and gives the settings that it has axes over.
    fn read(&mut self, entry: &Entry) -> Vec<Arc<str>> {
        let Some(entries) = entry.value.entries().filter(|entries| !entries.is_empty()) else {
            let message = "`sweep` must be a table of axes, and hold at least one";
            let help = "for example `\"init.std\" = { log = [1e-4, 1.0], n = 25 }` below `[sweep]`";
            self.diagnostics.report(Diagnostic::at(&entry.value.span, message).help(help));
            return Vec::new();
        };
        let (zips, entries): (Vec<Entry>, Vec<Entry>) =
            entries.iter().cloned().partition(|entry| entry.key == "zip");
        self.zip = zips.into_iter().next().or(self.zip.take());
        let axes = read_axes(&entries, &[], self.diagnostics);
        let settings = axes.iter().map(|axis| Arc::clone(&axis.setting)).collect();
        self.put(axes);
        settings
    }

    /// Puts new axes in the place of those over the same setting, or at the end.
    fn put(&mut self, new: Vec<Axis>) {
        for axis in new {
            if !self.known.contains(&axis.setting) {
                self.known.push(Arc::clone(&axis.setting));
            }
            match self.axes.iter_mut().find(|other| other.setting == axis.setting) {
                Some(other) => *other = axis,
                None => self.axes.push(axis),
            }
        }
    }
}

/// Whether settings below `path` decide `setting`, so that nothing is left to sweep over: they give
/// it, or name the kind of what it is a parameter of, or give what excludes it.
fn settles(settings: &Spanned, path: &str, setting: &str) -> bool {
    let is_within = |path: &str| {
        setting.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let (Some(entries), None) = (settings.entries(), settings.entry("kind")) {
        return entries.iter().any(|entry| {
            let path =
                if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
            settles(&entry.value, &path, setting)
        });
    }
    let excluded = Settings::EXCLUSIVE.iter().flat_map(|(a, b)| [(a, b), (b, a)]);
    let mut excluded = excluded.filter_map(|(given, other)| {
        let section = path.strip_suffix(given).filter(|rest| rest.ends_with('.'))?;
        Some(format!("{section}{other}"))
    });
    !path.is_empty() && (is_within(path) || excluded.any(|other| is_within(&other)))
}

/// Sees to it that no value of an axis that advances alone is there twice: of generated ones,
/// rounded to whole numbers, the first of equal ones stays.
fn check_distinct(axis: &mut Axis, diagnostics: &Diagnostics) {
    let mut seen = HashSet::new();
    if axis.form.is_generated() {
        axis.values.retain(|value| seen.insert(value.to_toml().to_string()));
        return;
    }
    for value in &axis.values {
        if !seen.insert(value.to_toml().to_string()) {
            let message =
                format!("{} is there twice on the axis `{}`", value.to_toml(), axis.setting);
            diagnostics.report(Diagnostic::at(&value.span, message));
        }
    }
}
