//! How a dashboard looks: a function of what it shows and of the terminal's size.

use std::time::Duration;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Modifier, Style};
use ratatui_core::text::{Line, Span};
use ratatui_core::widgets::Widget;
use record::LayerQuantity;
use report::significant;

use super::state::{ArmState, LayerState, RunningRun, StudyState};

/// How text is set off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Styles {
    heading: Style,
    soft: Style,
    selected: Style,
    good: Style,
    bad: Style,
}

impl Styles {
    /// With colours, or without.
    pub(super) fn new(coloured: bool) -> Self {
        let style = Style::new();
        let colour = |colour| if coloured { style.fg(colour) } else { style };
        Styles {
            heading: colour(Color::Cyan).add_modifier(Modifier::BOLD),
            soft: style.add_modifier(Modifier::DIM),
            selected: style.add_modifier(Modifier::REVERSED),
            good: colour(Color::Green),
            bad: colour(Color::Red),
        }
    }
}

/// Lines from the top down, as many as there is room for.
struct Page<'a> {
    area: Rect,
    buffer: &'a mut Buffer,
    row: u16,
}

impl Page<'_> {
    fn line(&mut self, line: Line<'_>) {
        if self.row < self.area.height {
            let y = self.area.y + self.row;
            line.render(Rect { y, height: 1, ..self.area }, self.buffer);
            self.row += 1;
        }
    }

    fn left(&self) -> usize {
        usize::from(self.area.height.saturating_sub(self.row))
    }
}

/// Draws the dashboard of a study, `now` after it began.
pub(super) fn draw(
    study: &StudyState,
    now: Duration,
    styles: Styles,
    area: Rect,
    buffer: &mut Buffer,
) {
    let width = usize::from(area.width);
    let foot = area.height.saturating_sub(1);
    let mut page = Page { area: Rect { height: foot, ..area }, buffer, row: 0 };
    head(&mut page, study, now, styles, width);
    let selected = study.running.get(study.selected());
    let layers = selected.map_or(0, |run| run.layers.len());
    // Runs and layers get what they need, up to a half and a third; the arms get the rest.
    let room = page.left();
    let runs = study.running.len().min((room / 2).saturating_sub(3)).max(1);
    let layers = layers.min((room / 3).saturating_sub(2));
    runs_in_training(&mut page, study, now, styles, (width, runs));
    let below = if layers > 0 { layers + 2 + usize::from(room > 14) } else { 0 };
    let room = page.left().saturating_sub(below);
    arms_so_far(&mut page, study, styles, (width, room));
    if let Some(run) = selected.filter(|_| layers > 0) {
        layers_of(&mut page, run, styles, (width, layers));
    }
    if area.height > 1 {
        let y = area.y + foot;
        foot_line(study, styles, width).render(Rect { y, height: 1, ..area }, page.buffer);
    }
}

fn head(page: &mut Page<'_>, study: &StudyState, now: Duration, styles: Styles, width: usize) {
    page.line(Line::styled(shortened(&study.title, width), styles.heading));
    let mut parts = vec![format!("{}/{} runs", study.ended, study.runs), clock(now)];
    if study.paused {
        parts.push("paused".to_owned());
    } else if let Some(left) = study.time_left(now).filter(|_| study.ended < study.runs) {
        parts.push(format!("{} left", clock(left)));
    }
    if study.failed > 0 {
        parts.push(format!("{} failed", study.failed));
    }
    parts.push(format!("{:.0} steps/s", study.speed(now)));
    let text = fitting(&parts, width);
    let bar = width.saturating_sub(text.chars().count() + 3).min(60);
    let part = study.steps_made() as f64 / study.steps.max(1) as f64;
    let full = (part.clamp(0.0, 1.0) * bar as f64) as usize;
    page.line(Line::from(vec![
        Span::raw(text),
        Span::raw(if bar > 0 { "  " } else { "" }),
        Span::styled("█".repeat(full), styles.good),
        Span::styled("░".repeat(bar - full), styles.soft),
    ]));
    if let Some(note) = study.notes.last().filter(|_| page.left() > 8) {
        page.line(Line::styled(shortened(note, width), styles.soft));
    }
}

/// A heading with an empty line above it, if there is room.
fn heading(page: &mut Page<'_>, text: String, styles: Styles, width: usize) {
    if page.left() > 3 && page.area.height > 14 {
        page.line(Line::default());
    }
    page.line(Line::styled(shortened(&text, width), styles.heading));
}

