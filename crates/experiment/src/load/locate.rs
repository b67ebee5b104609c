//! Where a setting of a plan was written, for what turns out to be wrong with it only later, when
//! the data set or the device is looked at.

use std::collections::HashMap;
use std::path::Path;

use crate::load::experiment::said;
use crate::load::extends::MergedConfig;
use crate::load::file::ConfigFile;
use crate::overrides::{Flag, Overrides, read_overrides};
use crate::plan::{Experiment, Plan};
use crate::sweep::SweepLayer;
use crate::syntax::{ConfigError, Diagnostic, Diagnostics, SourceMap, Span};

/// What is wrong with settings of one arm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The experiment's name.
    pub experiment: String,
    /// The arm's name, as the config has it: without the point of a sweep.
    pub arm: String,
    /// The settings that are to blame, by their dotted names, the first before the others.
    pub keys: &'static [&'static str],
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The faults as diagnostics, each at the text that gives the first of its settings: a flag, the
/// arm, the sweep or the file. Equal ones come once.
pub fn locate_faults(plan: &Plan, overrides: &Overrides, faults: &[SettingFault]) -> ConfigError {
    let mut sources = SourceMap::default();
    // The plan was made from these texts, so there is nothing wrong with them.
    let silent = Diagnostics::default();
    let flags = read_overrides(overrides, &mut sources, &silent);
    let mut files: HashMap<&str, Option<MergedConfig>> = HashMap::new();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for fault in faults {
        let experiment = plan.experiments.iter().find(|of| of.name == fault.experiment);
        let file = experiment.and_then(|experiment| {
            let read = || merged(experiment, &mut sources);
            files.entry(&experiment.name).or_insert_with(read).as_ref()
        });
        let keys = || fault.keys.iter().copied();
        let span = keys().find_map(|key| span_in_flags(&flags, key)).or_else(|| {
            let file = file?;
            keys().find_map(|key| span_in_file(file, &fault.arm, key))
        });
        let diagnostic = match (span, experiment) {
            (Some(span), _) => Diagnostic::at(&span, &fault.message),
            (None, Some(experiment)) => {
                let file = experiment.file.display();
                Diagnostic::without_span(format!("{file}: {}", fault.message))
            }
            (None, None) => Diagnostic::without_span(&fault.message),
        };
        let diagnostic = diagnostic.maybe_help(fault.help.clone());
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }
    ConfigError { diagnostics, sources }
}

/// The texts that an experiment was made from, merged again.
fn merged(experiment: &Experiment, sources: &mut SourceMap) -> Option<MergedConfig> {
    let Experiment { file, text, bases, .. } = experiment;
    let read = |path: &Path| said(path, file, text, bases);
    let parsed = ConfigFile::parse(file, read(file), sources).ok()?;
    MergedConfig::read(&parsed, &read, sources).ok()
}

/// The last flag that gives the setting.
fn span_in_flags(flags: &[Flag], key: &str) -> Option<Span> {
    flags.iter().rev().find_map(|flag| {
        let axis = flag.axes.iter().find(|axis| *axis.setting == *key).map(|axis| axis.key.clone());
        axis.or_else(|| Some(flag.settings.find(key)?.value.span.clone()))
    })
}

/// The sweep, the arm or the file's own settings, whichever gives the setting last.
fn span_in_file(config: &MergedConfig, arm: &str, key: &str) -> Option<Span> {
    let axis = |layer: &SweepLayer| Some(layer.sweep.as_ref()?.value.entry(key)?.span.clone());
    let in_arm = || Some(config.arms.as_ref()?.value.get(arm)?.find(key)?.value.span.clone());
    let in_root = || Some(config.root.find(key)?.value.span.clone());
    config.sweeps.iter().rev().find_map(axis).or_else(in_arm).or_else(in_root)
}
