//! Lines over steps or epochs: one an arm, with the band of its interval.

use maud::{Markup, html};

use super::Picture;
use super::axis::Axis;
use super::frame::{Area, Entry, WIDTH, axes, document, legend, legend_height, legend_width, px};
use super::style::{GROUND, Look};
use crate::curve::{Curve, Point};

/// Lines to draw, and what to write around them.
pub(super) struct Lines<'a> {
    pub(super) title: &'a str,
    pub(super) subtitle: String,
    pub(super) x_name: &'a str,
    pub(super) y_name: &'a str,
    /// One an arm, in the order of the arms.
    pub(super) lines: Vec<Line>,
    pub(super) marks: Marks,
    pub(super) vertical: Vertical,
}

/// How points are shown.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Marks {
    /// Few points: a mark each, with the interval as a whisker.
    Every,
    /// Many points: a line, with the interval as a band, from 0 to `end`.
    None {
        /// Where the horizontal axis ends.
        end: f64,
    },
}

/// One arm.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) curve: Curve,
    /// The same line in full detail, drawn faintly below.
    pub(super) detail: Option<Curve>,
}

/// What the vertical axis shows.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Vertical {
    /// Losses: from zero, or logarithmic where their range would leave most of them on the floor.
    Loss,
    /// Shares, drawn in percent.
    Percent,
}

pub(super) fn draw(lines: &Lines) -> Picture {
    let entries: Vec<Entry> = lines
        .lines
        .iter()
        .enumerate()
        .map(|(arm, line)| Entry { look: Look::of(arm), label: line.label.clone() })
        .collect();
    let height = legend_height(&entries).max(350.0);
    let area =
        Area { left: 84.0, top: 84.0, width: WIDTH - 84.0 - 28.0 - legend_width(&entries), height };
    let y = vertical_axis(lines);
    let x = horizontal_axis(lines);
    let y_name = if y.is_of_errors() {
        format!("{}, log of errors", lines.y_name)
    } else {
        lines.y_name.to_owned()
    };
    let content = html! {
        (axes(&area, &x, &y, lines.x_name, &y_name))
        @for (arm, line) in lines.lines.iter().enumerate() {
            @if lines.marks != Marks::Every { (band(&area, &x, &y, &line.curve, Look::of(arm))) }
        }
        @for (arm, line) in lines.lines.iter().enumerate() { (stroke(&area, &x, &y, lines, line, arm)) }
        (legend(&area, &entries))
    };
    Picture {
        svg: document(
            area.bottom() + 62.0,
            lines.title,
            &lines.subtitle,
            &describe(lines),
            &content,
        ),
    }
}

/// The picture in words, for those who do not see it.
fn describe(lines: &Lines) -> String {
    let unit = |y: f64| {
        if lines.vertical == Vertical::Percent {
            format!("{:.2} %", y * 100.0)
        } else {
            format!("{y:.3}")
        }
    };
    let lines: Vec<String> = lines
        .lines
        .iter()
        .map(|line| match (line.curve.points.first(), line.curve.points.last()) {
            (Some(first), Some(last)) => {
                format!("{}: from {} to {}", line.label, unit(first.mean), unit(last.mean))
            }
            _ => format!("{}: nothing to show", line.label),
        })
        .collect();
    lines.join("; ")
}

fn horizontal_axis(lines: &Lines) -> Axis {
    let points = || lines.lines.iter().flat_map(|line| line.curve.points.iter());
    let last = points().map(|point| point.x).fold(0.0, f64::max);
    let first = points().map(|point| point.x).fold(last, f64::min);
    match lines.marks {
        Marks::Every => {
            // A part of an epoch keeps the marks off the edges, and only whole epochs are labelled.
            let mut axis = Axis::linear(first - 0.3, last + 0.3, (last - first) as usize + 1);
            axis.ticks.retain(|tick| tick.value.fract().abs() < 1e-9);
            axis
        }
        Marks::None { end } => Axis::linear(0.0, end, 9),
    }
}

fn vertical_axis(lines: &Lines) -> Axis {
    let points = || lines.lines.iter().flat_map(|line| line.curve.points.iter());
    let high =
        points().map(|p| p.interval.map_or(p.mean, |i| i.high)).fold(f64::NEG_INFINITY, f64::max);
    let low = points().map(|p| p.interval.map_or(p.mean, |i| i.low)).fold(f64::INFINITY, f64::min);
    match lines.vertical {
        Vertical::Percent => Axis::of_percents(low * 100.0, high * 100.0, 6),
        Vertical::Loss => Axis::of_losses(points().map(|p| p.mean), high, 6),
    }
}

