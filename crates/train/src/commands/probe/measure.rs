//! The measurements of starts: side by side, each kept beside the record of its run.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use experiment::{Data, Loss, Model, Norm, Parametrization, Residual, RunSpec, Settings};
use probe::{
    Context, Expectation, Images, LayerWeights, Network, Options, ProbeError, ProbeRecord, Scope,
    Theory, Unmet, short, theory_layers,
};
use training::{RunError, Starts};

use super::parts::parts;
use crate::exit::{Done, Failure};

/// A run whose start is looked into, and the directory of its record.
pub(crate) struct Start {
    pub(crate) run: RunSpec,
    pub(crate) directory: PathBuf,
}

/// What to measure.
pub(crate) struct Task<'a> {
    pub(crate) starts: &'a Starts,
    pub(crate) images: &'a ImageSets,
    pub(crate) scope: Scope,
    /// Whether to measure anew what was measured already.
    pub(crate) force: bool,
    /// Networks side by side.
    pub(crate) jobs: usize,
}

/// A run that cannot be looked into.
pub(crate) fn failure(error: RunError) -> Failure {
    if error.is_bad_input() {
        Failure::BadInput(error.to_string())
    } else {
        Failure::Failed(error.to_string())
    }
}

fn bad_input(error: ProbeError) -> Failure {
    Failure::BadInput(error.to_string())
}

/// Why the start of a run cannot be looked into, if it cannot: gradients are of another loss.
pub(crate) fn refusal(settings: &Settings) -> Option<String> {
    let is_cross_entropy = settings.training.loss == Loss::CrossEntropy { label_smoothing: 0.0 };
    (!is_cross_entropy).then(|| {
        "a start cannot be looked into with `training.loss`: gradients here are those of \
         cross-entropy without label smoothing"
            .to_owned()
    })
}

/// The settings that a diagnosis looks at.
pub(crate) fn context(settings: &Settings) -> Context {
    let optimizer = &settings.optimizer;
    Context {
        activation: settings.model.activation,
        is_adaptive: optimizer.algorithm.is_adaptive(),
        learning_rate: optimizer.learning_rate,
        init_factor: settings.init.factor,
        output_scale: settings.model.output_scale,
    }
}

/// The images that networks are looked into with, one set for each kind of data.
pub(crate) struct ImageSets(Vec<(Data, Images)>);

impl ImageSets {
    /// So many training images of each kind of data that the runs have.
    pub(crate) fn read<'a>(
        starts: &Starts,
        runs: impl Iterator<Item = &'a RunSpec>,
        count: usize,
    ) -> Result<ImageSets, Failure> {
        let mut sets: Vec<(Data, Images)> = Vec::new();
        for run in runs {
            let data = &run.settings.data;
            if sets.iter().any(|(other, _)| other == data) {
                continue;
            }
            let choose = |available| probe::sample_images(available, count);
            let (inputs, labels) =
                starts.training_images(&run.settings, choose).map_err(failure)?;
            sets.push((data.clone(), Images::new(&inputs, &labels).map_err(bad_input)?));
        }
        Ok(ImageSets(sets))
    }

    fn of(&self, settings: &Settings) -> Result<&Images, Failure> {
        let of = self.0.iter().find(|(data, _)| *data == settings.data).map(|(_, images)| images);
        of.ok_or_else(|| Failure::Failed("the images of a run were not read".to_owned()))
    }
}

/// The network that a run starts from.
fn network(starts: &Starts, run: &RunSpec) -> Result<Network, Failure> {
    let layers = starts.weights(run).map_err(failure)?;
    let layers: Vec<LayerWeights> = layers
        .iter()
        .map(|layer| LayerWeights {
            shape: layer.shape,
            weight: &layer.weight,
            bias: layer.bias.as_deref(),
        })
        .collect();
    let model = &run.settings.model;
    Network::new(&layers, model.activation)
        .and_then(|network| network.with_parts(parts(model)))
        .map_err(bad_input)
}

