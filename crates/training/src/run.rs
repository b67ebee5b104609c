//! Runs that train as one, from their settings to their records; most often it is one run.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use burn::tensor::Device;
use burn::train::Learner;
use experiment::{Backend, RunSpec};
use model::{LayerWeights, Mlp, complete_layers, draw_layers};
use record::{
    Checkpoint, Epoch, FORMAT, InitialWeights, Metrics, Provenance, Resumption, RunDirectory,
    RunRecord, Status, Step, read_checkpoint,
};

use crate::checkpoint::States;
use crate::classifier::Classifier;
use crate::data::Images;
use crate::desk::Desk;
use crate::execute::RunError;
use crate::learner::{self, Batches, CHUNK, new_learner, restored_learner};
use crate::observer::Observer;
use crate::order::first_batch;
use crate::provenance;
use crate::stack::join;
use crate::strategy::{Course, End, Member, StepByStep, Tally};
use crate::weights::safetensors;

/// What runs share: the images on their device.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) device: Device,
    pub(crate) training: Images,
    pub(crate) validation: Images,
    pub(crate) test: Images,
    /// SHA-256 of the images and labels, where they are not the embedded ones.
    pub(crate) checksum: Option<String>,
}

/// Carries out runs that train as one, each from its newest checkpoint on unless it is to be `anew`, and writes the record
/// of each.
pub(crate) fn run(
    runs: Vec<(RunSpec, Desk)>,
    shared: &Shared,
    anew: bool,
    interrupt: &Arc<AtomicBool>,
    observer: &Arc<dyn Observer>,
) -> Vec<Result<RunRecord, RunError>> {
    let mut results: Vec<Option<Result<RunRecord, RunError>>> = runs.iter().map(|_| None).collect();
    // Runs go on side by side only from the same step.
    let mut ready: BTreeMap<usize, Vec<(usize, Prepared)>> = BTreeMap::new();
    for (place, (spec, desk)) in runs.into_iter().enumerate() {
        match prepare(spec, desk, shared, anew, observer.as_ref()) {
            Ok(prepared) => {
                ready.entry(prepared.course.steps.len()).or_default().push((place, prepared))
            }
            Err(error) => results[place] = Some(Err(error)),
        }
    }
    for stack in ready.into_values() {
        let (places, stack): (Vec<usize>, Vec<Prepared>) = stack.into_iter().unzip();
        for (place, result) in places.into_iter().zip(train(stack, shared, interrupt, observer)) {
            results[place] = Some(result);
        }
    }
    let untold = || Err(RunError::Failed("the run was not begun".to_owned()));
    results.into_iter().map(|result| result.unwrap_or_else(untold)).collect()
}

/// A run that is ready to train.
struct Prepared {
    spec: RunSpec,
    desk: Desk,
    record: RunRecord,
    layers: Vec<LayerWeights>,
    /// What was trained before.
    course: Course,
    checkpoint: Option<Checkpoint>,
}

/// Draws the weights, finds what was trained before, and begins the record.
fn prepare(
    spec: RunSpec,
    desk: Desk,
    shared: &Shared,
    anew: bool,
    observer: &dyn Observer,
) -> Result<Prepared, RunError> {
    let steps = spec.settings.steps(shared.training.len());
    if spec.settings.steps_per_epoch(shared.training.len()) == 0 {
        return Err(RunError::BadInput(format!(
            "batches of {} images cannot be had from {} training images",
            spec.settings.training.batch_size,
            shared.training.len()
        )));
    }
    let layers = draw(&spec, &shared.training)?;
    let mut record = new_record(&spec, shared, &layers, steps);
    let checkpoint =
        if anew { None } else { resume(&spec, &desk, &record, &layers, shared, observer)? };
    let course = checkpoint.as_ref().map(Course::of).unwrap_or_default();
    if let Some(checkpoint) = &checkpoint {
        record.provenance = resumed(checkpoint, &record.provenance);
    }
    desk.write(|directory| directory.write_config(&spec.to_toml()))?;
    desk.write(|directory| directory.write_record(&record))?;
    if checkpoint.is_none() {
        desk.write(RunDirectory::remove_results)?;
    }
    observer.started(&spec, course.steps.len() as u64, steps);
    Ok(Prepared { spec, desk, record, layers, course, checkpoint })
}

