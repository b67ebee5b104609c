//! TensorBoard's event files, one for each run and one for all: scalars per step and epoch, what was
//! measured of layers, histograms of the weights, the config as text, and the settings with what
//! came out of them for the page of hyperparameters.

mod events;
mod messages;
mod record_file;

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;

use self::messages::{
    Event, Experiment, HParamInfo, HParamType, HParamValue, HParams, MetricInfo, MetricName,
    SessionEndInfo, SessionStartInfo, Setting, Status,
};
use self::record_file::RecordFile;
use super::{Exporter, Job};
use crate::cell::{Cell, Kind};
use crate::error::{ExportError, cannot_write};
use crate::history::{Clock, measured, scalars};
use crate::runs::ExportedRun;
use crate::tables::settings;
use crate::tensors::Moment;

/// Writes event files.
pub(super) struct Tensorboard;

/// What the page of hyperparameters shows beside the settings.
const METRICS: [&str; 5] =
    ["validation_accuracy", "validation_loss", "test_accuracy", "test_loss", "training_loss"];

impl Exporter for Tensorboard {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        let starts = job.runs.headers.iter().map(|run| Clock::of(&run.record).start());
        let start = starts.fold(f64::INFINITY, f64::min);
        let settings = settings(&job.runs.headers);
        let experiment = experiment(&job.runs.headers, &settings, start);
        let event = events::hparams("_hparams_/experiment", HParams::Experiment(experiment), start);
        write_events(job.folder, start, [event])?;
        job.runs.headers.par_iter().try_for_each(|run| write_run(job, run, &settings))
    }

    fn weights(&self) -> &'static [Moment] {
        &[Moment::Initial, Moment::Final]
    }
}

/// What the runs were set to and measured by. What differs between them comes first: the page shows
/// a few settings until more are chosen.
fn experiment(
    runs: &[ExportedRun],
    settings: &BTreeMap<String, Kind>,
    time_created_secs: f64,
) -> Experiment {
    let value = |run: usize, name: &str| runs[run].record.settings.get(name);
    let is_shared = |name: &str| (1..runs.len()).all(|run| value(run, name) == value(0, name));
    let mut ordered: Vec<(&String, &Kind)> = settings.iter().collect();
    ordered.sort_by_key(|(name, _)| is_shared(name));
    let info = |(name, kind): (&String, &Kind)| {
        let kind = match kind {
            Kind::Bool => HParamType::Bool,
            Kind::Integer | Kind::Float | Kind::Float32 => HParamType::Float64,
            Kind::Text => HParamType::String,
        };
        HParamInfo { name: name.clone(), kind: kind.into() }
    };
    let metric = |tag: &str| MetricInfo { name: Some(MetricName { tag: tag.to_owned() }) };
    Experiment {
        description: String::new(),
        time_created_secs,
        hparam_infos: ordered.into_iter().map(info).collect(),
        metric_infos: METRICS.into_iter().map(metric).collect(),
    }
}

fn write_run(
    job: &Job<'_>,
    header: &ExportedRun,
    settings: &BTreeMap<String, Kind>,
) -> Result<(), ExportError> {
    let run = header.read()?;
    let (record, clock) = (&run.record, Clock::of(&run.record));
    let mut all = vec![start_of(header, settings, clock)];
    let config = header.file("config.toml")?;
    let config = String::from_utf8_lossy(&config);
    // Four spaces make it code in Markdown.
    let code: String = config.lines().map(|line| format!("    {line}\n")).collect();
    all.push(events::text("config", &code, clock.start()));
    for scalar in scalars(&run) {
        let event = |&(step, value)| events::scalar(scalar.name, step, value, clock.after(step));
        all.extend(scalar.points.iter().map(event));
    }
    let (layers, validations) = header.measured()?;
    for (tag, points) in measured(layers.as_ref(), &validations) {
        let event = |&(step, value)| events::scalar(&tag, step, value, clock.after(step));
        all.extend(points.iter().map(event));
    }
    for &moment in job.weights {
        let step = if moment == Moment::Initial { 0 } else { record.steps };
        for tensor in job.runs.tensors(header, moment)? {
            let tag = tensor.name.to_string();
            all.push(events::histogram(&tag, step, &tensor.values, clock.after(step)));
        }
    }
    let end = SessionEndInfo { status: Status::Success.into(), end_time_secs: clock.end() };
    all.push(events::hparams("_hparams_/session_end_info", HParams::End(end), clock.end()));
    write_events(&job.folder.join(&header.folder), clock.start(), all)
}

/// The settings of a run, for the page of hyperparameters. Runs that differ in their seed alone are
/// one group there.
fn start_of(header: &ExportedRun, settings: &BTreeMap<String, Kind>, clock: Clock) -> Event {
    let record = &header.record;
    let setting = |(name, value): (&String, &Value)| {
        let setting = match Cell::of_setting(value) {
            // A setting that is a text in any run is one in all.
            cell if settings.get(name) == Some(&Kind::Text) => Setting::String(cell.text()?),
            Cell::Bool(value) => Setting::Bool(value),
            Cell::Integer(value) => Setting::Number(value as f64),
            Cell::Float(value) => Setting::Number(value),
            _ => return None,
        };
        Some((name.clone(), HParamValue { kind: Some(setting) }))
    };
    let start = SessionStartInfo {
        hparams: record.settings.iter().filter_map(setting).collect(),
        group_name: header.folder.parent().unwrap_or(Path::new("")).display().to_string(),
        start_time_secs: clock.start(),
    };
    events::hparams("_hparams_/session_start_info", HParams::Start(start), clock.start())
}

fn write_events(
    folder: &Path,
    start: f64,
    events: impl IntoIterator<Item = Event>,
) -> Result<(), ExportError> {
    let path = folder.join(format!("events.out.tfevents.{:010}.kindling", start as u64));
    let failed = cannot_write(&path);
    std::fs::create_dir_all(folder).map_err(cannot_write(folder))?;
    let mut file = RecordFile::create(&path).map_err(&failed)?;
    file.add(&events::version(start)).map_err(&failed)?;
    events.into_iter().try_for_each(|event| file.add(&event)).map_err(&failed)?;
    file.finish().map_err(&failed)
}
