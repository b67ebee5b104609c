//! What `plan` and `run` check of a plan before anything is written, and how they say what is wrong.

use experiment::{Overrides, Plan, RunSpec, SettingFault, locate_faults};
use training::{Options, Refusal};

use crate::exit::{Failure, print_to_stderr};

/// Checks that the runs of the plan that have no result can be carried out. Gives what the data sets
/// of folders are, a line each.
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
    if bad_input.is_empty() {
        return Ok(found.data_sets);
    }
    let faults: Vec<SettingFault> =
        bad_input.into_iter().map(|refusal| fault(refusal, runs)).collect();
    Err(locate_faults(plan, overrides, &faults).into())
}

fn fault(refusal: Refusal, runs: &[RunSpec]) -> SettingFault {
    let run = &runs[refusal.run];
    let arm = run.point.as_ref().map_or(&run.arm, |point| &point.arm).clone();
    let Refusal { keys, message, help, .. } = refusal;
    SettingFault { experiment: run.experiment.clone(), arm, keys, message, help }
}
