//! Runs on disk, grouped into arms: what is compared, what differs, and what was left out and why.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use record::{ReadError, Run, Status, find_runs, read_run};
use serde_json::Value;

/// The runs to compare, as arms.
#[derive(Debug, Clone)]
pub struct Study {
    /// The experiment's title, or the titles of all that meet here.
    pub title: String,
    /// The arms, in the order in which they were found. Never empty, and no arm is empty.
    pub arms: Vec<Arm>,
    /// The records that were left out.
    pub warnings: Vec<Warning>,
    /// Where the runs were looked for; empty if they were not read from disk here.
    pub paths: Vec<PathBuf>,
}

/// The runs of one setting, a seed each.
#[derive(Debug, Clone)]
pub struct Arm {
    /// What to call it: the arm's name, the experiment's where the arm is `base`, `experiment/arm` where several
    /// experiments meet.
    pub label: String,
    /// The experiment that it belongs to.
    pub experiment: String,
    /// Its name in the experiment.
    pub name: String,
    /// Its runs, finished or diverged, in the order of their seeds; no seed comes twice.
    pub runs: Vec<Run>,
}

/// A setting that is not the same in all arms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its dotted name: `optimizer.learning_rate`.
    pub setting: String,
    /// Its value in each arm, in the order of [`Study::arms`]; none where the arm has no such setting.
    pub values: Vec<Option<String>>,
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
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "left out {}: {}", self.directory.display(), self.reason)
    }
}

impl Study {
    /// Reads every run at or below `paths` and groups them into arms. Runs that finished or diverged count; any other
    /// record is named in [`Study::warnings`].
    ///
    /// # Errors
    /// [`LoadError`]: a path cannot be listed, or no run below any of them has a result.
    pub fn load(paths: &[PathBuf]) -> Result<Study, LoadError> {
        let mut seen = HashSet::new();
        let mut runs = Vec::new();
        let mut warnings = Vec::new();
        for path in paths {
            for directory in find_runs(path)? {
                if !seen.insert(std::fs::canonicalize(&directory).unwrap_or_else(|_| directory.clone())) {
                    continue;
                }
                match read_run(&directory) {
                    Ok(run) => runs.push(run),
                    Err(error) => {
                        // The reader names files by their whole path, and the warning begins with the directory's.
                        let folder = directory.join("").display().to_string();
                        warnings.push(Warning { directory, reason: error.to_string().replace(&folder, "") });
                    }
                }
            }
        }
        match Study::group(runs, warnings) {
            Ok(study) => Ok(Study { paths: paths.to_vec(), ..study }),
            Err(warnings) => Err(LoadError::Empty { paths: paths.to_vec(), warnings }),
        }
    }

    /// Groups runs into arms; none if no run has a result.
    pub fn of(runs: Vec<Run>) -> Option<Study> {
        Study::group(runs, Vec::new()).ok()
    }

    fn group(runs: Vec<Run>, mut warnings: Vec<Warning>) -> Result<Study, Vec<Warning>> {
        let mut arms: Vec<Arm> = Vec::new();
        for run in runs {
            if let Some(reason) = unusable(&run) {
                warnings.push(Warning { directory: run.directory, reason });
                continue;
            }
            let record = &run.record;
            match arms.iter_mut().find(|arm| arm.experiment == record.experiment && arm.name == record.arm) {
                Some(arm) => arm.runs.push(run),
                None => arms.push(Arm {
                    label: String::new(),
                    experiment: record.experiment.clone(),
                    name: record.arm.clone(),
                    runs: vec![run],
                }),
            }
        }
        if arms.is_empty() {
            return Err(warnings);
        }
        for arm in &mut arms {
            keep_newest_setting(arm, &mut warnings);
            keep_one_run_a_seed(arm, &mut warnings);
        }
        label(&mut arms);
        Ok(Study { title: title(&arms), arms, warnings, paths: Vec::new() })
    }

