//! From single records of a sweep to its points and axes. Each record is reduced when it is read, so that 100,000 of them
//! take some tens of megabytes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use record::{Provenance, ReadError, RunRecord, SweepPoint, read_series};
use serde_json::Value;

use super::{Origin, Sweep, SweepAxis, SweptArm, SweptPoint, SweptRun};
use crate::Metric;
use crate::load::{
    Candidate, LoadError, Warning, decides, difference, kept, label, title, unusable,
};

/// A record of a sweep, without what its comparison does not need.
pub(crate) struct SweptRecord {
    record: RunRecord,
    value: f64,
}

impl SweptRecord {
    /// Reads the series of a record where `metric` needs them, and drops what is not compared.
    pub(crate) fn read(
        directory: &Path,
        record: RunRecord,
        metric: Metric,
    ) -> Result<Self, ReadError> {
        let from_record =
            metric.of_record(record.status, record.metrics, record.provenance.training_seconds);
        let (mut record, value) = match from_record {
            Some(value) => (record, value),
            None => {
                let run = read_series(directory, record)?;
                let value = metric.of(&run);
                (run.record, value)
            }
        };
        record.initial_weights = Vec::new();
        record.files.clear();
        Ok(SweptRecord { record, value })
    }
}

/// Records of a sweep as they come in.
#[derive(Default)]
pub(crate) struct Gathering {
    points: Vec<Draft>,
    places: HashMap<(String, String), usize>,
    settings: Settings,
    origin: Origin,
    provenances: HashSet<String>,
}

/// A point, and the runs that may be kept for it.
struct Draft {
    experiment: String,
    title: String,
    sweep: SweepPoint,
    runs: Vec<DraftRun>,
}

struct DraftRun {
    started: String,
    settings: usize,
    run: SweptRun,
}

impl Candidate for DraftRun {
    fn directory(&self) -> &Path {
        &self.run.directory
    }

    fn seed(&self) -> u64 {
        self.run.seed
    }

    fn started(&self) -> &str {
        &self.started
    }
}

/// The settings of many runs, each setting and each set of them held once.
#[derive(Default)]
struct Settings {
    pairs: Vec<(String, Value)>,
    pair_places: HashMap<String, u32>,
    sets: Vec<Arc<[u32]>>,
    set_places: HashMap<Arc<[u32]>, usize>,
}

impl Settings {
    /// The place of the set of those settings that decide.
    fn place(&mut self, settings: BTreeMap<String, Value>) -> usize {
        let pairs = settings.into_iter().filter(|(name, _)| decides(name)).map(|(name, value)| {
            let next = self.pairs.len() as u32;
            let place = *self.pair_places.entry(format!("{name}={value}")).or_insert(next);
            if place == next {
                self.pairs.push((name, value));
            }
            place
        });
        let set: Arc<[u32]> = pairs.collect();
        let next = self.sets.len();
        let place = *self.set_places.entry(Arc::clone(&set)).or_insert(next);
        if place == next {
            self.sets.push(set);
        }
        place
    }

    fn get(&self, set: usize) -> BTreeMap<String, Value> {
        self.sets[set].iter().map(|&pair| self.pairs[pair as usize].clone()).collect()
    }

    /// Names of the settings that are in one of two sets and not in the other.
    fn unequal(&self, a: usize, b: usize) -> BTreeSet<&str> {
        let [a, b] = [a, b].map(|set| self.sets[set].iter().copied().collect::<HashSet<u32>>());
        a.symmetric_difference(&b).map(|&pair| self.pairs[pair as usize].0.as_str()).collect()
    }
}

