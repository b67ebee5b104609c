//! `train probe`: looks inside the networks of a plan before training, with theory beside what is
//! measured. Nothing is trained.

mod measure;
mod parts;

use std::collections::BTreeMap;
use std::io::Write;

use experiment::{Model, Norm, Parametrization, Residual, RunSpec, Settings, load};
use probe::{
    ArmProbe, Context, Expectation, Finding, Images, Measures, Options, ProbeError, Scope, Unmet,
    diagnose, table, theory_layers,
};
use training::Starts;

use crate::cli::{ProbeArgs, ProbeFormat};
use crate::exit::{Done, Failure};
use crate::output::terminal_width;

/// Measures every run of the plan that was not measured yet, and prints what was found.
pub(crate) fn probe(args: &ProbeArgs, out: &mut dyn Write) -> Done {
    let plan = load(&args.config.files, &args.config.overrides())?;
    let starts = Starts::default();
    let runs: Vec<RunSpec> = plan
        .runs()
        .iter()
        .map(|run| starts.fitted(run).map_err(measure::failure))
        .collect::<Result<_, _>>()?;
    let looked_at = look_at(&runs, &starts, args)?;
    let scope = Scope {
        images: args.images as usize,
        kernel_images: args.kernel.map(|images| images as usize),
        hessian_images: args.hessian.map(|images| images as usize),
    };
    let task = measure::Task {
        starts: &starts,
        images: &looked_at,
        scope,
        out: &args.out,
        force: args.force,
        jobs: args.jobs.map_or_else(cores, usize::from),
    };
    let measures = task.all(&runs)?;
    let arms = arms(&runs, measures, &looked_at)?;
    match args.format {
        ProbeFormat::Text => write!(out, "{}", table::text(&arms, terminal_width()))?,
        ProbeFormat::Json => writeln!(out, "{:#}", table::json(&arms))?,
        ProbeFormat::Csv => write!(out, "{}", table::csv(&arms))?,
        ProbeFormat::Markdown => write!(out, "{}", table::markdown(&arms))?,
    }
    if let (Some(block), ProbeFormat::Text) = (args.block, args.format) {
        task.print_block(out, &runs, block)?;
    }
    Ok(())
}

/// What stands out at the start of one run, on a thousand images.
pub(super) fn findings_of(run: &RunSpec, starts: &Starts) -> Result<Vec<Finding>, Failure> {
    let run = &starts.fitted(run).map_err(measure::failure)?;
    let choose = |available| probe::sample_images(available, 1_000);
    let (inputs, labels) =
        starts.training_images(&run.settings, choose).map_err(measure::failure)?;
    let bad_input = |error: ProbeError| Failure::BadInput(error.to_string());
    let images = Images::new(&inputs, &labels).map_err(bad_input)?;
    let network = measure::network(starts, run)?;
    let measures = network.measure(&images, &Options::default()).map_err(bad_input)?;
    Ok(diagnose(&measures, &context(&run.settings)))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The images that networks are looked at with, one set for each kind of data.
type ImageSets = Vec<(experiment::Data, Images)>;

fn look_at(runs: &[RunSpec], starts: &Starts, args: &ProbeArgs) -> Result<ImageSets, Failure> {
    let mut sets: ImageSets = Vec::new();
    for run in runs {
        let data = &run.settings.data;
        if sets.iter().any(|(other, _)| other == data) {
            continue;
        }
        let choose = |available| probe::sample_images(available, args.images as usize);
        let (inputs, labels) =
            starts.training_images(&run.settings, choose).map_err(measure::failure)?;
        let images =
            Images::new(&inputs, &labels).map_err(|error| Failure::BadInput(error.to_string()))?;
        sets.push((data.clone(), images));
    }
    Ok(sets)
}

fn images_of<'a>(sets: &'a ImageSets, settings: &Settings) -> Result<&'a Images, Failure> {
    let of = sets.iter().find(|(data, _)| *data == settings.data).map(|(_, images)| images);
    of.ok_or_else(|| Failure::Failed("the images of a run were not read".to_owned()))
}

/// The probes by arm, in the order of the plan.
fn arms(
    runs: &[RunSpec],
    measures: Vec<Measures>,
    looked_at: &ImageSets,
) -> Result<Vec<ArmProbe>, Failure> {
    let mut index: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut arms: Vec<ArmProbe> = Vec::new();
    for (run, measures) in runs.iter().zip(measures) {
        let arm = *index.entry((&run.experiment, &run.arm)).or_insert(arms.len());
        if arm == arms.len() {
            let images = images_of(looked_at, &run.settings)?;
            arms.push(ArmProbe {
                experiment: run.experiment.clone(),
                arm: run.arm.clone(),
                context: context(&run.settings),
                measures: Vec::new(),
                expectation: expectation(&run.settings, images),
            });
        }
        arms[arm].measures.push((run.seed, measures));
    }
    Ok(arms)
}

fn context(settings: &Settings) -> Context {
    let optimizer = &settings.optimizer;
    Context {
        activation: settings.model.activation,
        is_adaptive: optimizer.algorithm.is_adaptive(),
        learning_rate: optimizer.learning_rate,
    }
}

fn expectation(settings: &Settings, images: &Images) -> Result<Expectation, Unmet> {
    if let Some(setting) = beyond_theory(&settings.model) {
        return Err(Unmet::Parts { setting });
    }
    let init = |layer: usize| {
        let init = settings.init.layer(layer + 1);
        (init.weight.clone(), settings.model.bias.then(|| init.bias.clone()))
    };
    let mut layers = theory_layers(&settings.model.targets(), init)?;
    layers.iter_mut().for_each(|layer| layer.weight_variance *= settings.init.factor.powi(2));
    Ok(Expectation::new(settings.model.activation, layers, &images.second_moments()))
}

/// The setting of the network that theory here does not know, if there is one.
fn beyond_theory(model: &Model) -> Option<&'static str> {
    let settings = [
        ("model.norm", model.norm != Norm::None),
        ("model.residual", model.residual != Residual::None),
        ("model.output_scale", model.output_scale != 1.0),
        ("model.parametrization", model.parametrization == Parametrization::Mup),
    ];
    settings.into_iter().find(|(_, is_given)| *is_given).map(|(setting, _)| setting)
}
