//! What `plan` and `run` check of a plan before anything is written, and how they say what is
//! wrong.

use std::collections::HashSet;
use std::sync::Arc;

use experiment::{Overrides, Plan, RunSpec, SettingFault, locate_faults};
use training::{Options, Refusal, has_result};

use crate::exit::{Failure, print_to_stderr};
use crate::machine;

/// Checks that the runs of the plan that have no result can be carried out. Gives what the data
/// sets of folders are, a line each.
pub(super) fn preflight(
    plan: &Plan,
    runs: &[RunSpec],
    overrides: &Overrides,
    options: &Options,
) -> Result<Vec<String>, Failure> {
    let found = training::preflight(runs, options);
    for note in &found.notes {
        print_to_stderr(&format!("note: {note}"));
    }
    let (bad_input, failed): (Vec<Refusal>, Vec<Refusal>) =
        found.refusals.into_iter().partition(|refusal| refusal.is_bad_input);
    if let Some(Refusal { message, help, .. }) = failed.into_iter().next() {
        let help = help.map(|help| format!("\n{help}")).unwrap_or_default();
        return Err(Failure::Failed(format!("{message}{help}")));
    }
    let mut faults: Vec<SettingFault> = bad_input
        .into_iter()
        .map(|Refusal { run, keys, message, help, .. }| fault(&runs[run], keys, message, help))
        .collect();
    faults.extend(too_large(runs, options));
    if faults.is_empty() {
        return Ok(found.data_sets);
    }
    Err(locate_faults(plan, overrides, &faults).into())
}

/// The first run of each arm that takes more memory than there is.
fn too_large(runs: &[RunSpec], options: &Options) -> Vec<SettingFault> {
    let mut checked = HashSet::new();
    let is_new = |run: &&RunSpec| checked.insert(Arc::as_ptr(&run.settings));
    let unfinished = runs.iter().filter(|run| !has_result(run, options));
    unfinished
        .filter(is_new)
        .filter_map(|run| {
            let (message, help) = machine::too_large(run, &options.sets)?;
            let keys = &["model.hidden", "training.batch_size", "data.set"];
            Some(fault(run, keys, message, Some(help)))
        })
        .collect()
}

fn fault(
    run: &RunSpec,
    keys: &'static [&'static str],
    message: String,
    help: Option<String>,
) -> SettingFault {
    let arm = run.point.as_ref().map_or(&run.arm, |point| &point.arm).clone();
    SettingFault { experiment: run.experiment.clone(), arm, keys, message, help }
}
