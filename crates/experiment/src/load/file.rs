//! Config files into experiments.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::load::header::{ArmHeader, check_name, read_arms, read_seeds};
use crate::load::limit::RunLimit;
use crate::overrides::{Flag, Overrides, read_overrides};
use crate::plan::{Arm, Experiment, Plan, RunSpec};
use crate::settings::{Identity, Settings, TOP_KEYS};
use crate::sweep::{AxisSource, Sweep, expand};
use crate::syntax::{
    ConfigError, Diagnostic, Diagnostics, SourceMap, Span, Spanned, Value, did_you_mean, parse,
    text,
};

/// Reads config files into a plan.
///
/// # Errors
/// Everything that is wrong with the files or the overrides, each with its file and line.
pub fn load(files: &[PathBuf], overrides: &Overrides) -> Result<Plan, ConfigError> {
    load_texts(files.iter().map(|file| (file.as_path(), std::fs::read_to_string(file))), overrides)
}

/// Reads the plan of a config file that said `text`, whatever it says by now.
///
/// # Errors
/// As [`load`].
pub fn load_text(file: &Path, text: &str, overrides: &Overrides) -> Result<Plan, ConfigError> {
    load_texts(std::iter::once((file, Ok(text.to_owned()))), overrides)
}

fn load_texts<'a>(
    files: impl Iterator<Item = (&'a Path, io::Result<String>)>,
    overrides: &Overrides,
) -> Result<Plan, ConfigError> {
    let mut sources = SourceMap::default();
    let diagnostics = Diagnostics::default();
    let flags = read_overrides(overrides, &mut sources, &diagnostics);
    let mut limit = RunLimit::new(overrides.many);
    let mut experiments: Vec<Experiment> = Vec::new();
    for (path, text) in files {
        let file = read_file(path, text, &mut sources)
            .and_then(|file| load_file(file, &flags, &mut limit, &diagnostics).map_err(Box::new));
        match file {
            Ok(experiment) => {
                diagnostics.extend(same_name(&experiment, &experiments));
                experiments.push(experiment);
            }
            Err(diagnostic) => diagnostics.report(*diagnostic),
        }
    }
    // What is wrong with a file's settings is wrong with each of its arms; once is enough.
    let mut seen = HashSet::new();
    let mut diagnostics = diagnostics.into_vec();
    diagnostics.retain(|diagnostic| seen.insert(diagnostic.clone()));
    diagnostics
        .sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|s| (s.source, s.range.start)));
    if diagnostics.is_empty() {
        Ok(Plan { experiments })
    } else {
        Err(ConfigError { diagnostics, sources })
    }
}

fn same_name(experiment: &Experiment, others: &[Experiment]) -> Option<Diagnostic> {
    let other = others.iter().find(|other| other.name == experiment.name)?;
    let message = format!(
        "{} and {} are both called `{}`, and would write the same records",
        other.file.display(),
        experiment.file.display(),
        experiment.name
    );
    Some(Diagnostic::without_span(message).help("give one of them a `name` of its own"))
}

/// A config file, parsed.
struct ConfigFile<'a> {
    path: &'a Path,
    source: usize,
    text: String,
    root: Spanned,
}

fn read_file<'a>(
    path: &'a Path,
    text: io::Result<String>,
    sources: &mut SourceMap,
) -> Result<ConfigFile<'a>, Box<Diagnostic>> {
    let text = text.map_err(|error| unreadable(path, &error))?;
    let source = sources.add(path.display().to_string(), text.clone());
    let root = parse(sources, source)?;
    Ok(ConfigFile { path, source, text, root })
}

/// Why a file cannot be read.
fn unreadable(file: &Path, error: &io::Error) -> Diagnostic {
    let shown = file.display();
    if error.kind() != io::ErrorKind::NotFound {
        return Diagnostic::without_span(format!("cannot read {shown}: {error}"));
    }
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let wanted =
        file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let help = did_you_mean(&wanted, names.iter().map(String::as_str));
    let help = help.unwrap_or_else(|| "`train list` shows the experiments in configs/".into());
    Diagnostic::without_span(format!("there is no file {shown}")).help(help)
}

