//! `train --config ...`: runs experiments, then shows what came out.

mod conclusion;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use experiment::{Overrides, Plan, RunSpec, load};
use record::{GivenCommand, read_run};
use report::{Comparison, LoadError, Metric, Study, table};
use serde_json::json;
use training::{ImageSets, Observer, Options, Outcome, RunReport, execute};

use crate::cli::{Format, RunArgs};
use crate::commands::preflight::preflight;
use crate::dashboard::Dashboard;
use crate::exit::{self, Done, Failure, interrupt_flag, print_to_stderr};
use crate::machine;
use crate::output::progress::Progress;
use crate::output::{results, terminal_width};

/// Carries out the plan of the config files, and prints a result for every run.
pub(crate) fn run(args: &RunArgs, out: &mut dyn Write) -> Done {
    let overrides = args.config.overrides();
    let plan = load(&args.config.files, &overrides)?;
    exit::warn(&plan.warnings);
    let all = plan.runs();
    let planned = all.len();
    let runs = match args.shard {
        Some(shard) => shard.select(all),
        None => all,
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let sets = ImageSets::default();
    let jobs = machine::side_by_side(&runs, args.jobs.map_or(cores, usize::from), &sets);
    let options = Options {
        out: args.out.clone(),
        jobs: jobs.count,
        stack: args.stack.map(usize::from),
        force: args.force,
        interrupt: interrupt_flag(),
        sets,
    };
    preflight(&plan, &runs, &overrides, &options)?;
    jobs.note().iter().for_each(|note| print_to_stderr(note));
    write_command(&plan, &overrides, &args.out)?;
    let reports = carry_out(&plan, &runs, &options, args);
    match (args.format, args.shard) {
        (Format::Json, _) => {
            let reports: Vec<_> = reports.iter().map(as_json).collect();
            writeln!(out, "{:#}", json!(reports))?;
        }
        (Format::Text, Some(shard)) => {
            writeln!(out, "shard {shard}: {}", conclusion::summary(&reports, planned))?;
        }
        (Format::Text, None) => show(out, &reports, &args.out)?,
    }
    conclusion::conclude(&reports, args.force)
}

/// Carries out the runs, and shows how far they are.
fn carry_out(plan: &Plan, runs: &[RunSpec], options: &Options, args: &RunArgs) -> Vec<RunReport> {
    if args.watch {
        let titles: Vec<&str> = plan.experiments.iter().map(|of| of.title.as_str()).collect();
        let title = report::printable(&titles.join(", ")).into_owned();
        if let Some(dashboard) = Dashboard::open(title, runs, &options.interrupt) {
            return execute(runs, options, &dashboard.observer());
        }
        print_to_stderr("note: there is no terminal for --watch: progress is shown instead");
    }
    let progress = Progress::new(runs, args.quiet);
    let observer: Arc<dyn Observer> = Arc::clone(&progress) as Arc<dyn Observer>;
    let reports = execute(runs, options, &observer);
    progress.clear();
    reports
}

/// Writes the command beside the records: `train status` finds out from it what is missing.
fn write_command(plan: &Plan, overrides: &Overrides, out: &Path) -> Done {
    for experiment in &plan.experiments {
        let command = GivenCommand {
            config: experiment.file.clone(),
            text: experiment.text.clone(),
            extends: experiment.bases.clone(),
            overrides: overrides.set.clone(),
        };
        let folder = out.join(&experiment.name);
        command.write(&folder).map_err(|error| {
            let message = format!("cannot write to {}: {error}", folder.display());
            // A full disk is not bad input.
            let full = error.kind() == std::io::ErrorKind::StorageFull;
            if full { Failure::Failed(message) } else { Failure::BadInput(message) }
        })?;
    }
    Ok(())
}

/// Prints what came out, and draws it beside the records: one run by itself, several as a
/// comparison.
fn show(out: &mut dyn Write, reports: &[RunReport], records: &Path) -> Done {
    let has_result = |report: &&RunReport| match &report.outcome {
        Ok(Outcome::Ran(summary)) => summary.status.is_final(),
        Ok(Outcome::Skipped(_)) => true,
        _ => false,
    };
    let runs: Vec<&RunReport> = reports.iter().filter(has_result).collect();
    let skipped =
        runs.iter().filter(|report| matches!(report.outcome, Ok(Outcome::Skipped(_)))).count();
    let (folder, (comparison, study)) = match runs.as_slice() {
        [] => return Ok(()),
        [report] => {
            let run =
                read_run(&report.directory).map_err(|error| Failure::Failed(error.to_string()))?;
            results::print_run(out, &run, skipped > 0)?;
            let Some(study) = Study::of(vec![run], Metric::default()) else { return Ok(()) };
            (report.directory.clone(), (study.compare(), study))
        }
        [first, others @ ..] => {
            let one = others.iter().all(|report| report.spec.experiment == first.spec.experiment);
            let folder =
                if one { records.join(&first.spec.experiment) } else { records.to_owned() };
            let directories: Vec<PathBuf> =
                runs.iter().map(|report| report.directory.clone()).collect();
            let Some(compared) = compare(out, &directories, skipped)? else { return Ok(()) };
            (folder, compared)
        }
    };
    writeln!(out, "  {}", folder.display())?;
    for picture in results::draw(&study, &comparison, &folder)? {
        writeln!(out, "  {}", picture.display())?;
    }
    Ok(())
}

/// Reads several runs, and prints how they compare; `None` where they cannot be compared.
fn compare(
    out: &mut dyn Write,
    directories: &[PathBuf],
    skipped: usize,
) -> Result<Option<(Comparison, Study)>, Failure> {
    let study = match Study::read(directories, Metric::default()) {
        Ok(study) => study,
        // Each run has its result all the same.
        Err(error @ LoadError::Mixed { .. }) => {
            print_to_stderr(&error.to_string());
            return Ok(None);
        }
        Err(error) => return Err(Failure::Failed(error.to_string())),
    };
    if let Some(warning) = study.warnings.first() {
        return Err(Failure::Failed(warning.to_string()));
    }
    let options = table::Options { width: terminal_width(), ..table::Options::default() };
    let comparison = study.compare();
    results::print_comparison(out, &study, &comparison, options)?;
    if skipped > 0 {
        writeln!(out, "\n{skipped} of the runs were finished before; --force runs them anew.")?;
    }
    writeln!(out)?;
    Ok(Some((comparison, study)))
}

fn as_json(report: &RunReport) -> serde_json::Value {
    let (summary, skipped, error) = match &report.outcome {
        Ok(Outcome::Ran(summary)) => (Some(summary), false, None),
        Ok(Outcome::Skipped(summary)) => (Some(summary), true, None),
        Ok(Outcome::NotBegun | Outcome::Elsewhere(_)) => (None, false, None),
        Err(error) => (None, false, Some(error.to_string())),
    };
    let mut run = json!({
        "experiment": report.spec.experiment,
        "arm": report.spec.arm,
        "seed": report.spec.seed.weights,
        "id": report.spec.id(),
        "directory": report.directory,
        "skipped": skipped,
        "status": summary.map(|summary| summary.status),
        "error": error,
        "steps": summary.map(|summary| summary.steps),
        "metrics": summary.and_then(|summary| summary.metrics),
        "training_seconds": summary.map(|summary| summary.training_seconds),
    });
    if let Some(order) = report.spec.seed.other_order() {
        run["order_seed"] = order.into();
    }
    run
}
