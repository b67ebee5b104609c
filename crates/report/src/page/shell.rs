//! The commands that make what a page shows again.

use std::collections::BTreeSet;

use crate::learning_curves::LearningCurves;
use crate::metric::Metric;
use crate::study::Study;

/// The commands that check out the commit, replay the runs and write the page again.
pub(super) fn commands(study: &Study, learning: &LearningCurves) -> String {
    let mut lines: Vec<String> = checkout(study).into_iter().collect();
    let listed = learning.arms.iter().flat_map(|arm| &arm.listed);
    let directories: Vec<String> =
        listed.map(|run| quoted(&run.directory.to_string_lossy())).collect();
    lines.extend(directories.iter().map(|run| format!("cargo run -p train -- replay {run}")));
    let folders: Vec<String> = match study.paths.as_slice() {
        [] => directories,
        paths => paths.iter().map(|path| quoted(&path.to_string_lossy())).collect(),
    };
    let metric = study.metric.filter(|metric| *metric != Metric::default());
    let asked = metric.map(|metric| format!(" --metric {}", quoted(&metric.to_string())));
    let asked = asked.unwrap_or_default();
    lines.push(format!("cargo run -p train -- report {}{asked}", folders.join(" ")));
    lines.join("\n")
}

/// The command that checks out the commit that all runs are of, if they are of one.
fn checkout(study: &Study) -> Option<String> {
    let provenances = study.origin.provenances.iter();
    let commits: BTreeSet<&str> = provenances.filter_map(|p| p.commit.as_deref()).collect();
    let commit = commits.first().filter(|_| commits.len() == 1)?;
    Some(format!("git checkout {}", quoted(commit)))
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "/._-=+:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
