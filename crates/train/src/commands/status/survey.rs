//! How far an experiment is: the runs of its plan against their records. The plan is made again
//! from the command that the experiment was last run by.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::ops::Add;
use std::path::{Path, PathBuf};

use experiment::{Overrides, Plan, RunSpec, load_text};
use record::{GivenCommand, LastSeen, RunHeader, RunState, run_folders, run_states};

use crate::exit::Failure;

/// The number of runs in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StateCounts(pub(super) [usize; StateCounts::NAMES.len()]);

impl StateCounts {
    /// What is counted, in this order.
    pub(super) const NAMES: [&'static str; 8] = [
        "finished",
        "diverged",
        "failed",
        "interrupted",
        "running",
        "running or died",
        "unreadable",
        "missing",
    ];
    /// Which counts have a column even where they are 0.
    pub(super) const ALWAYS: [bool; Self::NAMES.len()] =
        [true, true, true, true, true, false, false, true];

    fn add_one(&mut self, state: &RunState) {
        let index = match state {
            RunState::Finished => 0,
            RunState::Diverged => 1,
            RunState::Failed(_) => 2,
            RunState::Interrupted => 3,
            RunState::Running(_) => 4,
            RunState::RunningOrDied(_) => 5,
            RunState::Unreadable(_) => 6,
            RunState::Missing => 7,
        };
        self.0[index] += 1;
    }

    /// The number of runs.
    pub(super) fn runs(self) -> usize {
        self.0.iter().sum()
    }

    /// Whether there are runs without a result that no process is known to be running.
    pub(super) fn is_work_left(self) -> bool {
        let [_, _, failed, interrupted, _, unclear, unreadable, missing] = self.0;
        failed + interrupted + unclear + unreadable + missing > 0
    }
}

impl Add for StateCounts {
    type Output = StateCounts;

    fn add(self, other: StateCounts) -> StateCounts {
        let mut sum = self;
        sum.0.iter_mut().zip(other.0).for_each(|(sum, count)| *sum += count);
        sum
    }
}

/// How far one experiment is.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The experiment's name.
    pub(super) name: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Whether its plan is known, and with it which runs are missing.
    pub(super) planned: bool,
    pub(super) counts: StateCounts,
    pub(super) running: Vec<(String, LastSeen)>,
    pub(super) running_or_died: Vec<(String, LastSeen)>,
    pub(super) failed: Vec<(String, String)>,
    pub(super) unreadable: Vec<(String, String)>,
    /// What else a person should know.
    pub(super) notes: Vec<String>,
    /// The command that continues it.
    pub(super) command: Option<String>,
}

impl Survey {
    fn add(&mut self, run: impl Fn() -> String, state: RunState) {
        self.counts.add_one(&state);
        match state {
            RunState::Running(seen) => self.running.push((run(), seen)),
            RunState::RunningOrDied(seen) => self.running_or_died.push((run(), seen)),
            RunState::Failed(message) => self.failed.push((run(), message)),
            RunState::Unreadable(message) => self.unreadable.push((run(), message)),
            RunState::Finished | RunState::Diverged | RunState::Interrupted | RunState::Missing => {
            }
        }
    }
}

/// Surveys the experiments at or below a folder.
pub(super) fn survey(folder: &Path) -> Result<Vec<Survey>, Failure> {
    let list = |error| Failure::BadInput(format!("cannot list {}: {error}", folder.display()));
    std::fs::read_dir(folder).map_err(list)?;
    let host = gethostname::gethostname().to_string_lossy().into_owned();
    let (mut surveys, mut loose) = (Vec::new(), Vec::new());
    visit(folder, &host, &mut surveys, &mut loose);
    surveys.extend(survey_loose(&loose, &host));
    surveys.sort_by(|a, b| (&a.name, &a.folder).cmp(&(&b.name, &b.folder)));
    Ok(surveys)
}

