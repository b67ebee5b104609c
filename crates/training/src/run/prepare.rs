//! Preparation of a run: its initial weights, its newest checkpoint, and a record that says it
//! runs.

use std::collections::BTreeMap;
use std::path::Path;

use experiment::{RunSpec, SweepPoint};
use model::LayerWeights;
use record::{
    Checkpoint, FORMAT, InitialWeights, Provenance, Resumption, RunDirectory, RunRecord, Status,
    read_checkpoint,
};

use super::context::RunContext;
use super::history::History;
use super::initial_weights::draw_weights;
use super::provenance;
use super::state::Run;
use super::writer::ClaimedRun;
use crate::burn_glue::{CheckpointState, Classifier, restored_learner};
use crate::data::Splits;
use crate::error::RunError;

/// Draws the weights, reads the newest checkpoint, and writes a record of the running run.
///
/// # Errors
/// The settings do not fit the images, or the directory cannot be written.
pub(super) fn prepare(claim: ClaimedRun, context: &RunContext) -> Result<Run, RunError> {
    let (splits, spec) = (&context.splits, &claim.spec);
    let images = splits.training.len();
    if spec.settings.steps_per_epoch(images) == 0 {
        return Err(RunError::BadInput(format!(
            "batches of {} images cannot be made from {images} training images",
            spec.settings.training.batch_size,
        )));
    }
    let initial_weights = draw_weights(spec, || Ok(splits.training.clone()))?;
    // From here on the run can be trained.
    let set_aside = claim.writer.clear_directory()?;
    if let Some(other) = &set_aside {
        context.observer.noted(spec, &other.message());
    }
    let mut run = Run {
        record: new_record(spec, context, &initial_weights),
        claim,
        initial_weights,
        history: History::default(),
        resume_from: None,
        stopped: None,
    };
    if !context.restart {
        match set_aside.as_ref().and_then(|other| Some((other, other.extends.as_ref()?))) {
            Some((other, id)) => extend(&mut run, &other.destination, id, context),
            None => resume(&mut run, context)?,
        }
    }
    let Run { claim: ClaimedRun { spec, writer, .. }, record, history, .. } = &run;
    writer.write(|directory| directory.write_config(&spec.to_toml()))?;
    writer.write(|directory| directory.write_record(record))?;
    if run.resume_from.is_none() {
        writer.write(RunDirectory::remove_results)?;
    }
    context.observer.started(spec, history.len(), record.steps_planned);
    Ok(run)
}

fn new_record(spec: &RunSpec, context: &RunContext, layers: &[LayerWeights]) -> RunRecord {
    let splits = &context.splits;
    let layout = context.layout.unwrap_or_else(|| splits.fastest_layout(&spec.settings));
    let mut settings: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    for (name, value) in spec.settings.entries() {
        settings.insert(name, json_of(&value));
    }
    let initial_weights = (1..)
        .zip(layers)
        .map(|(number, layer)| InitialWeights::of(number, layer.shape, &layer.weight));
    RunRecord {
        format: FORMAT,
        id: spec.id(),
        experiment: spec.experiment.clone(),
        arm: spec.arm.clone(),
        sweep: spec.point.as_deref().map(sweep_point),
        seed: spec.seed.weights,
        order_seed: spec.seed.other_order(),
        title: spec.title.clone(),
        status: Status::Running,
        message: None,
        steps_planned: spec.settings.steps(splits.training.len()),
        steps: 0,
        settings,
        provenance: Provenance {
            kernels: layout.name(),
            ..provenance::of(spec.settings.backend, &splits.device, splits.checksum.clone())
        },
        initial_weights: initial_weights.collect(),
        metrics: None,
        files: BTreeMap::new(),
    }
}

