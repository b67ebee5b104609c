//! `train probe`: looks inside the networks of a plan before training, with theory beside what is
//! measured. Nothing is trained.

mod measure;
mod parts;
mod recorded;

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use experiment::{RunSpec, load};
use probe::{ArmProbe, Finding, Parts, ProbeRecord, Scope, diagnose, table};
use report::inside::{Inside, InsideArm, InsideAxis};
use training::Starts;

use crate::cli::{ProbeArgs, ProbeFormat};
use crate::exit::{Done, Failure, print_to_stderr};
use crate::output::{results, terminal_width};
use measure::{ImageSets, Start, Task};
pub(crate) use recorded::probe_study;

/// Images that a start is looked into with, where nobody says how many.
const IMAGES: usize = 1_000;

/// Measures every run of the plan that was not measured yet, and prints what was found.
pub(crate) fn probe(args: &ProbeArgs, out: &mut dyn Write) -> Done {
    let plan = load(&args.config.files, &args.config.overrides())?;
    crate::exit::warn(&plan.warnings);
    let starts = Starts::default();
    let all: Vec<Start> = starts_of(plan.runs())
        .iter()
        .map(|run| {
            if let Some(reason) = measure::refusal(&run.settings) {
                return Err(Failure::BadInput(format!("{}: {reason}", run.label())));
            }
            let run = starts.fitted(run).map_err(measure::failure)?;
            Ok(Start { directory: run.directory(&args.out), run })
        })
        .collect::<Result<_, _>>()?;
    let runs = all.iter().map(|start| &start.run);
    let images = ImageSets::read(&starts, runs, args.images as usize)?;
    let task = Task {
        starts: &starts,
        images: &images,
        scope: Scope {
            images: args.images as usize,
            kernel_images: args.kernel.map(|images| images as usize),
            hessian_images: args.hessian.map(|images| images as usize),
        },
        force: args.force,
        jobs: args.jobs.map_or_else(cores, usize::from),
    };
    let inside = arms(&all, task.all(&all)?);
    let arms: Vec<ArmProbe> = inside.arms.iter().map(|arm| arm.probe.clone()).collect();
    match args.format {
        ProbeFormat::Text => print(out, &arms, &inside)?,
        ProbeFormat::Json => writeln!(out, "{:#}", table::json(&arms))?,
        ProbeFormat::Csv => write!(out, "{}", table::csv(&arms))?,
        ProbeFormat::Markdown => write!(out, "{}", table::markdown(&arms))?,
    }
    if let (Some(block), ProbeFormat::Text) = (args.block, args.format) {
        task.print_block(out, &all, block)?;
    }
    if let Some(folder) = &args.pictures {
        let folder = folder.clone().unwrap_or_else(|| beside(&all, &args.out));
        for picture in results::write_all(inside.pictures(), &folder)? {
            print_to_stderr(&picture.display().to_string());
        }
    }
    Ok(())
}

/// Each start once: runs that differ in the order of the batches alone start alike.
fn starts_of(mut runs: Vec<RunSpec>) -> Vec<RunSpec> {
    let mut seen = HashSet::new();
    let start = |run: &RunSpec| (run.experiment.clone(), run.arm.clone(), run.seed.weights);
    runs.retain(|run| seen.insert(start(run)));
    runs
}

/// Tables, and where a person reads them charts too.
fn print(out: &mut dyn Write, arms: &[ArmProbe], inside: &Inside) -> Done {
    write!(out, "{}", table::text(arms, terminal_width()))?;
    if std::io::stdout().is_terminal() {
        writeln!(out, "\n{}", inside.terminal(terminal_width().min(100)))?;
    }
    Ok(())
}

/// The folder of the pictures: in that of the experiment, or of all where there are several.
fn beside(all: &[Start], out: &Path) -> PathBuf {
    let first = all.first().map(|start| start.run.experiment.as_str()).unwrap_or_default();
    let one = all.iter().all(|start| start.run.experiment == first);
    if one { out.join(first).join("inside") } else { out.join("inside") }
}

