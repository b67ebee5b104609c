//! `train --config ...`: run experiments, then show what came out.

use std::path::Path;
use std::sync::Arc;

use experiment::load;
use record::{Status, read_run};
use report::{Metric, Study, table};
use serde_json::json;
use training::{Observer, Options, Outcome, RunReport, execute};

use crate::args::{Format, RunArgs};
use crate::commands::results;
use crate::exit::{Done, Failure};
use crate::progress::Progress;
use crate::signals;

/// Runs what the files say, and prints a result for every run.
pub(crate) fn run(args: &RunArgs) -> Done {
    let plan = load(&args.config.files, &args.config.overrides())?;
    let runs = plan.runs();
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
    match args.format {
        Format::Json => anstream::println!("{:#}", json!(reports.iter().map(as_json).collect::<Vec<_>>())),
        Format::Text => show(&reports, &args.out)?,
    }
    conclude(&reports, args.force)
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
        runs.push(read_run(&report.directory).map_err(|error| Failure::Failed(error.to_string()))?);
    }
    let folder = match runs.as_slice() {
        [] => return Ok(()),
        [run] => {
            results::print_run(run, skipped > 0);
            run.directory.clone()
        }
        [first, others @ ..] if others.iter().all(|run| run.record.experiment == first.record.experiment) => {
            out.join(&first.record.experiment)
        }
        _ => out.to_owned(),
    };
    let one = runs.len() == 1;
    let Some(study) = Study::of(runs) else { return Ok(()) };
    if !one {
        let options = table::Options { width: results::terminal_width(), ..table::Options::default() };
        results::print_comparison(&study, Metric::default(), options);
        if skipped > 0 {
            anstream::println!("\n{skipped} of the runs were finished before; --force runs them anew.");
        }
        anstream::println!();
    }
    anstream::println!("  {}", folder.display());
    for picture in results::draw(&study, &folder)? {
        anstream::println!("  {}", picture.display());
    }
    Ok(())
}

/// The end of the program that the runs' ends come to.
fn conclude(reports: &[RunReport], force: bool) -> Done {
    let failed: Vec<_> = reports.iter().filter_map(|r| r.outcome.as_ref().err().map(|error| (r, error))).collect();
    if let [(report, error)] = failed.as_slice() {
        let message = if reports.len() == 1 { error.to_string() } else { format!("{}: {error}", report.spec.label()) };
        return Err(if error.is_bad_input() { Failure::BadInput(message) } else { Failure::Failed(message) });
    }
    if !failed.is_empty() {
        let lines: Vec<String> =
            failed.iter().map(|(report, error)| format!("  {}: {error}", report.spec.label())).collect();
        let message = format!("{} of {} runs have no result:\n{}", failed.len(), reports.len(), lines.join("\n"));
        let bad_input = failed.iter().all(|(_, error)| error.is_bad_input());
        return Err(if bad_input { Failure::BadInput(message) } else { Failure::Failed(message) });
    }
    let unfinished = reports.iter().filter(|report| match &report.outcome {
        Ok(Outcome::NotBegun) => true,
        Ok(Outcome::Ran(summary) | Outcome::Skipped(summary)) => summary.status == Status::Interrupted,
        Err(_) => false,
    });
    // With the flag, it would start anew what is to be gone on with.
    let command = if force { "the same command without --force" } else { "the same command" };
    match unfinished.count() {
        0 => Ok(()),
        1 if reports.len() == 1 => Err(Failure::Interrupted(format!("interrupted; {command} goes on"))),
        n => Err(Failure::Interrupted(format!("interrupted; {n} of {} runs are left for {command}", reports.len()))),
    }
}

fn as_json(report: &RunReport) -> serde_json::Value {
    let (summary, skipped, error) = match &report.outcome {
        Ok(Outcome::Ran(summary)) => (Some(summary), false, None),
        Ok(Outcome::Skipped(summary)) => (Some(summary), true, None),
        Ok(Outcome::NotBegun) => (None, false, None),
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
