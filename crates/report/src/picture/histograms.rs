//! Small multiples of histograms: a row an arm, a panel a layer, each on a scale of its own.

use maud::{Markup, html};
use record::InitialWeights;

use super::axis::Axis;
use super::frame::{Area, Document, Text, WIDTH, fit, px, rule};
use super::marks;
use super::raster::Picture;
use super::style::Look;
use crate::number::significant;

/// One arm of [`small_multiples`]: a row of histograms.
#[derive(Debug, Clone)]
pub struct HistogramRow {
    /// The arm's name; the row has no heading where it is empty.
    pub label: String,
    /// The index of its colour: that of the arm in the study.
    pub look: usize,
    /// The histograms, from left to right: a layer each.
    pub panels: Vec<HistogramPanel>,
}

/// One histogram of a row, on a scale of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramPanel {
    /// What it is of: `Layer 1: 784 × 256`.
    pub name: String,
    /// What is written on its right: `std 0.0402`. May be empty.
    pub note: String,
    /// The lower edge of the first bin.
    pub low: f64,
    /// The upper edge of the last bin; where it is not above `low`, all numbers are equal, and
    /// there is one bar.
    pub high: f64,
    /// Numbers in each bin; all bins are as wide.
    pub counts: Vec<u64>,
}

/// Panels beside one another; of deeper networks as many layers are shown, evenly from the first to
/// the last.
const COLUMNS: usize = 4;
const MARGIN: f64 = 24.0;
const GAP: f64 = 40.0;
const TOP: f64 = 78.0;

/// The weights of one network before its first step, a histogram a layer.
pub fn weights(title: &str, subtitle: &str, layers: &[InitialWeights]) -> Picture {
    let panels = layers.iter().map(panel).collect();
    small_multiples(title, subtitle, &[HistogramRow { label: String::new(), look: 0, panels }])
}

/// The histogram of one layer's weights.
pub(super) fn panel(layer: &InitialWeights) -> HistogramPanel {
    let [inputs, outputs] = layer.shape;
    let histogram = &layer.histogram;
    HistogramPanel {
        name: format!("Layer {}: {inputs} × {outputs}", layer.layer),
        note: format!("std {}", significant(layer.std, 3)),
        low: histogram.min,
        high: histogram.max,
        counts: histogram.counts.clone(),
    }
}

/// Small multiples: a row of histograms an arm, of up to four of its panels, the first and the last
/// among them.
///
/// ```
/// use report::picture::{HistogramPanel, HistogramRow, small_multiples};
///
/// let panel = |layer: usize| HistogramPanel {
///     name: format!("Layer {layer}"),
///     note: "47 % off".to_owned(),
///     low: 0.0,
///     high: 2.0,
///     counts: vec![90, 40, 20, 5],
/// };
/// let (label, look) = ("he_normal".to_owned(), 0);
/// let rows = [HistogramRow { label, look, panels: (1..=3).map(panel).collect() }];
/// let picture = small_multiples("Activations by layer", "1,000 images", &rows);
/// assert!(picture.svg().contains("Layer 2"));
/// ```
pub fn small_multiples(title: &str, subtitle: &str, rows: &[HistogramRow]) -> Picture {
    let deepest = rows.iter().map(|row| row.panels.len()).max().unwrap_or(0).clamp(1, COLUMNS);
    let heading = if rows.iter().any(|row| !row.label.is_empty()) { 24.0 } else { 0.0 };
    let height = if rows.len() > 1 { 62.0 } else { 210.0 };
    let row_height = heading + 22.0 + height + 38.0;
    let width = (WIDTH - 2.0 * MARGIN - GAP * (deepest - 1) as f64) / deepest as f64;
    let content = html! {
        @for (position, row) in rows.iter().enumerate() {
            @let top = TOP + row_height * position as f64;
            @if heading > 0.0 {
                @let label = fit(&row.label, WIDTH - 2.0 * MARGIN, 14.0);
                (Text::new(MARGIN, top + 18.0, &label).strong(14.0).draw())
            }
            @for (column, panel) in shown(&row.panels).enumerate() {
                @let left = MARGIN + (width + GAP) * column as f64;
                @let area = Area { left, top: top + heading + 22.0, width, height };
                (histogram(&area, panel, Look::of(row.look)))
            }
        }
    };
    Document {
        height: TOP + row_height * rows.len() as f64 + 6.0,
        title,
        subtitle,
        description: &rows.iter().map(describe).collect::<Vec<_>>().join("; "),
    }
    .picture(&content)
}

/// Up to [`COLUMNS`] of the panels, the first and the last among them.
fn shown(panels: &[HistogramPanel]) -> impl Iterator<Item = &HistogramPanel> {
    let columns = panels.len().min(COLUMNS);
    (0..columns).map(move |i| &panels[i * (panels.len() - 1) / (columns - 1).max(1)])
}

fn describe(row: &HistogramRow) -> String {
    let panel = |panel: &HistogramPanel| {
        let [low, high] = [panel.low, panel.high].map(|edge| significant(edge, 3));
        format!("{} from {low} to {high} {}", panel.name, panel.note)
    };
    let panels: Vec<String> = row.panels.iter().map(panel).collect();
    format!("{} {}", row.label, panels.join(", ")).trim().to_owned()
}

fn histogram(area: &Area, panel: &HistogramPanel, look: Look) -> Markup {
    let spread = panel.high > panel.low;
    let x = if spread {
        Axis::linear(panel.low, panel.high, 5)
    } else {
        Axis::linear(panel.low - 0.5, panel.low + 0.5, 2)
    };
    // Numbers that are all equal are one bar in the middle; bins then have no width.
    let bars = if spread {
        bars(area, &panel.counts)
    } else {
        vec![(area.x(&x, panel.low) - 2.0, 4.0, area.height)]
    };
    let bar = |&(left, width, height): &(f64, f64, f64)| {
        let (width, height) = (px((width - 0.6).max(0.6)), px(height.max(0.8)));
        format!("M{} {}v-{height}h{width}v{height}z", px(left), px(area.bottom()))
    };
    let outline: String = bars.iter().filter(|(_, _, height)| *height > 0.0).map(bar).collect();
    let bottom = area.bottom();
    let note = Text::new(area.right(), area.top - 8.0, &panel.note).size(12.5).soft();
    html! {
        (Text::new(area.left, area.top - 8.0, &panel.name).size(12.5).draw())
        (note.flush_right().draw())
        (marks::area(&outline, look, 0.85))
        (rule("axis", (area.left, bottom), (area.right(), bottom)))
        @for tick in &x.ticks {
            @let at = area.x(&x, tick.value);
            (rule("axis", (at, bottom), (at, bottom + 4.0)))
            (Text::new(at, bottom + 18.0, &tick.label).soft().size(11.5).centred().draw())
        }
    }
}

/// Left edge, width and height of each bar.
fn bars(area: &Area, counts: &[u64]) -> Vec<(f64, f64, f64)> {
    let highest = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let width = area.width / counts.len().max(1) as f64;
    let bar = |(i, &count): (usize, &u64)| {
        (area.left + width * i as f64, width, area.height * count as f64 / highest)
    };
    counts.iter().enumerate().map(bar).collect()
}
