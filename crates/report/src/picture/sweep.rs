//! The metric over an axis of a sweep: a line an arm with the band of its interval, or marks where the axis is of words.

use maud::{Markup, html};
use record::Scale;

use super::Picture;
use super::axis::{Axis, LOGARITHMIC_FROM, Tick};
use super::forest::{capitalised, metric_name};
use super::frame::{
    Area, Entry, Text, WIDTH, axes, document, fit, legend, legend_height, legend_width, px,
};
use super::style::Look;
use crate::{PointResult, SweepAxis, SweepComparison, SweptResult};

/// Arms that are drawn: the best ones.
pub(super) const ARMS: usize = 12;

/// Points of a line; successive ones of a longer line are drawn as their mean.
const POINTS: usize = 300;

/// The settings of one arm along one axis.
struct Line<'a> {
    arm: &'a SweptResult,
    look: Look,
    points: Vec<&'a PointResult>,
}

/// Every arm along the one axis of its sweep.
pub(super) fn over_axis(comparison: &SweepComparison) -> Picture {
    let lines = lines(comparison, |_, _| true);
    draw(comparison, vec![(0, lines)], "")
}

/// A panel an axis: along it, the other axes where each arm is at its best.
pub(super) fn slices(comparison: &SweepComparison) -> Picture {
    let panel = |axis: usize| {
        let others_at_best = move |arm: &SweptResult, point: &PointResult| {
            arm.best()
                .at
                .iter()
                .zip(&point.at)
                .enumerate()
                .all(|(i, (best, at))| i == axis || best == at)
        };
        (axis, lines(comparison, others_at_best))
    };
    draw(
        comparison,
        (0..comparison.axes.len()).map(panel).collect(),
        ", where the other axes are held",
    )
}

fn lines<'a>(
    comparison: &'a SweepComparison,
    shown: impl Fn(&SweptResult, &PointResult) -> bool + Copy,
) -> Vec<Line<'a>> {
    let line = |arm: &'a SweptResult| {
        let points = arm.points.iter().filter(|point| shown(arm, point)).collect();
        Line { arm, look: Look::of(arm.index), points }
    };
    comparison.arms.iter().take(ARMS).map(line).collect()
}

fn draw(comparison: &SweepComparison, panels: Vec<(usize, Vec<Line>)>, others: &str) -> Picture {
    let metric = comparison.metric;
    let entries: Vec<Entry> = panels[0]
        .1
        .iter()
        .map(|line| Entry { look: line.look, label: line.arm.label.clone() })
        .collect();
    let height = if panels.len() > 1 { 220.0 } else { legend_height(&entries).max(350.0) };
    let step = height + 74.0;
    let area = |panel: usize| Area {
        left: 84.0,
        top: 84.0 + step * panel as f64,
        width: WIDTH - 84.0 - 28.0 - legend_width(&entries),
        height,
    };
    let y = vertical(comparison, &panels);
    let title = capitalised(&metric.title());
    let names: Vec<&str> = comparison.axes.iter().map(|axis| axis.setting.as_str()).collect();
    let mut subtitle = vec![comparison.title.clone(), seeds(comparison)];
    if comparison.arms.len() > ARMS {
        subtitle.push(format!("the best {ARMS} of {} arms", comparison.arms.len()));
    }
    let bottom = area(panels.len() - 1).bottom() + 68.0;
    let y_name = if panels.len() > 1 {
        format!("{title}{}", metric.unit())
    } else {
        metric_name(metric, &y)
    };
    let key = format!(
        "Ringed: the best of its arm{others}.{}{}",
        if comparison.arms.iter().any(alike) {
            " Large dots: no difference to it can be shown."
        } else {
            ""
        },
        if panels.iter().flat_map(|(_, lines)| lines).any(diverged) {
            " ×: a run diverged."
        } else {
            ""
        },
    );
    let content = html! {
        @for (place, (of, lines)) in panels.iter().enumerate() {
            @let area = area(place);
            @let axis = &comparison.axes[*of];
            @let x = horizontal(axis, area.width);
            (axes(&area, &x, &y, &axis.name(), &y_name))
            (panel(&Panel { area, x: &x, y: &y, axis, of: *of, scale: metric.scale() }, lines))
            @if place == 0 { (legend(&area, &entries)) }
        }
        (Text::new(24.0, bottom, &key).soft().size(12.0).draw())
    };
    let description: Vec<String> = comparison
        .arms
        .iter()
        .take(ARMS)
        .map(|arm| {
            format!(
                "{}: best {} at {}",
                arm.label,
                metric.say(arm.best().summary.mean),
                comparison.place(arm.best())
            )
        })
        .collect();
    let title = format!("{title} over {}", names.join(", "));
    Picture {
        svg: document(
            bottom + 22.0,
            &title,
            &subtitle.join(" · "),
            &description.join("; "),
            &content,
        ),
    }
}

