//! A chart of plain data: lines over depth, rank or steps, each with its band and, beside it, what
//! theory says.

use maud::{Markup, html};

use super::axis::Axis;
use super::frame::{
    Area, Document, Entry, Text, WIDTH, axes, legend, legend_height, legend_sample, legend_width,
    px,
};
use super::marks;
use super::raster::Picture;
use super::style::{GROUND, INK, Look, SOFT};
use crate::number::{shortest, significant};

/// A point in the picture: x, y and the ends of its band.
pub(super) type PlacedPoint = (f64, f64, Option<(f64, f64)>);

/// Lines up to which each of their points is marked.
const MARKED: usize = 60;

/// What a chart shows.
///
/// ```
/// use report::picture::{Chart, ChartAxis, ChartLine, ChartPoint, Spacing, chart};
///
/// let point = |layer: u32, rms: f64| ChartPoint {
///     x: f64::from(layer),
///     y: rms,
///     band: Some((0.9 * rms, 1.1 * rms)),
/// };
/// let signal = chart(&Chart {
///     title: "Signal by layer",
///     subtitle: "rms of the pre-activations, 5 seeds",
///     x: ChartAxis { name: "Layer", spacing: Spacing::Whole },
///     y: ChartAxis { name: "rms", spacing: Spacing::Logarithmic },
///     lines: vec![ChartLine {
///         label: "he_normal",
///         look: 0,
///         points: (1..=10).map(|layer| point(layer, 1.0)).collect(),
///         theory: (1..=10).map(|layer| point(layer, 1.02)).collect(),
///     }],
///     levels: Vec::new(),
///     note: "Dashed: theory, with the band in which a finite network falls.",
/// });
/// assert!(signal.svg().contains("Signal by layer"));
/// ```
#[derive(Debug, Clone)]
pub struct Chart<'a> {
    /// Drawn at the top.
    pub title: &'a str,
    /// Drawn below it.
    pub subtitle: &'a str,
    /// The horizontal axis.
    pub x: ChartAxis<'a>,
    /// The vertical axis.
    pub y: ChartAxis<'a>,
    /// The lines; none is needed.
    pub lines: Vec<ChartLine<'a>>,
    /// Horizontal lines that a reader looks for, as value and name.
    pub levels: Vec<(f64, &'a str)>,
    /// A sentence below the chart: what bands and dashes are. May be empty.
    pub note: &'a str,
}

/// One axis of a chart. Its range is that of the points.
#[derive(Debug, Clone, Copy)]
pub struct ChartAxis<'a> {
    /// What it shows, with its unit.
    pub name: &'a str,
    /// What equal distances are.
    pub spacing: Spacing,
}

/// What equal distances on an axis of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// Equal differences.
    Linear,
    /// Equal differences, labelled at whole numbers only: layers, ranks.
    Whole,
    /// Equal ratios. What is not above zero has no place and leaves a gap.
    Logarithmic,
}

/// One line of a chart: an arm.
#[derive(Debug, Clone)]
pub struct ChartLine<'a> {
    /// Its name in the legend.
    pub label: &'a str,
    /// The index of its colour and dashes: that of the arm in the study, so that it looks alike in
    /// every picture.
    pub look: usize,
    /// What was measured, from left to right: joined by a line, or as dots alone beside theory.
    /// What is not finite leaves a gap.
    pub points: Vec<ChartPoint>,
    /// What theory says, drawn dashed with its band; empty where theory says nothing.
    pub theory: Vec<ChartPoint>,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Where on the horizontal axis: a layer, a rank, a step.
    pub x: f64,
    /// The value.
    pub y: f64,
    /// The ends of its band, if it has one: an interval of the mean, or the spread over seeds.
    pub band: Option<(f64, f64)>,
}

/// Where a chart is drawn.
pub(super) struct Plot {
    pub(super) area: Area,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) spacings: [Spacing; 2],
}

