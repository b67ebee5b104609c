//! Records, read for comparison: on all cores, a block of them at a time, and of a sweep's only what is compared.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use record::{ReadError, Run, RunRecord, Status, find_runs, read_record, read_series};
use serde_json::Value;

use crate::sweep::{Gathering, SweptRecord};
use crate::{Metric, Study, Sweep};

/// What records turn out to be.
#[derive(Debug, Clone)]
pub enum Loaded {
    /// Arms that are compared with one another.
    Study(Study),
    /// Settings on the axes of a sweep.
    Sweep(Sweep),
}

/// A record that was left out, and why. It displays as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The run's directory.
    pub directory: PathBuf,
    /// Why it was left out.
    pub reason: String,
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A folder cannot be listed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No run has a result.
    #[error("no finished run in {}{}", list(paths), left_out(warnings))]
    Empty {
        /// Where runs were looked for.
        paths: Vec<PathBuf>,
        /// What was found and left out.
        warnings: Vec<Warning>,
    },
    /// Runs that have no axis in common.
    #[error(
        "{reason}, and they cannot be compared with one another: name the folder of one experiment"
    )]
    Mixed {
        /// What meets here.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "left out {}: {}", self.directory.display(), self.reason)
    }
}

impl Loaded {
    /// Reads every run at or below `paths`. Runs that finished or diverged count; any other record is named in the
    /// warnings.
    ///
    /// Runs of a sweep are read one by one and reduced to what is compared: the metrics that every record has, and
    /// `metric`. Of their files only `run.json` is read and checked, and the series too where `metric` is taken from
    /// them. Runs of no sweep are read whole.
    ///
    /// # Errors
    /// [`LoadError`]: a path cannot be listed, no run below any of them has a result, or they have no axis in common.
    pub fn load(paths: &[PathBuf], metric: Metric) -> Result<Loaded, LoadError> {
        match Loaded::read(&find(paths)?, metric) {
            Ok(Loaded::Study(study)) => Ok(Loaded::Study(Study { paths: paths.to_vec(), ..study })),
            Ok(Loaded::Sweep(sweep)) => Ok(Loaded::Sweep(Sweep { paths: paths.to_vec(), ..sweep })),
            Err(LoadError::Empty { warnings, .. }) => {
                Err(LoadError::Empty { paths: paths.to_vec(), warnings })
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the runs in `directories`, as [`Loaded::load`] does.
    ///
    /// # Errors
    /// [`LoadError`]: none of the runs has a result, or they have no axis in common.
    pub fn read(directories: &[PathBuf], metric: Metric) -> Result<Loaded, LoadError> {
        let mut runs = Vec::new();
        let mut swept = Gathering::default();
        let mut warnings = Vec::new();
        let read = |directory: &Path| {
            let record = read_record(directory)?;
            match record.sweep {
                None => read_series(directory, record).map(|run| Found::Run(Box::new(run))),
                Some(_) => SweptRecord::read(directory, record, metric)
                    .map(|found| Found::Swept(Box::new(found))),
            }
        };
        read_each(directories, read, |directory, found| match found {
            Ok(Found::Run(run)) => runs.push(*run),
            Ok(Found::Swept(found)) => {
                if let Err(reason) = swept.add(directory, *found) {
                    warnings.push(Warning { directory: directory.to_owned(), reason });
                }
            }
            Err(error) => warnings.push(unread(directory, &error)),
        });
        if swept.is_empty() {
            return Study::group(runs, warnings)
                .map(Loaded::Study)
                .map_err(|warnings| LoadError::Empty { paths: Vec::new(), warnings });
        }
        if !runs.is_empty() {
            return Err(LoadError::Mixed {
                reason: "runs of a sweep and runs of none meet here".into(),
            });
        }
        swept.finish(metric, warnings).map(Loaded::Sweep)
    }

    /// The records that were left out.
    pub fn warnings(&self) -> &[Warning] {
        match self {
            Loaded::Study(study) => &study.warnings,
            Loaded::Sweep(sweep) => &sweep.warnings,
        }
    }
}

/// One record, read.
enum Found {
    Run(Box<Run>),
    Swept(Box<SweptRecord>),
}

/// Every run directory at or below `paths`, each once.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    if let [path] = paths {
        return find_runs(path);
    }
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for path in paths {
        let new = |directory: &PathBuf| {
            seen.insert(std::fs::canonicalize(directory).unwrap_or(directory.clone()))
        };
        found.extend(find_runs(path)?.into_iter().filter(new));
    }
    Ok(found)
}

/// Records that are read before the first of them is taken: enough to keep all cores at it, and little to hold.
const BLOCK: usize = 1024;

/// Reads every directory on all cores, and takes what was read in the order of the directories.
pub(crate) fn read_each<T: Send>(
    directories: &[PathBuf],
    read: impl Fn(&Path) -> Result<T, ReadError> + Sync,
    mut take: impl FnMut(&Path, Result<T, ReadError>),
) {
    for block in directories.chunks(BLOCK) {
        let found: Vec<_> = block.par_iter().map(|directory| read(directory)).collect();
        for (directory, found) in block.iter().zip(found) {
            take(directory, found);
        }
    }
}

/// The warning of a record that cannot be read.
pub(crate) fn unread(directory: &Path, error: &ReadError) -> Warning {
    // The reader names files by their whole path, and the warning begins with the directory's.
    let folder = directory.join("").display().to_string();
    Warning { directory: directory.to_owned(), reason: error.to_string().replace(&folder, "") }
}

/// Why a record that could be read cannot be compared.
pub(crate) fn unusable(record: &RunRecord) -> Option<String> {
    match record.status {
        Status::Finished | Status::Diverged => (record.metrics.is_none())
            .then(|| format!("it is {} but has no metrics", record.status)),
        Status::Running => Some("it is still running, or its process died".to_owned()),
        Status::Interrupted | Status::Failed => Some(match &record.message {
            Some(message) => format!("it {}: {message}", was(record.status)),
            None => format!("it {}", was(record.status)),
        }),
    }
}

fn was(status: Status) -> &'static str {
    if status == Status::Failed { "failed" } else { "was interrupted" }
}