pub(super) fn seeds(comparison: &SweepComparison) -> String {
    match comparison.seeds() {
        (_, 1) => "one seed".to_owned(),
        (few, many) if few == many => format!("mean of {many} seeds and its 95 % interval"),
        (few, many) => format!("mean of {few} to {many} seeds and its 95 % interval"),
    }
}

fn alike(arm: &SweptResult) -> bool {
    arm.points.iter().any(PointResult::is_alike)
}

fn diverged(line: &Line) -> bool {
    line.points.iter().any(|point| point.diverged > 0)
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
            let tick = |place: usize| Tick {
                value: place as f64,
                label: fit(axis.labels[place].as_str(), room * every as f64 + 8.0, 12.5),
            };
            named.ticks = (0..=last).step_by(every).map(tick).collect();
            named
        }
    }
}

fn vertical(comparison: &SweepComparison, panels: &[(usize, Vec<Line>)]) -> Axis {
    let points = || panels.iter().flat_map(|(_, lines)| lines).flat_map(|line| &line.points);
    // The interval of a few seeds that lie far apart may reach further than all means, which are what is looked at.
    let best = points().map(|point| point.summary.max).fold(0.0, f64::max);
    let ends = points().flat_map(|point| {
        let interval = point.summary.interval;
        [Some(point.summary.mean), interval.map(|i| i.low), interval.map(|i| i.high)]
    });
    if comparison.metric.higher_is_better() {
        Axis::of_values(
            comparison.metric,
            ends.flatten().map(|end| end.min((best + 1.0) / 2.0)),
            LOGARITHMIC_FROM,
        )
    } else {
        Axis::of_values(
            comparison.metric,
            points().map(|point| point.summary.mean),
            LOGARITHMIC_FROM,
        )
    }
}

/// A place in a panel: where it is, the ends of its interval, and whether the line goes on from the place before.
struct Place {
    x: f64,
    y: f64,
    ends: Option<(f64, f64)>,
    joined: bool,
}

/// Where lines are drawn.
struct Panel<'a> {
    area: Area,
    x: &'a Axis,
    y: &'a Axis,
    axis: &'a SweepAxis,
    /// Which of the sweep's axes that is.
    of: usize,
    /// From a value to what the vertical axis shows.
    scale: f64,
}

