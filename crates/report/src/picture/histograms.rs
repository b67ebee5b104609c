//! Histograms of initial weights: a row an arm, a panel a layer, each on a scale of its own.

use maud::{Markup, html};
use record::InitialWeights;

use super::Picture;
use super::axis::Axis;
use super::frame::{Area, Text, WIDTH, document, fit, px};
use super::style::{LINE, Look};

/// The layers of one arm.
pub(super) struct Row<'a> {
    pub(super) label: &'a str,
    pub(super) layers: &'a [InitialWeights],
}

/// Panels beside one another; of deeper networks as many layers are shown, evenly from the first to the last.
const COLUMNS: usize = 4;
const MARGIN: f64 = 24.0;
const GAP: f64 = 40.0;
const TOP: f64 = 78.0;

pub(super) fn draw(title: &str, subtitle: &str, rows: &[Row]) -> Picture {
    let deepest = rows.iter().map(|row| row.layers.len()).max().unwrap_or(0).clamp(1, COLUMNS);
    let heading = if rows.iter().any(|row| !row.label.is_empty()) { 24.0 } else { 0.0 };
    let panel = if rows.len() > 1 { 62.0 } else { 210.0 };
    let row_height = heading + 22.0 + panel + 38.0;
    let width = (WIDTH - 2.0 * MARGIN - GAP * (deepest - 1) as f64) / deepest as f64;
    let content = html! {
        @for (arm, row) in rows.iter().enumerate() {
            @let top = TOP + row_height * arm as f64;
            @if heading > 0.0 {
                (Text::new(MARGIN, top + 18.0, &fit(row.label, WIDTH - 2.0 * MARGIN, 14.0)).strong(14.0).draw())
            }
            @for (column, layer) in shown(row.layers).enumerate() {
                @let left = MARGIN + (width + GAP) * column as f64;
                (histogram(&Area { left, top: top + heading + 22.0, width, height: panel }, layer, Look::of(arm)))
            }
        }
    };
    let description: Vec<String> = rows.iter().map(describe).collect();
    Picture {
        svg: document(
            TOP + row_height * rows.len() as f64 + 6.0,
            title,
            subtitle,
            &description.join("; "),
            &content,
        ),
    }
}

/// Up to [`COLUMNS`] of the layers, the first and the last among them.
fn shown(layers: &[InitialWeights]) -> impl Iterator<Item = &InitialWeights> {
    let columns = layers.len().min(COLUMNS);
    (0..columns).map(move |i| &layers[i * (layers.len() - 1) / (columns - 1).max(1)])
}

fn describe(row: &Row) -> String {
    let layers: Vec<String> = row
        .layers
        .iter()
        .map(|layer| {
            format!(
                "layer {} mean {:.4}, standard deviation {:.4}",
                layer.layer, layer.mean, layer.std
            )
        })
        .collect();
    format!("{} {}", row.label, layers.join(", ")).trim().to_owned()
}

fn histogram(area: &Area, layer: &InitialWeights, look: Look) -> Markup {
    let counts = &layer.histogram.counts;
    let highest = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let spread = layer.histogram.max > layer.histogram.min;
    let x = if spread {
        Axis::linear(layer.histogram.min, layer.histogram.max, 5)
    } else {
        Axis::linear(layer.mean - 0.5, layer.mean + 0.5, 2)
    };
    // All weights equal is one bar in the middle; a record's bins then have no width.
    let bars: Vec<(f64, f64, f64)> = if spread {
        let width = area.width / counts.len().max(1) as f64;
        let bar = |(i, &count): (usize, &u64)| {
            (area.left + width * i as f64, width, area.height * count as f64 / highest)
        };
        counts.iter().enumerate().map(bar).collect()
    } else {
        vec![(area.x(&x, layer.mean) - 2.0, 4.0, area.height)]
    };
    let outline: String = bars
        .iter()
        .filter(|(_, _, height)| *height > 0.0)
        .map(|&(left, width, height)| {
            let (width, height) = (px((width - 0.6).max(0.6)), px(height.max(0.8)));
            format!("M{} {}v-{height}h{width}v{height}z", px(left), px(area.bottom()))
        })
        .collect();
    let name = format!("Layer {}: {} × {}", layer.layer, layer.shape[0], layer.shape[1]);
    let note = format!("std {}", short(layer.std));
    html! {
        (Text::new(area.left, area.top - 8.0, &name).size(12.5).draw())
        (Text::new(area.right(), area.top - 8.0, &note).size(12.5).soft().flush_right().draw())
        path class=(look.fill()) d=(outline) fill=(look.hex()) fill-opacity="0.85" {}
        line class="axis" stroke=(LINE) x1=(px(area.left)) x2=(px(area.right())) y1=(px(area.bottom())) y2=(px(area.bottom())) {}
        @for tick in &x.ticks {
            @let at = area.x(&x, tick.value);
            line class="axis" stroke=(LINE) x1=(px(at)) x2=(px(at)) y1=(px(area.bottom())) y2=(px(area.bottom() + 4.0)) {}
            (Text::new(at, area.bottom() + 18.0, &tick.label).soft().size(11.5).centred().draw())
        }
    }
}

/// Three significant digits.
fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (2.0 - value.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    if value.abs() >= 1e6 { format!("{value:.2e}") } else { format!("{value:.decimals$}") }
}