/// Draws a chart: 920 units wide, a legend on the right where there are several lines.
pub fn chart(chart: &Chart) -> Picture {
    let entry =
        |line: &ChartLine| Entry { look: Look::of(line.look), label: line.label.to_owned() };
    let entries: Vec<Entry> = chart.lines.iter().map(entry).collect();
    let width = WIDTH - 92.0 - 28.0 - legend_width(&entries);
    let height = legend_height(&entries).max(330.0);
    let (x, y) = chart_axes(chart);
    let area = Area { left: 92.0, top: 84.0, width, height };
    let plot = Plot { area, x, y, spacings: [chart.x.spacing, chart.y.spacing] };
    let below = if chart.note.is_empty() { 62.0 } else { 86.0 };
    let content = html! {
        (axes(&plot.area, &plot.x, &plot.y, chart.x.name, chart.y.name))
        @for line in &chart.lines { (theory(&plot, line)) }
        @for line in &chart.lines { (measured(&plot, line)) }
        @for (value, name) in &chart.levels { (level(&plot, *value, name)) }
        (legend(&plot.area, &entries))
        @if entries.len() > 1 && chart.lines.iter().any(|line| line.points.len() <= MARKED) {
            @for (index, entry) in entries.iter().enumerate() {
                (marks::dot(legend_sample(&plot.area, index), 3.6, entry.look))
            }
        }
        @if !chart.note.is_empty() {
            (Text::new(24.0, plot.area.bottom() + 70.0, chart.note).soft().size(12.0).draw())
        }
    };
    Document {
        height: plot.area.bottom() + below,
        title: chart.title,
        subtitle: chart.subtitle,
        description: &describe(chart),
    }
    .picture(&content)
}

/// The axes of a chart, horizontal and vertical.
pub(crate) fn chart_axes(chart: &Chart) -> (Axis, Axis) {
    let x = match (chart.x.spacing, xs(chart)) {
        // Steps end where they end, at a round number or not.
        (Spacing::Linear, xs) => Axis::linear(smallest(&xs), largest(&xs), 9),
        (spacing, xs) => axis(spacing, xs),
    };
    (x, axis(chart.y.spacing, ys(chart)))
}

impl Spacing {
    /// Whether a value has a place on an axis that is so spaced.
    pub(crate) fn has_place(self, value: f64) -> bool {
        value.is_finite() && (value > 0.0 || self != Spacing::Logarithmic)
    }
}

fn points<'a>(chart: &'a Chart) -> impl Iterator<Item = &'a ChartPoint> {
    chart.lines.iter().flat_map(|line| line.points.iter().chain(&line.theory))
}

fn xs(chart: &Chart) -> Vec<f64> {
    points(chart).map(|point| point.x).collect()
}

/// Every value that the vertical axis should hold. A band may reach further than ten times the
/// range of the lines, which are what is looked at; there it is cut.
fn ys(chart: &Chart) -> Vec<f64> {
    let levels = chart.levels.iter().map(|(value, _)| *value);
    let mut values: Vec<f64> = points(chart).map(|point| point.y).chain(levels).collect();
    let usable = |value: &f64| chart.y.spacing.has_place(*value);
    values.retain(usable);
    let (low, high) = (smallest(&values), largest(&values));
    let (least, most) = match chart.y.spacing {
        Spacing::Logarithmic => (low / 10.0, high * 10.0),
        _ => (low - (high - low), high + (high - low)),
    };
    let bands = points(chart).filter_map(|point| point.band).flat_map(|(low, high)| [low, high]);
    values.extend(bands.filter(usable).map(|end| end.clamp(least, most)));
    values
}

fn axis(spacing: Spacing, values: Vec<f64>) -> Axis {
    let (low, high) = (smallest(&values), largest(&values));
    match spacing {
        Spacing::Linear => Axis::linear_to_ticks(low, high, 6),
        Spacing::Whole => {
            let room = 0.02 * (high - low).max(1.0);
            let mut axis = Axis::linear(low - room, high + room, 10);
            axis.ticks.retain(|tick| tick.value.fract().abs() < 1e-9);
            // Between three layers there are ticks at halves, and labels with decimals.
            axis.ticks.iter_mut().for_each(|tick| tick.label = shortest(tick.value, 6));
            axis
        }
        Spacing::Logarithmic => {
            let above_zero: Vec<f64> = values.into_iter().filter(|value| *value > 0.0).collect();
            let low = smallest(&above_zero);
            if low.is_finite() {
                Axis::logarithmic(low / 1.15, high * 1.15)
            } else {
                Axis::logarithmic(0.1, 10.0)
            }
        }
    }
}

fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().filter(|value| value.is_finite()).fold(f64::NEG_INFINITY, f64::max)
}

impl Plot {
    /// Where a point is, if it has a place on both axes.
    fn at(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        (self.spacings[0].has_place(x) && self.spacings[1].has_place(y))
            .then(|| (self.area.x(&self.x, x), self.area.y(&self.y, y)))
    }

