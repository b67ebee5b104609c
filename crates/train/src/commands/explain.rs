//! `train explain`: tests what a probe finds. It trains the start as it is, the same start with the
//! change that would take each symptom away, and a reference, all on the same seeds, and says how
//! much of the gap to the reference each change closes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use experiment::{Overrides, RunSpec, load};
use probe::{Finding, Test};
use record::Status;
use report::statistics::paired_difference;
use training::{ImageSets, Observer, Options, Outcome, RunReport, Starts, execute};

use super::probe::findings_of;
use crate::cli::ExplainArgs;
use crate::exit::{Done, Failure, interrupt_flag};
use crate::output::count;
use crate::output::progress::Progress;

/// An arm of the explanation.
struct Arm {
    runs: Vec<RunSpec>,
    /// What it changes, as settings, and the symptoms that it tests; none of the start and the
    /// reference.
    change: Option<Change>,
}

/// A change, and the symptoms that it would take away.
struct Change {
    test: Test,
    symptoms: Vec<String>,
}

/// Finds the symptoms, trains the arms that test them, and prints how much each one closes.
pub(crate) fn explain(args: &ExplainArgs, out: &mut dyn Write) -> Done {
    let start = runs(args, "as_it_is", &[])?;
    let Some(first) = start.first() else {
        return Err(Failure::BadInput("there is no run to explain".to_owned()));
    };
    let findings = findings_of(first, &Starts::default())?;
    let reference = runs(args, "reference", &[format!("init={}", args.reference)])?;
    let mut arms = vec![Arm { runs: start, change: None }, Arm { runs: reference, change: None }];
    // Every arm is planned before anything is trained: what is wrong with one is told at once.
    for change in changes(&findings) {
        let runs = runs(args, &change.symptoms[0], &change.test.settings)?;
        arms.push(Arm { runs, change: Some(change) });
    }
    let arm = args.arm.as_ref().map_or(String::new(), |arm| format!(", arm {arm}"));
    writeln!(out, "{}{arm}\n", args.of.display())?;
    if findings.is_empty() {
        writeln!(out, "Nothing stands out at this start: there is no symptom to test.")?;
        return Ok(());
    }
    for finding in &findings {
        writeln!(out, "  - {}.", finding.sentence)?;
    }
    let accuracies = train(&arms, args)?;
    print(out, &arms, &accuracies)
}

/// The changes that test the findings, each once, with all symptoms that it tests.
fn changes(findings: &[Finding]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for finding in findings {
        let symptom = match finding.layer {
            // Of several layers with one symptom and one change the first names the arm.
            Some(layer) => format!("{}_{layer}", finding.rule),
            None => finding.rule.to_owned(),
        };
        match changes.iter_mut().find(|change| change.test.settings == finding.test.settings) {
            Some(change) => change.symptoms.push(symptom),
            None => changes.push(Change { test: finding.test.clone(), symptoms: vec![symptom] }),
        }
    }
    changes
}

/// The runs of the one arm that is explained, with these settings laid over its own, under a name
/// of their own beside its records.
fn runs(args: &ExplainArgs, name: &str, settings: &[String]) -> Result<Vec<RunSpec>, Failure> {
    let file = config_of(&args.of)?;
    let mut set = vec![("--seeds".to_owned(), format!("seeds={}", args.seeds))];
    let given = args.set.iter().map(|text| ("--set".to_owned(), text.clone()));
    set.extend(given);
    set.extend(settings.iter().map(|text| (format!("the test {name}"), text.clone())));
    let plan = load(std::slice::from_ref(&file), &Overrides { set, many: false })?;
    let all = plan.runs();
    let mut names: Vec<&str> = Vec::new();
    for run in &all {
        if !names.contains(&run.arm.as_str()) {
            names.push(&run.arm);
        }
    }
    let wanted = match (&args.arm, names.as_slice()) {
        (Some(arm), names) if names.contains(&arm.as_str()) => arm.clone(),
        (None, [only]) => (*only).to_owned(),
        (given, names) => {
            let what = match given {
                Some(arm) => format!("{} has no arm `{arm}`", file.display()),
                None => format!("{} has {} arms: name one with --arm", file.display(), names.len()),
            };
            return Err(Failure::BadInput(format!("{what}\nIts arms: {}", names.join(", "))));
        }
    };
    let of_arm = all.iter().filter(|run| run.arm == wanted).map(|run| {
        let mut run = run.clone();
        run.experiment = match wanted == RunSpec::BASE {
            true => format!("explain_{}", run.experiment),
            false => format!("explain_{}_{wanted}", run.experiment),
        };
        (run.arm, run.point) = (name.to_owned(), None);
        run
    });
    Ok(of_arm.collect())
}