/// Surveys the experiments below `folder` whose command is known, and collects all other runs.
fn visit(folder: &Path, host: &str, surveys: &mut Vec<Survey>, loose: &mut Vec<PathBuf>) {
    match GivenCommand::read(folder) {
        Ok(None) => {}
        Ok(Some(command)) => return surveys.push(survey_planned(folder, &command, host)),
        Err(error) => {
            return surveys.push(survey_unplanned(folder, host, error.to_string()));
        }
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

/// Surveys an experiment whose command is known.
fn survey_planned(folder: &Path, command: &GivenCommand, host: &str) -> Survey {
    // The command was accepted with its number of runs once.
    let overrides = Overrides { set: command.overrides.clone(), many: true };
    let runs = match load_text(&command.config, &command.text, &command.extends, &overrides) {
        Ok(plan) => plan.runs(),
        Err(error) => {
            let first = error.diagnostics.first().map(|first| first.message.clone());
            let first = first.unwrap_or_default();
            let note = format!("the plan cannot be made again from here: {first}");
            return survey_unplanned(folder, host, note);
        }
    };
    let mut survey = Survey {
        name: runs.first().map(|run| run.experiment.clone()).unwrap_or_default(),
        folder: folder.to_owned(),
        planned: true,
        command: Some(command_line(folder, command, runs.len() > Plan::USUAL_RUNS)),
        ..Survey::default()
    };
    // One listing of each arm's folder shows which runs have a folder, and which the plan lacks.
    let mut folders: HashSet<OsString> =
        run_folders(folder).into_iter().map(PathBuf::into_os_string).collect();
    let changed = add_planned_runs(&mut survey, &runs, &mut folders, host);
    let others: Vec<PathBuf> = folders.into_iter().map(PathBuf::from).collect();
    add_notes(&mut survey, command, changed, &others, host);
    survey
}

/// Adds the runs of the plan, takes their folders out of `folders`, and gives the number of folders
/// that hold a record of other settings.
fn add_planned_runs(
    survey: &mut Survey,
    runs: &[RunSpec],
    folders: &mut HashSet<OsString>,
    host: &str,
) -> usize {
    let experiment = survey.folder.clone();
    let path = |run: &RunSpec| match run.directory(Path::new("")).strip_prefix(&run.experiment) {
        Ok(below) => experiment.join(below),
        Err(_) => run.directory(&experiment),
    };
    let existing: Vec<Option<PathBuf>> =
        runs.iter().map(|run| folders.take(path(run).as_os_str()).map(PathBuf::from)).collect();
    let paths: Vec<PathBuf> = existing.iter().flatten().cloned().collect();
    let mut states = run_states(&paths, host).into_iter();
    let mut changed = 0;
    for (run, existing) in runs.iter().zip(&existing) {
        let state = match existing.as_ref().and_then(|_| states.next()) {
            Some((state, Some(header)))
                if header.id != run.id() && !matches!(state, RunState::Running(_)) =>
            {
                changed += 1;
                RunState::Missing
            }
            Some((state, _)) => state,
            None => RunState::Missing,
        };
        survey.add(|| run.label(), state);
    }
    changed
}

/// Notes what the counts do not show.
fn add_notes(
    survey: &mut Survey,
    command: &GivenCommand,
    changed: usize,
    others: &[PathBuf],
    host: &str,
) {
    let name = &survey.name;
    if changed > 0 {
        survey.notes.push(format!(
            "of the missing runs of {name}, {changed} have a record of other settings, \
             which will be set aside"
        ));
    }
    let others = run_states(others, host);
    let others = others.iter().filter(|(state, _)| *state != RunState::Missing).count();
    if others > 0 {
        survey.notes.push(format!(
            "{name} has {others} more records, of runs that were not in the command that came last"
        ));
    }
    let extended = command.extends.iter().map(|(path, text)| (path, text));
    let mut files = std::iter::once((&command.config, &command.text)).chain(extended);
    let changed =
        files.find(|(path, text)| std::fs::read_to_string(path).ok().as_ref() != Some(text));
    if let Some((config, _)) = changed {
        let config = config.display();
        survey.notes.push(format!(
            "{config} is not there, or no longer says what it said when {name} was last started"
        ));
    }
}

/// The command that continues the experiment: as it was given, without what is not of the plan.
fn command_line(folder: &Path, command: &GivenCommand, many: bool) -> String {
    let mut words =
        vec!["train".to_owned(), "--config".to_owned(), command.config.display().to_string()];
    for (flag, text) in &command.overrides {
        words.push(flag.clone());
        words.push(match text.split_once('=') {
            // The flag `--seed 3` is kept as `seeds=[3]`.
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

/// Surveys an experiment whose plan cannot be made, which `note` explains.
fn survey_unplanned(folder: &Path, host: &str, note: String) -> Survey {
    let mut survey =
        survey_loose(&run_folders(folder), host).into_iter().next().unwrap_or_default();
    survey.folder = folder.to_owned();
    if survey.name.is_empty() {
        survey.name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    }
    survey.notes.push(format!("{}: {note}", survey.name));
    survey
}

/// Surveys runs whose plan is not known, by experiment.
fn survey_loose(runs: &[PathBuf], host: &str) -> Vec<Survey> {
    let mut surveys: BTreeMap<PathBuf, Survey> = BTreeMap::new();
    for (path, (state, header)) in runs.iter().zip(run_states(runs, host)) {
        if state == RunState::Missing {
            continue;
        }
        let folder = path.ancestors().nth(2).unwrap_or(path).to_owned();
        let survey = surveys.entry(folder.clone()).or_insert_with(|| Survey {
            name: experiment_of(header.as_ref(), &folder),
            folder,
            ..Survey::default()
        });
        let label = || {
            header.as_ref().map_or_else(
                || path.display().to_string(),
                |header| {
                    let order = header.order_seed.map(|order| format!(" order {order}"));
                    let (experiment, arm, seed) = (&header.experiment, &header.arm, header.seed);
                    format!("{experiment}/{arm} seed {seed}{}", order.unwrap_or_default())
                },
            )
        };
        survey.add(label, state);
    }
    surveys.into_values().collect()
}

fn experiment_of(header: Option<&RunHeader>, folder: &Path) -> String {
    let folder = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    header.map_or_else(folder, |header| header.experiment.clone())
}
