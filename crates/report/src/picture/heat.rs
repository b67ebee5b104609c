//! A sweep over two axes: a map an arm, a cell a setting, on one scale of colours.

use maud::{Markup, html};

use super::axis::{Axis, LOGARITHMIC_FROM};
use super::cells::{Cell, Grid, cells, map};
use super::frame::{Area, Document, Text, WIDTH, fit, px, rule, text_width, upwards};
use super::over_axis::{describe, subtitle};
use super::raster::Picture;
use super::style::viridis;
use crate::comparison::Comparison;
use crate::phrases::capitalised;

/// Arms that have a map: the best ones.
const ARMS: usize = 6;

/// Cells along an axis; the settings of a longer one share cells.
const CELLS: usize = 64;

/// Room for the key on the right.
const RIGHT: f64 = 118.0;

/// The longest label of a row.
const LABEL: f64 = 110.0;

/// Where the maps are.
struct Layout {
    left: f64,
    width: f64,
    height: f64,
    /// Maps beside one another, and the gap between two.
    beside: usize,
    gap: f64,
    /// Room for the arm's name above a map.
    heading: f64,
    columns: usize,
    rows: usize,
    /// Settings that share a cell, along each axis.
    share: [usize; 2],
}

impl Layout {
    fn of(comparison: &Comparison) -> Layout {
        let lengths = [0, 1].map(|i| comparison.axes[i].values.len());
        let share = lengths.map(|length| length.div_ceil(CELLS));
        let [columns, rows] = [0, 1].map(|i| lengths[i].div_ceil(share[i]));
        let beside = if comparison.arms.len() > 1 { 2 } else { 1 };
        let labels = widest(&comparison.axes[1].labels).min(LABEL);
        let (left, gap) = (24.0 + 22.0 + labels + 10.0, labels + 54.0);
        let width = (WIDTH - left - RIGHT - gap * (beside - 1) as f64) / beside as f64;
        let highest = if beside == 1 { 440.0 } else { 320.0 };
        let height = (width / columns as f64 * rows as f64).clamp(90.0, highest);
        let heading = if comparison.arms.len() > 1 { 26.0 } else { 0.0 };
        Layout { left, width, height, beside, gap, heading, columns, rows, share }
    }

    fn top(&self, position: usize) -> f64 {
        let step = self.heading + self.height + 66.0;
        80.0 + self.heading + step * (position / self.beside) as f64
    }

    /// The cells of the map at a position.
    fn grid(&self, position: usize) -> Grid {
        let left = self.left + (self.width + self.gap) * (position % self.beside) as f64;
        let (top, width, height) = (self.top(position), self.width, self.height);
        let area = Area { left, top, width, height };
        Grid { area, columns: self.columns, rows: self.rows }
    }
}

pub(super) fn draw(comparison: &Comparison) -> Picture {
    let quantity = &comparison.quantity;
    let arms = &comparison.arms[..comparison.arms.len().min(ARMS)];
    let layout = Layout::of(comparison);
    let maps: Vec<Vec<Cell>> = arms.iter().map(|arm| cells(arm, layout.share)).collect();
    let means = maps.iter().flatten().map(|cell| cell.mean);
    let scale = Axis::of_values(quantity, means, LOGARITHMIC_FROM);
    let brightness = |mean: f64| {
        let position = scale.position(mean * quantity.factor());
        if quantity.higher_is_better { position } else { 1.0 - position }
    };
    let bottom = layout.top(arms.len() - 1) + layout.height + 74.0;
    let content = html! {
        @for (position, (arm, cells)) in arms.iter().zip(&maps).enumerate() {
            @let grid = layout.grid(position);
            @if layout.heading > 0.0 {
                @let label = fit(&arm.label, layout.width, 14.0);
                (Text::new(grid.area.left, grid.area.top - 10.0, &label).strong(14.0).draw())
            }
            (map(comparison, &grid, cells, &brightness))
            (names(comparison, &grid, layout.share))
        }
        @let left = WIDTH - RIGHT + 30.0;
        @let area = Area { left, top: layout.top(0), width: 16.0, height: layout.height };
        (key(&area, comparison, &scale))
        @let explanation = explanation(comparison, &maps, layout.share);
        (Text::new(24.0, bottom, &explanation).soft().size(12.0).draw())
    };
    let [across, up] = [0, 1].map(|i| &comparison.axes[i].setting);
    Document {
        height: bottom + 22.0,
        title: &format!("{} over {across} and {up}", capitalised(&quantity.title)),
        subtitle: &subtitle(comparison, ARMS).replace(" and its 95 % interval", ""),
        description: &describe(comparison, ARMS),
    }
    .picture(&content)
}