fn runs_in_training(
    page: &mut Page<'_>,
    study: &StudyState,
    now: Duration,
    styles: Styles,
    (width, rows): (usize, usize),
) {
    heading(page, format!("{} in training", study.running.len()), styles, width);
    if study.running.is_empty() {
        page.line(Line::styled(shortened("  none yet", width), styles.soft));
        return;
    }
    let longest = study.running.iter().map(|run| run.label.chars().count()).max().unwrap_or(0);
    let name = name_columns(longest, RUN_FACTS, width);
    if page.left() > rows && page.area.height > 14 {
        let [step, loss, accuracy, speed] = ["step", "loss", "accuracy", "speed"];
        let heads = format!("  {:name$} {step:>12} {loss:>9} {accuracy:>8} {speed:>8}", "");
        page.line(Line::styled(shortened(&heads, width), styles.soft));
    }
    let selected = study.selected();
    let first = selected.saturating_sub(rows.saturating_sub(1));
    for (index, run) in study.running.iter().enumerate().skip(first).take(rows) {
        let line = run_line(run, now, name, width);
        let style = if index == selected { styles.selected } else { Style::new() };
        page.line(Line::styled(line, style));
    }
}

/// Columns of what stands beside the name of a run, and of an arm.
const RUN_FACTS: usize = 42;
const ARM_FACTS: usize = 36;

/// Columns of a name: what the longest needs, as far as the screen allows.
fn name_columns(longest: usize, facts: usize, width: usize) -> usize {
    longest.min(width.saturating_sub(facts + 2)).clamp(8, 60)
}

/// "normal seed 3  412/858  0.213  97.2 %  1,830/s  ▇▅▃▂▁"
fn run_line(run: &RunningRun, now: Duration, name: usize, width: usize) -> String {
    let loss = run.loss.map_or_else(String::new, |loss| significant(f64::from(loss), 3));
    let accuracy = run.accuracy.map_or_else(String::new, |share| percent(share, 1));
    let counts = format!("{}/{}", run.step, run.steps);
    let speed = format!("{:.0}/s", run.speed(now));
    let label = shortened(&run.label, name);
    let line = format!("  {label:name$} {counts:>12} {loss:>9} {accuracy:>8} {speed:>8}");
    with_sparks(line, &run.losses, width)
}

/// A line with a curve behind it, where there is room.
fn with_sparks(line: String, values: &[f32], width: usize) -> String {
    let room = width.saturating_sub(line.chars().count() + 2).min(40);
    let line = if room >= 5 { format!("{line}  {}", sparks(values, room)) } else { line };
    shortened(&line, width)
}

fn arms_so_far(
    page: &mut Page<'_>,
    study: &StudyState,
    styles: Styles,
    (width, room): (usize, usize),
) {
    if room < 2 {
        return;
    }
    let sort = study.sort.name();
    heading(page, format!("arms so far: validation accuracy (%), {sort}"), styles, width);
    let arms = study.sorted_arms();
    let best = arms.iter().filter_map(|arm| arm.mean()).fold(f64::NEG_INFINITY, f64::max);
    let rows = room.saturating_sub(if page.area.height > 14 { 2 } else { 1 });
    let shown = if arms.len() > rows { rows.saturating_sub(1) } else { arms.len() };
    let longest = arms.iter().map(|arm| arm.name.chars().count()).max().unwrap_or(0);
    let name = name_columns(longest, ARM_FACTS, width);
    for arm in &arms[..shown] {
        let is_best = arm.mean() == Some(best);
        let style = match (is_best, arm.diverged > 0) {
            (true, _) => styles.good,
            (false, true) => styles.bad,
            (false, false) => Style::new(),
        };
        page.line(Line::styled(arm_line(arm, name, width), style));
    }
    if shown < arms.len() {
        let more = format!("  and {} more; s sorts", arms.len() - shown);
        page.line(Line::styled(shortened(&more, width), styles.soft));
    }
}

/// "normal  3/10  97.12  96.97 to 97.27"
fn arm_line(arm: &ArmState, name: usize, width: usize) -> String {
    let mean = arm.mean().map_or_else(|| "–".to_owned(), |mean| format!("{:.2}", mean * 100.0));
    let interval = arm.interval().map_or_else(String::new, |interval| {
        let [low, high] = [interval.low.max(0.0), interval.high.min(1.0)];
        format!("{:.2} to {:.2}", low * 100.0, high * 100.0)
    });
    let diverged = match arm.diverged {
        0 => String::new(),
        diverged => format!("  {diverged} diverged"),
    };
    let runs = format!("{}/{}", arm.ended, arm.runs);
    let facts = format!("{runs:>9} {mean:>7}  {interval:<15}{diverged}");
    let line = format!("  {:name$} {facts}", shortened(&arm.name, name));
    shortened(line.trim_end(), width)
}

fn layers_of(page: &mut Page<'_>, run: &RunningRun, styles: Styles, (width, rows): (usize, usize)) {
    heading(page, format!("layers of {}", run.label), styles, width);
    page.line(Line::styled(shortened(&layer_heads(), width), styles.soft));
    for (number, layer) in (1..).zip(&run.layers).take(rows) {
        page.line(Line::raw(layer_line(number, layer, width)));
    }
}

