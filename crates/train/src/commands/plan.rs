//! `train plan`: what would run, resolved, and about how long it would take; nothing is trained.

use std::collections::BTreeMap;

use experiment::{Arm, Experiment, RunSpec, SweepAxis, load};
use record::RunRecord;
use serde_json::{Value as Json, json};

use crate::args::{Format, PlanArgs};
use crate::commands::count;
use crate::estimate::{Rates, roughly, side_by_side};
use crate::exit::Done;

/// Of so many runs all are shown; of more, the first and the last few, unless all are asked for.
const ALL_OF: usize = 40;
const FIRST: usize = 10;
const LAST: usize = 3;

/// Prints the settings of each arm and the runs, with their ids and whether their records are there.
pub(crate) fn plan(args: &PlanArgs) -> Done {
    let plan = load(&args.config.files, &args.config.overrides())?;
    let runs = plan.runs();
    let mut rates = Rates::default();
    let records = runs.iter().map(|spec| record::read_record(&spec.directory(&args.out)).ok());
    let there: Vec<There> = records
        .zip(&runs)
        .map(|(record, spec)| {
            let record = record.as_ref();
            record
                .filter(|record| record.id == spec.id())
                .into_iter()
                .for_each(|record| rates.learn(spec, record));
            There::of(record, spec)
        })
        .collect();
    if rates.runs() == 0 {
        rates.sample(&args.out);
    }
    match args.format {
        Format::Json => print_json(&runs, &there, &rates, args),
        Format::Text => {
            plan.experiments.iter().for_each(print_experiment);
            print_runs(&runs, &there, args);
            print_estimate(&runs, &there, &rates, args);
        }
    }
    Ok(())
}

/// What is where a run's record belongs.
struct There {
    status: String,
    /// Whether the run has its result, and will not run again.
    done: bool,
}

impl There {
    fn of(record: Option<&RunRecord>, spec: &RunSpec) -> Self {
        match record {
            Some(record) if record.id == spec.id() => {
                There { status: record.status.to_string(), done: record.status.is_final() }
            }
            Some(_) => There { status: "other settings".to_owned(), done: false },
            None => There { status: "to run".to_owned(), done: false },
        }
    }
}

fn print_json(runs: &[RunSpec], there: &[There], rates: &Rates, args: &PlanArgs) {
    // One by one: the settings of a hundred thousand runs are much to hold at once.
    anstream::println!("[");
    for (place, (spec, there)) in runs.iter().zip(there).enumerate() {
        let settings: serde_json::Map<_, _> =
            spec.settings.entries().into_iter().map(|(name, value)| (name, json!(value))).collect();
        let mut run = json!({
            "experiment": spec.experiment, "arm": spec.arm, "seed": spec.seed, "id": spec.id(),
            "directory": spec.directory(&args.out), "status": there.status,
            "estimated_seconds": rates.seconds(spec), "settings": settings,
        });
        if let Some(point) = &spec.point {
            let axes: Vec<Json> = point
                .axes
                .iter()
                .map(|axis| json!({ "setting": *axis.setting, "value": axis.value, "scale": axis.scale.name() }))
                .collect();
            run["sweep"] = json!({ "arm": point.arm, "axes": axes });
        }
        anstream::println!("{run:#}{}", if place + 1 < runs.len() { "," } else { "" });
    }
    anstream::println!("]");
}

fn print_experiment(experiment: &Experiment) {
    let points = experiment.point_count();
    let swept: Vec<&Arm> = experiment.arms.iter().step_by(points).collect();
    let seeds = experiment.seeds.len();
    let mut factors = vec![count(swept.len(), "arm"), count(seeds, "seed")];
    if !experiment.sweep.is_empty() {
        factors.insert(1, count(points, "point"));
    }
    let runs = count(experiment.arms.len() * seeds, "run");
    anstream::println!(
        "{}: {} ({} = {runs})",
        experiment.name,
        experiment.title,
        factors.join(" x ")
    );
    if !experiment.sweep.is_empty() {
        anstream::println!("\n  swept over");
        for axes in &experiment.sweep {
            for (place, axis) in axes.iter().enumerate() {
                let with = if place == 0 { "" } else { "together with " };
                anstream::println!("    {with}{} = {}", axis.setting, values(axis));
            }
        }
    }
    let base = &swept[0].settings.entries();
    let axes: Vec<&str> = experiment.sweep.iter().flatten().map(|axis| &*axis.setting).collect();
    for (place, arm) in swept.iter().enumerate() {
        let settings = &arm.settings;
        let steps = settings
            .training_images()
            .map(|images| format!(", {}", count(settings.steps(images), "step")));
        let (name, first) = match &arm.point {
            Some(point) => (&point.arm, " at its first point"),
            None => (&arm.name, ""),
        };
        anstream::println!("\n  {name}{first}{}", steps.unwrap_or_default());
        // The first arm in full; of the others, what differs from it.
        for (name, value) in settings.entries() {
            if place == 0 || !base.contains(&(name.clone(), value.clone())) {
                let swept = if axes.contains(&name.as_str()) { ", swept" } else { "" };
                anstream::println!("    {name} = {value}{swept}");
            }
        }
    }
    anstream::println!();
}

/// The values of an axis, those in the middle left out where there are many.
fn values(axis: &SweepAxis) -> String {
    let values: Vec<String> = axis.values.iter().map(ToString::to_string).collect();
    let shown = match values.as_slice() {
        [first, second, .., last] if values.len() > 8 => format!("{first}, {second}, ... {last}"),
        values => values.join(", "),
    };
    let scale = match axis.scale.name() {
        "listed" => String::new(),
        scale => format!(", {scale}"),
    };
    format!("{shown} ({}{scale})", count(values.len(), "value"))
}

fn print_runs(runs: &[RunSpec], there: &[There], args: &PlanArgs) {
    let left_out = if args.all || runs.len() <= ALL_OF { 0..0 } else { FIRST..runs.len() - LAST };
    for (place, (spec, there)) in runs.iter().zip(there).enumerate() {
        if place == left_out.start && !left_out.is_empty() {
            anstream::println!("... {} more; --all shows them", left_out.len());
        }
        if !left_out.contains(&place) {
            anstream::println!(
                "{}  {:<14}  {}",
                spec.id(),
                there.status,
                spec.directory(&args.out).display()
            );
        }
    }
}

fn print_estimate(runs: &[RunSpec], there: &[There], rates: &Rates, args: &PlanArgs) {
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    there.iter().for_each(|there| *by_status.entry(&there.status).or_default() += 1);
    let statuses: Vec<String> =
        by_status.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let seconds: Vec<f64> = runs
        .iter()
        .zip(there)
        .filter(|(_, there)| !there.done)
        .map(|(spec, _)| rates.seconds(spec))
        .collect();
    anstream::println!("\n{}: {}", count(runs.len(), "run"), statuses.join(", "));
    if seconds.is_empty() {
        return;
    }
    let jobs = args
        .jobs
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let jobs = jobs.min(seconds.len());
    let basis = match rates.runs() {
        0 => format!(
            "a run's cost on another machine: no finished run in {} says better",
            args.out.display()
        ),
        learned => {
            format!("how long {} in {} took", count(learned, "finished run"), args.out.display())
        }
    };
    let time = roughly(side_by_side(&seconds, jobs));
    anstream::println!(
        "about {time} for {} to go with {}, estimated from {basis}",
        count(seconds.len(), "run"),
        count(jobs, "job")
    );
}