fn widest(labels: &[String]) -> f64 {
    labels.iter().map(|label| text_width(label, 12.0)).fold(0.0, f64::max)
}

/// The values along both axes, and the axes' names.
fn names(comparison: &Comparison, grid: &Grid, share: [usize; 2]) -> Markup {
    let (across, up) = (&comparison.axes[0], &comparison.axes[1]);
    let Area { left, top, width, height } = grid.area;
    let (cell, line) = (width / grid.columns as f64, height / grid.rows as f64);
    let broadest = widest(&across.labels).min(120.0) + 6.0;
    let every = [(broadest / cell).ceil() as usize, (15.0 / line).ceil() as usize]
        .map(|every| every.max(1));
    let room = broadest.max(cell * every[0] as f64);
    let label = |at: (f64, f64), label: &str, column: bool| {
        let text = Text::new(at.0, at.1, label).soft().size(12.0);
        if column { text.centred().draw() } else { text.flush_right().draw() }
    };
    html! {
        @for column in (0..grid.columns).step_by(every[0]) {
            @let at = (left + cell * (column as f64 + 0.5), top + height + 17.0);
            (label(at, &fit(&across.labels[column * share[0]], room, 12.0), true))
        }
        @for row in (0..grid.rows).step_by(every[1]) {
            @let at = (left - 8.0, top + height - line * (row as f64 + 0.5) + 4.0);
            (label(at, &fit(&up.labels[row * share[1]], 112.0, 12.0), false))
        }
        (Text::new(left + width / 2.0, top + height + 38.0, &across.name()).centred().draw())
        @let x = left - widest(&up.labels).min(LABEL) - 22.0;
        (upwards(x, top + height / 2.0, Text::new(0.0, 0.0, &up.name())))
    }
}

/// The scale of colours with its values.
fn key(area: &Area, comparison: &Comparison, scale: &Axis) -> Markup {
    const STEPS: usize = 48;
    let quantity = &comparison.quantity;
    let at = |step: usize| (step as f64 + 0.5) / STEPS as f64;
    let top = |step: usize| area.bottom() - area.height * (step + 1) as f64 / STEPS as f64;
    let name = format!("{}{}", capitalised(&quantity.title), quantity.unit_suffix());
    let better = |position: f64| if quantity.higher_is_better { position } else { 1.0 - position };
    let name = fit(&name, area.height.max(200.0), 12.0);
    let text = Text::new(0.0, 0.0, &name).soft().size(12.0);
    html! {
        // From the top down, each to the bottom: no seam shows between two.
        @for step in (0..STEPS).rev() {
            rect x=(px(area.left)) y=(px(top(step))) width=(px(area.width))
                height=(px(area.bottom() - top(step))) fill=(viridis(better(at(step)))) {}
        }
        @for tick in &scale.ticks {
            @let y = area.y(scale, tick.value);
            (rule("axis", (area.right(), y), (area.right() + 4.0, y)))
            (Text::new(area.right() + 8.0, y + 4.0, &tick.label).soft().size(12.0).draw())
        }
        (upwards(area.right() + 66.0, area.top + area.height / 2.0, text))
    }
}

fn explanation(comparison: &Comparison, maps: &[Vec<Cell>], share: [usize; 2]) -> String {
    let any = |of: fn(&Cell) -> bool| maps.iter().flatten().any(of);
    let mut text = "Brighter is better. Outlined: the best of its arm.".to_owned();
    if any(|cell| cell.alike) {
        text += " Dot: no difference to it can be shown.";
    }
    if any(|cell| cell.diverged) {
        text += " ×: a run diverged.";
    }
    if comparison.grid() > comparison.point_count() {
        text += " Empty: no finished run.";
    }
    if share != [1, 1] {
        text += &format!(" A cell is the mean of {} × {} settings.", share[0], share[1]);
    }
    text
}
