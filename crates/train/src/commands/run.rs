//! `train --config ...`: run experiments, then show what came out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use experiment::{Overrides, Plan, load};
use record::{Status, TypedPlan, read_run};
use report::{Comparison, LoadError, Metric, Study, table};
use serde_json::json;
use training::{Observer, Options, Outcome, RunReport, execute};

use crate::args::{Format, RunArgs};
use crate::commands::results;
use crate::exit::{Done, Failure};
use crate::progress::Progress;
use crate::signals;

/// Runs what the files say, and prints a result for every run.
pub(crate) fn run(args: &RunArgs) -> Done {
    let overrides = args.config.overrides();
    let plan = load(&args.config.files, &overrides)?;
    leave_plan(&plan, &overrides, &args.out)?;
    let all = plan.runs();
    let planned = all.len();
    let runs = match args.shard {
        Some(shard) => shard.select(all),
        None => all,
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options {
        out: args.out.clone(),
        jobs: args.jobs.map_or(cores, usize::from),
        stack: args.stack.map(usize::from),
        force: args.force,
        interrupt: signals::interrupt(),
    };
    let progress = Progress::new(&runs, args.quiet);
    let observer: Arc<dyn Observer> = Arc::clone(&progress) as Arc<dyn Observer>;
    let reports = execute(&runs, &options, &observer);
    progress.clear();
    match (args.format, args.shard) {
        (Format::Json, _) => {
            anstream::println!("{:#}", json!(reports.iter().map(as_json).collect::<Vec<_>>()))
        }
        (Format::Text, Some(shard)) => {
            anstream::println!("shard {shard}: {}", summary(&reports, planned))
        }
        (Format::Text, None) => show(&reports, &args.out)?,
    }
    conclude(&reports, args.force)
}

/// Leaves what was typed beside the records, for those who ask later what is missing.
fn leave_plan(plan: &Plan, overrides: &Overrides, out: &Path) -> Done {
    for experiment in &plan.experiments {
        let typed = TypedPlan {
            config: experiment.file.clone(),
            text: experiment.text.clone(),
            overrides: overrides.set.clone(),
        };
        let folder = out.join(&experiment.name);
        typed.leave(&folder).map_err(|error| {
            let message = format!("cannot write to {}: {error}", folder.display());
            // A full disk is nobody's slip.
            let full = error.kind() == std::io::ErrorKind::StorageFull;
            if full { Failure::Failed(message) } else { Failure::BadInput(message) }
        })?;
    }
    Ok(())
}

/// What a shard did, in a line: the other parts of the comparison are elsewhere.
fn summary(reports: &[RunReport], planned: usize) -> String {
    let count =
        |counts: fn(&RunReport) -> bool| reports.iter().filter(|report| counts(report)).count();
    let ended = |report: &RunReport, status| match &report.outcome {
        Ok(Outcome::Ran(summary) | Outcome::Skipped(summary)) => summary.status == status,
        _ => false,
    };
    let counts = [
        (reports.iter().filter(|report| ended(report, Status::Finished)).count(), "finished"),
        (reports.iter().filter(|report| ended(report, Status::Diverged)).count(), "diverged"),
        (count(|report| report.outcome.is_err()), "failed"),
        (
            reports.iter().filter(|report| is_interrupted(report)).count(),
            "interrupted or not begun",
        ),
        (
            count(|report| matches!(report.outcome, Ok(Outcome::Elsewhere(_)))),
            "being written elsewhere",
        ),
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

/// Prints what came out, and draws it beside the records: one run by itself, several as a comparison.
fn show(reports: &[RunReport], out: &Path) -> Done {
    let mut runs = Vec::new();
    let mut skipped = 0;
    for report in reports {
        match &report.outcome {
            Ok(Outcome::Ran(summary)) if summary.status.is_final() => {}
            Ok(Outcome::Skipped(_)) => skipped += 1,
            _ => continue,
        }
        runs.push(report);
    }
    let (folder, (comparison, study)) = match runs.as_slice() {
        [] => return Ok(()),
        [report] => {
            let run =
                read_run(&report.directory).map_err(|error| Failure::Failed(error.to_string()))?;
            results::print_run(&run, skipped > 0);
            let Some(study) = Study::of(vec![run], Metric::default()) else { return Ok(()) };
            (report.directory.clone(), (study.compare(), study))
        }
        [first, others @ ..] => {
            let one = others.iter().all(|report| report.spec.experiment == first.spec.experiment);
            let folder = if one { out.join(&first.spec.experiment) } else { out.to_owned() };
            let directories: Vec<PathBuf> =
                runs.iter().map(|report| report.directory.clone()).collect();
            let Some(compared) = compared(&directories, skipped)? else { return Ok(()) };
            (folder, compared)
        }
    };
    anstream::println!("  {}", folder.display());
    for picture in results::draw(&study, &comparison, &folder)? {
        anstream::println!("  {}", picture.display());
    }
    Ok(())
}

/// Reads several runs, and prints how they compare; nothing to draw where they cannot be compared.
fn compared(
    directories: &[PathBuf],
    skipped: usize,
) -> Result<Option<(Comparison, Study)>, Failure> {
    let study = match Study::read(directories, Metric::default()) {
        Ok(study) => study,
        // The runs are done, and each is whole: that they do not meet on an axis is no failure of theirs.
        Err(error @ LoadError::Mixed { .. }) => {
            anstream::eprintln!("{error}");
            return Ok(None);
        }
        Err(error) => return Err(Failure::Failed(error.to_string())),
    };
    if let Some(warning) = study.warnings.first() {
        return Err(Failure::Failed(warning.to_string()));
    }
    let options = table::Options { width: results::terminal_width(), ..table::Options::default() };
    let comparison = study.compare();
    results::print_comparison(&study, &comparison, options);
    if skipped > 0 {
        anstream::println!("\n{skipped} of the runs were finished before; --force runs them anew.");
    }
    anstream::println!();
    Ok(Some((comparison, study)))
}

/// The end of the program that the runs' ends come to.
fn conclude(reports: &[RunReport], force: bool) -> Done {
    let alone = reports.len() == 1;
    let failed: Vec<_> =
        reports.iter().filter_map(|r| r.outcome.as_ref().err().map(|error| (r, error))).collect();
    let failure = match failed.as_slice() {
        [] => None,
        [(_, error)] if alone => Some(error.to_string()),
        [(report, error)] => Some(format!("{}: {error}", report.spec.label())),
        _ => {
            let lines =
                failed.iter().map(|(report, error)| format!("{}: {error}", report.spec.label()));
            Some(format!(
                "{} of {} runs have no result:\n{}",
                failed.len(),
                reports.len(),
                first(lines)
            ))
        }
    };
    let elsewhere: Vec<&String> = reports
        .iter()
        .filter_map(|report| match &report.outcome {
            Ok(Outcome::Elsewhere(by)) => Some(by),
            _ => None,
        })
        .collect();
    let interrupted = reports.iter().filter(|report| is_interrupted(report)).count();
    // With the flag, it would start anew what is to be gone on with.
    let command = if force { "the same command without --force" } else { "the same command" };
    let left = match (interrupted, elsewhere.as_slice()) {
        (0, []) => {
            let Some(message) = failure else { return Ok(()) };
            let bad_input = failed.iter().all(|(_, error)| error.is_bad_input());
            return Err(if bad_input {
                Failure::BadInput(message)
            } else {
                Failure::Failed(message)
            });
        }
        (0, [by]) => format!("{by}; {command} sees to what is left of it"),
        (0, by) => format!(
            "{} of {} runs are being written elsewhere:\n{}\n{command} sees to what is left of them",
            by.len(),
            reports.len(),
            first(by.iter().map(|by| (*by).clone()))
        ),
        (1, []) if alone => format!("interrupted; {command} goes on"),
        (n, by) => format!(
            "interrupted; {} of {} runs are left for {command}",
            n + by.len(),
            reports.len()
        ),
    };
    let message = failure.map_or(left.clone(), |failure| format!("{failure}\n{left}"));
    Err(if interrupted > 0 { Failure::Interrupted(message) } else { Failure::StartAgain(message) })
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

/// The first few of many lines, indented.
fn first(lines: impl ExactSizeIterator<Item = String>) -> String {
    const FEW: usize = 10;
    let more = lines.len().saturating_sub(FEW);
    let mut shown: Vec<String> = lines.take(FEW).map(|line| format!("  {line}")).collect();
    if more > 0 {
        shown.push(format!("  and {more} more; `train status` tells of all"));
    }
    shown.join("\n")
}

fn as_json(report: &RunReport) -> serde_json::Value {
    let (summary, skipped, error) = match &report.outcome {
        Ok(Outcome::Ran(summary)) => (Some(summary), false, None),
        Ok(Outcome::Skipped(summary)) => (Some(summary), true, None),
        Ok(Outcome::NotBegun | Outcome::Elsewhere(_)) => (None, false, None),
        Err(error) => (None, false, Some(error.to_string())),
    };
    json!({
        "experiment": report.spec.experiment, "arm": report.spec.arm, "seed": report.spec.seed,
        "id": report.spec.id(), "directory": report.directory, "skipped": skipped,
        "status": summary.map(|summary| summary.status), "error": error,
        "steps": summary.map(|summary| summary.steps), "metrics": summary.and_then(|summary| summary.metrics),
        "training_seconds": summary.map(|summary| summary.training_seconds),
    })
}
