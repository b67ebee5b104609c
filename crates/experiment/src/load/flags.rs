//! Flags over one file: what of them belongs to the experiment, what to one of its arms, what to
//! every run.

use crate::load::header::ArmHeader;
use crate::overrides::Flag;
use crate::settings::TOP_KEYS;
use crate::syntax::{Diagnostic, Diagnostics, Entry, Spanned, Value, did_you_mean, quoted_list};

/// What flags give to runs, in the order of the command line.
pub(crate) struct RunFlags {
    flags: Vec<RunFlag>,
}

struct RunFlag {
    /// The arm whose runs are meant; all, where none is named.
    arm: Option<String>,
    settings: Spanned,
}

impl RunFlags {
    /// Applies what flags give to the experiment (its name, its title, its seeds) to `root`, and
    /// keeps what they give to runs.
    pub(crate) fn split(
        root: &mut Spanned,
        flags: &[Flag],
        arms: &[ArmHeader],
        diagnostics: &Diagnostics,
    ) -> Self {
        let mut run_flags = Vec::new();
        for flag in flags {
            let mut settings = flag.settings.clone();
            let span = settings.span.clone();
            // The sweep has been read with the file's own.
            settings.remove("sweep");
            if let Some(entry) = settings.remove("arms") {
                run_flags.extend(arm_flags(entry, arms, diagnostics));
            }
            if let Some(entry) = settings.remove("extends") {
                let message = "`extends` belongs into a file: flags are applied to all files";
                diagnostics.report(Diagnostic::at(&entry.span, message));
            }
            for entry in TOP_KEYS.iter().filter_map(|key| settings.remove(key)) {
                let value = Value::Table(vec![entry]);
                root.apply(&Spanned { span: span.clone(), value }, &[]);
            }
            run_flags.push(RunFlag { arm: None, settings });
        }
        RunFlags { flags: run_flags }
    }

    /// What the runs of an arm are given.
    pub(crate) fn of_arm(&self, arm: Option<&str>) -> impl Iterator<Item = &Spanned> {
        let is_meant = move |flag: &&RunFlag| flag.arm.is_none() || flag.arm.as_deref() == arm;
        self.flags.iter().filter(is_meant).map(|flag| &flag.settings)
    }
}

/// `--set arms.NAME.init.std=0.5`
fn arm_flags(entry: Entry, arms: &[ArmHeader], diagnostics: &Diagnostics) -> Vec<RunFlag> {
    let Value::Table(entries) = entry.value.value else {
        let message = format!("`arms` must be a table of arms, but is {}", entry.value.described());
        let help = "change a setting of one of them: `--set arms.NAME.init.std=0.5`";
        diagnostics.report(Diagnostic::at(&entry.value.span, message).help(help));
        return Vec::new();
    };
    let names = || arms.iter().filter_map(|arm| arm.name.as_deref());
    let mut flags = Vec::new();
    for arm in entries {
        if !names().any(|name| name == arm.key) {
            let message = format!("there is no arm `{}`", arm.key.escape_debug());
            let help = did_you_mean(&arm.key, names()).unwrap_or_else(|| match arms {
                [ArmHeader { name: None, .. }] | [] => "the file has no arms".to_owned(),
                _ => format!("the arms are {}", quoted_list(names(), "and")),
            });
            diagnostics.report(Diagnostic::at(&arm.span, message).help(help));
        } else if arm.value.entries().is_none() {
            let message =
                format!("arm `{}` must be a table, but is {}", arm.key, arm.value.described());
            let help = format!("change a setting of it: `--set arms.{}.init.std=0.5`", arm.key);
            diagnostics.report(Diagnostic::at(&arm.value.span, message).help(help));
        } else {
            for entry in TOP_KEYS.iter().filter_map(|key| arm.value.entry(key)) {
                let message = format!("`{}` belongs to the experiment, not to an arm", entry.key);
                diagnostics.report(Diagnostic::at(&entry.span, message));
            }
            flags.push(RunFlag { arm: Some(arm.key), settings: arm.value });
        }
    }
    flags
}