/// What theory says of a start.
fn theory(settings: &Settings, images: &Images) -> Theory {
    let expectation = || {
        let init = &settings.init;
        if let Some(setting) = beyond_theory(&settings.model) {
            return Err(Unmet::Parts { setting });
        }
        if let Some(from) = &init.from {
            return Err(Unmet::Read { from: from.clone() });
        }
        let laws = |layer: usize| {
            let init = init.layer(layer + 1);
            (init.weight.clone(), settings.model.bias.then(|| init.bias.clone()))
        };
        let mut layers = theory_layers(&settings.model.targets(), laws)?;
        layers.iter_mut().for_each(|layer| layer.weight_variance *= init.factor.powi(2));
        Ok(Expectation::new(settings.model.activation, &layers, &images.second_moments()))
    };
    match expectation() {
        Ok(expectation) => Theory::Expects(expectation),
        Err(unmet) => Theory::IsSilent(unmet.to_string()),
    }
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

impl Task<'_> {
    /// The probe of every start, in their order. The first error ends it.
    pub(crate) fn all(&self, starts: &[Start]) -> Result<Vec<ProbeRecord>, Failure> {
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<Option<Result<ProbeRecord, Failure>>>> =
            Mutex::new(starts.iter().map(|_| None).collect());
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(start) = starts.get(index) else { return };
                let result = self.one(start);
                if result.is_err() {
                    next.store(starts.len(), Ordering::Relaxed);
                }
                results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.min(starts.len()) {
                scope.spawn(work);
            }
        });
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let missing = || Err(Failure::Failed("a network was not measured".to_owned()));
        // An error comes before what it kept from being measured.
        let (errors, others): (Vec<_>, Vec<_>) =
            results.into_iter().partition(|result| matches!(result, Some(Err(_))));
        if let Some(Some(Err(error))) = errors.into_iter().next() {
            return Err(error);
        }
        others.into_iter().map(|result| result.unwrap_or_else(missing)).collect()
    }

    /// What is kept of the start, or a new measurement.
    fn one(&self, Start { run, directory }: &Start) -> Result<ProbeRecord, Failure> {
        let kept = ProbeRecord::read(directory, &run.id());
        if let Some(kept) = kept.filter(|kept| !self.force && kept.scope == self.scope) {
            return Ok(kept);
        }
        let record = self.measured(run)?;
        keep(&record, directory)?;
        Ok(record)
    }

    /// Measures a start; nothing is written.
    pub(crate) fn measured(&self, run: &RunSpec) -> Result<ProbeRecord, Failure> {
        let images = self.images.of(&run.settings)?;
        let options = Options {
            kernel_images: self.scope.kernel_images,
            hessian_images: self.scope.hessian_images,
            ..Options::default()
        };
        let network = network(self.starts, run)?;
        Ok(ProbeRecord {
            format: ProbeRecord::FORMAT,
            id: run.id(),
            scope: self.scope.clone(),
            context: context(&run.settings),
            measures: network.measure(images, &options).map_err(bad_input)?,
            theory: theory(&run.settings, images),
        })
    }

    /// Prints the singular values of a block of layers, of the first seed of each arm.
    pub(super) fn print_block(
        &self,
        out: &mut dyn Write,
        starts: &[Start],
        block: [usize; 2],
    ) -> Done {
        const IMAGES: usize = 5;
        let [first, last] = block;
        let Some(seed) = starts.first().map(|start| start.run.seed.weights) else { return Ok(()) };
        writeln!(
            out,
            "\nJacobian of layer {last} by layer {first}, {IMAGES} images, seed {seed}:"
        )?;
        for Start { run, .. } in starts.iter().filter(|start| start.run.seed.weights == seed) {
            let images = self.images.of(&run.settings)?.first(IMAGES);
            let values = network(self.starts, run)?
                .block_singular_values(&images, block)
                .map_err(|error| Failure::BadInput(format!("--block: {error}")))?;
            let at = |share: f64| short(values[((values.len() - 1) as f64 * share) as usize]);
            writeln!(
                out,
                "  {}: {} singular values: largest {}, quartiles {}, {}, {}, smallest {}",
                run.label(),
                values.len(),
                at(0.0),
                at(0.25),
                at(0.5),
                at(0.75),
                at(1.0)
            )?;
        }
        Ok(())
    }
}

fn keep(record: &ProbeRecord, directory: &Path) -> Done {
    let text =
        serde_json::to_string_pretty(record).map_err(|error| Failure::Failed(error.to_string()))?;
    let path = directory.join(ProbeRecord::FILE);
    let write = || {
        std::fs::create_dir_all(directory)?;
        record::write_atomically(&path, text.as_bytes())
    };
    write().map_err(|error| Failure::BadInput(format!("cannot write {}: {error}", path.display())))
}
