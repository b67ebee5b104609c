//! The phase plane of mean-field theory: the critical line between order and chaos, and arms on it.

use maud::{Markup, html};

use super::axis::Axis;
use super::frame::{Area, Document, Text, WIDTH, axes, fit, px, text_width};
use super::marks;
use super::raster::Picture;
use super::style::{GROUND, INK, Look};
use crate::number::significant;

/// What a phase plane shows.
///
/// ```
/// use report::picture::{PhasePlane, PhasePoint, phase_plane};
///
/// let plane = phase_plane(&PhasePlane {
///     title: "Order and chaos, tanh",
///     subtitle: "standard deviation of weights and biases",
///     x_name: "σ_w",
///     y_name: "σ_b",
///     critical: &[(1.0, 0.0), (1.3, 0.1), (1.7, 0.3)],
///     regions: ["ordered: signals forget their differences", "chaotic: differences grow"],
///     points: vec![PhasePoint { label: "glorot_uniform", look: 0, x: 1.0, y: 0.0 }],
///     logarithmic_x: false,
///     note: "",
/// });
/// assert!(plane.svg().contains("glorot_uniform"));
/// ```
#[derive(Debug, Clone)]
pub struct PhasePlane<'a> {
    /// Drawn at the top.
    pub title: &'a str,
    /// Drawn below it.
    pub subtitle: &'a str,
    /// What the horizontal axis shows: the scale of the weights.
    pub x_name: &'a str,
    /// What the vertical axis shows: the scale of the biases.
    pub y_name: &'a str,
    /// The critical line as (x, y), from its lowest point upwards; empty where there is none.
    pub critical: &'a [(f64, f64)],
    /// What lies left of the line, and what lies right of it.
    pub regions: [&'a str; 2],
    /// The arms. What is not finite is left out.
    pub points: Vec<PhasePoint<'a>>,
    /// Whether equal distances on the horizontal axis are equal ratios.
    pub logarithmic_x: bool,
    /// A sentence below the plane. May be empty.
    pub note: &'a str,
}

/// An arm on the plane.
#[derive(Debug, Clone, Copy)]
pub struct PhasePoint<'a> {
    /// Its name, written beside it.
    pub label: &'a str,
    /// The index of its colour: that of the arm in the study.
    pub look: usize,
    /// Its place on the horizontal axis.
    pub x: f64,
    /// Its place on the vertical axis.
    pub y: f64,
}

/// A label beside its point.
struct Label<'a> {
    text: &'a str,
    at: (f64, f64),
    look: Look,
    /// Left, top, right and bottom of the text.
    place: [f64; 4],
}

const SIZE: f64 = 12.5;

/// Draws a phase plane: the critical line, the regions beside it, and the arms by name.
pub fn phase_plane(plane: &PhasePlane) -> Picture {
    let area = Area { left: 92.0, top: 84.0, width: WIDTH - 92.0 - 36.0, height: 400.0 };
    let (x, y) = (horizontal(plane), vertical(plane));
    let at = |x_value: f64, y_value: f64| (area.x(&x, x_value), area.y(&y, y_value));
    let critical: Vec<(f64, f64)> = plane.critical.iter().map(|&(x, y)| at(x, y)).collect();
    let points: Vec<(&PhasePoint, (f64, f64))> = plane
        .points
        .iter()
        .filter(|p| p.x.is_finite() && p.y.is_finite() && (p.x > 0.0 || !plane.logarithmic_x))
        .map(|point| (point, at(point.x, point.y)))
        .collect();
    let below = if plane.note.is_empty() { 62.0 } else { 86.0 };
    let content = html! {
        (axes(&area, &x, &y, plane.x_name, plane.y_name))
        (regions(plane, &area, &critical))
        @for label in labels(&area, &points) {
            (marks::disc(label.at, 5.6, label.look))
            (written(&label))
        }
        @if !plane.note.is_empty() {
            (Text::new(24.0, area.bottom() + 70.0, plane.note).soft().size(12.0).draw())
        }
    };
    let described = plane.points.iter().map(|point| {
        format!("{} at {}, {}", point.label, significant(point.x, 3), significant(point.y, 3))
    });
    Document {
        height: area.bottom() + below,
        title: plane.title,
        subtitle: plane.subtitle,
        description: &described.collect::<Vec<_>>().join("; "),
    }
    .picture(&content)
}

fn horizontal(plane: &PhasePlane) -> Axis {
    let places = plane.critical.iter().map(|place| place.0);
    let places = places.chain(plane.points.iter().map(|point| point.x));
    let places: Vec<f64> =
        places.filter(|x| x.is_finite() && (*x > 0.0 || !plane.logarithmic_x)).collect();
    let low = places.iter().copied().fold(f64::INFINITY, f64::min);
    let high = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match plane.logarithmic_x {
        true if low.is_finite() => Axis::logarithmic(low / 1.6, high * 1.6),
        true => Axis::logarithmic(0.1, 10.0),
        false => Axis::linear_to_ticks(low.min(0.0), high * 1.05, 8),
    }
}