/// Trains runs that have come equally far, and writes their records.
fn train(
    stack: Vec<Prepared>,
    shared: &Shared,
    interrupt: &Arc<AtomicBool>,
    observer: &Arc<dyn Observer>,
) -> Vec<Result<RunRecord, RunError>> {
    let runs: Vec<RunSpec> = stack.iter().map(|run| run.spec.clone()).collect();
    let settings = &runs[0].settings;
    let (steps_per_epoch, steps) =
        (settings.steps_per_epoch(shared.training.len()), settings.steps(shared.training.len()));
    let start = stack[0].course.steps.len() as u64;
    let learner = match learner_of(&stack, &runs, shared, steps) {
        Ok(learner) => learner,
        Err(error) => return runs.iter().map(|_| Err(RunError::Failed(error.clone()))).collect(),
    };
    let (mut records, mut courses, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for Prepared { spec, desk, record, course, .. } in stack {
        members.push(Member { spec, desk, provenance: record.provenance.clone() });
        courses.push(course);
        records.push(record);
    }
    let batches = Batches {
        images: shared.training.clone(),
        seeds: runs.iter().map(|run| run.seed).collect(),
        batch_size: settings.training.batch_size,
        steps_per_epoch,
        start,
        steps,
    };
    let (states, couriers) = States::with_couriers();
    let directory = members[0].desk.directory().path().to_owned();
    #[expect(
        clippy::arc_with_non_send_sync,
        reason = "burn asks for an Arc, and uses it on this thread alone"
    )]
    let strategy = Arc::new(StepByStep {
        members,
        images: shared.training.len() as u64,
        steps_per_epoch,
        steps,
        read_late: settings.backend == Backend::Wgpu,
        interrupt: Arc::clone(interrupt),
        observer: Arc::clone(observer),
        states,
        started: Instant::now(),
        courses: Mutex::new(courses),
    });
    let validation = shared.validation.clone();
    let trained = match learner::train(
        learner,
        batches,
        validation,
        &directory,
        Arc::clone(&strategy),
        couriers,
    ) {
        Ok(trained) => trained,
        Err(error) => return runs.iter().map(|_| Err(RunError::Failed(error.clone()))).collect(),
    };
    let courses = strategy.take_courses();
    for (record, member) in records.iter_mut().zip(&strategy.members) {
        record.provenance.training_seconds = strategy.seconds(member);
    }
    // The test images are for the networks that are done; those that diverged are tested as they were then.
    let complete = courses.iter().any(|course| matches!(course.end, End::Complete));
    let tallies =
        if complete { Tally::of(&trained, shared.test.chunks(CHUNK)) } else { Vec::new() };
    let finished = records.into_iter().zip(courses).zip(&strategy.members).enumerate();
    finished
        .map(|(place, ((record, course), member))| {
            let ended = match course.end {
                End::Failed(error) => return Err(error),
                End::Interrupted => Ended::Interrupted,
                End::Complete => Ended::Complete(trained.part(place), tallies[place]),
                End::Diverged(step, network) => {
                    let network = network.map_or_else(|| trained.part(place), |network| *network);
                    let tally = Tally::of(&network, shared.test.chunks(CHUNK))[0];
                    Ended::Diverged(step, network, tally)
                }
            };
            finish(record, &course.steps, &course.epochs, ended, &member.desk)
        })
        .collect()
}

/// The learner of a stack, new or as its runs' checkpoints have it.
fn learner_of(
    stack: &[Prepared],
    runs: &[RunSpec],
    shared: &Shared,
    steps: u64,
) -> Result<Learner<Classifier>, String> {
    let layers: Vec<_> = stack.iter().map(|run| run.layers.clone()).collect();
    let device = shared.device.clone().autodiff();
    let classifier =
        Classifier { network: Mlp::new(&layers, runs[0].settings.model.activation, &device) };
    let checkpoints: Vec<&Checkpoint> =
        stack.iter().filter_map(|run| run.checkpoint.as_ref()).collect();
    if checkpoints.is_empty() {
        return new_learner(classifier, runs, steps);
    }
    let joined = |part: fn(&Checkpoint) -> &[u8]| {
        join(&checkpoints.iter().map(|c| part(c)).collect::<Vec<_>>())
    };
    let (model, optimizer) = (joined(|c| &c.model)?, joined(|c| &c.optimizer)?);
    // The schedule is the same for all.
    restored_learner([&model, &optimizer, &checkpoints[0].scheduler], classifier, runs, steps)
}

