//! Which runs of a point count: those that were set like the newest, and each seed once.

use crate::study::{RunSummary, Warning};

/// A run that may be kept for its point.
pub(super) struct Candidate {
    /// When it started.
    pub(super) started: String,
    /// The index of its settings.
    pub(super) settings: usize,
    /// What is kept of it.
    pub(super) run: RunSummary,
}

/// The runs of one point, in the order of their seeds: those that were set like the run started
/// last, and of each seed the first. `difference` says in which setting two sets differ.
///
/// Runs of one name may be left over from an earlier version of the config; the mean over both
/// would be of nothing.
pub(super) fn keep(
    mut runs: Vec<Candidate>,
    difference: impl Fn(usize, usize) -> Option<String>,
    warnings: &mut Vec<Warning>,
) -> Vec<Candidate> {
    let Some(newest) = runs.iter().max_by(|a, b| a.started.cmp(&b.started)) else {
        return runs;
    };
    let newest = newest.settings;
    runs.retain(|candidate| {
        if candidate.settings == newest {
            return true;
        }
        let difference = difference(newest, candidate.settings).unwrap_or_default();
        let reason =
            format!("it ran with other settings than the newest run of its arm ({difference})");
        warnings.push(Warning { directory: candidate.run.directory.clone(), reason });
        false
    });
    runs.sort_by_key(|candidate| candidate.run.seed);
    let mut kept: Vec<Candidate> = Vec::with_capacity(runs.len());
    for candidate in runs {
        match kept.last() {
            Some(last) if last.run.seed == candidate.run.seed => warnings.push(Warning {
                reason: format!("{} holds the same arm and seed", last.run.directory.display()),
                directory: candidate.run.directory,
            }),
            _ => kept.push(candidate),
        }
    }
    kept
}
