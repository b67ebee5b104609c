//! Progress on a terminal: a bar for each run in training, as long as they are few, and one for all
//! of several runs. Nothing is shown where the standard error is no terminal.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use experiment::RunSpec;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use training::{Observer, Outcome, RunReport};

use crate::exit::print_to_stderr;
use crate::output::{significant, terminal_width};

/// The most bars of single runs that are shown at once. There are as many workers as cores, but a
/// stack may have hundreds of runs.
const MOST_BARS: usize = 16;

/// Shows the progress of runs.
pub(crate) struct Progress {
    screen: MultiProgress,
    all: Option<ProgressBar>,
    runs: usize,
    ended: AtomicUsize,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Progress {
    /// The progress of `runs`; nothing is shown where `quiet`.
    pub(crate) fn new(runs: &[RunSpec], quiet: bool) -> Arc<Self> {
        let screen = MultiProgress::new();
        if quiet || !std::io::stderr().is_terminal() {
            screen.set_draw_target(ProgressDrawTarget::hidden());
        }
        // It counts steps: the time left is known before the first run is over.
        let all = (runs.len() > 1).then(|| {
            let bar = screen.add(ProgressBar::new(runs.iter().map(expected_steps).sum()));
            let count = runs.len().to_string().len();
            bar.set_style(style_of_all(Layout::fit(terminal_width(), 2 * count + 1, ALL_REST).bar));
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

    fn bars(&self) -> MutexGuard<'_, HashMap<String, ProgressBar>> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The columns of a line, as the terminal's width divides them: the name is shortened before the
/// bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    name: usize,
    bar: usize,
}

/// The columns of a bar where there is room.
const BAR: usize = 30;
/// A name is not shortened further than this while there is a bar.
const SHORT_NAME: usize = 12;
/// The columns of " runs ", " 10 minutes elapsed, 10 minutes left".
const ALL_REST: usize = 6 + 36;
/// The columns of "  loss 1.234e-10  accuracy 100.0 %".
const MESSAGE: usize = 34;

impl Layout {
    /// Divides `width` columns; `rest` of them are taken by what stands beside name and bar.
    fn fit(width: usize, name: usize, rest: usize) -> Self {
        // A line that fills the last column wraps on some terminals.
        let room = width.saturating_sub(rest + 1);
        let name = name.min(room.saturating_sub(BAR).max(SHORT_NAME.min(room)));
        Layout { name, bar: BAR.min(room - name) }
    }

    fn of(run: &RunSpec, steps: u64) -> Self {
        let counts = format!("  {steps}/{steps} steps").len();
        Layout::fit(terminal_width(), run.label().chars().count(), counts + MESSAGE)
    }
}

/// A name in at most `columns` columns: its start and its end, which has the seed.
fn shortened(name: &str, columns: usize) -> String {
    let length = name.chars().count();
    if length <= columns {
        return name.to_owned();
    }
    let kept = columns.saturating_sub(1);
    let start: String = name.chars().take(kept / 2).collect();
    let end: String = name.chars().skip(length - (kept - kept / 2)).collect();
    format!("{start}…{end}")
}

/// The number of steps of a run, as far as it is known before its images are read.
fn expected_steps(run: &RunSpec) -> u64 {
    run.settings.training_images().map_or(0, |images| run.settings.steps(images))
}

fn style_of_run(bar: usize) -> ProgressStyle {
    let bar = bar_key(bar, "green/dim");
    style(&format!("{{prefix}} {bar} {{pos}}/{{len}} steps  {{msg}}"))
}

fn style_of_all(bar: usize) -> ProgressStyle {
    let bar = bar_key(bar, "cyan/dim");
    style(&format!("{{prefix}} runs {bar} {{elapsed}} elapsed, {{eta}} left"))
}

/// The bar's part of a template; none where there is no room.
fn bar_key(columns: usize, colours: &str) -> String {
    if columns == 0 { String::new() } else { format!("{{bar:{columns}.{colours}}}") }
}

/// The style of a template, or indicatif's own where the template is wrong.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Observer for Progress {
    fn started(&self, run: &RunSpec, step: u64, steps: u64) {
        let mut bars = self.bars();
        let bar = ProgressBar::new(steps).with_position(step);
        let bar = match &self.all {
            // It counts, but is not shown.
            _ if bars.len() >= MOST_BARS => {
                bar.set_draw_target(ProgressDrawTarget::hidden());
                bar
            }
            Some(all) => self.screen.insert_before(all, bar),
            None => self.screen.add(bar),
        };
        let layout = Layout::of(run, steps);
        bar.set_style(style_of_run(layout.bar));
        bar.set_prefix(shortened(&run.label(), layout.name));
        bars.insert(run.label(), bar);
    }

    fn stepped(&self, run: &RunSpec, steps: u64, loss: f32, accuracy: Option<f64>) {
        let bars = self.bars();
        let Some(bar) = bars.get(&run.label()) else { return };
        if let Some(accuracy) = accuracy {
            let loss = significant(f64::from(loss));
            bar.set_message(format!("loss {loss}  accuracy {:.1} %", accuracy * 100.0));
        }
        if let Some(all) = &self.all {
            all.inc(steps.saturating_sub(bar.position()));
        }
        bar.set_position(steps);
    }

    fn ended(&self, report: &RunReport) {
        let mut made = 0;
        if let Some(bar) = self.bars().remove(&report.spec.label()) {
            made = bar.position();
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
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
        self.screen.suspend(|| print_to_stderr(&format!("note: {}: {message}", run.label())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fits_the_terminal_and_the_name_is_shortened_before_the_bar() {
        let rest = "  858/858 steps".len() + MESSAGE;
        for width in 0..300 {
            for name in [5, 20, 60] {
                let Layout { name: shown, bar } = Layout::fit(width, name, rest);
                assert!(shown + bar + rest < width.max(rest + 1), "{width} columns");
                assert!(shown <= name && (bar == BAR || shown <= SHORT_NAME), "{width} columns");
            }
        }
        assert_eq!(Layout::fit(100, 40, rest), Layout { name: 20, bar: BAR });
        assert_eq!(Layout::fit(80, 40, rest), Layout { name: SHORT_NAME, bar: 18 });
    }

    #[test]
    fn a_shortened_name_keeps_its_start_and_its_seed() {
        assert_eq!(shortened("normal seed 3", 20), "normal seed 3");
        assert_eq!(shortened("how_small/normal,std=0.1 seed 3", 15), "how_sma… seed 3");
        assert_eq!(shortened("abc", 0), "…");
    }
}