/// The newest checkpoint of the run that is whole and can be gone on with. Those that cannot are told of and removed.
fn resume(
    spec: &RunSpec,
    desk: &Desk,
    record: &RunRecord,
    layers: &[LayerWeights],
    shared: &Shared,
    observer: &dyn Observer,
) -> Result<Option<Checkpoint>, RunError> {
    let steps = record.steps_planned;
    for path in desk.directory().checkpoints() {
        let checked = read_checkpoint(&path, &record.id)
            .map_err(|error| error.to_string())
            .and_then(|checkpoint| {
                if checkpoint.provenance.data != record.provenance.data
                    || checkpoint.losses.len() as u64 >= steps
                {
                    return Err(format!("{} is of other images", path.display()));
                }
                // Whether burn can go on from it is known once it has.
                let network =
                    Mlp::new(&[layers.to_vec()], spec.settings.model.activation, &shared.device);
                let state = [&checkpoint.model[..], &checkpoint.optimizer, &checkpoint.scheduler];
                restored_learner(state, Classifier { network }, std::slice::from_ref(spec), steps)
                    .map_err(|error| {
                        format!("{} cannot be gone on with: {error}", path.display())
                    })?;
                Ok(checkpoint)
            });
        match checked {
            Ok(checkpoint) => return Ok(Some(checkpoint)),
            Err(reason) => {
                observer.noted(
                    spec,
                    &format!("{reason}; it is removed, and what it held is computed again"),
                );
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
fn draw(spec: &RunSpec, training: &Images) -> Result<Vec<LayerWeights>, RunError> {
    let settings = &spec.settings;
    let targets = settings.model.targets();
    let weight = |layer| &settings.init.layer(layer + 1).weight;
    let init = |layer| {
        (
            weight(layer).clone(),
            settings.model.bias.then(|| settings.init.layer(layer + 1).bias.clone()),
        )
    };
    let mut layers = draw_layers(&targets, init, spec.seed)
        .map_err(|error| RunError::BadInput(error.to_string()))?;
    if (0..layers.len()).any(|layer| weight(layer).needs_first_batch()) {
        let inputs = training.inputs(&first_batch(spec.seed, training.len()));
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
        sweep: spec.point.as_deref().map(sweep_point),
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

/// The run's place in a sweep, in the words of the record.
fn sweep_point(point: &experiment::SweepPoint) -> record::SweepPoint {
    let scale = |scale| match scale {
        experiment::Scale::Linear => record::Scale::Linear,
        experiment::Scale::Log => record::Scale::Log,
        experiment::Scale::Listed => record::Scale::Listed,
    };
    let axes = point.axes.iter().map(|axis| record::AxisValue {
        setting: axis.setting.to_string(),
        value: serde_json::to_value(&axis.value).unwrap_or_default(),
        scale: scale(axis.scale),
    });
    record::SweepPoint { arm: point.arm.clone(), axes: axes.collect() }
}

/// How a run ended that did not fail.
enum Ended {
    /// With its network, and how that fares on the test images.
    Complete(Classifier, Tally),
    /// At a step, with the network as it was then.
    Diverged(u64, Classifier, Tally),
    Interrupted,
}

/// Writes what came of the run.
fn finish(
    mut record: RunRecord,
    steps: &[Step],
    epochs: &[Epoch],
    ended: Ended,
    desk: &Desk,
) -> Result<RunRecord, RunError> {
    record.steps = steps.len() as u64;
    let result = match ended {
        Ended::Interrupted => {
            (record.status, record.message) =
                (Status::Interrupted, Some("stopped by a signal".to_owned()));
            None
        }
        Ended::Complete(network, test) => {
            record.status = Status::Finished;
            Some((network, test))
        }
        Ended::Diverged(step, network, test) => {
            let message = format!("the loss of step {step} is not finite");
            (record.status, record.message) = (Status::Diverged, Some(message));
            Some((network, test))
        }
    };
    if let (Some((_, test)), Some(step), Some(epoch)) = (&result, steps.last(), epochs.last()) {
        record.metrics = Some(Metrics {
            last_batch_loss: f64::from(step.loss),
            validation_loss: epoch.validation_loss,
            validation_accuracy: epoch.validation_accuracy,
            test_loss: test.loss(),
            test_accuracy: test.accuracy(),
        });
    }
    desk.write(|directory| directory.write_steps(steps))?;
    desk.write(|directory| directory.write_epochs(epochs))?;
    if let Some((network, _)) = &result {
        let weights = safetensors(network)?;
        desk.write(|directory| directory.write_weights(&weights))?;
    }
    desk.write(|directory| directory.write_record(&record))?;
    if record.status.is_final() {
        desk.write(RunDirectory::remove_checkpoints)?;
    }
    Ok(record)
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
