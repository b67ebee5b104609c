//! `train plan`: what would run, resolved, and about how long it would take. Nothing is trained.

mod estimate;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use experiment::{Arm, Experiment, RunSpec, SeedPair, SweepAxis, load};
use record::RunRecord;
use serde_json::{Value as Json, json};
use training::{ImageSets, Options, has_result};

use crate::cli::{Format, PlanArgs};
use crate::commands::preflight::preflight;
use crate::exit::{self, Done};
use crate::machine;
use crate::output::count;
use estimate::{Rates, roughly, side_by_side};

/// A plan of up to so many runs is shown whole. Of a longer one the first and last few are shown,
/// unless all are asked for.
const SHOWN_WHOLE: usize = 40;
const FIRST: usize = 10;
const LAST: usize = 3;

/// Prints the settings of each arm and the runs, with their ids and whether they are recorded.
pub(crate) fn plan(args: &PlanArgs, out: &mut dyn Write) -> Done {
    let overrides = args.config.overrides();
    let plan = load(&args.config.files, &overrides)?;
    exit::warn(&plan.warnings);
    let specs = plan.runs();
    let options = options(args);
    let data_sets = preflight(&plan, &specs, &overrides, &options)?;
    let mut rates = Rates::default();
    let runs: Vec<PlannedRun> = specs
        .into_iter()
        .map(|spec| {
            let record = record::read_record(&spec.directory(&args.out)).ok();
            if let Some(record) = record.as_ref().filter(|record| record.id == spec.id()) {
                rates.learn(&spec, record);
            }
            PlannedRun::new(spec, record.as_ref(), &options)
        })
        .collect();
    if rates.runs() == 0 {
        rates.sample(&args.out);
    }
    match args.format {
        Format::Json => print_json(out, &runs, &rates, args),
        Format::Text => {
            for experiment in &plan.experiments {
                print_experiment(out, experiment)?;
            }
            for data_set in &data_sets {
                writeln!(out, "{data_set}\n")?;
            }
            print_runs(out, &runs, args)?;
            print_estimate(out, &runs, &rates, &options)
        }
    }
}

/// How the runs would be carried out.
fn options(args: &PlanArgs) -> Options {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Options {
        out: args.out.clone(),
        jobs: args.jobs.map_or(cores, usize::from),
        stack: None,
        force: false,
        interrupt: Arc::default(),
        sets: ImageSets::default(),
    }
}

/// A run of the plan, and what is in its folder.
struct PlannedRun {
    spec: RunSpec,
    status: String,
    /// Whether the run has its result, and will not run again.
    done: bool,
}

impl PlannedRun {
    fn new(spec: RunSpec, record: Option<&RunRecord>, options: &Options) -> Self {
        let (status, done) = match record {
            Some(record) if record.id == spec.id() => {
                (record.status.to_string(), record.status.is_final())
            }
            // The same command brings its record back.
            _ if has_result(&spec, options) => ("set aside".to_owned(), true),
            Some(_) => ("other settings".to_owned(), false),
            None => ("to run".to_owned(), false),
        };
        PlannedRun { spec, status, done }
    }
}

fn print_json(out: &mut dyn Write, runs: &[PlannedRun], rates: &Rates, args: &PlanArgs) -> Done {
    // One by one: the settings of a hundred thousand runs would take much memory at once.
    writeln!(out, "[")?;
    for (index, run) in runs.iter().enumerate() {
        let comma = if index + 1 < runs.len() { "," } else { "" };
        writeln!(out, "{:#}{comma}", as_json(run, rates, args))?;
    }
    Ok(writeln!(out, "]")?)
}

fn as_json(PlannedRun { spec, status, .. }: &PlannedRun, rates: &Rates, args: &PlanArgs) -> Json {
    let settings: serde_json::Map<_, _> =
        spec.settings.entries().into_iter().map(|(name, value)| (name, json!(value))).collect();
    let mut run = json!({
        "experiment": spec.experiment, "arm": spec.arm, "seed": spec.seed.weights, "id": spec.id(),
        "directory": spec.directory(&args.out), "status": status,
        "estimated_seconds": record::json_number(rates.seconds(spec)), "settings": settings,
    });
    if let Some(order) = spec.seed.other_order() {
        run["order_seed"] = order.into();
    }
    if let Some(point) = &spec.point {
        let axes = point.axes.iter().map(|axis| {
            let (setting, scale) = (&*axis.setting, axis.scale.name());
            json!({ "setting": setting, "value": axis.value, "scale": scale })
        });
        run["sweep"] = json!({ "arm": point.arm, "axes": axes.collect::<Vec<Json>>() });
    }
    run
}

