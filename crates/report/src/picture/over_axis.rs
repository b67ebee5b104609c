//! The quantity over an axis of a sweep: a line an arm with the band of its interval, or marks
//! where the axis is of words.

use maud::{Markup, html};
use record::Scale;

use super::axis::{Axis, LOGARITHMIC_FROM, Tick};
use super::forest::axis_name;
use super::frame::{
    Area, Document, Entry, Text, WIDTH, axes, fit, legend, legend_height, legend_width, px,
};
use super::marks;
use super::raster::Picture;
use super::style::Look;
use crate::comparison::{Comparison, RankedArm, RankedPoint};
use crate::phrases::{capitalised, mean_of};
use crate::sweep_axis::SweepAxis;

/// Arms that are drawn: the best ones.
const ARMS: usize = 12;

/// Points of a line; successive ones of a longer line are drawn as their mean.
const POINTS: usize = 300;

/// From one panel's bottom to the next one's top.
const GAP: f64 = 74.0;

/// The points of one arm along one axis.
struct Line<'a> {
    arm: &'a RankedArm,
    look: Look,
    points: Vec<&'a RankedPoint>,
}

/// One axis of the sweep, and the lines along it.
struct Panel<'a> {
    axis: &'a SweepAxis,
    /// The index of that axis.
    index: usize,
    lines: Vec<Line<'a>>,
}

/// Where the lines of a panel are drawn.
struct Plot<'a> {
    area: Area,
    x: Axis,
    y: &'a Axis,
    factor: f64,
}

/// Every arm along the one axis of its sweep.
pub(super) fn over_axis(comparison: &Comparison) -> Picture {
    draw(comparison, vec![panel(comparison, 0, |_, _| true)], "")
}

/// A panel an axis: along it, the other axes where each arm is at its best.
pub(super) fn slices(comparison: &Comparison) -> Picture {
    let slice = |axis: usize| {
        let others_at_best = move |arm: &RankedArm, point: &RankedPoint| {
            let mut places = arm.best().at.iter().zip(&point.at).enumerate();
            places.all(|(i, (best, at))| i == axis || best == at)
        };
        panel(comparison, axis, others_at_best)
    };
    let panels = (0..comparison.axes.len()).map(slice).collect();
    draw(comparison, panels, ", where the other axes are held")
}

fn panel(
    comparison: &Comparison,
    index: usize,
    shown: impl Fn(&RankedArm, &RankedPoint) -> bool,
) -> Panel<'_> {
    let lines = comparison.arms.iter().take(ARMS).map(|arm| {
        let points = arm.points.iter().filter(|point| shown(arm, point)).collect();
        Line { arm, look: Look::of(arm.index), points }
    });
    Panel { axis: &comparison.axes[index], index, lines: lines.collect() }
}

fn draw(comparison: &Comparison, panels: Vec<Panel>, others: &str) -> Picture {
    let quantity = &comparison.quantity;
    let entry = |line: &Line| Entry { look: line.look, label: line.arm.label.clone() };
    let entries: Vec<Entry> = panels[0].lines.iter().map(entry).collect();
    let height = if panels.len() > 1 { 220.0 } else { legend_height(&entries).max(350.0) };
    let area = |panel: usize| Area {
        left: 84.0,
        top: 84.0 + (height + GAP) * panel as f64,
        width: WIDTH - 84.0 - 28.0 - legend_width(&entries),
        height,
    };
    let y = vertical(comparison, &panels);
    let title = capitalised(&quantity.title);
    let bottom = area(panels.len() - 1).bottom() + 68.0;
    let y_name = match panels.len() {
        1 => axis_name(quantity, &y),
        _ => format!("{title}{}", quantity.unit_suffix()),
    };
    let content = html! {
        @for (position, panel) in panels.iter().enumerate() {
            @let area = area(position);
            @let x = horizontal(panel.axis, area.width);
            @let plot = Plot { area, x, y: &y, factor: quantity.factor() };
            (axes(&area, &plot.x, &y, &panel.axis.name(), &y_name))
            (lines(&plot, panel))
            @if position == 0 { (legend(&area, &entries)) }
        }
        (Text::new(24.0, bottom, &key(comparison, &panels, others)).soft().size(12.0).draw())
    };
    let names: Vec<&str> = comparison.axes.iter().map(|axis| axis.setting.as_str()).collect();
    Document {
        height: bottom + 22.0,
        title: &format!("{title} over {}", names.join(", ")),
        subtitle: &subtitle(comparison, ARMS),
        description: &describe(comparison, ARMS),
    }
    .picture(&content)
}