impl Gathering {
    /// Whether no record with a result has come in.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Takes a record in.
    ///
    /// # Errors
    /// Why it cannot be compared.
    pub(crate) fn add(&mut self, directory: &Path, found: SweptRecord) -> Result<(), String> {
        let SweptRecord { record, value } = found;
        if let Some(reason) = unusable(&record) {
            return Err(reason);
        }
        let (Some(metrics), Some(sweep)) = (record.metrics, record.sweep) else {
            return Err("it is of no sweep".to_owned());
        };
        let training_seconds = record.provenance.training_seconds;
        let started = record.provenance.started.clone();
        self.remember(record.provenance);
        let place = *self.places.entry((record.experiment, record.arm)).or_insert_with_key(
            |(experiment, _)| {
                self.points.push(Draft {
                    experiment: experiment.clone(),
                    title: record.title,
                    sweep,
                    runs: Vec::new(),
                });
                self.points.len() - 1
            },
        );
        let diverged = record.status == record::Status::Diverged;
        let run = SweptRun {
            directory: directory.to_owned(),
            seed: record.seed,
            diverged,
            metrics,
            training_seconds,
            value,
        };
        self.points[place].runs.push(DraftRun {
            started,
            settings: self.settings.place(record.settings),
            run,
        });
        Ok(())
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

    /// The sweep of all records.
    ///
    /// # Errors
    /// [`LoadError::Mixed`] where they are of sweeps over different settings.
    pub(crate) fn finish(
        mut self,
        metric: Metric,
        mut warnings: Vec<Warning>,
    ) -> Result<Sweep, LoadError> {
        let settings = &self.settings;
        for point in &mut self.points {
            let differs = |newest: &DraftRun, run: &DraftRun| {
                (newest.settings != run.settings)
                    .then(|| {
                        difference(&settings.get(newest.settings), &settings.get(run.settings))
                    })
                    .flatten()
            };
            point.runs = kept(std::mem::take(&mut point.runs), differs, &mut warnings);
        }
        let swept = self.swept_names()?;
        let axes = self.axes(&swept);
        let (shared, uneven) = (self.shared(), self.uneven(&swept));
        let title = title(
            self.points.iter().map(|point| (point.title.as_str(), point.experiment.as_str())),
        );
        let experiments =
            self.points.iter().map(|point| &point.experiment).collect::<BTreeSet<_>>().len();
        let mut arms: Vec<SweptArm> = Vec::new();
        let mut places: HashMap<(String, String), usize> = HashMap::new();
        for Draft { experiment, sweep, runs, .. } in self.points {
            let at =
                axes.iter().filter_map(|axis| axis.place(value(&sweep, &axis.setting)?)).collect();
            let place =
                *places.entry((experiment, sweep.arm)).or_insert_with_key(|(experiment, name)| {
                    let mut settings = self.settings.get(runs[0].settings);
                    settings.retain(|name, _| !swept.contains(name));
                    let (label, experiment) =
                        (label(experiment, name, experiments), experiment.clone());
                    arms.push(SweptArm { label, experiment, settings, points: Vec::new() });
                    arms.len() - 1
                });
            arms[place]
                .points
                .push(SweptPoint { at, runs: runs.into_iter().map(|draft| draft.run).collect() });
        }
        for arm in &mut arms {
            arm.points.sort_by(|a, b| a.at.cmp(&b.at));
        }
        Ok(Sweep {
            title,
            metric,
            axes,
            arms,
            shared,
            uneven,
            origin: self.origin,
            warnings,
            paths: Vec::new(),
        })
    }

    /// The settings on the axes, in the order of the first record.
    fn swept_names(&self) -> Result<Vec<String>, LoadError> {
        let names = |point: &Draft| {
            point.sweep.axes.iter().map(|axis| axis.setting.clone()).collect::<Vec<_>>()
        };
        let first = names(&self.points[0]);
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let same = sorted(first.clone());
        match self.points.iter().map(names).find(|other| sorted(other.clone()) != same) {
            None => Ok(first),
            Some(other) => Err(LoadError::Mixed {
                reason: format!(
                    "a sweep over {} and one over {} meet here",
                    first.join(", "),
                    other.join(", ")
                ),
            }),
        }
    }

    /// The axes along which anything varies, those that vary one to one as one; at least one.
    fn axes(&self, names: &[String]) -> Vec<SweepAxis> {
        let of = |name: &String| {
            let scale = self.points[0]
                .sweep
                .axes
                .iter()
                .find(|axis| axis.setting == *name)
                .map(|axis| axis.scale);
            let values = self.points.iter().filter_map(|point| value(&point.sweep, name)).cloned();
            SweepAxis::new(name.clone(), scale.unwrap_or(record::Scale::Listed), values)
        };
        let mut all: Vec<SweepAxis> = names.iter().map(of).collect();
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
        let place =
            |axis: &SweepAxis, point: &Draft| axis.place(value(&point.sweep, &axis.setting)?);
        let pairs: HashSet<_> =
            self.points.iter().map(|point| (place(a, point), place(b, point))).collect();
        a.values.len() == b.values.len() && pairs.len() == a.values.len()
    }

    fn sets(&self) -> impl Iterator<Item = (&Draft, usize)> {
        self.points.iter().filter_map(|point| Some((point, point.runs.first()?.settings)))
    }

    fn shared(&self) -> BTreeMap<String, Value> {
        let mut sets = self.sets().map(|(_, set)| &self.settings.sets[set]);
        let mut shared: Vec<u32> = sets.next().map(|set| set.to_vec()).unwrap_or_default();
        for set in sets {
            let set: HashSet<u32> = set.iter().copied().collect();
            shared.retain(|pair| set.contains(pair));
        }
        shared.into_iter().map(|pair| self.settings.pairs[pair as usize].clone()).collect()
    }

    /// See [`Sweep::uneven`].
    fn uneven(&self, swept: &[String]) -> Vec<String> {
        let section = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
        let sections: HashSet<String> = swept.iter().map(|name| section(name)).collect();
        let mut first: HashMap<(&str, &str), usize> = HashMap::new();
        let mut uneven = BTreeSet::new();
        for (point, set) in self.sets() {
            let first = *first.entry((&point.experiment, &point.sweep.arm)).or_insert(set);
            uneven.extend(
                self.settings
                    .unequal(first, set)
                    .into_iter()
                    .filter(|name| !sections.contains(&section(name))),
            );
        }
        uneven.into_iter().map(str::to_owned).collect()
    }
}

fn value<'a>(sweep: &'a SweepPoint, setting: &str) -> Option<&'a Value> {
    sweep.axes.iter().find(|axis| axis.setting == setting).map(|axis| &axis.value)
}