fn scaled(vertical: Vertical, y: f64) -> f64 {
    if vertical == Vertical::Percent { y * 100.0 } else { y }
}

fn band(area: &Area, x: &Axis, y: &Axis, curve: &Curve, look: Look) -> Markup {
    let edge = |points: &mut dyn Iterator<Item = (f64, f64)>| -> String {
        points
            .map(|(at, value)| format!("{} {}", px(area.x(x, at)), px(area.y(y, value))))
            .collect::<Vec<_>>()
            .join(" L")
    };
    let with: Vec<(&Point, _)> =
        curve.points.iter().filter_map(|point| Some((point, point.interval?))).collect();
    let above = edge(&mut with.iter().map(|(point, interval)| (point.x, interval.high)));
    let below = edge(&mut with.iter().rev().map(|(point, interval)| (point.x, interval.low)));
    html! {
        @if with.len() > 1 {
            path class=(look.fill()) d=(format!("M{above} L{below}Z")) fill=(look.hex()) fill-opacity="0.16" {}
        }
    }
}

fn stroke(area: &Area, x: &Axis, y: &Axis, lines: &Lines, line: &Line, arm: usize) -> Markup {
    let look = Look::of(arm);
    let marked = lines.marks == Marks::Every;
    // Marks of several arms stand side by side, so that their intervals can be told apart.
    let arms = lines.lines.len() as f64;
    let epoch = area.x(x, 1.0) - area.x(x, 0.0);
    let aside = if marked {
        (arm as f64 - (arms - 1.0) / 2.0) * (0.5 * epoch / arms).min(8.0)
    } else {
        0.0
    };
    let place =
        |point: &Point| (area.x(x, point.x) + aside, area.y(y, scaled(lines.vertical, point.mean)));
    let path = |curve: &Curve| {
        let points: Vec<String> =
            curve.points.iter().map(place).map(|(x, y)| format!("{} {}", px(x), px(y))).collect();
        format!("M{}", points.join(" L"))
    };
    // A run that diverged leaves a cross where its arm's line is at that step, or at the top if there is no line yet.
    let cross = |&step: &u64| {
        let near = line.curve.points.iter().rev().find(|point| point.x <= step as f64);
        (area.x(x, step as f64), near.map_or(area.top, |point| place(point).1))
    };
    html! {
        g {
            title { (line.label) }
            @if let Some(detail) = &line.detail {
                path class=(look.stroke()) d=(path(detail)) fill="none" stroke=(look.hex()) stroke-width="1" stroke-opacity="0.28" {}
            }
            @if line.curve.points.len() > 1 {
                path class=(look.stroke()) d=(path(&line.curve)) fill="none" stroke=(look.hex()) stroke-width="2.2"
                    stroke-linejoin="round" stroke-linecap=(if look.dash.is_some() { "butt" } else { "round" })
                    stroke-dasharray=[look.dash] {}
            }
            @if marked {
                @for (point, interval) in line.curve.points.iter().filter_map(|point| Some((point, point.interval?))) {
                    @let [low, high] = [interval.low, interval.high].map(|end| area.y(y, scaled(lines.vertical, end)));
                    path class=(look.stroke()) d=(format!("M{x} {}V{}", px(low), px(high), x = px(place(point).0))) fill="none"
                        stroke=(look.hex()) stroke-width="2.2" stroke-opacity="0.55" {}
                }
            }
            @if marked || line.curve.points.len() == 1 {
                @for (x, y) in line.curve.points.iter().map(place) {
                    circle class=(format!("{} ring", look.fill())) cx=(px(x)) cy=(px(y)) r="4.2" fill=(look.hex()) stroke=(GROUND) stroke-width="1.4" {}
                }
            }
            @for (x, y) in line.curve.diverged.iter().map(cross) {
                path class=(look.stroke()) d=(format!("M{} {}l10 10m0 -10l-10 10", px(x - 5.0), px(y - 5.0))) fill="none"
                    stroke=(look.hex()) stroke-width="2.4" stroke-linecap="round" {}
            }
        }
    }
}