/// What the marks say.
fn key(comparison: &Comparison, panels: &[Panel], others: &str) -> String {
    let mut key = format!("Ringed: the best of its arm{others}.");
    if comparison.arms.iter().flat_map(|arm| &arm.points).any(RankedPoint::is_alike) {
        key += " Large dots: no difference to it can be shown.";
    }
    let mut points = panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.points);
    if points.any(|point| point.diverged > 0) {
        key += " ×: a run diverged.";
    }
    key
}

/// What is drawn: the title, the seeds, and how many of the arms where not all of them are.
pub(super) fn subtitle(comparison: &Comparison, arms: usize) -> String {
    let mut parts = vec![comparison.title.clone(), mean_of(comparison.seeds(), comparison.one())];
    if comparison.arms.len() > arms {
        parts.push(format!("the best {arms} of {} arms", comparison.arms.len()));
    }
    parts.join(" · ")
}

/// The picture in words: each arm at its best.
pub(super) fn describe(comparison: &Comparison, arms: usize) -> String {
    let best = |arm: &RankedArm| {
        let mean = comparison.quantity.say(arm.best().summary.mean);
        format!("{}: best {mean} at {}", arm.label, comparison.place(arm.best()))
    };
    comparison.arms.iter().take(arms).map(best).collect::<Vec<_>>().join("; ")
}

/// The axis of a sweep's values, `width` units long.
fn horizontal(axis: &SweepAxis, width: f64) -> Axis {
    let last = axis.values.len() - 1;
    let (low, high) = (axis.number(0), axis.number(last));
    match axis.scale {
        Scale::Log => {
            let room = (high / low).powf(0.03).max(1.05);
            Axis::logarithmic(low / room, high * room)
        }
        Scale::Linear => {
            let room = 0.03 * (high - low);
            Axis::linear(low - room, high + room, 8)
        }
        Scale::Listed => {
            let mut named = Axis::linear(-0.6, last as f64 + 0.6, 2);
            let room = width / axis.values.len() as f64;
            let every = (22.0 / room).ceil().max(1.0) as usize;
            let label = |index: usize| fit(&axis.labels[index], room * every as f64 + 8.0, 12.5);
            let tick = |index: usize| Tick { value: index as f64, label: label(index) };
            named.ticks = (0..=last).step_by(every).map(tick).collect();
            named
        }
    }
}

fn vertical(comparison: &Comparison, panels: &[Panel]) -> Axis {
    let quantity = &comparison.quantity;
    let points = || panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.points);
    if !quantity.higher_is_better {
        let means = points().map(|point| point.summary.mean);
        return Axis::of_values(quantity, means, LOGARITHMIC_FROM);
    }
    // The interval of a few seeds that lie far apart may reach further than all means, which are
    // what is looked at.
    let best = points().map(|point| point.summary.max).fold(0.0, f64::max);
    let most = if quantity.range.1 == 1.0 { (best + 1.0) / 2.0 } else { f64::INFINITY };
    let ends = points().flat_map(|point| {
        let interval = point.summary.interval;
        [Some(point.summary.mean), interval.map(|i| i.low), interval.map(|i| i.high)]
    });
    Axis::of_values(quantity, ends.flatten().map(|end| end.min(most)), LOGARITHMIC_FROM)
}

/// A point of a line: where it is, the ends of its interval, and whether the line goes on from the
/// point before.
struct Place {
    x: f64,
    y: f64,
    ends: Option<(f64, f64)>,
    joined: bool,
}