/// The value of a setting as the record has it.
fn json_of(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Float(number) => record::json_number(*number),
        toml::Value::Array(values) => values.iter().map(json_of).collect(),
        // Settings contain no dates: all other values are JSON values.
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// The run's point of a sweep as the record has it.
fn sweep_point(point: &SweepPoint) -> record::SweepPoint {
    let scale = |scale| match scale {
        experiment::Scale::Linear => record::Scale::Linear,
        experiment::Scale::Log => record::Scale::Log,
        experiment::Scale::Listed => record::Scale::Listed,
    };
    let axes = point.axes.iter().map(|axis| record::AxisValue {
        setting: axis.setting.to_string(),
        value: json_of(&axis.value),
        scale: scale(axis.scale),
    });
    record::SweepPoint { arm: point.arm.clone(), axes: axes.collect() }
}

/// Resumes the run from the newest checkpoint that is valid. Invalid ones are reported and removed.
fn resume(run: &mut Run, context: &RunContext) -> Result<(), RunError> {
    let writer = run.claim.writer.clone();
    for path in writer.directory().checkpoints() {
        match checked_checkpoint(&path, &run.record.id, run, &context.splits) {
            Ok(checkpoint) => {
                go_on_from(run, checkpoint);
                return Ok(());
            }
            Err(reason) => {
                let message = format!("{reason}; it is removed, and its steps are computed again");
                context.observer.noted(run.spec(), &message);
                writer.write(|_| std::fs::remove_file(&path))?;
            }
        }
    }
    Ok(())
}

/// Goes on from the end of a shorter run of that id, whose record lies in `directory`. If its state
/// cannot be read, the run starts anew.
fn extend(run: &mut Run, directory: &Path, id: &str, context: &RunContext) {
    let Some(path) = RunDirectory::new(directory).checkpoints().into_iter().next() else { return };
    match checked_checkpoint(&path, id, run, &context.splits) {
        Ok(checkpoint) => {
            let images = context.splits.training.len();
            go_on_from(run, checkpoint);
            run.history.reopen(run.spec().settings.steps_per_epoch(images));
        }
        Err(reason) => {
            context.observer.noted(run.spec(), &format!("{reason}; the run starts anew"));
        }
    }
}

fn go_on_from(run: &mut Run, checkpoint: Checkpoint) {
    run.history = History::of(&checkpoint);
    run.record.provenance = resumed(&checkpoint, &run.record.provenance);
    run.resume_from = Some(state_of(checkpoint));
}

/// Reads a checkpoint and tries whether burn can restore it; the error says why it cannot be used.
fn checked_checkpoint(
    path: &Path,
    id: &str,
    run: &Run,
    splits: &Splits,
) -> Result<Checkpoint, String> {
    let checkpoint = read_checkpoint(path, id).map_err(|error| error.to_string())?;
    let steps = run.record.steps_planned;
    if checkpoint.provenance.data != run.record.provenance.data
        || checkpoint.losses.len() as u64 >= steps
    {
        return Err(format!("{} is of other images", path.display()));
    }
    let layers = [run.initial_weights.clone()];
    let network = Classifier::new(&layers, &run.spec().settings, &splits.device);
    let state = state_of(checkpoint.clone());
    restored_learner(network, &[run.spec()], steps, &state)
        .map_err(|error| format!("{} cannot be resumed from: {error}", path.display()))?;
    Ok(checkpoint)
}

fn state_of(checkpoint: Checkpoint) -> CheckpointState {
    let Checkpoint { model, optimizer, scheduler, .. } = checkpoint;
    CheckpointState { model, optimizer, scheduler }
}

/// The provenance of a run that resumes from `checkpoint`, here and now, by the kernels that it was
/// begun with.
fn resumed(checkpoint: &Checkpoint, now: &Provenance) -> Provenance {
    let now = &Provenance { kernels: checkpoint.provenance.kernels.clone(), ..now.clone() };
    let mut resumed = checkpoint.provenance.resumed.clone();
    let differences = checkpoint.provenance.differences(now);
    resumed.push(Resumption { step: checkpoint.losses.len() as u64, differences });
    Provenance { training_seconds: checkpoint.provenance.training_seconds, resumed, ..now.clone() }
}
