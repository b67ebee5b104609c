//! What probes show of the starts of a study: pictures, charts for a terminal, and what a page
//! tells of them. Probes are read from `probe.json` in the directories of the runs.

mod by_layer;
mod distributions;
mod plane;
mod sweep_maps;

use probe::{ArmProbe, ProbeRecord};
use std::collections::BTreeMap;

use crate::phrases::{count, range};
use crate::picture::Picture;
use crate::study::{Point, Study};

/// Arms that charts and histograms show; of more, as many evenly from the first to the last.
const SHOWN: usize = 12;

/// The probes of arms, or of the points of a sweep.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inside {
    /// The arms.
    pub arms: Vec<InsideArm>,
    /// The axes of the sweep; none where nothing was swept.
    pub axes: Vec<InsideAxis>,
    /// Runs of the study that no probe is kept of.
    pub missing: usize,
}

/// An arm, or a point of a swept one.
#[derive(Debug, Clone, PartialEq)]
pub struct InsideArm {
    /// What to call it.
    pub label: String,
    /// The index of its colour; in a study without axes that of the arm.
    pub look: usize,
    /// The arm that it is a point of.
    pub arm: String,
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// What was found.
    pub probe: ArmProbe,
}

/// An axis of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct InsideAxis {
    /// The setting.
    pub name: String,
    /// Its values, as they are written.
    pub values: Vec<String>,
}

impl Inside {
    /// The probes that are kept beside the runs of a study. One of other settings than the run's is
    /// none.
    pub fn read(study: &Study) -> Inside {
        let axes: Vec<InsideAxis> = study
            .axes
            .iter()
            .map(|axis| InsideAxis { name: axis.name(), values: axis.labels.clone() })
            .collect();
        let mut inside = Inside { arms: Vec::new(), axes, missing: 0 };
        if study.metric.is_none() {
            // Numbers of a table have no directories.
            return inside;
        }
        for (index, arm) in study.arms.iter().enumerate() {
            for point in &arm.points {
                let records = inside.records(point);
                let Some(probe) = ArmProbe::new(&arm.experiment, &arm.label, records) else {
                    continue;
                };
                let look = if study.axes.is_empty() { index } else { inside.arms.len() };
                let several = study.arms.len() > 1;
                let label = inside.label(several.then_some(&arm.label), &point.at);
                let label = if label.is_empty() { arm.label.clone() } else { label };
                let (arm, at) = (arm.label.clone(), point.at.clone());
                inside.arms.push(InsideArm { label, look, arm, at, probe });
            }
        }
        inside
    }

    /// The probes of a point's starts, by the seed of their weights; those without one are counted.
    fn records(&mut self, point: &Point) -> Vec<(u64, ProbeRecord)> {
        // Runs that differ in the order of the batches alone start alike: one probe serves them.
        let mut starts: BTreeMap<u64, Option<ProbeRecord>> = BTreeMap::new();
        for run in &point.runs {
            let record = starts.entry(run.seed.weights).or_default();
            *record = record.take().or_else(|| kept(&run.directory));
        }
        self.missing += starts.values().filter(|record| record.is_none()).count();
        starts.into_iter().filter_map(|(seed, record)| Some((seed, record?))).collect()
    }

    /// `normal, init.std = 0.1`.
    pub fn label(&self, arm: Option<&String>, at: &[usize]) -> String {
        let values = self.axes.iter().zip(at).map(|(axis, &index)| {
            format!("{} = {}", axis.name, axis.values.get(index).map_or("", String::as_str))
        });
        arm.cloned().into_iter().chain(values).collect::<Vec<_>>().join(", ")
    }

    /// The pictures, with a name each that a file may have: signal, gradient and singular values,
    /// histograms of activations and gradients, the arms on the phase plane, and maps of a sweep of
    /// one or two axes. What nothing is known of has no picture.
    pub fn pictures(&self) -> Vec<(&'static str, Picture)> {
        let mut pictures = Vec::new();
        if self.arms.is_empty() {
            return pictures;
        }
        for what in by_layer::ALL {
            pictures.push((what.file, self.by_layer(what)));
        }
        pictures.push(("singular-values", self.singular_values()));
        for what in distributions::ALL {
            pictures.extend(self.distributions(what).map(|picture| (what.file, picture)));
        }
        pictures.extend(self.plane().map(|picture| ("phase-plane", picture)));
        pictures.extend(self.sweep_maps());
        pictures
    }

    /// Signal and gradient by layer as text, up to `width` columns wide.
    pub fn terminal(&self, width: usize) -> String {
        let charts = by_layer::ALL.iter().map(|what| self.by_layer_in_terminal(what, width));
        let charts: Vec<String> = charts.filter(|chart| !chart.is_empty()).collect();
        charts.join("\n\n")
    }

    /// The arms that charts show.
    pub(crate) fn shown(&self) -> Vec<&InsideArm> {
        let all = self.arms.len();
        if all <= SHOWN {
            return self.arms.iter().collect();
        }
        (0..SHOWN).map(|i| &self.arms[i * (all - 1) / (SHOWN - 1)]).collect()
    }

    /// `12 of 30 starts; before training; 1,000 images, 5 seeds`.
    fn scope(&self) -> String {
        let all = match self.arms.len() {
            all if all > SHOWN => format!("{SHOWN} of {}; ", count(all, "start")),
            _ => String::new(),
        };
        all + &self.scope_of_all()
    }

    /// `before training; 1,000 images, 5 seeds`.
    pub(crate) fn scope_of_all(&self) -> String {
        let images = ends(self.arms.iter().map(|arm| arm.probe.measures[0].1.images));
        let seeds = ends(self.arms.iter().map(|arm| arm.probe.measures.len()));
        format!("before training; {}, {}", range(images, "image"), range(seeds, "seed"))
    }
}

fn ends(numbers: impl Iterator<Item = usize> + Clone) -> (usize, usize) {
    (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0))
}

/// The probe that is kept of the run in a directory.
fn kept(directory: &std::path::Path) -> Option<ProbeRecord> {
    if !directory.join(ProbeRecord::FILE).exists() {
        return None;
    }
    ProbeRecord::read(directory, &record::read_record(directory).ok()?.id)
}
