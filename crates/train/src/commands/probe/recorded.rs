//! Probes of the runs of a study: of those that none is kept of.

use std::collections::BTreeMap;

use probe::{ProbeRecord, Scope};
use report::Study;
use training::Starts;

use super::measure::{ImageSets, Start, Task, refusal};
use super::{IMAGES, cores};
use crate::exit::{Done, print_to_stderr};
use crate::output::count;

/// Looks inside the start of every run of the study that no probe is kept of, and keeps it beside
/// its record. Starts that cannot be looked into are told and left out.
pub(crate) fn probe_study(study: &Study) -> Done {
    let starts = Starts::default();
    let (mut todo, mut left_out) = (Vec::new(), BTreeMap::<String, usize>::new());
    let points = study.arms.iter().flat_map(|arm| &arm.points);
    for directory in points.flat_map(|point| &point.runs).map(|run| &run.directory) {
        let run = match starts.recorded(directory) {
            Ok(run) if ProbeRecord::read(directory, &run.id()).is_some() => continue,
            Ok(run) => run,
            Err(error) => {
                *left_out.entry(error.to_string()).or_default() += 1;
                continue;
            }
        };
        match refusal(&run.settings) {
            Some(reason) => *left_out.entry(reason).or_default() += 1,
            None => todo.push(Start { run, directory: directory.clone() }),
        }
    }
    for (reason, runs) in left_out {
        print_to_stderr(&format!("note: {} left out: {reason}", count(runs as u64, "run")));
    }
    let images = ImageSets::read(&starts, todo.iter().map(|start| &start.run), IMAGES)?;
    let scope = Scope { images: IMAGES, kernel_images: None, hessian_images: None };
    // A probe of another scope is as good, and was passed over above.
    let task = Task { starts: &starts, images: &images, scope, force: false, jobs: cores() };
    task.all(&todo).map(|_| ())
}
