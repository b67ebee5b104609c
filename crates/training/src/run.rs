//! One run, from its settings to its record.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use burn::tensor::Device;
use burn::train::InferenceStep;
use experiment::{Backend, RunSpec};
use model::{LayerWeights, Mlp, draw_layers};
use record::{FORMAT, InitialWeights, Metrics, RunDirectory, RunRecord, Status};

use crate::classifier::Classifier;
use crate::data::Resident;
use crate::execute::RunError;
use crate::learner::{self, Batches};
use crate::observer::Observer;
use crate::provenance;
use crate::strategy::{End, Series, StepByStep, Tally};

/// What runs share: the images on their device.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) device: Device,
    pub(crate) training: Resident,
    pub(crate) validation: Resident,
    pub(crate) test: Resident,
}

/// Carries out a run whose directory the caller has locked, and writes its record.
pub(crate) fn run(
    spec: &RunSpec,
    shared: &Shared,
    directory: &RunDirectory,
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
    let layers = draw(spec)?;
    let mut record = new_record(spec, shared, &layers, steps);
    let wrote = |source| RunError::Write { directory: directory.path().to_owned(), source };
    directory.write_config(&spec.to_toml()).map_err(wrote)?;
    directory.write_record(&record).map_err(wrote)?;
    observer.started(spec, 0, steps);

    let started = Instant::now();
    let device = shared.device.clone().autodiff();
    let classifier = Classifier { network: Mlp::new(layers, settings.model.activation, &device) };
    let strategy = Arc::new(StepByStep {
        spec: spec.clone(),
        images: shared.training.len() as u64,
        steps_per_epoch,
        steps,
        read_late: settings.backend == Backend::Wgpu,
        interrupt,
        observer,
        series: Mutex::new(Series::default()),
    });
    let batches = Batches {
        images: shared.training.clone(),
        seed: spec.seed,
        batch_size: settings.training.batch_size,
        steps_per_epoch,
        start: 0,
        steps,
    };
    let validation = shared.validation.clone();
    let trained = learner::train(classifier, settings, batches, validation, directory.path(), Arc::clone(&strategy))
        .map_err(RunError::Failed)?;
    record.provenance.training_seconds = started.elapsed().as_secs_f64();
    let series = strategy.take_series();
    finish(&mut record, &series, &trained, shared);

    directory.write_steps(&series.steps).map_err(wrote)?;
    directory.write_epochs(&series.epochs).map_err(wrote)?;
    directory.write("model.safetensors", &safetensors(&trained)?).map_err(wrote)?;
    directory.write_record(&record).map_err(wrote)?;
    Ok(record)
}

fn draw(spec: &RunSpec) -> Result<Vec<LayerWeights>, RunError> {
    let settings = &spec.settings;
    let init = |layer| {
        let init = settings.init.layer(layer + 1);
        (init.weight.clone(), settings.model.bias.then(|| init.bias.clone()))
    };
    draw_layers(&settings.model.targets(), init, spec.seed).map_err(|error| RunError::BadInput(error.to_string()))
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
        seed: spec.seed,
        title: spec.title.clone(),
        status: Status::Running,
        message: None,
        steps_planned: steps,
        steps: 0,
        settings,
        provenance: provenance::of(spec.settings.backend, &shared.device),
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

/// The weights in the safetensors format, by burn's paths: `layers.0.weight`, `[fan_in, fan_out]`, and so on.
fn safetensors(classifier: &Classifier) -> Result<Vec<u8>, RunError> {
    let failed = |error: &dyn std::fmt::Display| RunError::Failed(format!("cannot write the weights: {error}"));
    let mut tensors = Vec::new();
    let mut add = |name: String, data: burn::tensor::TensorData| {
        let shape: Vec<usize> = data.shape().iter().copied().collect();
        let bytes: Vec<u8> = data.iter::<f32>().flat_map(f32::to_le_bytes).collect();
        tensors.push((name, shape, bytes));
    };
    for (place, layer) in classifier.network.layers.iter().enumerate() {
        add(format!("layers.{place}.weight"), layer.weight.val().into_data());
        if let Some(bias) = &layer.bias {
            add(format!("layers.{place}.bias"), bias.val().into_data());
        }
    }
    for (place, slope) in classifier.network.slopes.iter().enumerate() {
        add(format!("slopes.{place}"), slope.val().into_data());
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes);
            view.map(|view| (name.as_str(), view))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(&error))?;
    safetensors::serialize(views, None).map_err(|error| failed(&error))
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Where a run that is in the way of another goes: out of it, and not lost.
pub(crate) fn aside(out: &Path, record: &RunRecord) -> std::path::PathBuf {
    let name = format!("{}-seed-{}-{}", record.arm, record.seed, record.id);
    let folder = out.join(&record.experiment).join(".superseded");
    (0..)
        .map(|n| if n == 0 { folder.join(&name) } else { folder.join(format!("{name}-{n}")) })
        .find(|path| !path.exists())
        .unwrap_or(folder)
}
