//! One run, from its settings to its record.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use burn::tensor::Device;
use burn::train::{InferenceStep, Learner};
use experiment::{Backend, RunSpec};
use model::{LayerWeights, Mlp, complete_layers, draw_layers};
use record::{
    Checkpoint, FORMAT, InitialWeights, Metrics, Provenance, Resumption, RunDirectory, RunRecord, Status,
    read_checkpoint,
};

use crate::checkpoint::States;
use crate::classifier::Classifier;
use crate::data::Resident;
use crate::desk::Desk;
use crate::execute::RunError;
use crate::learner::{self, Batches, new_learner, restored_learner};
use crate::observer::Observer;
use crate::order::first_batch;
use crate::provenance;
use crate::strategy::{End, Series, StepByStep, Tally};
use crate::weights::safetensors;

/// What runs share: the images on their device.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) device: Device,
    pub(crate) training: Resident,
    pub(crate) validation: Resident,
    pub(crate) test: Resident,
    /// SHA-256 of the images and labels, where they are not the embedded ones.
    pub(crate) checksum: Option<String>,
}

/// Carries out a run, from its newest checkpoint on unless it is to be `anew`, and writes its record.
pub(crate) fn run(
    spec: &RunSpec,
    shared: &Shared,
    desk: &Desk,
    anew: bool,
    interrupt: Arc<AtomicBool>,
    observer: Arc<dyn Observer>,
) -> Result<RunRecord, RunError> {
    let settings = &spec.settings;
    let steps_per_epoch = settings.steps_per_epoch(shared.training.len());
    let steps = settings.steps(shared.training.len());
    if steps_per_epoch == 0 {
        return Err(RunError::BadInput(format!(
            "batches of {} images cannot be had from {} training images",
            settings.training.batch_size,
            shared.training.len()
        )));
    }
    let layers = draw(spec, &shared.training)?;
    let mut record = new_record(spec, shared, &layers, steps);
    let device = shared.device.clone().autodiff();
    let classifier = Classifier { network: Mlp::new(layers, settings.model.activation, &device) };
    let checkpoint = if anew { None } else { resume(spec, desk, &record, &classifier, observer.as_ref())? };
    let (learner, series) = match checkpoint {
        Some((learner, checkpoint)) => {
            record.provenance = resumed(&checkpoint, &record.provenance);
            (learner, Series::of(&checkpoint))
        }
        None => (new_learner(classifier, settings, steps).map_err(RunError::Failed)?, Series::default()),
    };
    let start = series.steps.len() as u64;
    desk.write(|directory| directory.write_config(&spec.to_toml()))?;
    desk.write(|directory| directory.write_record(&record))?;
    if start == 0 {
        desk.write(RunDirectory::remove_results)?;
    }
    observer.started(spec, start, steps);

    let (states, couriers) = States::with_couriers();
    #[expect(clippy::arc_with_non_send_sync, reason = "burn asks for an Arc, and uses it on this thread alone")]
    let strategy = Arc::new(StepByStep {
        spec: spec.clone(),
        images: shared.training.len() as u64,
        steps_per_epoch,
        steps,
        read_late: settings.backend == Backend::Wgpu,
        interrupt,
        observer,
        desk: desk.clone(),
        states,
        provenance: record.provenance.clone(),
        started: Instant::now(),
        result: Mutex::new(Ok(series)),
    });
    let batches = Batches {
        images: shared.training.clone(),
        seed: spec.seed,
        batch_size: settings.training.batch_size,
        steps_per_epoch,
        start,
        steps,
    };
    let (validation, path) = (shared.validation.clone(), desk.directory().path());
    let trained = learner::train(learner, batches, validation, path, Arc::clone(&strategy), couriers)
        .map_err(RunError::Failed)?;
    record.provenance.training_seconds = strategy.seconds();
    let series = strategy.take_result()?;
    finish(&mut record, &series, &trained, shared);

    desk.write(|directory| directory.write_steps(&series.steps))?;
    desk.write(|directory| directory.write_epochs(&series.epochs))?;
    if record.status.is_final() {
        let weights = safetensors(&trained)?;
        desk.write(|directory| directory.write_weights(&weights))?;
    }
    desk.write(|directory| directory.write_record(&record))?;
    if record.status.is_final() {
        desk.write(RunDirectory::remove_checkpoints)?;
    }
    Ok(record)
}

