//! The measurements of `train probe`: side by side, each kept beside the record of its run.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use experiment::RunSpec;
use probe::{LayerWeights, Measures, Network, Options, ProbeRecord, Scope, short};
use training::{RunError, Starts};

use super::parts::parts;
use super::{ImageSets, images_of};
use crate::exit::{Done, Failure};

/// What to measure, and where to keep it.
pub(super) struct Task<'a> {
    pub(super) starts: &'a Starts,
    pub(super) images: &'a ImageSets,
    pub(super) scope: Scope,
    pub(super) out: &'a Path,
    pub(super) force: bool,
    pub(super) jobs: usize,
}

/// A run that cannot be probed.
pub(super) fn failure(error: RunError) -> Failure {
    if error.is_bad_input() {
        Failure::BadInput(error.to_string())
    } else {
        Failure::Failed(error.to_string())
    }
}

/// The network that a run starts from.
pub(super) fn network(starts: &Starts, run: &RunSpec) -> Result<Network, Failure> {
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
        .map_err(|error| Failure::BadInput(error.to_string()))
}

impl Task<'_> {
    /// The measures of every run, in their order. The first error ends it.
    pub(super) fn all(&self, runs: &[RunSpec]) -> Result<Vec<Measures>, Failure> {
        let next = AtomicUsize::new(0);
        let results: Mutex<Vec<Option<Result<Measures, Failure>>>> =
            Mutex::new(runs.iter().map(|_| None).collect());
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(run) = runs.get(index) else { return };
                let result = self.one(run);
                if result.is_err() {
                    next.store(runs.len(), Ordering::Relaxed);
                }
                results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.min(runs.len()) {
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

    /// What is kept of the run, or a new measurement.
    fn one(&self, run: &RunSpec) -> Result<Measures, Failure> {
        let path = run.directory(self.out).join(ProbeRecord::FILE);
        if !self.force
            && let Some(kept) = self.kept(run, &path)
        {
            return Ok(kept);
        }
        let network = network(self.starts, run)?;
        let options = Options {
            kernel_images: self.scope.kernel_images,
            hessian_images: self.scope.hessian_images,
            ..Options::default()
        };
        let images = images_of(self.images, &run.settings)?;
        let measures = network
            .measure(images, &options)
            .map_err(|error| Failure::BadInput(error.to_string()))?;
        self.keep(run, &path, &measures)?;
        Ok(measures)
    }

    fn kept(&self, run: &RunSpec, path: &Path) -> Option<Measures> {
        let bytes = std::fs::read(path).ok()?;
        let record: ProbeRecord = serde_json::from_slice(&bytes).ok()?;
        let same = record.format == ProbeRecord::FORMAT
            && record.id == run.id()
            && record.scope == self.scope;
        same.then_some(record.measures)
    }

    fn keep(&self, run: &RunSpec, path: &Path, measures: &Measures) -> Done {
        let record = ProbeRecord {
            format: ProbeRecord::FORMAT,
            id: run.id(),
            scope: self.scope.clone(),
            measures: measures.clone(),
        };
        let text = serde_json::to_string_pretty(&record)
            .map_err(|error| Failure::Failed(error.to_string()))?;
        let write = || {
            std::fs::create_dir_all(run.directory(self.out))?;
            record::write_atomically(path, text.as_bytes())
        };
        write()
            .map_err(|error| Failure::BadInput(format!("cannot write {}: {error}", path.display())))
    }

    /// Prints the singular values of a block of layers, of the first seed of each arm.
    pub(super) fn print_block(
        &self,
        out: &mut dyn Write,
        runs: &[RunSpec],
        block: [usize; 2],
    ) -> Done {
        const IMAGES: usize = 5;
        let [first, last] = block;
        let Some(seed) = runs.first().map(|run| run.seed) else { return Ok(()) };
        writeln!(
            out,
            "\nJacobian of layer {last} by layer {first}, {IMAGES} images, seed {seed}:"
        )?;
        for run in runs.iter().filter(|run| run.seed == seed) {
            let images = images_of(self.images, &run.settings)?.first(IMAGES);
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