/// A setting that makes two runs of an arm different ones. Titles are for people, and seeds tell runs of an arm apart.
pub(crate) fn decides(setting: &str) -> bool {
    !matches!(setting, "seed" | "seeds" | "title")
}

/// A run that may be kept for its arm.
pub(crate) trait Candidate {
    fn directory(&self) -> &Path;
    fn seed(&self) -> u64;
    fn started(&self) -> &str;
}

impl Candidate for Run {
    fn directory(&self) -> &Path {
        &self.directory
    }

    fn seed(&self) -> u64 {
        self.record.seed
    }

    fn started(&self) -> &str {
        &self.record.provenance.started
    }
}

/// The runs of one arm, in the order of their seeds: those that were set like the run started last, and of each seed
/// the first. `difference` says in which setting a run differs from the newest, if in any.
///
/// Runs of one name may be left over from an earlier version of the config; the mean over both would be of nothing.
pub(crate) fn kept<R: Candidate>(
    mut runs: Vec<R>,
    difference: impl Fn(&R, &R) -> Option<String>,
    warnings: &mut Vec<Warning>,
) -> Vec<R> {
    let newest =
        (0..runs.len()).max_by(|&a, &b| runs[a].started().cmp(runs[b].started())).unwrap_or(0);
    let differences: Vec<_> = runs.iter().map(|run| difference(&runs[newest], run)).collect();
    let mut differences = differences.into_iter();
    runs.retain(|run| match differences.next().flatten() {
        None => true,
        Some(difference) => {
            let reason =
                format!("it ran with other settings than the newest run of its arm ({difference})");
            warnings.push(Warning { directory: run.directory().to_owned(), reason });
            false
        }
    });
    runs.sort_by_key(Candidate::seed);
    let mut kept: Vec<R> = Vec::with_capacity(runs.len());
    for run in runs {
        match kept.last() {
            Some(last) if last.seed() == run.seed() => warnings.push(Warning {
                reason: format!("{} holds the same arm and seed", last.directory().display()),
                directory: run.directory().to_owned(),
            }),
            _ => kept.push(run),
        }
    }
    kept
}

/// The first setting that decides and is not the same: its name, its value, and that of the newest run.
pub(crate) fn difference(
    newest: &BTreeMap<String, Value>,
    settings: &BTreeMap<String, Value>,
) -> Option<String> {
    let other = newest
        .keys()
        .chain(settings.keys())
        .find(|name| decides(name) && newest.get(*name) != settings.get(*name))?;
    let show = |settings: &BTreeMap<String, Value>| {
        settings.get(other).map_or("not set".to_owned(), plain)
    };
    Some(format!("{other}: {}, there {}", show(settings), show(newest)))
}

/// What to call an arm: its name, the experiment's where the arm is `base`, both where several experiments meet.
pub(crate) fn label(experiment: &str, name: &str, experiments: usize) -> String {
    match (name, experiments) {
        ("base", _) => experiment.to_owned(),
        (name, 1) => name.to_owned(),
        (name, _) => format!("{experiment}/{name}"),
    }
}

/// The title of all that meet here, from the title and the experiment of each arm.
pub(crate) fn title<'a>(arms: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut titles: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for (title, experiment) in arms {
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

/// A setting's value as a person writes it.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn left_out(warnings: &[Warning]) -> String {
    match warnings {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [first, rest @ ..] => format!(" ({first}, and {} more)", rest.len()),
    }
}