fn load_file(
    file: ConfigFile<'_>,
    flags: &[Flag],
    limit: &mut RunLimit,
    diagnostics: &Diagnostics,
) -> Result<Experiment, Diagnostic> {
    let ConfigFile { path, source, text, mut root } = file;
    let arms = root.remove("arms");
    let sweep = root.remove("sweep");
    let axis_sources: Vec<AxisSource<'_>> = flags
        .iter()
        .map(|flag| AxisSource { axes: &flag.axes, settings: &flag.settings })
        .collect();
    let sweep = Sweep::read(sweep.as_ref(), &axis_sources, diagnostics);
    let run_flags = apply_seeds(&mut root, flags);
    let name = read_name(&root, path, source, diagnostics);
    let title = root.get("title").and_then(|title| self::text(title, "title", diagnostics));
    let title = title.map_or_else(|| name.clone(), str::to_owned);
    let seeds = read_seeds(root.get("seeds"), diagnostics);
    let arms = read_arms(arms.as_ref(), diagnostics);
    limit.admit(&name, arms.len(), &sweep, seeds.len())?;
    let reader = ArmReader { root: &root, flags: &run_flags, sweep: &sweep, diagnostics };
    let arms = arms.into_iter().flat_map(|arm| reader.read(arm)).collect();
    let sweep = sweep.to_axes();
    Ok(Experiment { name, title, file: path.to_owned(), text, arms, sweep, seeds })
}

/// Applies the seeds that flags give to the experiment; what is left of the flags is each run's.
fn apply_seeds(root: &mut Spanned, flags: &[Flag]) -> Vec<Spanned> {
    let mut rest = Vec::new();
    for flag in flags {
        let mut settings = flag.settings.clone();
        if let Some(entry) = settings.remove("seeds") {
            let span = settings.span.clone();
            root.apply(&Spanned { span, value: Value::Table(vec![entry]) }, &[]);
        }
        rest.push(settings);
    }
    rest
}

/// The experiment's name: the file's own, unless it gives another.
fn read_name(root: &Spanned, path: &Path, source: usize, diagnostics: &Diagnostics) -> String {
    let given = root.get("name").and_then(|name| Some((text(name, "name", diagnostics)?, name)));
    let (name, span) = match given {
        Some((name, value)) => (name.to_owned(), value.span.clone()),
        None => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (stem, Span { source, range: 0..0 })
        }
    };
    check_name(&name, "an experiment", &span, diagnostics);
    name
}

/// Reads the arms of a file.
struct ArmReader<'a> {
    /// The file's settings, without its arms and its sweep.
    root: &'a Spanned,
    flags: &'a [Spanned],
    sweep: &'a Sweep,
    diagnostics: &'a Diagnostics,
}

impl ArmReader<'_> {
    /// An arm, or the points that it is swept over.
    fn read(&self, arm: ArmHeader<'_>) -> Vec<Arm> {
        let mut settings = self.root.clone();
        let name = arm.map(|(name, difference)| {
            settings.apply(difference, Settings::EXCLUSIVE);
            name
        });
        if self.sweep.is_empty() {
            let settings = self.read_settings(settings, self.diagnostics);
            let identity = Identity::of(&settings);
            let name = name.unwrap_or(RunSpec::BASE).to_owned();
            return vec![Arm::new(name, settings, identity, None)];
        }
        let read = |settings, diagnostics: &_| self.read_settings(settings, diagnostics);
        expand(name, RunSpec::BASE, &settings, self.sweep, read, self.diagnostics)
            .into_iter()
            .map(|point| Arm::new(point.name, point.settings, point.identity, Some(point.point)))
            .collect()
    }

    fn read_settings(&self, mut settings: Spanned, diagnostics: &Diagnostics) -> Settings {
        for key in TOP_KEYS {
            settings.remove(key);
        }
        self.flags.iter().for_each(|flag| settings.apply(flag, Settings::EXCLUSIVE));
        Settings::read(&settings, &TOP_KEYS, diagnostics)
    }
}
