//! Lines over steps or epochs: one an arm, with the band of its interval.

use maud::{Markup, html};

use super::axis::Axis;
use super::frame::{Area, Document, Entry, WIDTH, axes, legend, legend_height, legend_width, px};
use super::marks;
use super::raster::Picture;
use super::style::Look;
use crate::curve::{Curve, CurvePoint};
use crate::number::significant;

/// Lines to draw, and what to write around them.
pub(super) struct Lines<'a> {
    pub(super) title: &'a str,
    pub(super) subtitle: String,
    pub(super) x_name: &'a str,
    pub(super) y_name: &'a str,
    /// One an arm.
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
    /// The arm's index in the study.
    pub(super) arm: usize,
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
    Share,
}

impl Vertical {
    fn factor(self) -> f64 {
        if self == Vertical::Share { 100.0 } else { 1.0 }
    }
}

/// Where lines are drawn.
struct Plot {
    area: Area,
    x: Axis,
    y: Axis,
    factor: f64,
}

impl Plot {
    fn at(&self, x: f64, value: f64) -> (f64, f64) {
        (self.area.x(&self.x, x), self.area.y(&self.y, value * self.factor))
    }
}

pub(super) fn draw(lines: &Lines) -> Picture {
    let entry = |line: &Line| Entry { look: Look::of(line.arm), label: line.label.clone() };
    let entries: Vec<Entry> = lines.lines.iter().map(entry).collect();
    let width = WIDTH - 84.0 - 28.0 - legend_width(&entries);
    let height = legend_height(&entries).max(350.0);
    let plot = Plot {
        area: Area { left: 84.0, top: 84.0, width, height },
        x: horizontal_axis(lines),
        y: vertical_axis(lines),
        factor: lines.vertical.factor(),
    };
    let errors = if plot.y.is_of_errors() { ", log of errors" } else { "" };
    let content = html! {
        (axes(&plot.area, &plot.x, &plot.y, lines.x_name, &format!("{}{errors}", lines.y_name)))
        @if lines.marks != Marks::Every {
            @for line in &lines.lines { (band(&plot, line)) }
        }
        @for (position, line) in lines.lines.iter().enumerate() {
            (arm(&plot, lines, line, position))
        }
        (legend(&plot.area, &entries))
    };
    Document {
        height: plot.area.bottom() + 62.0,
        title: lines.title,
        subtitle: &lines.subtitle,
        description: &describe(lines),
    }
    .picture(&content)
}

/// The picture in words, for those who do not see it.
fn describe(lines: &Lines) -> String {
    let written = |y: f64| match lines.vertical {
        Vertical::Share => format!("{:.2} %", y * 100.0),
        Vertical::Loss => significant(y, 4),
    };
    let ends = |line: &Line| match (line.curve.points.first(), line.curve.points.last()) {
        (Some(first), Some(last)) => {
            format!("{}: from {} to {}", line.label, written(first.mean), written(last.mean))
        }
        _ => format!("{}: nothing to show", line.label),
    };
    lines.lines.iter().map(ends).collect::<Vec<_>>().join("; ")
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
        Vertical::Share => Axis::of_percents(low * 100.0, high * 100.0, 6),
        Vertical::Loss => Axis::of_losses(points().map(|p| p.mean), high, 6),
    }
}

fn band(plot: &Plot, line: &Line) -> Markup {
    let ends = |point: &CurvePoint| {
        let interval = point.interval?;
        let (x, low) = plot.at(point.x, interval.low);
        Some((x, low, plot.at(point.x, interval.high).1))
    };
    let ends: Vec<(f64, f64, f64)> = line.curve.points.iter().filter_map(ends).collect();
    marks::area(&marks::outline(&ends), Look::of(line.arm), 0.16)
}

/// The line of one arm, and its marks.
fn arm(plot: &Plot, lines: &Lines, line: &Line, position: usize) -> Markup {
    let look = Look::of(line.arm);
    let marked = lines.marks == Marks::Every;
    let aside = if marked { aside(plot, lines.lines.len(), position) } else { 0.0 };
    let place = |point: &CurvePoint| {
        let (x, y) = plot.at(point.x, point.mean);
        (x + aside, y)
    };
    let points = &line.curve.points;
    // A run that diverged leaves a cross where its arm's line is at that step, or at the top if
    // there is no line yet.
    let cross = |&step: &u64| {
        let near = points.iter().rev().find(|point| point.x <= step as f64);
        (plot.at(step as f64, 0.0).0, near.map_or(plot.area.top, |point| place(point).1))
    };
    let whiskers = points.iter().filter_map(|point| {
        let interval = point.interval?;
        let [low, high] = [interval.low, interval.high].map(|end| px(plot.at(0.0, end).1));
        Some(format!("M{} {low}V{high}", px(place(point).0)))
    });
    html! {
        g {
            title { (line.label) }
            @if let Some(detail) = &line.detail {
                (marks::faint(&marks::line(detail.points.iter().map(place)), look, 1.0, 0.28))
            }
            @if points.len() > 1 {
                (marks::stroke(&marks::line(points.iter().map(place)), look, 2.2))
            }
            @if marked { (marks::faint(&whiskers.collect::<String>(), look, 2.2, 0.55)) }
            @if marked || points.len() == 1 {
                @for at in points.iter().map(place) { (marks::disc(at, 4.2, look)) }
            }
            (marks::crosses(line.curve.diverged.iter().map(cross), look))
        }
    }
}

/// Marks of several arms stand side by side, so that their intervals can be told apart.
fn aside(plot: &Plot, arms: usize, position: usize) -> f64 {
    let epoch = plot.at(1.0, 0.0).0 - plot.at(0.0, 0.0).0;
    let arms = arms as f64;
    (position as f64 - (arms - 1.0) / 2.0) * (0.5 * epoch / arms).min(8.0)
}