fn layer_heads() -> String {
    let [ratio, moved, gradient, dead] = ["update", "moved", "gradient", "dead"];
    format!("  {:>5} {ratio:>7} {moved:>8} {gradient:>10} {dead:>7}", "layer")
}

/// The layer's number, the power of ten of update over weight, the distance from its start, the
/// gradient and the share of dead units.
fn layer_line(number: usize, layer: &LayerState, width: usize) -> String {
    let Some(row) = layer.row else { return String::new() };
    let finite = |value: f32, shown: fn(f64) -> String| match value.is_finite() {
        true => shown(f64::from(value)),
        false => "–".to_owned(),
    };
    let ratio = finite(row.update_ratio(), |value| format!("{value:.1}"));
    let moved = layer.moved().map_or_else(|| "–".to_owned(), |share| percent(f64::from(share), 1));
    let gradient = finite(row.get(LayerQuantity::GradientRms), |value| significant(value, 2));
    let dead = finite(row.get(LayerQuantity::Dead), |share| percent(share, 1));
    let line = format!("  {number:>5} {ratio:>7} {moved:>8} {gradient:>10} {dead:>7}");
    with_sparks(line, &layer.ratios, width)
}

fn foot_line(study: &StudyState, styles: Styles, width: usize) -> Line<'static> {
    let keys: &[&str] = match (study.stopping, study.paused) {
        (true, _) => &["stopping after a checkpoint", "Ctrl-C again ends at once"],
        (false, true) => &["p go on", "q quit", "s sort", "↑↓ choose"],
        (false, false) => {
            &["q quit", "p pause", "s sort", "↑↓ choose", "(quit: with a checkpoint)"]
        }
    };
    let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
    Line::styled(fitting(&keys, width), styles.soft)
}

/// As many of the parts as fit into `columns` columns.
fn fitting(parts: &[String], columns: usize) -> String {
    let mut text = String::new();
    for part in parts {
        let gap = if text.is_empty() { "" } else { "  " };
        if text.chars().count() + gap.len() + part.chars().count() > columns {
            break;
        }
        text = text + gap + part;
    }
    text
}

/// A text in at most `columns` columns: its start and its end.
fn shortened(text: &str, columns: usize) -> String {
    let length = text.chars().count();
    if length <= columns {
        return text.to_owned();
    }
    if columns < 12 {
        return text.chars().take(columns).collect();
    }
    let kept = columns - 1;
    let start: String = text.chars().take(kept / 2).collect();
    let end: String = text.chars().skip(length - (kept - kept / 2)).collect();
    format!("{start}…{end}")
}

fn percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$} %", share * 100.0)
}

/// "1:02:03", or "2:03".
fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let [hours, minutes, seconds] = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Values as a row of blocks, on a logarithmic scale where they range widely and are above zero.
fn sparks(values: &[f32], columns: usize) -> String {
    let finite: Vec<f64> =
        values.iter().filter(|value| value.is_finite()).map(|&value| f64::from(value)).collect();
    let extreme = |pick: fn(f64, f64) -> f64| finite.iter().copied().reduce(pick);
    let (Some(low), Some(high)) = (extreme(f64::min), extreme(f64::max)) else {
        return String::new();
    };
    let is_wide = low > 0.0 && high > 15.0 * low;
    let scaled = |value: f64| if is_wide { value.ln() } else { value };
    let (low, range) = (scaled(low), scaled(high) - scaled(low));
    let block = finite.len().div_ceil(columns.max(1)).max(1);
    let height = |values: &[f64]| {
        let mean = values.iter().map(|&value| scaled(value)).sum::<f64>() / values.len() as f64;
        let part = if range > 0.0 { (mean - low) / range } else { 0.0 };
        ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][(part * 7.0).round().clamp(0.0, 7.0) as usize]
    };
    finite.chunks(block).map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::state::tests::study;

    /// The screen of that size, as text.
    fn screen(width: u16, height: u16, runs: usize) -> String {
        let area = Rect { x: 0, y: 0, width, height };
        let mut buffer = Buffer::empty(area);
        draw(&study(runs), Duration::from_secs(75), Styles::new(true), area, &mut buffer);
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| line(y).trim_end().to_owned() + "\n").collect()
    }

    #[test]
    fn a_study_on_screens_of_several_sizes() {
        insta::assert_snapshot!("80x24", screen(80, 24, 2));
        insta::assert_snapshot!("140x30", screen(140, 30, 8));
        insta::assert_snapshot!("20x6", screen(20, 6, 2));
    }

    #[test]
    fn every_size_can_be_drawn() {
        for width in [0, 1, 5, 12, 19, 20, 33, 79, 300] {
            for height in [0, 1, 2, 3, 5, 9, 15, 40] {
                for runs in [0, 1, 60] {
                    let _ = screen(width, height, runs);
                }
            }
        }
    }
}
