//! MLflow's file store: a folder for each experiment and run, a file for each parameter, metric and
//! tag.
//!
//! It is what `mlflow.set_tracking_uri("file:FOLDER")` opens: `EXPERIMENT/meta.yaml`,
//! `EXPERIMENT/RUN/meta.yaml`, and beside that `params`, `metrics`, `tags` and `artifacts`. A
//! metric's file has a line for each value: milliseconds since 1970, the value, the step. A
//! `meta.yaml` is written as JSON, which is YAML too: where every text is quoted, none of it is
//! taken for a number or a truth value.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use rayon::prelude::*;
use record::{RunRecord, checksum};
use serde_json::json;

use super::safetensors::{named, write_safetensors};
use super::{Exporter, Job};
use crate::cell::Cell;
use crate::error::{ExportError, cannot_write};
use crate::history::{Clock, Scalar, scalars};
use crate::runs::ExportedRun;
use crate::tensors::Moment;

/// Writes a file store.
pub(super) struct Mlflow;

/// MLflow's number for a run that ended well. One that diverged did: that is a result.
const FINISHED: u8 = 3;
/// MLflow's number for a run that a program of this machine made.
const LOCAL: u8 = 4;
/// The longest value of a parameter that MLflow takes.
const LONGEST: usize = 6000;

impl Exporter for Mlflow {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        let mut experiments: BTreeMap<&str, Vec<&ExportedRun>> = BTreeMap::new();
        for run in &job.runs.headers {
            experiments.entry(&run.record.experiment).or_default().push(run);
        }
        for (name, runs) in experiments {
            let id = experiment_id(name);
            let clocks = || runs.iter().map(|run| Clock::of(&run.record));
            let started = clocks().map(|clock| clock.start()).fold(f64::INFINITY, f64::min);
            let ended = clocks().map(|clock| clock.end()).fold(0.0, f64::max);
            let meta = json!({
                "artifact_location": uri(&job.out.join(&id)),
                "creation_time": milliseconds(started),
                "experiment_id": id,
                "last_update_time": milliseconds(ended),
                "lifecycle_stage": "active",
                "name": name,
            });
            write_text(&job.folder.join(&id).join("meta.yaml"), &format!("{meta:#}\n"))?;
            runs.par_iter().try_for_each(|run| write_run(job, run, &id))?;
        }
        Ok(())
    }

    fn weights(&self) -> &'static [Moment] {
        &[Moment::Final]
    }
}

fn write_run(job: &Job<'_>, header: &ExportedRun, experiment: &str) -> Result<(), ExportError> {
    let run = header.read()?;
    let (record, clock) = (&run.record, Clock::of(&run.record));
    let label = header.folder.display().to_string();
    let id = checksum([label.as_bytes(), record.id.as_bytes()])[..32].to_owned();
    let folder = job.folder.join(experiment).join(&id);
    let meta = json!({
        "artifact_uri": uri(&job.out.join(experiment).join(&id).join("artifacts")),
        "end_time": milliseconds(clock.end()),
        "entry_point_name": "",
        "experiment_id": experiment,
        "lifecycle_stage": "active",
        "run_id": id,
        "run_name": format!("{} seed {}", record.arm, record.seed),
        "source_name": "",
        "source_type": LOCAL,
        "source_version": "",
        "start_time": milliseconds(clock.start()),
        "status": FINISHED,
        "tags": [],
        "user_id": record.provenance.host,
    });
    write_text(&folder.join("meta.yaml"), &format!("{meta:#}\n"))?;
    let write_all = |kind: &str, all: Vec<(&str, String)>| {
        all.iter().try_for_each(|(name, text)| write_text(&folder.join(kind).join(name), text))
    };
    write_all("params", params(record))?;
    write_all("tags", tags(record))?;
    let metrics = scalars(&run);
    write_all(
        "metrics",
        metrics.iter().map(|scalar| (scalar.name, lines(scalar, clock))).collect(),
    )?;
    let artifacts = folder.join("artifacts");
    write_bytes(&artifacts.join("config.toml"), &header.file("config.toml")?)?;
    for moment in job.weights {
        let path = artifacts.join(moment.name()).with_extension("safetensors");
        write_safetensors(&named(job.runs.tensors(header, *moment)?), header, &path)?;
    }
    Ok(())
}

/// What a run was set to: its arm, its seed and every setting.
fn params(record: &RunRecord) -> Vec<(&str, String)> {
    let mut params = vec![("arm", record.arm.clone()), ("seed", record.seed.to_string())];
    for (name, value) in record.settings.iter().filter(|(name, _)| *name != "seed") {
        if let Some(text) = Cell::of_setting(value).text() {
            params.push((name, text.chars().take(LONGEST).collect()));
        }
    }
    params
}

fn tags(record: &RunRecord) -> Vec<(&str, String)> {
    let provenance = &record.provenance;
    let mut tags = vec![
        ("mlflow.runName", format!("{} seed {}", record.arm, record.seed)),
        ("mlflow.note.content", record.title.clone()),
        ("mlflow.source.name", "kindling".to_owned()),
        ("mlflow.source.type", "LOCAL".to_owned()),
        ("id", record.id.clone()),
        ("status", record.status.to_string()),
        ("version", provenance.version.clone()),
        ("cpu", provenance.cpu.clone()),
        ("host", provenance.host.clone()),
        ("training_seconds", provenance.training_seconds.to_string()),
    ];
    tags.extend(provenance.commit.clone().map(|commit| ("mlflow.source.git.commit", commit)));
    tags
}

fn lines(scalar: &Scalar, clock: Clock) -> String {
    let mut lines = String::new();
    for &(step, value) in &scalar.points {
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{} {value} {step}", milliseconds(clock.after(step)));
    }
    lines
}

/// A number of 18 digits, as MLflow makes them, that follows from the name: two exports of one
/// experiment are one there.
fn experiment_id(name: &str) -> String {
    let digits = checksum([name.as_bytes()]);
    let number = u64::from_str_radix(&digits[..16], 16).unwrap_or_default();
    format!("{}", 100_000_000_000_000_000 + number % 900_000_000_000_000_000)
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0) as u64
}

/// What a path in an address does not hold as it is.
const BEYOND_PATHS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');

/// `file:///...` of a folder that is not there yet.
fn uri(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or(folder.to_owned());
    let path = absolute.to_string_lossy();
    format!("file://{}", percent_encoding::utf8_percent_encode(&path, BEYOND_PATHS))
}

fn write_text(path: &Path, text: &str) -> Result<(), ExportError> {
    write_bytes(path, text.as_bytes())
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let folder = path.parent().map_or(PathBuf::new(), Path::to_owned);
    std::fs::create_dir_all(&folder).map_err(cannot_write(&folder))?;
    std::fs::write(path, bytes).map_err(cannot_write(path))
}
