//! The forest plot: each arm's mean with its interval, and every seed, on one scale.

use maud::{Markup, html};

use super::axis::Axis;
use super::frame::{Area, Document, Text, WIDTH, bottom_axis, fit, px, rule, text_width};
use super::marks::disc;
use super::raster::Picture;
use super::style::Look;
use crate::comparison::{Comparison, RankedArm};
use crate::phrases::{capitalised, mean_of};
use crate::quantity::Quantity;

const ROW: f64 = 36.0;

/// Arms that are drawn: the best ones.
const ARMS: usize = 60;

/// Dots of single seeds in a row.
const DOTS: usize = 300;

/// Each arm's mean with its 95 % interval and every seed, best arm first. Values that are not
/// finite have no place on an axis and are left out; of more than 60 arms the best are drawn.
pub fn forest(comparison: &Comparison) -> Picture {
    let quantity = &comparison.quantity;
    let arms = &comparison.arms[..comparison.arms.len().min(ARMS)];
    let figures: Vec<String> = arms.iter().map(|arm| figure(quantity, arm)).collect();
    let widest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text_width(text, 13.0)).fold(0.0, f64::max)
    };
    let labels = widest(&mut arms.iter().map(|arm| arm.label.as_str())).min(230.0);
    let right = widest(&mut figures.iter().map(String::as_str));
    let left = 24.0 + labels + 22.0;
    let width = WIDTH - left - right - 46.0;
    let area = Area { left, top: 78.0, width, height: ROW * arms.len() as f64 + 6.0 };
    let x = axis(quantity, arms);
    let content = html! {
        @for tick in &x.ticks {
            @let at = area.x(&x, tick.value);
            (rule("grid", (at, area.top), (at, area.bottom())))
        }
        (bottom_axis(&area, &x, &axis_name(quantity, &x)))
        @for (row, (arm, figure)) in arms.iter().zip(&figures).enumerate() {
            @let y = area.top + ROW * (row as f64 + 0.5);
            @let label = fit(&arm.label, labels + 8.0, 13.0);
            (Text::new(left - 18.0, y + 4.5, &label).flush_right().draw())
            (interval(&area, &x, quantity, arm, y))
            (Text::new(area.right() + 22.0, y + 4.5, figure).soft().draw())
        }
    };
    let mut subtitle =
        vec![comparison.title.clone(), mean_of(comparison.seeds(), comparison.one())];
    subtitle.push(format!("every dot a {}", comparison.one()));
    if comparison.arms.len() > ARMS {
        subtitle.push(format!("the best {ARMS} of {} arms", comparison.arms.len()));
    }
    let described =
        arms.iter().zip(&figures).map(|(arm, figure)| format!("{}: {figure}", arm.label));
    Document {
        height: area.bottom() + 62.0,
        title: &capitalised(&quantity.title),
        subtitle: &subtitle.join(" · "),
        description: &described.collect::<Vec<_>>().join("; "),
    }
    .picture(&content)
}

/// `97.20 (97.10 to 97.30)`.
fn figure(quantity: &Quantity, arm: &RankedArm) -> String {
    let summary = &arm.best().summary;
    let mean = quantity.show(summary.mean);
    match summary.interval {
        Some(_) => format!("{mean} ({})", quantity.show_interval(summary.interval)),
        None => mean,
    }
}

fn axis(quantity: &Quantity, arms: &[RankedArm]) -> Axis {
    let ends = arms.iter().flat_map(|arm| {
        let summary = &arm.best().summary;
        let interval = summary.interval;
        let (low, high) = (interval.map(|i| i.low), interval.map(|i| i.high));
        [Some(summary.min), Some(summary.max), low, high]
    });
    // A share's interval may reach 100 %, which is endlessly far on an axis of errors.
    let best = arms.iter().map(|arm| arm.best().summary.max).fold(0.0, f64::max);
    let most = if quantity.range.1 == 1.0 { (best + 1.0) / 2.0 } else { f64::INFINITY };
    let ends = ends.flatten().filter(|end| end.is_finite()).map(|end| end.min(most));
    Axis::of_values(quantity, ends, 100.0)
}

fn interval(area: &Area, x: &Axis, quantity: &Quantity, arm: &RankedArm, y: f64) -> Markup {
    let look = Look::of(arm.index);
    let point = arm.best();
    let at = |value: f64| area.x(x, value * quantity.factor());
    let finite = || point.values.iter().map(|(_, value)| *value).filter(|value| value.is_finite());
    html! {
        g {
            title { (arm.label) ": " (figure(quantity, arm)) }
            @for value in finite().take(DOTS) {
                circle class=(look.fill()) cx=(px(at(value))) cy=(px(y + 9.0)) r="2.6"
                    fill=(look.hex()) fill-opacity="0.45" {}
            }
            @if let Some(interval) = point.summary.interval {
                @let (low, high) = (px(at(interval.low)), px(at(interval.high)));
                @let (top, middle, bottom) = (px(y - 6.0), px(y), px(y + 6.0));
                path class=(look.stroke()) fill="none" stroke=(look.hex()) stroke-width="2.4"
                    d=(format!("M{low} {top}V{bottom}M{low} {middle}H{high}M{high} {top}V{bottom}"))
                    {}
            }
            @if point.summary.mean.is_finite() { (disc((at(point.summary.mean), y), 5.4, look)) }
        }
    }
}

/// What an axis shows: the quantity, its unit, and whether it is spaced by errors.
pub(super) fn axis_name(quantity: &Quantity, axis: &Axis) -> String {
    let errors = if axis.is_of_errors() { ", logarithmic in the errors" } else { "" };
    format!("{}{}{errors}", capitalised(&quantity.title), quantity.unit_suffix())
}
