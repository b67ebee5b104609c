//! What a dashboard shows: the runs in training, the arms so far, the layers of one run. It is plain
//! data, changed by events and keys; nothing here knows a terminal.

use std::collections::BTreeMap;
use std::time::Duration;

use experiment::RunSpec;
use record::{LayerQuantity, LayerRow};
use report::statistics::{Interval, interval_of_mean};
use training::{Outcome, RunReport};

/// Points of a loss curve that are kept; of more, every other one is dropped.
const LOSSES: usize = 256;
/// Notes that are kept.
const NOTES: usize = 3;

/// A study while it is carried out.
pub(super) struct StudyState {
    pub(super) title: String,
    pub(super) runs: usize,
    pub(super) ended: usize,
    pub(super) failed: usize,
    /// Steps of all runs, of those that are over, and of those that were found finished.
    pub(super) steps: u64,
    pub(super) steps_over: u64,
    pub(super) steps_found: u64,
    pub(super) arms: Vec<ArmState>,
    /// In the order in which they started.
    pub(super) running: Vec<RunningRun>,
    /// The label of the run whose layers are shown.
    selected: Option<String>,
    pub(super) sort: Sort,
    pub(super) paused: bool,
    pub(super) stopping: bool,
    pub(super) notes: Vec<String>,
}

/// The order of the arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Config,
    Best,
    Name,
}

impl Sort {
    pub(super) fn name(self) -> &'static str {
        match self {
            Sort::Config => "as in the config",
            Sort::Best => "best first",
            Sort::Name => "by name",
        }
    }

    fn next(self) -> Self {
        match self {
            Sort::Config => Sort::Best,
            Sort::Best => Sort::Name,
            Sort::Name => Sort::Config,
        }
    }
}

/// An arm so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ArmState {
    pub(super) name: String,
    pub(super) runs: usize,
    pub(super) ended: usize,
    pub(super) diverged: usize,
    /// Validation accuracies of the runs that are over, 0 to 1.
    pub(super) accuracies: Vec<f64>,
}

impl ArmState {
    pub(super) fn mean(&self) -> Option<f64> {
        let count = self.accuracies.len();
        (count > 0).then(|| self.accuracies.iter().sum::<f64>() / count as f64)
    }

    pub(super) fn interval(&self) -> Option<Interval> {
        interval_of_mean(&self.accuracies)
    }
}

/// A run in training.
pub(super) struct RunningRun {
    pub(super) label: String,
    pub(super) step: u64,
    first_step: u64,
    pub(super) steps: u64,
    pub(super) loss: Option<f32>,
    pub(super) accuracy: Option<f64>,
    started: Duration,
    /// Every so many-th loss since it started.
    pub(super) losses: Vec<f32>,
    every: u64,
    pub(super) layers: Vec<LayerState>,
}

/// A layer of a run in training.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LayerState {
    start_rms: f32,
    pub(super) row: Option<LayerRow>,
    pub(super) ratios: Vec<f32>,
}

impl LayerState {
    fn add(&mut self, row: &LayerRow) {
        // After the last step there is no update: what was seen last stays.
        if self.row.is_some() && row.get(LayerQuantity::UpdateRms).is_nan() {
            return;
        }
        if self.row.is_none() {
            self.start_rms = row.get(LayerQuantity::WeightRms);
        }
        self.row = Some(*row);
        keep(&mut self.ratios, row.update_ratio());
    }

    /// How far it is from where the run was first measured, in lengths of that.
    pub(super) fn moved(&self) -> Option<f32> {
        let distance = self.row?.get(LayerQuantity::Distance) / self.start_rms;
        distance.is_finite().then_some(distance)
    }
}

/// Adds a value; of too many, every other one is dropped.
fn keep(values: &mut Vec<f32>, value: f32) -> bool {
    values.push(value);
    if values.len() < LOSSES {
        return false;
    }
    let mut index = 0;
    values.retain(|_| {
        index += 1;
        index % 2 == 1
    });
    true
}

impl RunningRun {
    /// Steps a second since it started, `now`.
    pub(super) fn speed(&self, now: Duration) -> f64 {
        let seconds = now.saturating_sub(self.started).as_secs_f64();
        (self.step - self.first_step) as f64 / seconds.max(1e-3)
    }
}

impl StudyState {
    pub(super) fn new(title: String, runs: &[RunSpec]) -> Self {
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        let mut arms: Vec<ArmState> = Vec::new();
        let several = runs.iter().any(|run| run.experiment != runs[0].experiment);
        let names: Vec<String> = runs.iter().map(|run| arm_name(run, several)).collect();
        for name in &names {
            let arm = *index.entry(name).or_insert(arms.len());
            if arm == arms.len() {
                arms.push(ArmState::new(name.clone()));
            }
            arms[arm].runs += 1;
        }
        StudyState {
            title,
            runs: runs.len(),
            ended: 0,
            failed: 0,
            steps: runs.iter().map(expected_steps).sum(),
            steps_over: 0,
            steps_found: 0,
            arms,
            running: Vec::new(),
            selected: None,
            sort: Sort::Config,
            paused: false,
            stopping: false,
            notes: Vec::new(),
        }
    }