    /// The settings that differ between the arms, by name. The seed is no setting of an arm, and a title no setting.
    pub fn differences(&self) -> Vec<Difference> {
        let settings: Vec<&BTreeMap<String, Value>> =
            self.arms.iter().map(|arm| &arm.runs[0].record.settings).collect();
        let names: BTreeSet<&String> = settings.iter().flat_map(|settings| settings.keys()).collect();
        names
            .into_iter()
            .filter(|name| decides(name))
            .filter(|name| settings.iter().any(|arm| arm.get(*name) != settings[0].get(*name)))
            .map(|name| Difference {
                setting: name.clone(),
                values: settings.iter().map(|arm| arm.get(name).map(plain)).collect(),
            })
            .collect()
    }

    /// The largest number of seeds that an arm has.
    pub fn seeds(&self) -> usize {
        self.arms.iter().map(|arm| arm.runs.len()).max().unwrap_or(0)
    }

    /// The experiments that meet here, in the order in which they were found.
    pub fn experiments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for arm in &self.arms {
            if !names.contains(&arm.experiment.as_str()) {
                names.push(&arm.experiment);
            }
        }
        names
    }
}

impl Arm {
    /// How many of its runs diverged.
    pub fn diverged(&self) -> usize {
        self.runs.iter().filter(|run| run.record.status == Status::Diverged).count()
    }
}

/// Why a record that could be read cannot be compared.
fn unusable(run: &Run) -> Option<String> {
    let record = &run.record;
    match record.status {
        Status::Finished | Status::Diverged => {
            (record.metrics.is_none()).then(|| format!("it is {} but has no metrics", record.status))
        }
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

/// Runs of one name may be left over from an earlier version of the config; the mean over both would be of nothing.
/// Those that were set like the run started last stay.
fn keep_newest_setting(arm: &mut Arm, warnings: &mut Vec<Warning>) {
    let Some(newest) = arm.runs.iter().max_by(|a, b| a.record.provenance.started.cmp(&b.record.provenance.started))
    else {
        return;
    };
    let newest = newest.record.settings.clone();
    for run in std::mem::take(&mut arm.runs) {
        let settings = &run.record.settings;
        let other =
            newest.keys().chain(settings.keys()).find(|name| decides(name) && newest.get(*name) != settings.get(*name));
        match other {
            None => arm.runs.push(run),
            Some(name) => {
                let show = |settings: &BTreeMap<String, Value>| settings.get(name).map_or("not set".to_owned(), plain);
                let reason = format!(
                    "it ran with other settings than the newest run of its arm ({name}: {}, there {})",
                    show(settings),
                    show(&newest)
                );
                warnings.push(Warning { directory: run.directory, reason });
            }
        }
    }
}

fn keep_one_run_a_seed(arm: &mut Arm, warnings: &mut Vec<Warning>) {
    arm.runs.sort_by_key(|run| run.record.seed);
    for run in std::mem::take(&mut arm.runs) {
        match arm.runs.last() {
            Some(last) if last.record.seed == run.record.seed => warnings.push(Warning {
                reason: format!("{} holds the same arm and seed", last.directory.display()),
                directory: run.directory,
            }),
            _ => arm.runs.push(run),
        }
    }
}

fn label(arms: &mut [Arm]) {
    let experiments = arms.iter().map(|arm| &arm.experiment).collect::<BTreeSet<_>>().len();
    for arm in arms {
        arm.label = match (arm.name.as_str(), experiments) {
            ("base", _) => arm.experiment.clone(),
            (name, 1) => name.to_owned(),
            (name, _) => format!("{}/{name}", arm.experiment),
        };
    }
}

fn title(arms: &[Arm]) -> String {
    let mut titles: Vec<&str> = Vec::new();
    for record in arms.iter().map(|arm| &arm.runs[0].record) {
        let title = if record.title.trim().is_empty() { &record.experiment } else { &record.title };
        if !titles.contains(&title.as_str()) {
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
    paths
        .iter()
        .map(|path| path.as_path())
        .map(Path::display)
        .map(|path| path.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

fn left_out(warnings: &[Warning]) -> String {
    match warnings {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [first, rest @ ..] => format!(" ({first}, and {} more)", rest.len()),
    }
}