fn panel(panel: &Panel, lines: &[Line]) -> Markup {
    let &Panel { area, x, y, axis, of, scale } = panel;
    let up = |value: f64| area.y(y, value * scale);
    let aside = |i: usize| {
        // On an axis of words arms stand side by side, so that their intervals can be told apart.
        let room = area.width / axis.values.len() as f64;
        let each = (0.6 * room / lines.len() as f64).min(14.0);
        if axis.is_numeric() { 0.0 } else { (i as f64 - (lines.len() as f64 - 1.0) / 2.0) * each }
    };
    let at = |i: usize, point: &PointResult| area.x(x, axis.number(point.at[of])) + aside(i);
    // What is not finite has no place on the axis, and stands at its top.
    let height = |point: &PointResult| {
        if point.summary.mean.is_finite() { up(point.summary.mean) } else { area.top }
    };
    let places: Vec<Vec<Place>> = lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let finite: Vec<&PointResult> =
                line.points.iter().copied().filter(|p| p.summary.mean.is_finite()).collect();
            let block = finite.len().div_ceil(POINTS);
            let mut before = None;
            finite
                .chunks(block.max(1))
                .map(|chunk| {
                    let mean = |of: &dyn Fn(&PointResult) -> f64| {
                        chunk.iter().map(|point| of(point)).sum::<f64>() / chunk.len() as f64
                    };
                    let (first, last) = (chunk[0].at[of], chunk[chunk.len() - 1].at[of]);
                    let joined = before == first.checked_sub(1) && before.is_some();
                    before = Some(last);
                    let ends =
                        chunk.iter().all(|point| point.summary.interval.is_some()).then(|| {
                            let end = |pick: fn(crate::statistics::Interval) -> f64| {
                                mean(&|point| point.summary.interval.map_or(0.0, |i| up(pick(i))))
                            };
                            (end(|i| i.low), end(|i| i.high))
                        });
                    Place { x: mean(&|point| at(i, point)), y: mean(&height), ends, joined }
                })
                .collect()
        })
        .collect();
    html! {
        @if axis.is_numeric() {
            @for (line, places) in lines.iter().zip(&places) { (band(places, line.look)) }
        }
        @for (i, (line, places)) in lines.iter().zip(&places).enumerate() {
            @let look = line.look;
            g {
                title { (line.arm.label) }
                @if axis.is_numeric() {
                    path class=(look.stroke()) d=(stroke(places)) fill="none" stroke=(look.hex()) stroke-width="2.2"
                        stroke-linejoin="round" stroke-dasharray=[look.dash] {}
                } @else {
                    path class=(look.stroke()) d=(whiskers(places)) fill="none" stroke=(look.hex()) stroke-width="2.2" stroke-opacity="0.55" {}
                }
                (dots(places.iter().map(|place| (place.x, place.y)), look, 5.0))
                @let near = line.points.iter().filter(|point| point.is_alike());
                (dots(near.map(|point| (at(i, point), height(point))), look, 9.0))
                @for point in line.points.iter().filter(|point| point.at == line.arm.best().at) {
                    (dots([(at(i, point), height(point))].into_iter(), look, 9.0))
                    circle class=(look.stroke()) cx=(px(at(i, point))) cy=(px(height(point))) r="8" fill="none" stroke=(look.hex()) stroke-width="2.2" {}
                }
                @let crosses: String = line.points.iter().filter(|point| point.diverged > 0)
                    .map(|point| format!("M{} {}l10 10m0 -10l-10 10", px(at(i, point) - 5.0), px(height(point) - 5.0))).collect();
                @if !crosses.is_empty() {
                    path class=(look.stroke()) d=(crosses) fill="none" stroke=(look.hex()) stroke-width="2" stroke-linecap="round" {}
                }
            }
        }
    }
}

fn stroke(places: &[Place]) -> String {
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
fn band(places: &[Place], look: Look) -> Markup {
    let mut outline = String::new();
    for part in places.chunk_by(|_, next| next.joined && next.ends.is_some()) {
        let ends: Vec<(f64, f64, f64)> = part
            .iter()
            .filter_map(|place| place.ends.map(|(low, high)| (place.x, low, high)))
            .collect();
        if ends.len() > 1 {
            let above = ends.iter().map(|(x, _, high)| format!("{} {}", px(*x), px(*high)));
            let below = ends.iter().rev().map(|(x, low, _)| format!("{} {}", px(*x), px(*low)));
            outline += &format!("M{}Z", above.chain(below).collect::<Vec<_>>().join("L"));
        }
    }
    html! { @if !outline.is_empty() { path class=(look.fill()) d=(outline) fill=(look.hex()) fill-opacity="0.14" {} } }
}

/// Dots as one path: strokes without length, with round ends.
fn dots(places: impl Iterator<Item = (f64, f64)>, look: Look, width: f64) -> Markup {
    let path: String = places.map(|(x, y)| format!("M{} {}h.01", px(x), px(y))).collect();
    html! {
        @if !path.is_empty() {
            path class=(look.stroke()) d=(path) fill="none" stroke=(look.hex()) stroke-width=(px(width)) stroke-linecap="round" {}
        }
    }
}
