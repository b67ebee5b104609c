//! Runs on disk, grouped into arms: what is compared, what differs, and what was left out and why.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use record::{Run, Status, read_run};
use serde_json::Value;

use crate::load::{
    LoadError, Warning, decides, difference, find, kept, label, plain, read_each, title, unread,
    unusable,
};

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

impl Study {
    /// Reads every run at or below `paths` whole and groups them into arms, points of a sweep like any other. Runs that finished or diverged count; any other
    /// record is named in [`Study::warnings`].
    ///
    /// # Errors
    /// [`LoadError`]: a path cannot be listed, or no run below any of them has a result.
    pub fn load(paths: &[PathBuf]) -> Result<Study, LoadError> {
        let mut runs = Vec::new();
        let mut warnings = Vec::new();
        read_each(&find(paths)?, read_run, |directory, run| match run {
            Ok(run) => runs.push(run),
            Err(error) => warnings.push(unread(directory, &error)),
        });
        match Study::group(runs, warnings) {
            Ok(study) => Ok(Study { paths: paths.to_vec(), ..study }),
            Err(warnings) => Err(LoadError::Empty { paths: paths.to_vec(), warnings }),
        }
    }

    /// Groups runs into arms; none if no run has a result.
    pub fn of(runs: Vec<Run>) -> Option<Study> {
        Study::group(runs, Vec::new()).ok()
    }

    pub(crate) fn group(runs: Vec<Run>, mut warnings: Vec<Warning>) -> Result<Study, Vec<Warning>> {
        let mut places: HashMap<(String, String), usize> = HashMap::new();
        let mut arms: Vec<Arm> = Vec::new();
        for run in runs {
            let record = &run.record;
            if let Some(reason) = unusable(record) {
                warnings.push(Warning { directory: run.directory, reason });
                continue;
            }
            let name = (record.experiment.clone(), record.arm.clone());
            let place = *places.entry(name).or_insert_with_key(|(experiment, name)| {
                let (experiment, name) = (experiment.clone(), name.clone());
                arms.push(Arm { label: String::new(), experiment, name, runs: Vec::new() });
                arms.len() - 1
            });
            arms[place].runs.push(run);
        }
        if arms.is_empty() {
            return Err(warnings);
        }
        let experiments = arms.iter().map(|arm| &arm.experiment).collect::<BTreeSet<_>>().len();
        for arm in &mut arms {
            let differs =
                |newest: &Run, run: &Run| difference(&newest.record.settings, &run.record.settings);
            arm.runs = kept(std::mem::take(&mut arm.runs), differs, &mut warnings);
            arm.label = label(&arm.experiment, &arm.name, experiments);
        }
        let title = title(
            arms.iter().map(|arm| (arm.runs[0].record.title.as_str(), arm.experiment.as_str())),
        );
        Ok(Study { title, arms, warnings, paths: Vec::new() })
    }

    /// The settings that differ between the arms, by name. The seed is no setting of an arm, and a title no setting.
    pub fn differences(&self) -> Vec<Difference> {
        let settings: Vec<&BTreeMap<String, Value>> =
            self.arms.iter().map(|arm| &arm.runs[0].record.settings).collect();
        let names: BTreeSet<&String> =
            settings.iter().flat_map(|settings| settings.keys()).collect();
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
