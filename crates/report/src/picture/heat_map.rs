//! A heat map of plain data: a cell for each pair of values, a map an arm, on one scale of colours.

use maud::{Markup, html};

use super::axis::Axis;
use super::cells::{Grid, outline};
use super::frame::{Area, Document, Text, px, text_width};
use super::map_layout::{Layout, Side, key, names};
use super::raster::Picture;
use super::style::{LINE, diverging, readable, viridis};
use crate::number::significant;

/// What a heat map shows.
///
/// ```
/// use report::picture::{Colours, HeatMap, HeatPanel, HeatSide, heat_map};
///
/// let map = heat_map(&HeatMap {
///     title: "Gradient over depth and scale",
///     subtitle: "first layer's over the last's, 5 seeds",
///     across: HeatSide { name: "hidden layers", labels: vec!["2".into(), "8".into()] },
///     up: HeatSide { name: "init.std", labels: vec!["0.01".into(), "0.1".into()] },
///     quantity: "ratio",
///     colours: Colours::AroundOne,
///     panels: vec![HeatPanel {
///         label: "tanh".into(),
///         rows: vec![vec![1e-4, 1e-16], vec![0.5, 0.1]],
///     }],
///     note: "",
/// });
/// assert!(map.svg().contains("init.std"));
/// ```
#[derive(Debug, Clone)]
pub struct HeatMap<'a> {
    /// Drawn at the top.
    pub title: &'a str,
    /// Drawn below it.
    pub subtitle: &'a str,
    /// The horizontal side.
    pub across: HeatSide<'a>,
    /// The vertical side, from the bottom up.
    pub up: HeatSide<'a>,
    /// What the colours are of, with its unit.
    pub quantity: &'a str,
    /// How values become colours.
    pub colours: Colours,
    /// The maps; none is needed.
    pub panels: Vec<HeatPanel>,
    /// A sentence below. May be empty.
    pub note: &'a str,
}

/// One side of a heat map.
#[derive(Debug, Clone)]
pub struct HeatSide<'a> {
    /// What varies along it.
    pub name: &'a str,
    /// Its values in their order; none is needed.
    pub labels: Vec<String>,
}

/// One map.
#[derive(Debug, Clone)]
pub struct HeatPanel {
    /// Its name; not drawn where it is the only one.
    pub label: String,
    /// A row for each value of the vertical side, in it a value for each of the horizontal one.
    /// What has no place on the scale leaves its cell empty.
    pub rows: Vec<Vec<f64>>,
}

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// From dark to bright, by equal differences.
    Linear,
    /// From dark to bright, by equal ratios. What is not above zero has no place.
    Logarithmic,
    /// Blue below 1, white at 1, red above, by equal ratios. What is not above zero has no place.
    AroundOne,
}

/// Figures are written into up to so many cells a map.
const WITH_FIGURES: usize = 400;

impl Colours {
    fn has_place(self, value: f64) -> bool {
        value.is_finite() && (value > 0.0 || self == Colours::Linear)
    }

    fn scale(self, values: impl Iterator<Item = f64>) -> Axis {
        let (low, high) = values
            .filter(|value| self.has_place(*value))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        match self {
            Colours::Linear => Axis::linear(low, high, 5),
            _ if low > high => Axis::logarithmic(0.1, 10.0),
            Colours::Logarithmic => Axis::logarithmic(low, high.max(low * 1.5)),
            Colours::AroundOne => {
                let most = high.max(1.0 / low).max(1.5);
                Axis::logarithmic(1.0 / most, most)
            }
        }
    }

    fn colour(self, position: f64) -> String {
        match self {
            Colours::AroundOne => diverging(position),
            _ => viridis(position),
        }
    }
}

/// Draws a heat map: 920 units wide, two maps beside one another where there are several.
pub fn heat_map(map: &HeatMap) -> Picture {
    let labels = |side: &HeatSide| match side.labels.is_empty() {
        true => vec!["–".to_owned()],
        false => side.labels.clone(),
    };
    let (across_labels, up_labels) = (labels(&map.across), labels(&map.up));
    let across = Side { name: map.across.name, labels: &across_labels, share: 1 };
    let up = Side { name: map.up.name, labels: &up_labels, share: 1 };
    let layout = Layout::new(&across, &up, map.panels.len());
    let scale =
        map.colours.scale(map.panels.iter().flat_map(|panel| &panel.rows).flatten().copied());
    let bottom = layout.top(map.panels.len().saturating_sub(1)) + layout.height;
    let content = html! {
        @for (position, panel) in map.panels.iter().enumerate() {
            @let grid = layout.grid(position);
            (layout.heading(position, &panel.label))
            (outline(&grid.area, LINE, 1.0))
            (cells(map, panel, &grid, &scale))
            (names(&across, &up, &grid))
        }
        (key(&layout.key(), map.quantity, &scale, &|position| map.colours.colour(position)))
        @if !map.note.is_empty() {
            (Text::new(24.0, bottom + 74.0, map.note).soft().size(12.0).draw())
        }
    };
    Document {
        height: bottom + if map.note.is_empty() { 62.0 } else { 96.0 },
        title: map.title,
        subtitle: map.subtitle,
        description: &describe(map),
    }
    .picture(&content)
}

fn cells(map: &HeatMap, panel: &HeatPanel, grid: &Grid, scale: &Axis) -> Markup {
    let with_figures = grid.columns * grid.rows <= WITH_FIGURES;
    let label = |side: &HeatSide, index: usize| side.labels.get(index).cloned().unwrap_or_default();
    html! {
        @for (row, values) in panel.rows.iter().take(grid.rows).enumerate() {
            @for (column, &value) in values.iter().take(grid.columns).enumerate() {
                @if map.colours.has_place(value) {
                    @let place = grid.place(column, row);
                    @let figure = significant(value, 2);
                    g {
                        title {
                            (map.across.name) " " (label(&map.across, column)) ", "
                            (map.up.name) " " (label(&map.up, row)) ": " (significant(value, 3))
                        }
                        (cell(&place, &map.colours.colour(scale.position(value)),
                            with_figures.then_some(figure.as_str())))
                    }
                }
            }
        }
    }
}

/// A cell, with its figure where there is room for it.
fn cell(place: &Area, fill: &str, figure: Option<&str>) -> Markup {
    let &Area { left, top, width, height } = place;
    let fits = |figure: &&str| width > text_width(figure, 11.5) + 4.0 && height > 17.0;
    let (middle, base) = (left + width / 2.0, top + height / 2.0 + 4.0);
    html! {
        rect x=(px(left + 0.4)) y=(px(top + 0.4)) width=(px((width - 0.8).max(0.5)))
            height=(px((height - 0.8).max(0.5))) fill=(fill) {}
        @if let Some(figure) = figure.filter(fits) {
            text.in-cell x=(px(middle)) y=(px(base)) fill=(readable(fill)) font-size="11.5"
                text-anchor="middle" { (figure) }
        }
    }
}

/// The map in words, for those who do not see it.
fn describe(map: &HeatMap) -> String {
    let panel = |panel: &HeatPanel| {
        let placed = || panel.rows.iter().flatten().filter(|value| map.colours.has_place(**value));
        let low = placed().copied().fold(f64::INFINITY, f64::min);
        let high = placed().copied().fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            return format!("{}: nothing to show", panel.label);
        }
        format!("{}: {} to {}", panel.label, significant(low, 3), significant(high, 3))
    };
    map.panels.iter().map(panel).collect::<Vec<_>>().join("; ")
}
