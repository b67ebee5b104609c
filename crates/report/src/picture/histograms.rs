//! Histograms of initial weights: a row an arm, a panel a layer, each on a scale of its own.

use maud::{Markup, html};
use record::InitialWeights;

use super::axis::Axis;
use super::frame::{Area, Document, Text, WIDTH, fit, px, rule};
use super::marks;
use super::raster::Picture;
use super::style::Look;
use crate::number::significant;

/// The layers of one arm.
pub(super) struct Row {
    /// The arm's index in the study.
    pub(super) arm: usize,
    pub(super) label: String,
    pub(super) layers: Vec<InitialWeights>,
}

/// Panels beside one another; of deeper networks as many layers are shown, evenly from the first to
/// the last.
const COLUMNS: usize = 4;
const MARGIN: f64 = 24.0;
const GAP: f64 = 40.0;
const TOP: f64 = 78.0;

/// The weights of one network before its first step, a histogram a layer.
pub fn weights(title: &str, subtitle: &str, layers: &[InitialWeights]) -> Picture {
    draw(title, subtitle, &[Row { arm: 0, label: String::new(), layers: layers.to_vec() }])
}

pub(super) fn draw(title: &str, subtitle: &str, rows: &[Row]) -> Picture {
    let deepest = rows.iter().map(|row| row.layers.len()).max().unwrap_or(0).clamp(1, COLUMNS);
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
            @for (column, layer) in shown(&row.layers).enumerate() {
                @let left = MARGIN + (width + GAP) * column as f64;
                @let area = Area { left, top: top + heading + 22.0, width, height };
                (histogram(&area, layer, Look::of(row.arm)))
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

/// Up to [`COLUMNS`] of the layers, the first and the last among them.
fn shown(layers: &[InitialWeights]) -> impl Iterator<Item = &InitialWeights> {
    let columns = layers.len().min(COLUMNS);
    (0..columns).map(move |i| &layers[i * (layers.len() - 1) / (columns - 1).max(1)])
}

fn describe(row: &Row) -> String {
    let layer = |layer: &InitialWeights| {
        let [mean, std] = [layer.mean, layer.std].map(|value| significant(value, 4));
        format!("layer {} mean {mean}, standard deviation {std}", layer.layer)
    };
    let layers: Vec<String> = row.layers.iter().map(layer).collect();
    format!("{} {}", row.label, layers.join(", ")).trim().to_owned()
}

fn histogram(area: &Area, layer: &InitialWeights, look: Look) -> Markup {
    let spread = layer.histogram.max > layer.histogram.min;
    let x = if spread {
        Axis::linear(layer.histogram.min, layer.histogram.max, 5)
    } else {
        Axis::linear(layer.mean - 0.5, layer.mean + 0.5, 2)
    };
    // All weights equal is one bar in the middle; a record's bins then have no width.
    let bars = if spread {
        bars(area, &layer.histogram.counts)
    } else {
        vec![(area.x(&x, layer.mean) - 2.0, 4.0, area.height)]
    };
    let bar = |&(left, width, height): &(f64, f64, f64)| {
        let (width, height) = (px((width - 0.6).max(0.6)), px(height.max(0.8)));
        format!("M{} {}v-{height}h{width}v{height}z", px(left), px(area.bottom()))
    };
    let outline: String = bars.iter().filter(|(_, _, height)| *height > 0.0).map(bar).collect();
    let name = format!("Layer {}: {} × {}", layer.layer, layer.shape[0], layer.shape[1]);
    let note = format!("std {}", significant(layer.std, 3));
    let bottom = area.bottom();
    html! {
        (Text::new(area.left, area.top - 8.0, &name).size(12.5).draw())
        (Text::new(area.right(), area.top - 8.0, &note).size(12.5).soft().flush_right().draw())
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