impl Plot<'_> {
    /// How far aside the marks of an arm stand. On an axis of words arms stand side by side, so
    /// that their intervals can be told apart.
    fn aside(&self, panel: &Panel, position: usize) -> f64 {
        if panel.axis.is_numeric() {
            return 0.0;
        }
        let (room, lines) =
            (self.area.width / panel.axis.values.len() as f64, panel.lines.len() as f64);
        (position as f64 - (lines - 1.0) / 2.0) * (0.6 * room / lines).min(14.0)
    }

    /// Where a point is; what is not finite has no place on the axis, and stands at its top.
    fn at(&self, panel: &Panel, point: &RankedPoint) -> (f64, f64) {
        let mean = point.summary.mean;
        let y = if mean.is_finite() { self.up(mean) } else { self.area.top };
        (self.area.x(&self.x, panel.axis.number(point.at[panel.index])), y)
    }

    fn up(&self, value: f64) -> f64 {
        self.area.y(self.y, value * self.factor)
    }

    /// The finite points of a line, those of a long one averaged.
    fn places(&self, panel: &Panel, line: &Line) -> Vec<Place> {
        let finite: Vec<&RankedPoint> =
            line.points.iter().copied().filter(|p| p.summary.mean.is_finite()).collect();
        let block = finite.len().div_ceil(POINTS).max(1);
        let mut before: Option<usize> = None;
        let place = |chunk: &[&RankedPoint]| {
            let mean = |of: &dyn Fn(&RankedPoint) -> f64| {
                chunk.iter().map(|point| of(point)).sum::<f64>() / chunk.len() as f64
            };
            let (first, last) = (chunk[0].at[panel.index], chunk[chunk.len() - 1].at[panel.index]);
            let joined = before.is_some_and(|before| before + 1 == first);
            before = Some(last);
            let ends = chunk.iter().all(|point| point.summary.interval.is_some()).then(|| {
                let end = |pick: fn(crate::statistics::Interval) -> f64| {
                    mean(&|point| point.summary.interval.map_or(0.0, |i| self.up(pick(i))))
                };
                (end(|i| i.low), end(|i| i.high))
            });
            let x = mean(&|point| self.at(panel, point).0);
            Place { x, y: mean(&|point| self.at(panel, point).1), ends, joined }
        };
        finite.chunks(block).map(place).collect()
    }
}

fn lines(plot: &Plot, panel: &Panel) -> Markup {
    let places: Vec<Vec<Place>> = panel.lines.iter().map(|line| plot.places(panel, line)).collect();
    html! {
        @if panel.axis.is_numeric() {
            @for (line, places) in panel.lines.iter().zip(&places) {
                (marks::area(&band(places), line.look, 0.14))
            }
        }
        @for (position, (line, places)) in panel.lines.iter().zip(&places).enumerate() {
            g transform=(format!("translate({} 0)", px(plot.aside(panel, position)))) {
                title { (line.arm.label) }
                (arm(plot, panel, line, places))
            }
        }
    }
}

/// The line of one arm, and its marks.
fn arm(plot: &Plot, panel: &Panel, line: &Line, places: &[Place]) -> Markup {
    let look = line.look;
    let at = |point: &&RankedPoint| plot.at(panel, point);
    let points = || line.points.iter().copied();
    let best = line.arm.best();
    html! {
        @if panel.axis.is_numeric() {
            (marks::stroke(&joined(places), look, 2.2))
        } @else {
            (marks::faint(&whiskers(places), look, 2.2, 0.55))
        }
        (marks::dots(places.iter().map(|place| (place.x, place.y)), look, 5.0))
        @let large = points().filter(|point| point.is_alike() || point.at == best.at);
        (marks::dots(large.map(|point| at(&point)), look, 9.0))
        @for point in points().filter(|point| point.at == best.at) {
            (marks::ring(at(&point), 8.0, look))
        }
        (marks::crosses(points().filter(|point| point.diverged > 0).map(|p| at(&p)), look))
    }
}

fn joined(places: &[Place]) -> String {
    let part = |place: &Place| {
        format!("{}{} {}", if place.joined { 'L' } else { 'M' }, px(place.x), px(place.y))
    };
    places.iter().map(part).collect()
}

fn whiskers(places: &[Place]) -> String {
    let part = |place: &Place| {
        place.ends.map(|(low, high)| format!("M{} {}V{}", px(place.x), px(low), px(high)))
    };
    places.iter().filter_map(part).collect()
}

/// The bands of a line, one for each part of it that has no gap.
fn band(places: &[Place]) -> String {
    let parts = places.chunk_by(|_, next| next.joined && next.ends.is_some());
    let ends = |place: &Place| place.ends.map(|(low, high)| (place.x, low, high));
    parts.map(|part| marks::outline(&part.iter().filter_map(ends).collect::<Vec<_>>())).collect()
}
