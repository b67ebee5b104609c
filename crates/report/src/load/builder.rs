//! Puts records together as they come in: to points, arms and axes.

use std::collections::{BTreeSet, HashMap, HashSet};

use record::{Provenance, RunRecord, Scale, Status, SweepPoint};
use serde_json::Value;

use super::error::LoadError;
use super::interned::InternedSettings;
use super::reader::LoadedRun;
use super::same_settings::{Candidate, keep};
use crate::metric::Metric;
use crate::printable::one_line;
use crate::study::{Arm, Origin, Point, Study, Warning};
use crate::sweep_axis::SweepAxis;

/// Steps of whole runs that are kept: 16 bytes each.
const STEPS_KEPT: usize = 2_000_000;

/// The records of a study, as far as they have come in.
pub(super) struct StudyBuilder {
    metric: Metric,
    points: Vec<PendingPoint>,
    /// Points by the experiment and the record's arm.
    point_indices: HashMap<(String, String), usize>,
    settings: InternedSettings,
    origin: Origin,
    provenances: HashSet<String>,
    warnings: Vec<Warning>,
    steps_kept: usize,
}

/// A point, and the runs that may be kept for it.
struct PendingPoint {
    experiment: String,
    title: String,
    /// The arm's name, without the point of a sweep.
    arm: String,
    sweep: Option<SweepPoint>,
    runs: Vec<Candidate>,
}

impl StudyBuilder {
    pub(super) fn new(metric: Metric) -> Self {
        StudyBuilder {
            metric,
            points: Vec::new(),
            point_indices: HashMap::new(),
            settings: InternedSettings::default(),
            origin: Origin::default(),
            provenances: HashSet::new(),
            warnings: Vec::new(),
            steps_kept: 0,
        }
    }

