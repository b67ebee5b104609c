//! Config files and flags into a plan.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::load::extends::{MergedConfig, ReadFile};
use crate::load::file::ConfigFile;
use crate::load::flags::RunFlags;
use crate::load::header::{ArmHeader, check_name, read_arms, read_title};
use crate::load::limit::RunLimit;
use crate::overrides::{Flag, Overrides, read_overrides};
use crate::plan::{Arm, Experiment, Plan, RunSpec};
use crate::settings::{Identity, Settings, TOP_KEYS, read_seeds};
use crate::sweep::{AxisSource, Sweep, expand};
use crate::syntax::{
    ConfigError, Diagnostic, Diagnostics, SourceMap, Span, Spanned, Warnings, text,
};

/// Reads config files into a plan.
///
/// # Errors
/// Everything that is wrong with the files or the overrides, each with its file and line.
pub fn load(files: &[PathBuf], overrides: &Overrides) -> Result<Plan, ConfigError> {
    load_by(files.iter().map(PathBuf::as_path), &|path| std::fs::read(path), overrides)
}

/// Reads the plan of a config file that said `text`, whatever it says by now; `bases` are the files
/// that it extends, with what they said.
///
/// # Errors
/// As [`load`].
pub fn load_text(
    file: &Path,
    text: &str,
    bases: &[(PathBuf, String)],
    overrides: &Overrides,
) -> Result<Plan, ConfigError> {
    load_by(std::iter::once(file), &|path| said(path, file, text, bases), overrides)
}

/// What a file said, of those that are given.
pub(super) fn said(
    path: &Path,
    file: &Path,
    text: &str,
    bases: &[(PathBuf, String)],
) -> io::Result<Vec<u8>> {
    let base = || bases.iter().find(|(base, _)| base == path).map(|(_, text)| text.as_str());
    let text = if path == file { Some(text) } else { base() };
    text.map(|text| text.as_bytes().to_owned()).ok_or(io::ErrorKind::NotFound.into())
}

fn load_by<'a>(
    files: impl Iterator<Item = &'a Path>,
    read: &ReadFile<'_>,
    overrides: &Overrides,
) -> Result<Plan, ConfigError> {
    let mut sources = SourceMap::default();
    let diagnostics = Diagnostics::default();
    let flags = read_overrides(overrides, &mut sources, &diagnostics);
    let mut limit = RunLimit::new(overrides.many);
    let mut experiments: Vec<Experiment> = Vec::new();
    for path in files {
        let experiment = ConfigFile::parse(path, read(path), &mut sources).and_then(|file| {
            let config = MergedConfig::read(&file, read, &mut sources)?;
            let loader = Loader { flags: &flags, sources: &sources, diagnostics: &diagnostics };
            loader.load(file, config, &mut limit).map_err(Box::new)
        });
        match experiment {
            Ok(experiment) => {
                diagnostics.extend(same_name(&experiment, &experiments));
                experiments.push(experiment);
            }
            Err(diagnostic) => diagnostics.report(*diagnostic),
        }
    }
    let (errors, warnings) = sorted(diagnostics);
    if errors.is_empty() {
        Ok(Plan { experiments, warnings: Warnings::new(warnings, sources) })
    } else {
        Err(ConfigError { diagnostics: errors, sources })
    }
}

/// Errors and warnings in the order of the texts. What is wrong with a file's settings is wrong
/// with each of its arms; once is enough.
fn sorted(diagnostics: Diagnostics) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    let mut diagnostics = diagnostics.into_vec();
    diagnostics.retain(|diagnostic| seen.insert(diagnostic.clone()));
    diagnostics.sort_by_key(|found| found.span.as_ref().map(|s| (s.source, s.range.start)));
    diagnostics.into_iter().partition(|diagnostic| !diagnostic.is_warning)
}

/// Two experiments of one name, also where a file system takes upper and lower case for the same.
fn same_name(experiment: &Experiment, others: &[Experiment]) -> Option<Diagnostic> {
    let other = others.iter().find(|other| other.name.eq_ignore_ascii_case(&experiment.name))?;
    let (a, b) = (other.file.display(), experiment.file.display());
    let message = if other.name == experiment.name {
        format!("{a} and {b} are both called `{}`, and would write the same records", other.name)
    } else {
        format!(
            "{a} is called `{}` and {b} `{}`, which are one folder where case does not count",
            other.name, experiment.name
        )
    };
    Some(Diagnostic::without_span(message).help("give one of them a `name` of its own"))
}

/// What turns files into experiments.
struct Loader<'a> {
    flags: &'a [Flag],
    sources: &'a SourceMap,
    diagnostics: &'a Diagnostics,
}

