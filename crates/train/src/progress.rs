//! Progress on a terminal: a bar for each run under way, as long as they are few enough to be read, and one for all where
//! there are several. NoopObserver when the standard error is no terminal.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use experiment::RunSpec;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use training::{Observer, Outcome, RunReport};

/// Bars of single runs that are shown at once: workers are as many as cores, but a stack may have hundreds of runs.
const MOST_BARS: usize = 16;

/// Shows how runs get on.
pub(crate) struct Progress {
    screen: MultiProgress,
    all: Option<ProgressBar>,
    runs: usize,
    ended: AtomicUsize,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Progress {
    /// Progress of `runs`; nothing is shown where `quiet`, or where nobody looks.
    pub(crate) fn new(runs: &[RunSpec], quiet: bool) -> Arc<Self> {
        let screen = MultiProgress::new();
        if quiet || !std::io::stderr().is_terminal() {
            screen.set_draw_target(ProgressDrawTarget::hidden());
        }
        // Counted in steps, so that the time left is known before the first run is over.
        let all = (runs.len() > 1).then(|| {
            let bar = screen.add(ProgressBar::new(runs.iter().map(expected_steps).sum()));
            bar.set_style(style("{prefix} runs {bar:30.cyan/dim} {elapsed} elapsed, {eta} left"));
            bar.set_prefix(format!("0/{}", runs.len()));
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Arc::new(Progress {
            screen,
            all,
            runs: runs.len(),
            ended: AtomicUsize::new(0),
            bars: Mutex::default(),
        })
    }

    /// Takes the bars off the screen.
    pub(crate) fn clear(&self) {
        if let Some(all) = &self.all {
            all.finish_and_clear();
        }
        let _ = self.screen.clear();
    }

    fn with_bar(&self, run: &RunSpec, act: impl FnOnce(&ProgressBar)) {
        let bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = bars.get(&run.label()) {
            act(bar);
        }
    }
}

/// Steps that a run will make, as far as that is known before its images are read.
fn expected_steps(run: &RunSpec) -> u64 {
    run.settings.training_images().map_or(0, |images| run.settings.steps(images))
}

/// A style; a template of ours that cannot be read falls back to indicatif's own.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Observer for Progress {
    fn started(&self, run: &RunSpec, step: u64, steps: u64) {
        let mut bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let bar = ProgressBar::new(steps).with_position(step);
        let bar = match &self.all {
            // It counts all the same.
            _ if bars.len() >= MOST_BARS => {
                bar.set_draw_target(ProgressDrawTarget::hidden());
                bar
            }
            Some(all) => self.screen.insert_before(all, bar),
            None => self.screen.add(bar),
        };
        bar.set_style(style("{prefix} {bar:30.green/dim} {pos}/{len} steps  {msg}"));
        bar.set_prefix(run.label());
        bars.insert(run.label(), bar);
    }

    fn stepped(&self, run: &RunSpec, steps: u64, loss: f32, accuracy: Option<f64>) {
        self.with_bar(run, |bar| {
            if let Some(accuracy) = accuracy {
                bar.set_message(format!("loss {loss:.3}  accuracy {:.1} %", accuracy * 100.0));
            }
            if let Some(all) = &self.all {
                all.inc(steps.saturating_sub(bar.position()));
            }
            bar.set_position(steps);
        });
    }

    fn ended(&self, report: &RunReport) {
        let mut made = 0;
        let mut bars = self.bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = bars.remove(&report.spec.label()) {
            made = bar.position();
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
        drop(bars);
        if let Some(all) = &self.all {
            let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
            all.set_prefix(format!("{ended}/{}", self.runs));
            // Steps that were not made now: of a run that was finished before, or that diverged.
            all.inc(expected_steps(&report.spec).saturating_sub(made));
            if matches!(report.outcome, Ok(Outcome::Skipped(_))) {
                // What took no time says nothing about the time left.
                all.reset_eta();
            }
        }
    }

    fn noted(&self, run: &RunSpec, message: &str) {
        self.screen.suspend(|| anstream::eprintln!("note: {}: {message}", run.label()));
    }
}
