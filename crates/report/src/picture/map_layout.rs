//! What maps share: where each stands, the names along its sides, and the key of its colours.

use maud::{Markup, html};

use super::axis::Axis;
use super::cells::Grid;
use super::frame::{Area, Text, WIDTH, fit, px, rule, text_width, upwards};

/// Room for the key on the right.
pub(super) const RIGHT: f64 = 118.0;

/// The longest label of a row.
const LABEL: f64 = 110.0;

/// The values along one side of a map.
pub(super) struct Side<'a> {
    /// What varies along it.
    pub(super) name: &'a str,
    /// Its values.
    pub(super) labels: &'a [String],
    /// Values that share a cell.
    pub(super) share: usize,
}

impl Side<'_> {
    /// Cells along it.
    pub(super) fn cells(&self) -> usize {
        self.labels.len().div_ceil(self.share)
    }

    fn widest(&self) -> f64 {
        self.labels.iter().map(|label| text_width(label, 12.0)).fold(0.0, f64::max)
    }
}

/// Where maps are: one, or two beside one another.
pub(super) struct Layout {
    left: f64,
    width: f64,
    pub(super) height: f64,
    beside: usize,
    gap: f64,
    /// Room for the name above a map.
    pub(super) heading: f64,
    columns: usize,
    rows: usize,
}

impl Layout {
    /// Of so many maps with these sides.
    pub(super) fn new(across: &Side, up: &Side, maps: usize) -> Layout {
        let (columns, rows) = (across.cells(), up.cells());
        let beside = if maps > 1 { 2 } else { 1 };
        let labels = up.widest().min(LABEL);
        let (left, gap) = (24.0 + 22.0 + labels + 10.0, labels + 54.0);
        let width = (WIDTH - left - RIGHT - gap * (beside - 1) as f64) / beside as f64;
        let highest = if beside == 1 { 440.0 } else { 320.0 };
        let height = (width / columns as f64 * rows as f64).clamp(90.0, highest);
        let heading = if maps > 1 { 26.0 } else { 0.0 };
        Layout { left, width, height, beside, gap, heading, columns, rows }
    }

    pub(super) fn top(&self, position: usize) -> f64 {
        let step = self.heading + self.height + 66.0;
        80.0 + self.heading + step * (position / self.beside) as f64
    }

    /// The cells of the map at a position.
    pub(super) fn grid(&self, position: usize) -> Grid {
        let left = self.left + (self.width + self.gap) * (position % self.beside) as f64;
        let (top, width, height) = (self.top(position), self.width, self.height);
        let area = Area { left, top, width, height };
        Grid { area, columns: self.columns, rows: self.rows }
    }

    /// The name above the map at a position.
    pub(super) fn heading(&self, position: usize, name: &str) -> Markup {
        let Area { left, top, width, .. } = self.grid(position).area;
        html! {
            @if self.heading > 0.0 {
                (Text::new(left, top - 10.0, &fit(name, width, 14.0)).strong(14.0).draw())
            }
        }
    }

    /// Where the key stands.
    pub(super) fn key(&self) -> Area {
        let left = WIDTH - RIGHT + 30.0;
        Area { left, top: self.top(0), width: 16.0, height: self.height }
    }
}

/// The values along both sides of a map, and what varies along them.
pub(super) fn names(across: &Side, up: &Side, grid: &Grid) -> Markup {
    let Area { left, top, width, height } = grid.area;
    let (cell, line) = (width / grid.columns as f64, height / grid.rows as f64);
    let broadest = across.widest().min(120.0) + 6.0;
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
            (label(at, &fit(&across.labels[column * across.share], room, 12.0), true))
        }
        @for row in (0..grid.rows).step_by(every[1]) {
            @let at = (left - 8.0, top + height - line * (row as f64 + 0.5) + 4.0);
            (label(at, &fit(&up.labels[row * up.share], 112.0, 12.0), false))
        }
        (Text::new(left + width / 2.0, top + height + 38.0, across.name).centred().draw())
        @let x = left - up.widest().min(LABEL) - 22.0;
        (upwards(x, top + height / 2.0, Text::new(0.0, 0.0, up.name)))
    }
}

/// The scale of colours with its values; `colour` is that of a position on the scale.
pub(super) fn key(area: &Area, name: &str, scale: &Axis, colour: &dyn Fn(f64) -> String) -> Markup {
    const STEPS: usize = 48;
    let at = |step: usize| (step as f64 + 0.5) / STEPS as f64;
    let top = |step: usize| area.bottom() - area.height * (step + 1) as f64 / STEPS as f64;
    let name = fit(name, area.height.max(200.0), 12.0);
    let text = Text::new(0.0, 0.0, &name).soft().size(12.0);
    html! {
        // From the top down, each to the bottom: no seam shows between two.
        @for step in (0..STEPS).rev() {
            rect x=(px(area.left)) y=(px(top(step))) width=(px(area.width))
                height=(px(area.bottom() - top(step))) fill=(colour(at(step))) {}
        }
        @for tick in &scale.ticks {
            @let y = area.y(scale, tick.value);
            (rule("axis", (area.right(), y), (area.right() + 4.0, y)))
            (Text::new(area.right() + 8.0, y + 4.0, &tick.label).soft().size(12.0).draw())
        }
        (upwards(area.right() + 66.0, area.top + area.height / 2.0, text))
    }
}