/// The config file itself, or the one that a run left in its folder.
fn config_of(of: &Path) -> Result<PathBuf, Failure> {
    if of.is_file() {
        return Ok(of.to_owned());
    }
    let config = of.join("config.toml");
    if config.is_file() {
        return Ok(config);
    }
    let what = if of.is_dir() { "holds no config.toml" } else { "does not exist" };
    Err(Failure::BadInput(format!(
        "{} {what}: name a config file, or the folder of a run",
        of.display()
    )))
}

/// Trains what is not trained yet, and gives the validation accuracies of each arm in percent.
fn train(arms: &[Arm], args: &ExplainArgs) -> Result<Vec<Vec<f64>>, Failure> {
    let all: Vec<RunSpec> = arms.iter().flat_map(|arm| arm.runs.clone()).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options {
        out: args.out.clone(),
        jobs: args.jobs.map_or(cores, usize::from),
        stack: None,
        force: false,
        interrupt: interrupt_flag(),
        sets: ImageSets::default(),
    };
    let progress = Progress::new(&all, args.quiet);
    let observer: Arc<dyn Observer> = Arc::clone(&progress) as Arc<dyn Observer>;
    let mut reports = execute(&all, &options, &observer).into_iter();
    progress.clear();
    let accuracies = |arm: &Arm| reports.by_ref().take(arm.runs.len()).map(accuracy).collect();
    arms.iter().map(accuracies).collect()
}

fn accuracy(report: RunReport) -> Result<f64, Failure> {
    let label = report.spec.label();
    match report.outcome {
        Ok(Outcome::Ran(summary) | Outcome::Skipped(summary)) => match summary.metrics {
            Some(metrics) => Ok(100.0 * metrics.validation_accuracy),
            // A run that diverged says nothing right but by chance.
            None if summary.status == Status::Diverged => Ok(0.0),
            None => Err(Failure::Interrupted(format!(
                "{label} was interrupted; the same command goes on with it"
            ))),
        },
        Ok(_) => Err(Failure::StartAgain(format!("{label} has no result yet"))),
        Err(error) if error.is_bad_input() => Err(Failure::BadInput(error.to_string())),
        Err(error) => Err(Failure::Failed(format!("{label}: {error}"))),
    }
}

fn print(out: &mut dyn Write, arms: &[Arm], accuracies: &[Vec<f64>]) -> Done {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (start, reference) = (&accuracies[0], &accuracies[1]);
    let gap = mean(reference) - mean(start);
    let seeds = count(start.len() as u64, "seed");
    writeln!(
        out,
        "\nValidation accuracy over {seeds}: {:.2} % as it is, {:.2} % of the reference: \
         a gap of {gap:.2} points.\n",
        mean(start),
        mean(reference)
    )?;
    if gap <= 0.0 {
        writeln!(out, "This start is as good as the reference: there is no gap to close.\n")?;
    }
    for (arm, values) in arms.iter().zip(accuracies).skip(2) {
        let Some(Change { test, symptoms }) = &arm.change else { continue };
        let differences: Vec<f64> = values.iter().zip(start).map(|(a, b)| a - b).collect();
        let Some(paired) = paired_difference(&differences) else { continue };
        let symptoms: Vec<String> =
            symptoms.iter().map(|symptom| symptom.replace('_', " ")).collect();
        let interval = paired.interval.map_or(String::new(), |interval| {
            format!(" (95 %: {:+.2} to {:+.2})", interval.low, interval.high)
        });
        let share = match gap > 0.0 {
            true => format!(", {:.0} % of the gap", 100.0 * paired.mean / gap),
            false => String::new(),
        };
        writeln!(out, "  {}: {}", symptoms.join(", "), test.what)?;
        writeln!(out, "    {}", test.settings.join(" "))?;
        writeln!(out, "    {:+.2} points{interval}{share}", paired.mean)?;
    }
    writeln!(
        out,
        "\nA change may do more than take its symptom away: what it closes is at most what the \
         symptom costs\nif nothing else in it helps, and its shares need not add up."
    )?;
    Ok(())
}
