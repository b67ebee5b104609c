//! How far an experiment is: its plan, had again from what was typed, against the records that there are.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::ops::Add;
use std::path::{Path, PathBuf};

use experiment::{Overrides, Plan, RunSpec, load_text};
use record::{Head, Standing, TypedPlan, Whereabouts, run_folders, standings};

use crate::exit::Failure;

/// Runs by how far they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally(pub(crate) [usize; Tally::NAMES.len()]);

impl Tally {
    /// What is counted, in this order.
    pub(crate) const NAMES: [&'static str; 8] = [
        "finished",
        "diverged",
        "failed",
        "interrupted",
        "running",
        "running or died",
        "unreadable",
        "missing",
    ];
    /// What is worth a column though there be none.
    pub(crate) const ALWAYS: [bool; Self::NAMES.len()] =
        [true, true, true, true, true, false, false, true];

    fn count(&mut self, standing: &Standing) {
        let place = match standing {
            Standing::Finished => 0,
            Standing::Diverged => 1,
            Standing::Failed(_) => 2,
            Standing::Interrupted => 3,
            Standing::Running(_) => 4,
            Standing::RunningOrDied(_) => 5,
            Standing::Unreadable(_) => 6,
            Standing::Missing => 7,
        };
        self.0[place] += 1;
    }

    /// All of them.
    pub(crate) fn runs(self) -> usize {
        self.0.iter().sum()
    }

    /// Whether there is anything to do that no process is known to be at.
    pub(crate) fn is_left(self) -> bool {
        let [_, _, failed, interrupted, _, unclear, unreadable, missing] = self.0;
        failed + interrupted + unclear + unreadable + missing > 0
    }
}

impl Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        let mut sum = self;
        sum.0.iter_mut().zip(other.0).for_each(|(sum, count)| *sum += count);
        sum
    }
}

/// How far one experiment is.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The experiment's name.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Whether its plan is known, and so what is missing.
    pub(crate) planned: bool,
    pub(crate) tally: Tally,
    pub(crate) running: Vec<(String, Whereabouts)>,
    pub(crate) running_or_died: Vec<(String, Whereabouts)>,
    pub(crate) failed: Vec<(String, String)>,
    pub(crate) unreadable: Vec<(String, String)>,
    /// What else a person should know.
    pub(crate) notes: Vec<String>,
    /// The command that goes on with it.
    pub(crate) command: Option<String>,
}

impl Survey {
    fn add(&mut self, run: impl Fn() -> String, standing: Standing) {
        self.tally.count(&standing);
        match standing {
            Standing::Running(at) => self.running.push((run(), at)),
            Standing::RunningOrDied(at) => self.running_or_died.push((run(), at)),
            Standing::Failed(message) => self.failed.push((run(), message)),
            Standing::Unreadable(message) => self.unreadable.push((run(), message)),
            Standing::Finished | Standing::Diverged | Standing::Interrupted | Standing::Missing => {
            }
        }
    }
}

/// How far the experiments at or below a folder are.
pub(crate) fn survey(folder: &Path) -> Result<Vec<Survey>, Failure> {
    let list = |error| Failure::BadInput(format!("cannot list {}: {error}", folder.display()));
    std::fs::read_dir(folder).map_err(list)?;
    let host = gethostname::gethostname().to_string_lossy().into_owned();
    let (mut surveys, mut loose) = (Vec::new(), Vec::new());
    visit(folder, &host, &mut surveys, &mut loose);
    surveys.extend(survey_loose(&loose, &host));
    surveys.sort_by(|a, b| (&a.name, &a.folder).cmp(&(&b.name, &b.folder)));
    Ok(surveys)
}

/// Surveys the experiments below `folder` that left a plan, and collects the runs below it that stand under none.
fn visit(folder: &Path, host: &str, surveys: &mut Vec<Survey>, loose: &mut Vec<PathBuf>) {
    match TypedPlan::read(folder) {
        Ok(None) => {}
        Ok(Some(typed)) => return surveys.push(survey_planned(folder, &typed, host)),
        Err(error) => return surveys.push(unplanned(folder, host, error.to_string())),
    }
    if folder.join("run.json").exists() {
        return loose.push(folder.to_owned());
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            visit(&entry.path(), host, surveys, loose);
        }
    }
}

