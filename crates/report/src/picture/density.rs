//! Histograms of drawn numbers, one below the other, each with the density of the law that they were drawn from.

use maud::{Markup, html};

use super::Picture;
use super::axis::Axis;
use super::frame::{Area, Text, WIDTH, axes, document, px};
use super::style::{GROUND, INK, Look};
use crate::histogram::Histogram;

/// One histogram of the picture.
pub struct Panel<'a> {
    /// What was drawn.
    pub label: String,
    /// The numbers.
    pub histogram: &'a Histogram,
    /// The density of their law, where it has one.
    pub density: Option<Box<dyn Fn(f64) -> f64 + 'a>>,
}

const TOP: f64 = 100.0;
const HEIGHT: f64 = 240.0;
/// From one panel's top to the next one's.
const STEP: f64 = HEIGHT + 92.0;
/// Points of a density.
const POINTS: usize = 800;

pub(super) fn draw(title: &str, subtitle: &str, panels: &[Panel]) -> Picture {
    let place = |i: usize| Area {
        left: 84.0,
        top: TOP + STEP * i as f64,
        width: WIDTH - 84.0 - 28.0,
        height: HEIGHT,
    };
    let content =
        html! { @for (i, shown) in panels.iter().enumerate() { (panel(&place(i), shown)) } };
    let describe = |panel: &Panel| {
        let Histogram { count, mean, std, min, max, .. } = panel.histogram;
        format!(
            "{}: {count} numbers, mean {mean:.4}, std {std:.4}, min {min:.4}, max {max:.4}",
            panel.label
        )
    };
    let description: Vec<String> = panels.iter().map(describe).collect();
    let height = TOP + STEP * panels.len() as f64 - 24.0;
    Picture { svg: document(height, title, subtitle, &description.join("; "), &content) }
}

fn panel(area: &Area, panel: &Panel) -> Markup {
    let (low, high) = panel.histogram.range;
    let line: Vec<(f64, f64)> = panel
        .density
        .iter()
        .flat_map(|density| {
            (0..=POINTS)
                .map(move |i| low + (high - low) * i as f64 / POINTS as f64)
                .map(move |x| (x, density(x)))
        })
        .collect();
    let highest =
        panel.histogram.densities().chain(line.iter().map(|point| point.1)).fold(0.0, f64::max);
    let (x, y) = (Axis::linear(low, high, 8), Axis::linear_to_ticks(0.0, highest, 4));
    let width = area.width / panel.histogram.counts.len() as f64;
    let bars: String = panel
        .histogram
        .densities()
        .enumerate()
        .filter(|(_, density)| *density > 0.0)
        .map(|(bin, density)| {
            let (left, top) = (area.left + width * bin as f64, area.y(&y, density));
            let gap = if width > 3.0 { 0.6 } else { 0.0 };
            format!(
                "M{left:.2} {}V{top:.2}h{:.2}V{}z",
                px(area.bottom()),
                width - gap,
                px(area.bottom())
            )
        })
        .collect();
    let curve: Vec<String> = line
        .iter()
        .map(|&(at, density)| format!("{:.2},{:.2}", area.x(&x, at), area.y(&y, density)))
        .collect();
    let Histogram { mean, std, min, max, .. } = panel.histogram;
    let moments = format!("mean {mean:.4} · std {std:.4} · min {min:.4} · max {max:.4}");
    let look = Look::of(0);
    html! {
        (Text::new(area.left, area.top - 12.0, &panel.label).size(13.0).draw())
        (Text::new(area.right(), area.top - 12.0, &moments).size(12.5).soft().flush_right().draw())
        (axes(area, &x, &y, "", "Density"))
        path class=(look.fill()) d=(bars) fill=(look.hex()) fill-opacity="0.75" {}
        @if !curve.is_empty() {
            polyline points=(curve.join(" ")) fill="none" stroke=(GROUND) stroke-width="4" stroke-opacity="0.7" {}
            polyline class="ink-line" points=(curve.join(" ")) fill="none" stroke=(INK) stroke-width="1.8" {}
        }
    }
}