/// The newest checkpoint of the run that is whole and can be gone on with. Those that cannot are told of and removed.
fn resume(
    spec: &RunSpec,
    desk: &Desk,
    record: &RunRecord,
    classifier: &Classifier,
    observer: &dyn Observer,
) -> Result<Option<(Learner<Classifier>, Checkpoint)>, RunError> {
    let steps = record.steps_planned;
    for path in desk.directory().checkpoints() {
        let restored = read_checkpoint(&path, &record.id).map_err(|error| error.to_string()).and_then(|checkpoint| {
            if checkpoint.provenance.data != record.provenance.data || checkpoint.losses.len() as u64 >= steps {
                return Err(format!("{} is of other images", path.display()));
            }
            let learner = restored_learner(&checkpoint, classifier.clone(), &spec.settings, steps)
                .map_err(|error| format!("{} cannot be gone on with: {error}", path.display()))?;
            Ok((learner, checkpoint))
        });
        match restored {
            Ok(restored) => return Ok(Some(restored)),
            Err(reason) => {
                observer.noted(spec, &format!("{reason}; it is removed, and what it held is computed again"));
                desk.write(|_| std::fs::remove_file(&path))?;
            }
        }
    }
    Ok(None)
}

/// The provenance of a run that goes on from `checkpoint`, here and now.
fn resumed(checkpoint: &Checkpoint, now: &Provenance) -> Provenance {
    let mut resumed = checkpoint.provenance.resumed.clone();
    let differences = checkpoint.provenance.differences(now);
    resumed.push(Resumption { step: checkpoint.losses.len() as u64, differences });
    Provenance { training_seconds: checkpoint.provenance.training_seconds, resumed, ..now.clone() }
}

/// The weights that the run starts from; a batch of training images completes those that depend on data.
fn draw(spec: &RunSpec, training: &Resident) -> Result<Vec<LayerWeights>, RunError> {
    let settings = &spec.settings;
    let targets = settings.model.targets();
    let weight = |layer| &settings.init.layer(layer + 1).weight;
    let init =
        |layer| (weight(layer).clone(), settings.model.bias.then(|| settings.init.layer(layer + 1).bias.clone()));
    let mut layers = draw_layers(&targets, init, spec.seed).map_err(|error| RunError::BadInput(error.to_string()))?;
    if (0..layers.len()).any(|layer| weight(layer).needs_first_batch()) {
        let images = training.gather(&first_batch(spec.seed, training.len())).images;
        let inputs: Vec<f32> = images.into_data().iter::<f32>().collect();
        complete_layers(&mut layers, weight, settings.model.activation, &inputs)
            .map_err(|error| RunError::BadInput(error.to_string()))?;
    }
    Ok(layers)
}

fn new_record(spec: &RunSpec, shared: &Shared, layers: &[LayerWeights], steps: u64) -> RunRecord {
    let mut settings: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for (name, value) in spec.settings.entries() {
        // TOML's values of settings (no dates) are all JSON values.
        settings.insert(name, serde_json::to_value(value).unwrap_or_default());
    }
    RunRecord {
        format: FORMAT,
        id: spec.id(),
        experiment: spec.experiment.clone(),
        arm: spec.arm.clone(),
        sweep: None,
        seed: spec.seed,
        title: spec.title.clone(),
        status: Status::Running,
        message: None,
        steps_planned: steps,
        steps: 0,
        settings,
        provenance: provenance::of(spec.settings.backend, &shared.device, shared.checksum.clone()),
        initial_weights: layers
            .iter()
            .enumerate()
            .map(|(place, layer)| InitialWeights::of(place + 1, layer.shape, &layer.weight))
            .collect(),
        metrics: None,
        files: BTreeMap::new(),
    }
}

/// Fills in how the run ended.
fn finish(record: &mut RunRecord, series: &Series, trained: &Classifier, shared: &Shared) {
    record.steps = series.steps.len() as u64;
    (record.status, record.message) = match series.end {
        End::Complete => (Status::Finished, None),
        End::Diverged(step) => (Status::Diverged, Some(format!("the loss of step {step} is not finite"))),
        End::Interrupted => (Status::Interrupted, Some("stopped by a signal".to_owned())),
    };
    if !record.status.is_final() {
        return;
    }
    if let (Some(step), Some(epoch)) = (series.steps.last(), series.epochs.last()) {
        let mut test = Tally::default();
        for batch in shared.test.chunks(learner::CHUNK) {
            test.add(&InferenceStep::step(trained, batch));
        }
        record.metrics = Some(Metrics {
            last_batch_loss: f64::from(step.loss),
            validation_loss: epoch.validation_loss,
            validation_accuracy: epoch.validation_accuracy,
            test_loss: test.loss(),
            test_accuracy: test.accuracy(),
        });
    }
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}