fn print_experiment(out: &mut dyn Write, experiment: &Experiment) -> Done {
    let Experiment { name, title, arms, seeds, sweep, .. } = experiment;
    let points = experiment.point_count();
    let mut factors = vec![count(arms.len() / points, "arm"), SeedPair::count(seeds)];
    if !sweep.is_empty() {
        factors.insert(1, count(points, "point"));
    }
    let runs = count(arms.len() * seeds.len(), "run");
    writeln!(out, "{name}: {title} ({} = {runs})", factors.join(" x "))?;
    for (base, _) in &experiment.bases {
        writeln!(out, "  extends {}", base.display())?;
    }
    if !sweep.is_empty() {
        writeln!(out, "\n  swept over")?;
        for axes in sweep {
            for (index, axis) in axes.iter().enumerate() {
                let with = if index == 0 { "" } else { "together with " };
                writeln!(out, "    {with}{} = {}", axis.setting, values(axis))?;
            }
        }
    }
    print_arms(out, experiment)?;
    Ok(writeln!(out)?)
}

/// Prints the settings of the first arm, and of every other arm what differs from it.
fn print_arms(out: &mut dyn Write, experiment: &Experiment) -> Done {
    let arms: Vec<&Arm> = experiment.arms.iter().step_by(experiment.point_count()).collect();
    let axes: Vec<&str> = experiment.sweep.iter().flatten().map(|axis| &*axis.setting).collect();
    let base = &arms[0].settings.entries();
    for (index, arm) in arms.iter().enumerate() {
        let settings = &arm.settings;
        let steps = settings
            .training_images()
            .map(|images| format!(", {}", count(settings.steps(images), "step")));
        let (name, first) = match &arm.point {
            Some(point) => (&point.arm, " at its first point"),
            None => (&arm.name, ""),
        };
        writeln!(out, "\n  {name}{first}{}", steps.unwrap_or_default())?;
        for entry in settings.entries() {
            if index == 0 || !base.contains(&entry) {
                let (name, value) = entry;
                let swept = if axes.contains(&name.as_str()) { ", swept" } else { "" };
                writeln!(out, "    {name} = {value}{swept}")?;
            }
        }
    }
    Ok(())
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

fn print_runs(out: &mut dyn Write, runs: &[PlannedRun], args: &PlanArgs) -> Done {
    let whole = args.all || runs.len() <= SHOWN_WHOLE;
    let left_out = if whole { 0..0 } else { FIRST..runs.len() - LAST };
    for (index, PlannedRun { spec, status, .. }) in runs.iter().enumerate() {
        if index == left_out.start && !left_out.is_empty() {
            writeln!(out, "... {} more; --all shows them", left_out.len())?;
        }
        if !left_out.contains(&index) {
            let directory = spec.directory(&args.out);
            writeln!(out, "{}  {status:<14}  {}", spec.id(), directory.display())?;
        }
    }
    Ok(())
}

fn print_estimate(
    out: &mut dyn Write,
    runs: &[PlannedRun],
    rates: &Rates,
    options: &Options,
) -> Done {
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    runs.iter().for_each(|run| *by_status.entry(&run.status).or_default() += 1);
    let statuses: Vec<String> =
        by_status.iter().map(|(status, count)| format!("{count} {status}")).collect();
    writeln!(out, "\n{}: {}", count(runs.len(), "run"), statuses.join(", "))?;
    let left = runs.iter().filter(|run| !run.done).map(|run| &run.spec);
    let seconds: Vec<f64> = left.clone().map(|spec| rates.seconds(spec)).collect();
    if seconds.is_empty() {
        return Ok(());
    }
    let fitting = machine::side_by_side(left, options.jobs, &options.sets);
    let jobs = fitting.count.min(seconds.len());
    let folder = options.out.display();
    let basis = match rates.runs() {
        0 => format!("a run's cost on another machine: no finished run in {folder} says better"),
        learned => format!("how long {} in {folder} took", count(learned, "finished run")),
    };
    let time = roughly(side_by_side(&seconds, jobs));
    let (left, jobs) = (count(seconds.len(), "run"), count(jobs, "job"));
    writeln!(out, "about {time} for {left} to go with {jobs}, estimated from {basis}")?;
    writeln!(out, "{}", fitting.memory())?;
    fitting.note().iter().try_for_each(|note| Ok(writeln!(out, "{note}")?))
}
