//! Histograms of drawn numbers, one below the other, each with the density of the distribution that
//! they were drawn from.

use maud::{Markup, html};

use super::axis::Axis;
use super::frame::{Area, Document, Text, WIDTH, axes, px};
use super::marks;
use super::raster::Picture;
use super::style::{GROUND, INK, Look};
use crate::histogram::Histogram;

/// One histogram of the picture.
pub struct Panel<'a> {
    /// What was drawn.
    pub label: String,
    /// The numbers.
    pub histogram: &'a Histogram,
    /// The density of their distribution, where it has one.
    pub density: Option<Box<dyn Fn(f64) -> f64 + 'a>>,
}

const TOP: f64 = 100.0;
const HEIGHT: f64 = 240.0;
/// From one panel's top to the next one's.
const STEP: f64 = HEIGHT + 92.0;
/// Points of a density.
const POINTS: usize = 800;

/// Drawn numbers, a histogram a panel, with the densities of their distributions.
pub fn histograms(title: &str, subtitle: &str, panels: &[Panel]) -> Picture {
    let area = |i: usize| Area {
        left: 84.0,
        top: TOP + STEP * i as f64,
        width: WIDTH - 84.0 - 28.0,
        height: HEIGHT,
    };
    let content = html! {
        @for (i, shown) in panels.iter().enumerate() { (panel(&area(i), shown)) }
    };
    let describe = |panel: &Panel| {
        let histogram = panel.histogram;
        format!("{}: {} numbers, {}", panel.label, histogram.count, histogram.moments(", "))
    };
    Document {
        height: TOP + STEP * panels.len() as f64 - 24.0,
        title,
        subtitle,
        description: &panels.iter().map(describe).collect::<Vec<_>>().join("; "),
    }
    .picture(&content)
}

fn panel(area: &Area, panel: &Panel) -> Markup {
    let histogram = panel.histogram;
    let line = density(panel);
    let highest = histogram.densities().chain(line.iter().map(|point| point.1)).fold(0.0, f64::max);
    let (low, high) = histogram.range;
    let (x, y) = (Axis::linear(low, high, 8), Axis::linear_to_ticks(0.0, highest, 4));
    let curve: Vec<String> = line
        .iter()
        .map(|&(at, density)| format!("{:.2},{:.2}", area.x(&x, at), area.y(&y, density)))
        .collect();
    let points = curve.join(" ");
    let moments = histogram.moments(" · ");
    html! {
        (Text::new(area.left, area.top - 12.0, &panel.label).size(13.0).draw())
        (Text::new(area.right(), area.top - 12.0, &moments).size(12.5).soft().flush_right().draw())
        (axes(area, &x, &y, "", "Density"))
        (marks::area(&bars(area, &y, histogram), Look::of(0), 0.75))
        @if !points.is_empty() {
            polyline points=(points) fill="none" stroke=(GROUND) stroke-width="4"
                stroke-opacity="0.7" {}
            polyline class="ink-line" points=(points) fill="none" stroke=(INK)
                stroke-width="1.8" {}
        }
    }
}

/// The density of a panel's distribution over its range; nothing where it has none.
fn density(panel: &Panel) -> Vec<(f64, f64)> {
    let Some(density) = &panel.density else { return Vec::new() };
    let (low, high) = panel.histogram.range;
    let x = |i: usize| low + (high - low) * i as f64 / POINTS as f64;
    (0..=POINTS).map(x).map(|x| (x, density(x))).collect()
}

fn bars(area: &Area, y: &Axis, histogram: &Histogram) -> String {
    let width = area.width / histogram.counts.len() as f64;
    let gap = if width > 3.0 { 0.6 } else { 0.0 };
    let bottom = px(area.bottom());
    let bar = |(bin, density): (usize, f64)| {
        let (left, top) = (area.left + width * bin as f64, area.y(y, density));
        format!("M{left:.2} {bottom}V{top:.2}h{:.2}V{bottom}z", width - gap)
    };
    histogram.densities().enumerate().filter(|(_, density)| *density > 0.0).map(bar).collect()
}
