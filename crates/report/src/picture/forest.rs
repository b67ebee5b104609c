//! The forest plot: each arm's mean with its interval, and every seed, on one scale.

use maud::{Markup, html};

use super::axis::Axis;
use super::frame::{Area, Text, WIDTH, bottom_axis, document, fit, px, text_width};
use super::style::{GRID, GROUND, Look};
use super::{Picture, seeds};
use crate::{Comparison, Metric, RankedArm, Study};

const ROW: f64 = 36.0;

pub(super) fn draw(study: &Study, comparison: &Comparison) -> Picture {
    let metric = comparison.metric;
    let figures: Vec<String> = comparison.arms.iter().map(|arm| figure(metric, arm)).collect();
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text_width(text, 13.0)).fold(0.0, f64::max)
    };
    let labels = widest(&mut comparison.arms.iter().map(|arm| arm.label.as_str())).min(230.0);
    let right = widest(&mut figures.iter().map(String::as_str));
    let left = 24.0 + labels + 22.0;
    let area = Area {
        left,
        top: 78.0,
        width: WIDTH - left - right - 46.0,
        height: ROW * comparison.arms.len() as f64 + 6.0,
    };
    let x = axis(comparison);
    let title = capitalised(&metric.title());
    let name = metric_name(metric, &x);
    let content = html! {
        @for tick in &x.ticks {
            @let at = px(area.x(&x, tick.value));
            line class="grid" stroke=(GRID) x1=(at) x2=(at) y1=(px(area.top)) y2=(px(area.bottom())) {}
        }
        (bottom_axis(&area, &x, &name))
        @for (place, arm) in comparison.arms.iter().enumerate() {
            @let y = area.top + ROW * (place as f64 + 0.5);
            (Text::new(left - 18.0, y + 4.5, &fit(&arm.label, labels + 8.0, 13.0)).flush_right().draw())
            (row(&area, &x, metric, arm, y))
            (Text::new(area.right() + 22.0, y + 4.5, &figures[place]).soft().draw())
        }
    };
    let mut subtitle = vec![study.title.clone()];
    subtitle.extend(seeds(study));
    subtitle.push("every dot a seed".to_owned());
    let description: Vec<String> = comparison
        .arms
        .iter()
        .zip(&figures)
        .map(|(arm, figure)| format!("{}: {figure}", arm.label))
        .collect();
    Picture {
        svg: document(
            area.bottom() + 62.0,
            &title,
            &subtitle.join(" · "),
            &description.join("; "),
            &content,
        ),
    }
}

/// `97.20 (97.10 to 97.30)`.
fn figure(metric: Metric, arm: &RankedArm) -> String {
    let mean = metric.show(arm.summary.mean);
    match arm.summary.interval {
        Some(interval) => {
            format!("{mean} ({} to {})", metric.show(interval.low), metric.show(interval.high))
        }
        None => mean,
    }
}

fn axis(comparison: &Comparison) -> Axis {
    let ends = comparison.arms.iter().flat_map(|arm| {
        let interval = arm.summary.interval;
        [
            Some(arm.summary.min),
            Some(arm.summary.max),
            interval.map(|i| i.low),
            interval.map(|i| i.high),
        ]
    });
    // An accuracy's interval may reach 100 %, which is endlessly far on an axis of errors.
    let best = comparison.arms.iter().map(|arm| arm.summary.max).fold(0.0, f64::max);
    let most =
        if comparison.metric.higher_is_better() { (best + 1.0) / 2.0 } else { f64::INFINITY };
    Axis::of_values(
        comparison.metric,
        ends.flatten().filter(|end| end.is_finite()).map(|end| end.min(most)),
        100.0,
    )
}

fn row(area: &Area, x: &Axis, metric: Metric, arm: &RankedArm, y: f64) -> Markup {
    let look = Look::of(arm.index);
    let at = |value: f64| area.x(x, value * metric.scale());
    let finite = || arm.values.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
    html! {
        g {
            title { (arm.label) ": " (figure(metric, arm)) }
            @for value in finite() {
                circle class=(look.fill()) cx=(px(at(value))) cy=(px(y + 9.0)) r="2.6" fill=(look.hex()) fill-opacity="0.45" {}
            }
            @if let Some(interval) = arm.summary.interval {
                @let (low, high) = (px(at(interval.low)), px(at(interval.high)));
                path class=(look.stroke()) fill="none" stroke=(look.hex()) stroke-width="2.4"
                    d=(format!("M{low} {0}V{1}M{low} {2}H{high}M{high} {0}V{1}", px(y - 6.0), px(y + 6.0), px(y))) {}
            }
            @if arm.summary.mean.is_finite() {
                circle class=(format!("{} ring", look.fill())) cx=(px(at(arm.summary.mean))) cy=(px(y)) r="5.4" fill=(look.hex())
                    stroke=(GROUND) stroke-width="1.6" {}
            }
        }
    }
}

/// What an axis shows: the metric, its unit, and whether it is spaced by errors.
pub(super) fn metric_name(metric: Metric, axis: &Axis) -> String {
    let errors = if axis.is_of_errors() { ", logarithmic in the errors" } else { "" };
    format!("{}{}{errors}", capitalised(&metric.title()), metric.unit())
}

pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}