fn vertical(plane: &PhasePlane) -> Axis {
    let highest = |places: &mut dyn Iterator<Item = f64>| {
        places.filter(|y| y.is_finite()).fold(0.0, f64::max)
    };
    let line = highest(&mut plane.critical.iter().map(|place| place.1));
    let points = highest(&mut plane.points.iter().map(|point| point.y));
    // The critical line ends at the edge, points do not.
    let high = match line.max(points * 1.08) {
        high if high > 0.0 && high.is_finite() => high,
        _ => 1.0,
    };
    // Room below zero for arms without biases, which lie on the axis.
    Axis::linear(-0.05 * high, high, 6)
}

/// The critical line with what lies on either side.
fn regions(plane: &PhasePlane, area: &Area, critical: &[(f64, f64)]) -> Markup {
    let [Some(&(bottom_x, _)), Some(&(top_x, top_y))] = [critical.first(), critical.last()] else {
        return html! {};
    };
    let mut outline = vec![(area.left, area.bottom()), (bottom_x, area.bottom())];
    outline.extend(critical);
    outline.push((top_x, area.top.min(top_y)));
    outline.push((area.left, area.top));
    let line: Vec<(f64, f64)> = outline[1..outline.len() - 1].to_vec();
    let look = Look::of(0);
    let [ordered, chaotic] = plane.regions;
    let top = area.top + 20.0;
    html! {
        (marks::area(&(marks::line(outline.into_iter()) + "Z"), look, 0.07))
        path class="ink-line" d=(marks::line(line.into_iter())) fill="none" stroke=(INK)
            stroke-width="2" {}
        (Text::new(area.left + 12.0, top, &fit(ordered, top_x - area.left - 24.0, SIZE))
            .soft().size(SIZE).draw())
        (Text::new(area.right() - 10.0, area.bottom() - 0.3 * area.height, chaotic)
            .soft().size(SIZE).flush_right().draw())
    }
}

/// A place for each label that hides no other label and no point, as far as there is one.
fn labels<'a>(area: &Area, points: &[(&PhasePoint<'a>, (f64, f64))]) -> Vec<Label<'a>> {
    let mut labels: Vec<Label> = Vec::new();
    for &(point, (x, y)) in points {
        let width = text_width(point.label, SIZE);
        let candidates =
            (1..=6).flat_map(|ring| {
                let out = 4.0 + 9.0 * f64::from(ring);
                let (up, down) = (y - out, y + out);
                let middle = x - width / 2.0;
                [(x + out, y), (x - out - width, y), (middle, up), (middle, down)]
                    .into_iter()
                    .chain([(x + 6.0, up), (x + 6.0, down), (x - 6.0 - width, up)])
            });
        let places = candidates
            .map(|(left, middle)| [left, middle - SIZE * 0.6, left + width, middle + SIZE * 0.6]);
        let fits = |place: &[f64; 4]| {
            let inside = place[0] >= area.left + 4.0
                && place[2] <= area.right()
                && place[1] >= area.top
                && place[3] <= area.bottom() - 2.0;
            // Beside one another, two labels would read as one.
            let apart = [place[0] - 14.0, place[1], place[2] + 14.0, place[3]];
            let hides_label = labels.iter().any(|label| overlap(&apart, &label.place));
            let hides_point = points.iter().any(|(_, at)| overlap(place, &around(*at)));
            inside && !hides_label && !hides_point
        };
        let beside = [x + 9.0, y - SIZE * 0.6, x + 9.0 + width, y + SIZE * 0.6];
        let place = places.clone().find(fits).unwrap_or(beside);
        labels.push(Label { text: point.label, at: (x, y), look: Look::of(point.look), place });
    }
    labels
}

fn around((x, y): (f64, f64)) -> [f64; 4] {
    [x - 6.0, y - 6.0, x + 6.0, y + 6.0]
}

fn overlap(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// A label, with a line to its point where it stands away from it.
fn written(label: &Label) -> Markup {
    let [left, top, right, bottom] = label.place;
    let (x, y) = label.at;
    let nearest = (x.clamp(left, right), y.clamp(top, bottom));
    let away = (nearest.0 - x).hypot(nearest.1 - y) > 14.0;
    html! {
        @if away {
            (marks::faint(&marks::line([(x, y), nearest].into_iter()), label.look, 1.0, 0.6))
        }
        text x=(px(left)) y=(px(bottom - 3.0)) class="ink halo" fill=(INK) font-size=(px(SIZE))
            stroke=(GROUND) stroke-width="3" paint-order="stroke" { (label.text) }
    }
}