impl Loader<'_> {
    fn load(
        &self,
        file: ConfigFile,
        config: MergedConfig,
        limit: &mut RunLimit,
    ) -> Result<Experiment, Diagnostic> {
        let diagnostics = self.diagnostics;
        let ConfigFile { path: file, source, text, .. } = file;
        let MergedConfig { mut root, arms, sweeps, bases } = config;
        let axis_sources: Vec<AxisSource<'_>> = self
            .flags
            .iter()
            .map(|flag| AxisSource { axes: &flag.axes, settings: &flag.settings })
            .collect();
        let sweep = Sweep::read(&sweeps, &axis_sources, diagnostics);
        let arms = read_arms(arms, self.sources, diagnostics);
        let flags = RunFlags::split(&mut root, self.flags, &arms, diagnostics);
        let name = read_name(&root, &file, source, diagnostics);
        let title = read_title(root.get("title"), diagnostics).unwrap_or_else(|| name.clone());
        let seeds = read_seeds(root.get("seeds"), diagnostics);
        limit.admit(&name, arms.len(), &sweep, seeds.len())?;
        let root = &root;
        let reader = ArmReader { root, flags, sweep: &sweep, diagnostics };
        let arms: Vec<Arm> = arms.iter().flat_map(|arm| reader.read(arm)).collect();
        diagnostics.extend(same_folder(&arms));
        let sweep = sweep.to_axes();
        Ok(Experiment { name, title, file, text, bases, arms, sweep, seeds })
    }
}

/// Points whose names differ in the case of letters only.
fn same_folder(arms: &[Arm]) -> Option<Diagnostic> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for arm in arms {
        let other = seen.insert(arm.name.to_ascii_lowercase(), &arm.name);
        if let (Some(other), Some(_)) = (other.filter(|other| **other != *arm.name), &arm.point) {
            let message = format!(
                "the points `{other}` and `{}` are one folder where case does not count",
                arm.name
            );
            return Some(Diagnostic::without_span(message).help("give each value once"));
        }
    }
    None
}

/// The experiment's name: the file's own, unless it gives another.
fn read_name(root: &Spanned, path: &Path, source: usize, diagnostics: &Diagnostics) -> String {
    let given = root.get("name").and_then(|name| Some((text(name, "name", diagnostics)?, name)));
    match given {
        Some((name, value)) => {
            check_name(name, "an experiment", &value.span, diagnostics);
            name.to_owned()
        }
        None => {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let wrong = Diagnostics::default();
            check_name(&stem, "an experiment", &Span { source, range: 0..0 }, &wrong);
            diagnostics.extend(wrong.into_vec().into_iter().map(|diagnostic| {
                let message = format!("{}: the file's name {}", path.display(), diagnostic.message);
                let help = "rename the file, or give the experiment a name in its first line: \
                            `name = \"...\"`, up to 100 letters, digits, `_`, `-`, `+` and `.`";
                Diagnostic::without_span(message).help(help)
            }));
            stem
        }
    }
}

/// Reads the arms of a file.
struct ArmReader<'a> {
    /// The file's settings, without its arms and its sweep.
    root: &'a Spanned,
    flags: RunFlags,
    sweep: &'a Sweep,
    diagnostics: &'a Diagnostics,
}

impl ArmReader<'_> {
    /// An arm, or the points that it is swept over.
    fn read(&self, arm: &ArmHeader) -> Vec<Arm> {
        let mut settings = self.root.clone();
        arm.difference.iter().for_each(|over| settings.apply(over, Settings::EXCLUSIVE));
        let name = arm.name.as_deref();
        let read = |settings, diagnostics: &_| self.read_settings(name, settings, diagnostics);
        if self.sweep.is_empty() {
            let settings = read(settings, self.diagnostics);
            let identity = Identity::of(&settings);
            let name = name.unwrap_or(RunSpec::BASE).to_owned();
            return vec![Arm::new(name, settings, identity, None)];
        }
        expand(name, RunSpec::BASE, &settings, self.sweep, read, self.diagnostics)
            .into_iter()
            .map(|point| Arm::new(point.name, point.settings, point.identity, Some(point.point)))
            .collect()
    }

    fn read_settings(
        &self,
        arm: Option<&str>,
        mut settings: Spanned,
        diagnostics: &Diagnostics,
    ) -> Settings {
        for key in TOP_KEYS {
            settings.remove(key);
        }
        self.flags.of_arm(arm).for_each(|flag| settings.apply(flag, Settings::EXCLUSIVE));
        Settings::read(&settings, &TOP_KEYS, diagnostics)
    }
}
