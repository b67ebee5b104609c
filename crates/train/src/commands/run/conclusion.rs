//! How a command that ran a plan ends: the message and the exit code that follow from its runs.

use record::Status;
use training::{Outcome, RunError, RunReport};

use crate::exit::{Done, Failure};

/// What a shard did, in one line: the other parts of the comparison are in other processes.
pub(super) fn summary(reports: &[RunReport], planned: usize) -> String {
    let count =
        |counts: fn(&RunReport) -> bool| reports.iter().filter(|report| counts(report)).count();
    let with_status = |status| {
        let has_status = |report: &&RunReport| match &report.outcome {
            Ok(Outcome::Ran(summary) | Outcome::Skipped(summary)) => summary.status == status,
            _ => false,
        };
        reports.iter().filter(has_status).count()
    };
    let counts = [
        (with_status(Status::Finished), "finished"),
        (with_status(Status::Diverged), "diverged"),
        (count(|report| report.outcome.is_err()), "failed"),
        (count(is_interrupted), "interrupted or not begun"),
        (count(|report| elsewhere(report).is_some()), "being written elsewhere"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let before = match count(|report| matches!(report.outcome, Ok(Outcome::Skipped(_)))) {
        0 => String::new(),
        before => format!(" ({before} had a result before)"),
    };
    match reports.len() {
        0 => format!("none of {planned} runs"),
        mine => format!("{mine} of {planned} runs: {}{before}", counts.join(", ")),
    }
}

/// The end of the program after runs that ended so.
pub(super) fn conclude(reports: &[RunReport], force: bool) -> Done {
    let failed: Vec<(&RunReport, &RunError)> = reports
        .iter()
        .filter_map(|report| Some((report, report.outcome.as_ref().err()?)))
        .collect();
    let failure = failure_message(&failed, reports.len());
    let Some(left) = left_message(reports, force) else {
        let Some(message) = failure else { return Ok(()) };
        let bad_input = failed.iter().all(|(_, error)| error.is_bad_input());
        return Err(if bad_input { Failure::BadInput(message) } else { Failure::Failed(message) });
    };
    let message = failure.map_or(left.clone(), |failure| format!("{failure}\n{left}"));
    let interrupted = reports.iter().any(is_interrupted);
    Err(if interrupted { Failure::Interrupted(message) } else { Failure::StartAgain(message) })
}

/// Which runs failed, and why.
fn failure_message(failed: &[(&RunReport, &RunError)], runs: usize) -> Option<String> {
    match failed {
        [] => None,
        [(_, error)] if runs == 1 => Some(error.to_string()),
        [(report, error)] => Some(format!("{}: {error}", report.spec.label())),
        _ => {
            let lines =
                failed.iter().map(|(report, error)| format!("{}: {error}", report.spec.label()));
            let lines = first_lines(lines);
            Some(format!("{} of {runs} runs have no result:\n{lines}", failed.len()))
        }
    }
}

/// Which runs are left for another command, and for which.
fn left_message(reports: &[RunReport], force: bool) -> Option<String> {
    // With the flag, it would start interrupted runs from the beginning.
    let command = if force { "the same command without --force" } else { "the same command" };
    let held: Vec<&String> = reports.iter().filter_map(elsewhere).collect();
    let interrupted = reports.iter().filter(|report| is_interrupted(report)).count();
    let runs = reports.len();
    Some(match (interrupted, held.as_slice()) {
        (0, []) => return None,
        (0, [held]) => format!("{held}; {command} sees to what is left of it"),
        (0, held) => format!(
            "{} of {runs} runs are being written elsewhere:\n{}\n\
             {command} sees to what is left of them",
            held.len(),
            first_lines(held.iter().map(|held| (*held).clone()))
        ),
        (1, []) if runs == 1 => format!("interrupted; {command} goes on"),
        (n, held) => {
            format!("interrupted; {} of {runs} runs are left for {command}", n + held.len())
        }
    })
}

fn is_interrupted(report: &RunReport) -> bool {
    match &report.outcome {
        Ok(Outcome::NotBegun) => true,
        Ok(Outcome::Ran(summary) | Outcome::Skipped(summary)) => {
            summary.status == Status::Interrupted
        }
        Ok(Outcome::Elsewhere(_)) | Err(_) => false,
    }
}

/// The message about the process that holds the run, where another one does.
fn elsewhere(report: &RunReport) -> Option<&String> {
    match &report.outcome {
        Ok(Outcome::Elsewhere(message)) => Some(message),
        _ => None,
    }
}

/// The first few of many lines, indented.
fn first_lines(lines: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 10;
    let more = lines.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = lines.take(SHOWN).map(|line| format!("  {line}")).collect();
    if more > 0 {
        shown.push(format!("  and {more} more; `train status` shows all of them"));
    }
    shown.join("\n")
}