/// An experiment whose plan is known.
fn survey_planned(folder: &Path, typed: &TypedPlan, host: &str) -> Survey {
    // The plan has been let through once.
    let overrides = Overrides { set: typed.overrides.clone(), many: true };
    let runs = match load_text(&typed.config, &typed.text, &overrides) {
        Ok(plan) => plan.runs(),
        Err(error) => {
            let first = error
                .diagnostics
                .first()
                .map(|diagnostic| diagnostic.message.clone())
                .unwrap_or_default();
            return unplanned(
                folder,
                host,
                format!("the plan cannot be had again from here: {first}"),
            );
        }
    };
    let mut survey = Survey {
        name: runs.first().map(|run| run.experiment.clone()).unwrap_or_default(),
        folder: folder.to_owned(),
        planned: true,
        command: Some(command(folder, typed, runs.len() > Plan::USUAL_RUNS)),
        ..Survey::default()
    };
    // One look at each arm's folder says which runs were begun at all, and what stands there that the plan has not.
    let mut there: HashSet<OsString> =
        run_folders(folder).into_iter().map(PathBuf::into_os_string).collect();
    let path = |run: &RunSpec| match run.directory(Path::new("")).strip_prefix(&run.experiment) {
        Ok(below) => folder.join(below),
        Err(_) => run.directory(folder),
    };
    let begun: Vec<Option<PathBuf>> =
        runs.iter().map(|run| there.take(path(run).as_os_str()).map(PathBuf::from)).collect();
    let paths: Vec<PathBuf> = begun.iter().flatten().cloned().collect();
    let mut standings_there = standings(&paths, host).into_iter();
    let mut changed = 0;
    for (run, begun) in runs.iter().zip(&begun) {
        let standing = match begun.as_ref().and_then(|_| standings_there.next()) {
            Some((standing, Some(head)))
                if head.id != run.id() && !matches!(standing, Standing::Running(_)) =>
            {
                changed += 1;
                Standing::Missing
            }
            Some((standing, _)) => standing,
            None => Standing::Missing,
        };
        survey.add(|| run.label(), standing);
    }
    let name = &survey.name;
    if changed > 0 {
        let note = format!(
            "of the missing runs of {name}, {changed} have a record of other settings, which will be set aside"
        );
        survey.notes.push(note);
    }
    let beside: Vec<PathBuf> = there.into_iter().map(PathBuf::from).collect();
    let beside = standings(&beside, host)
        .into_iter()
        .filter(|(standing, _)| *standing != Standing::Missing)
        .count();
    if beside > 0 {
        survey.notes.push(format!(
            "{name} has {beside} more records, of runs that were not in the command that came last"
        ));
    }
    if std::fs::read_to_string(&typed.config).ok().as_ref() != Some(&typed.text) {
        let config = typed.config.display();
        survey.notes.push(format!(
            "{config} is not there, or no longer says what it said when {name} was last started"
        ));
    }
    survey
}

/// The command that was typed, less what does not belong to the plan.
fn command(folder: &Path, typed: &TypedPlan, many: bool) -> String {
    let mut words =
        vec!["train".to_owned(), "--config".to_owned(), typed.config.display().to_string()];
    for (flag, text) in &typed.overrides {
        words.push(flag.clone());
        words.push(match text.split_once('=') {
            // As it is laid over a file: `--seed 3` is `seeds=[3]`.
            Some((_, value)) if flag != "--set" => value.trim_matches(['[', ']']).to_owned(),
            _ => text.clone(),
        });
    }
    if many {
        words.push("--many".to_owned());
    }
    match folder.parent() {
        Some(out) if out != Path::new("runs") => {
            words.extend(["--out".to_owned(), out.display().to_string()])
        }
        _ => {}
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=,+:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// An experiment with a plan that is of no use.
fn unplanned(folder: &Path, host: &str, note: String) -> Survey {
    let mut survey =
        survey_loose(&run_folders(folder), host).into_iter().next().unwrap_or_default();
    survey.folder = folder.to_owned();
    if survey.name.is_empty() {
        survey.name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    survey.notes.push(format!("{}: {note}", survey.name));
    survey
}

/// Runs of which no plan is known, by experiment.
fn survey_loose(runs: &[PathBuf], host: &str) -> Vec<Survey> {
    let mut surveys: BTreeMap<PathBuf, Survey> = BTreeMap::new();
    for (path, (standing, head)) in runs.iter().zip(standings(runs, host)) {
        if standing == Standing::Missing {
            continue;
        }
        let folder = path.ancestors().nth(2).unwrap_or(path).to_owned();
        let survey = surveys.entry(folder.clone()).or_insert_with(|| Survey {
            name: experiment_of(head.as_ref(), &folder),
            folder,
            ..Survey::default()
        });
        let label = || {
            head.as_ref().map_or_else(
                || path.display().to_string(),
                |head| format!("{}/{} seed {}", head.experiment, head.arm, head.seed),
            )
        };
        survey.add(label, standing);
    }
    surveys.into_values().collect()
}

fn experiment_of(head: Option<&Head>, folder: &Path) -> String {
    let folder = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    head.map_or_else(folder, |head| head.experiment.clone())
}