/// What stands out at the start of one run. Under SGD the curvature is measured too, since its
/// largest stable rate depends on it.
pub(super) fn findings_of(run: &RunSpec, starts: &Starts) -> Result<Vec<Finding>, Failure> {
    if let Some(reason) = measure::refusal(&run.settings) {
        return Err(Failure::BadInput(format!("{}: {reason}", run.label())));
    }
    let run = starts.fitted(run).map_err(measure::failure)?;
    let images = ImageSets::read(starts, std::iter::once(&run), IMAGES)?;
    let context = measure::context(&run.settings);
    let is_plain = parts::parts(&run.settings.model) == Parts::default();
    let hessian_images = (!context.is_adaptive && is_plain).then_some(IMAGES);
    let scope = Scope { images: IMAGES, kernel_images: None, hessian_images };
    let task = Task { starts, images: &images, scope, force: true, jobs: 1 };
    Ok(diagnose(&task.measured(&run)?.measures, &context))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The probes by arm and, of a sweep, by point, in the order of the plan.
fn arms(starts: &[Start], records: Vec<ProbeRecord>) -> Inside {
    let mut groups: Vec<(&RunSpec, Vec<(u64, ProbeRecord)>)> = Vec::new();
    for (Start { run, .. }, record) in starts.iter().zip(records) {
        let same = |(other, _): &&mut (&RunSpec, _)| {
            (&other.experiment, &other.arm) == (&run.experiment, &run.arm)
        };
        // Seeds of an arm come one after another, or after those of all others.
        match groups.iter_mut().rev().find(same) {
            Some((_, records)) => records.push((run.seed.weights, record)),
            None => groups.push((run, vec![(run.seed.weights, record)])),
        }
    }
    let mut inside = Inside { axes: axes(groups.iter().map(|(run, _)| *run)), ..Inside::default() };
    let one = groups.iter().all(|(run, _)| run.experiment == groups[0].0.experiment);
    for (look, (run, records)) in groups.into_iter().enumerate() {
        let Some(probe) = ArmProbe::new(&run.experiment, &run.arm, records) else { continue };
        let label = match (one, run.arm == RunSpec::BASE) {
            (_, true) => run.experiment.clone(),
            (true, false) => run.arm.clone(),
            (false, false) => probe.label(),
        };
        let swept = run.point.as_ref();
        let arm = swept.map_or(run.arm.clone(), |point| point.arm.clone());
        let at = inside.axes.iter().map(|axis| {
            let value = value_of(run, &axis.name).unwrap_or_default();
            axis.values.iter().position(|other| *other == value).unwrap_or(0)
        });
        let at = at.collect();
        inside.arms.push(InsideArm { label, look, arm, at, probe });
    }
    inside
}

/// The axes of a sweep that all runs are points of.
fn axes<'a>(runs: impl Iterator<Item = &'a RunSpec> + Clone) -> Vec<InsideAxis> {
    let mut axes: Vec<InsideAxis> = Vec::new();
    let first = runs.clone().next().and_then(|run| run.point.as_ref());
    for axis in first.map_or(&[][..], |point| &point.axes) {
        let name = axis.setting.to_string();
        let mut values: Vec<String> = Vec::new();
        for run in runs.clone() {
            match value_of(run, &name) {
                Some(value) if values.contains(&value) => {}
                Some(value) => values.push(value),
                // Not all runs are of this sweep.
                None => return Vec::new(),
            }
        }
        axes.push(InsideAxis { name, values });
    }
    axes
}

/// The value of a run on an axis, as it is written.
fn value_of(run: &RunSpec, axis: &str) -> Option<String> {
    let value = &run.point.as_ref()?.axes.iter().find(|other| &*other.setting == axis)?.value;
    if let Some(number) = value.as_float() {
        // Three digits, as short as that allows.
        let rounded: f64 = format!("{number:.2e}").parse().unwrap_or(number);
        return Some(rounded.to_string());
    }
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}