    /// The parts of a line that have no gap, as (x, y, ends of the band).
    pub(super) fn parts(&self, points: &[ChartPoint]) -> Vec<Vec<PlacedPoint>> {
        let mut parts = vec![Vec::new()];
        for point in points {
            let Some((x, y)) = self.at(point.x, point.y) else {
                parts.push(Vec::new());
                continue;
            };
            // What lies beyond the axis ends at its edge.
            let ends = point.band.filter(|(low, high)| !low.is_nan() && !high.is_nan());
            let ends =
                ends.map(|(low, high)| (self.area.y(&self.y, low), self.area.y(&self.y, high)));
            if let Some(part) = parts.last_mut() {
                part.push((x, y, ends));
            }
        }
        parts.retain(|part| !part.is_empty());
        parts
    }
}

/// A horizontal line with its name at the right end.
pub(super) fn level(plot: &Plot, value: f64, name: &str) -> Markup {
    let area = &plot.area;
    let y = area.y(&plot.y, value);
    html! {
        line class="ink-line" stroke=(INK) stroke-width="1" stroke-dasharray="6 4"
            stroke-opacity="0.6" x1=(px(area.left)) x2=(px(area.right())) y1=(px(y)) y2=(px(y)) {}
        text x=(px(area.right() - 4.0)) y=(px(y - 5.0)) class="soft halo" fill=(SOFT)
            font-size="12" text-anchor="end" stroke=(GROUND) stroke-width="3"
            paint-order="stroke" { (name) }
    }
}

fn theory(plot: &Plot, line: &ChartLine) -> Markup {
    let look = Look { dash: Some("5 4"), ..Look::of(line.look) };
    html! {
        g data-arm=(line.look) {
            @for part in plot.parts(&line.theory) {
                (marks::area(&band(&part), look, 0.13))
                (marks::stroke(&marks::line(part.iter().map(|&(x, y, _)| (x, y))), look, 1.4))
            }
        }
    }
}

fn measured(plot: &Plot, line: &ChartLine) -> Markup {
    let look = Look::of(line.look);
    let with_theory = !line.theory.is_empty();
    let marked = line.points.len() <= MARKED;
    html! {
        g data-arm=(line.look) {
            title { (line.label) }
            @for part in plot.parts(&line.points) {
                // A band beside that of theory would hide it; there the ends are whiskers.
                @if with_theory { (marks::faint(&whiskers(&part), look, 2.0, 0.6)) }
                @else { (marks::area(&band(&part), look, 0.15)) }
                // Theory is the line where there is one; dots on it or off it say how it holds.
                @if !with_theory || !marked {
                    (marks::stroke(&marks::line(part.iter().map(|&(x, y, _)| (x, y))), look, 2.0))
                }
                @if !marked && part.len() == 1 {
                    @for &(x, y, _) in &part { (marks::dot((x, y), 3.6, look)) }
                }
            }
            @if marked {
                @for point in &line.points { (dot(plot, line, point, look)) }
            }
        }
    }
}

/// A point that tells its value to who points at it.
fn dot(plot: &Plot, line: &ChartLine, point: &ChartPoint, look: Look) -> Markup {
    let expected = line.theory.iter().find(|theory| theory.x == point.x);
    html! {
        @if let Some(at) = plot.at(point.x, point.y) {
            g {
                title {
                    (line.label) ", " (shortest(point.x, 4)) ": " (significant(point.y, 3))
                    @if let Some(theory) = expected { " (theory " (significant(theory.y, 3)) ")" }
                }
                (marks::dot(at, 3.6, look))
            }
        }
    }
}

/// The outline of a part's band.
pub(super) fn band(part: &[PlacedPoint]) -> String {
    let ends = part.iter().filter_map(|&(x, _, ends)| ends.map(|(low, high)| (x, low, high)));
    marks::outline(&ends.collect::<Vec<_>>())
}

fn whiskers(part: &[PlacedPoint]) -> String {
    let whisker = |&(x, _, ends): &(f64, f64, Option<(f64, f64)>)| {
        ends.map(|(low, high)| format!("M{} {}V{}", px(x), px(low), px(high)))
    };
    part.iter().filter_map(whisker).collect()
}

/// The chart in words, for those who do not see it.
fn describe(chart: &Chart) -> String {
    let line = |line: &ChartLine| {
        let mut placed = line.points.iter().filter(|point| chart.y.spacing.has_place(point.y));
        let first = placed.next();
        match (first, placed.next_back().or(first)) {
            (Some(first), Some(last)) => format!(
                "{}: from {} to {}",
                line.label,
                significant(first.y, 3),
                significant(last.y, 3)
            ),
            _ => format!("{}: nothing to show", line.label),
        }
    };
    chart.lines.iter().map(line).collect::<Vec<_>>().join("; ")
}
