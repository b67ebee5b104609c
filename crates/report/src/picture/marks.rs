//! Marks of data: lines, bands, dots, rings and crosses, in the look of an arm.

use maud::{Markup, html};

use super::frame::px;
use super::style::{GROUND, Look};

/// A line through points, with gaps where none is joined to the one before.
pub(crate) fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let points: Vec<String> = points.map(|(x, y)| format!("{} {}", px(x), px(y))).collect();
    if points.is_empty() { String::new() } else { format!("M{}", points.join("L")) }
}

/// The outline of a band, from points as (x, low, high).
pub(crate) fn outline(points: &[(f64, f64, f64)]) -> String {
    if points.len() < 2 {
        return String::new();
    }
    let above = points.iter().map(|&(x, _, high)| (x, high));
    let below = points.iter().rev().map(|&(x, low, _)| (x, low));
    line(above.chain(below)) + "Z"
}

/// A stroke along a path.
pub(crate) fn stroke(path: &str, look: Look, width: f64) -> Markup {
    let cap = if look.dash.is_some() { "butt" } else { "round" };
    html! {
        @if !path.is_empty() {
            path class=(look.stroke()) d=(path) fill="none" stroke=(look.hex())
                stroke-width=(px(width)) stroke-linejoin="round" stroke-linecap=(cap)
                stroke-dasharray=[look.dash] {}
        }
    }
}

/// A stroke without dashes that lets through what is behind it.
pub(crate) fn faint(path: &str, look: Look, width: f64, opacity: f64) -> Markup {
    html! {
        @if !path.is_empty() {
            path class=(look.stroke()) d=(path) fill="none" stroke=(look.hex())
                stroke-width=(px(width)) stroke-opacity=(opacity) {}
        }
    }
}

/// What a path encloses.
pub(crate) fn area(path: &str, look: Look, opacity: f64) -> Markup {
    html! {
        @if !path.is_empty() {
            path class=(look.fill()) d=(path) fill=(look.hex()) fill-opacity=(opacity) {}
        }
    }
}

/// Dots as one path: strokes without length, with round ends.
pub(crate) fn dots(places: impl Iterator<Item = (f64, f64)>, look: Look, width: f64) -> Markup {
    let path: String = places.map(|(x, y)| format!("M{} {}h.01", px(x), px(y))).collect();
    html! {
        @if !path.is_empty() {
            path class=(look.stroke()) d=(path) fill="none" stroke=(look.hex())
                stroke-width=(px(width)) stroke-linecap="round" {}
        }
    }
}

/// A disc with a rim in the colour of the ground.
pub(crate) fn disc((x, y): (f64, f64), radius: f64, look: Look) -> Markup {
    html! {
        circle class=(format!("{} ring", look.fill())) cx=(px(x)) cy=(px(y)) r=(px(radius))
            fill=(look.hex()) stroke=(GROUND) stroke-width="1.5" {}
    }
}

/// A dot that tells arms of one colour apart as their dashes do: full of a solid line, hollow of a
/// dashed one.
pub(crate) fn dot(at: (f64, f64), radius: f64, look: Look) -> Markup {
    if look.dash.is_none() {
        return disc(at, radius, look);
    }
    html! {
        circle class=(format!("{} hollow", look.stroke())) cx=(px(at.0)) cy=(px(at.1))
            r=(px(radius - 0.4)) fill=(GROUND) stroke=(look.hex()) stroke-width="1.8" {}
    }
}

/// A ring around a place.
pub(crate) fn ring((x, y): (f64, f64), radius: f64, look: Look) -> Markup {
    html! {
        circle class=(look.stroke()) cx=(px(x)) cy=(px(y)) r=(px(radius)) fill="none"
            stroke=(look.hex()) stroke-width="2.2" {}
    }
}

/// A cross for each place: there something diverged.
pub(crate) fn crosses(places: impl Iterator<Item = (f64, f64)>, look: Look) -> Markup {
    let path: String = places.map(|place| cross(place, 5.0)).collect();
    html! {
        @if !path.is_empty() {
            path class=(look.stroke()) d=(path) fill="none" stroke=(look.hex())
                stroke-width="2.2" stroke-linecap="round" {}
        }
    }
}

/// The path of a cross.
pub(crate) fn cross((x, y): (f64, f64), arm: f64) -> String {
    let (left, top, side) = (px(x - arm), px(y - arm), px(2.0 * arm));
    format!("M{left} {top}l{side} {side}m0 -{side}l-{side} {side}")
}