    pub(super) fn started(&mut self, run: &RunSpec, step: u64, steps: u64, now: Duration) {
        self.running.push(RunningRun {
            label: run.label(),
            step,
            first_step: step,
            steps,
            loss: None,
            accuracy: None,
            started: now,
            losses: Vec::new(),
            every: 1,
            layers: Vec::new(),
        });
    }

    pub(super) fn stepped(&mut self, run: &RunSpec, step: u64, loss: f32, accuracy: Option<f64>) {
        let Some(run) = self.running(run) else { return };
        run.step = step;
        run.loss = Some(loss);
        run.accuracy = accuracy.or(run.accuracy);
        if step.is_multiple_of(run.every) && keep(&mut run.losses, loss) {
            run.every *= 2;
        }
    }

    pub(super) fn measured(&mut self, run: &RunSpec, layers: &[LayerRow]) {
        let Some(run) = self.running(run) else { return };
        run.layers.resize(layers.len(), LayerState::default());
        run.layers.iter_mut().zip(layers).for_each(|(layer, row)| layer.add(row));
    }

    pub(super) fn ended(&mut self, report: &RunReport) {
        let label = report.spec.label();
        self.running.retain(|run| run.label != label);
        self.ended += 1;
        let steps = expected_steps(&report.spec);
        self.steps_over += steps;
        self.failed += usize::from(report.outcome.is_err());
        let several = self.arms.iter().any(|arm| arm.name.contains('/'));
        let name = arm_name(&report.spec, several);
        let Some(arm) = self.arms.iter_mut().find(|arm| arm.name == name) else { return };
        arm.ended += 1;
        let summary = match &report.outcome {
            Ok(Outcome::Ran(summary)) => summary,
            Ok(Outcome::Skipped(summary)) => {
                self.steps_found += steps;
                summary
            }
            _ => return,
        };
        if summary.status == record::Status::Diverged {
            arm.diverged += 1;
        }
        arm.accuracies.extend(summary.metrics.map(|metrics| metrics.validation_accuracy));
    }

    pub(super) fn noted(&mut self, message: String) {
        self.notes.push(message);
        let more = self.notes.len().saturating_sub(NOTES);
        self.notes.drain(..more);
    }

    fn running(&mut self, run: &RunSpec) -> Option<&mut RunningRun> {
        let label = run.label();
        self.running.iter_mut().find(|running| running.label == label)
    }

    /// The index of the selected run among those in training.
    pub(super) fn selected(&self) -> usize {
        let selected = self.selected.as_ref();
        let position = |label: &String| self.running.iter().position(|run| run.label == *label);
        selected.and_then(position).unwrap_or(0)
    }

    /// Selects the run that stands so many places further down.
    pub(super) fn select(&mut self, places: isize) {
        let last = self.running.len().saturating_sub(1);
        let index = self.selected().saturating_add_signed(places).min(last);
        self.selected = self.running.get(index).map(|run| run.label.clone());
    }

    pub(super) fn sort_next(&mut self) {
        self.sort = self.sort.next();
    }

    /// The arms in their order.
    pub(super) fn sorted_arms(&self) -> Vec<&ArmState> {
        let mut arms: Vec<&ArmState> = self.arms.iter().collect();
        let value = |arm: &ArmState| arm.mean().unwrap_or(-1.0);
        match self.sort {
            Sort::Config => {}
            Sort::Best => arms.sort_by(|a, b| value(b).total_cmp(&value(a))),
            Sort::Name => arms.sort_by(|a, b| report::natural_order(&a.name, &b.name)),
        }
        arms
    }

    /// Steps that were made so far, of runs in training and of those that are over.
    pub(super) fn steps_made(&self) -> u64 {
        self.steps_over + self.running.iter().map(|run| run.step).sum::<u64>()
    }

    /// Steps a second, all runs together.
    pub(super) fn speed(&self, now: Duration) -> f64 {
        let before: u64 = self.running.iter().map(|run| run.first_step).sum();
        let made = self.steps_made().saturating_sub(self.steps_found + before);
        made as f64 / now.as_secs_f64().max(1e-3)
    }

    /// How long it will take from now on, where that can be told.
    pub(super) fn time_left(&self, now: Duration) -> Option<Duration> {
        let (left, speed) = (self.steps.saturating_sub(self.steps_made()), self.speed(now));
        (speed > 0.0 && self.steps > 0)
            .then(|| Duration::try_from_secs_f64(left as f64 / speed).ok())
            .flatten()
    }
}

impl ArmState {
    fn new(name: String) -> Self {
        ArmState { name, runs: 0, ended: 0, diverged: 0, accuracies: Vec::new() }
    }
}

/// What an arm is called: with its experiment where several meet or where it has no other name.
fn arm_name(run: &RunSpec, several: bool) -> String {
    match (run.arm == RunSpec::BASE, several) {
        (true, _) => run.experiment.clone(),
        (false, true) => format!("{}/{}", run.experiment, run.arm),
        (false, false) => run.arm.clone(),
    }
}

/// The number of steps of a run, as far as it is known before its images are read.
fn expected_steps(run: &RunSpec) -> u64 {
    run.settings.training_images().map_or(0, |images| run.settings.steps(images))
}

#[cfg(test)]
pub(super) mod tests;