    /// Names a record that cannot be compared.
    pub(super) fn leave_out(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Takes a record in, or leaves it out.
    pub(super) fn add(&mut self, LoadedRun { record, mut summary }: LoadedRun) {
        if let Some(reason) = unusable(&record) {
            return self.leave_out(Warning { directory: summary.directory, reason });
        }
        let started = record.provenance.started.clone();
        self.remember(record.provenance);
        let steps = summary.whole.as_ref().map_or(0, |run| run.steps.len());
        if self.steps_kept + steps > STEPS_KEPT {
            summary.whole = None;
        } else {
            self.steps_kept += steps;
        }
        let (title, sweep) = (record.title, record.sweep);
        let index = *self.point_indices.entry((record.experiment, record.arm)).or_insert_with_key(
            |(experiment, arm)| {
                self.points.push(PendingPoint {
                    experiment: experiment.clone(),
                    title,
                    arm: sweep.as_ref().map_or(arm, |sweep| &sweep.arm).clone(),
                    sweep,
                    runs: Vec::new(),
                });
                self.points.len() - 1
            },
        );
        let settings = self.settings.index(record.settings);
        self.points[index].runs.push(Candidate { started, settings, run: summary });
    }

    fn remember(&mut self, provenance: Provenance) {
        let origin = &mut self.origin;
        if provenance.training_seconds.is_finite() {
            origin.training_seconds += provenance.training_seconds;
        }
        if origin.first.is_empty() || provenance.started < origin.first {
            origin.first.clone_from(&provenance.started);
        }
        if provenance.started > origin.last {
            origin.last.clone_from(&provenance.started);
        }
        let lasting = Provenance {
            started: String::new(),
            training_seconds: 0.0,
            resumed: Vec::new(),
            ..provenance
        };
        if self.provenances.insert(format!("{lasting:?}")) {
            origin.provenances.push(lasting);
        }
    }

    /// The study of all records.
    pub(super) fn finish(mut self) -> Result<Study, LoadError> {
        if self.points.is_empty() {
            return Err(LoadError::Empty { paths: Vec::new(), warnings: self.warnings });
        }
        let swept = self.swept_settings()?;
        self.keep_same_settings();
        let axes = self.axes(&swept);
        let sets = self.points.iter().map(|point| point.runs[0].settings);
        let (shared, uneven) = (self.settings.shared(sets), self.uneven(&swept));
        let titles = self.points.iter().map(|point| (&*point.title, &*point.experiment));
        let title = one_line(&title(titles));
        let arms = arms(self.points, &self.settings, &axes, &swept);
        Ok(Study {
            title,
            quantity: self.metric.quantity(),
            metric: Some(self.metric),
            paired: true,
            axes,
            arms,
            shared,
            uneven,
            origin: self.origin,
            warnings: self.warnings,
            paths: Vec::new(),
        })
    }

    fn keep_same_settings(&mut self) {
        let settings = &self.settings;
        let difference = |a, b| crate::settings::difference(&settings.get(a), &settings.get(b));
        for point in &mut self.points {
            point.runs = keep(std::mem::take(&mut point.runs), difference, &mut self.warnings);
        }
    }

    /// The settings on the axes, in the order of the first record; none where nothing was swept.
    fn swept_settings(&self) -> Result<Vec<String>, LoadError> {
        let names = |point: &PendingPoint| -> Vec<String> {
            let axes = point.sweep.iter().flat_map(|sweep| &sweep.axes);
            axes.map(|axis| axis.setting.clone()).collect()
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let first = names(&self.points[0]);
        let same = sorted(first.clone());
        let mut others = self.points.iter().map(names);
        let Some(other) = others.find(|other| sorted(other.clone()) != same) else {
            return Ok(first);
        };
        let reason = if first.is_empty() || other.is_empty() {
            "runs of a sweep and runs of none meet here".to_owned()
        } else {
            let (first, other) = (first.join(", "), other.join(", "));
            format!("a sweep over {first} and one over {other} meet here")
        };
        Err(LoadError::Mixed { reason })
    }

    /// The axes along which anything varies, those that vary one to one as one; at least one where
    /// anything was swept.
    fn axes(&self, names: &[String]) -> Vec<SweepAxis> {
        let axis = |name: &String| {
            let values = || self.points.iter().filter_map(|point| value(point, name));
            let scale = values().next().map_or(Scale::Listed, |(_, scale)| scale);
            SweepAxis::new(name.clone(), scale, values().map(|(value, _)| value.clone()))
        };
        let mut all: Vec<SweepAxis> = names.iter().map(axis).collect();
        if all.iter().any(|axis| axis.values.len() > 1) {
            all.retain(|axis| axis.values.len() > 1);
        } else {
            all.truncate(1);
        }
        let mut axes: Vec<SweepAxis> = Vec::new();
        for axis in all {
            match axes.iter_mut().find(|other| self.vary_together(other, &axis)) {
                Some(other) => other.along.push(axis.setting),
                None => axes.push(axis),
            }
        }
        axes
    }

    fn vary_together(&self, a: &SweepAxis, b: &SweepAxis) -> bool {
        let pairs: HashSet<_> =
            self.points.iter().map(|point| (index_on(a, point), index_on(b, point))).collect();
        a.values.len() == b.values.len() && pairs.len() == a.values.len()
    }

    /// See [`Study::uneven`].
    fn uneven(&self, swept: &[String]) -> Vec<String> {
        let section = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
        let sections: HashSet<String> = swept.iter().map(|name| section(name)).collect();
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        let mut uneven = BTreeSet::new();
        for point in &self.points {
            let set = point.runs[0].settings;
            let first = *first.entry((&point.experiment, &point.arm)).or_insert(set);
            let unequal = self.settings.unequal(first, set);
            uneven.extend(unequal.into_iter().filter(|name| !sections.contains(&section(name))));
        }
        uneven.into_iter().map(str::to_owned).collect()
    }
}

/// The value of a point on the axis of `setting`, and how that axis is spaced.
fn value<'a>(point: &'a PendingPoint, setting: &str) -> Option<(&'a Value, Scale)> {
    let axes = &point.sweep.as_ref()?.axes;
    axes.iter().find(|axis| axis.setting == setting).map(|axis| (&axis.value, axis.scale))
}

fn index_on(axis: &SweepAxis, point: &PendingPoint) -> Option<usize> {
    axis.index(value(point, &axis.setting)?.0)
}

/// Points as arms, in the order in which the arms were found.
fn arms(
    points: Vec<PendingPoint>,
    settings: &InternedSettings,
    axes: &[SweepAxis],
    swept: &[String],
) -> Vec<Arm> {
    let experiments = points.iter().map(|point| &point.experiment).collect::<BTreeSet<_>>().len();
    let mut arms: Vec<Arm> = Vec::new();
    let mut indices: HashMap<(String, String), usize> = HashMap::new();
    for point in points {
        let at = axes.iter().filter_map(|axis| index_on(axis, &point)).collect();
        let PendingPoint { experiment, arm, runs, .. } = point;
        let index = *indices.entry((experiment, arm)).or_insert_with_key(|(experiment, arm)| {
            let mut settings = settings.get(runs[0].settings);
            settings.retain(|name, _| !swept.contains(name));
            let label = one_line(&label(experiment, arm, experiments));
            arms.push(Arm { label, experiment: experiment.clone(), settings, points: Vec::new() });
            arms.len() - 1
        });
        let runs = runs.into_iter().map(|candidate| candidate.run).collect();
        arms[index].points.push(Point { at, runs });
    }
    for arm in &mut arms {
        arm.points.sort_by(|a, b| a.at.cmp(&b.at));
    }
    arms
}

/// Why a record that could be read cannot be compared.
fn unusable(record: &RunRecord) -> Option<String> {
    let told = |what: &str| match &record.message {
        Some(message) => format!("it {what}: {message}"),
        None => format!("it {what}"),
    };
    match record.status {
        Status::Finished | Status::Diverged => (record.metrics.is_none())
            .then(|| format!("it is {} but has no metrics", record.status)),
        Status::Running => Some("it is still running, or its process died".to_owned()),
        Status::Interrupted => Some(told("was interrupted")),
        Status::Failed => Some(told("failed")),
    }
}

/// What to call an arm: its name, the experiment's where the arm is `base`, both where several
/// experiments meet.
fn label(experiment: &str, name: &str, experiments: usize) -> String {
    match (name, experiments) {
        ("base", _) => experiment.to_owned(),
        (name, 1) => name.to_owned(),
        (name, _) => format!("{experiment}/{name}"),
    }
}

/// The title of all that meet here, from the title and the experiment of each point.
fn title<'a>(points: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut titles: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for (title, experiment) in points {
        let title = if title.trim().is_empty() { experiment } else { title };
        if seen.insert(title) {
            titles.push(title);
        }
    }
    match titles.as_slice() {
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} vs {second}"),
        many => format!("Comparison of {} experiments", many.len()),
    }
}
