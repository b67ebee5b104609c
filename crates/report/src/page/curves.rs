//! The learning curves: interactive, and as pictures.

use maud::{Markup, html};

use super::data;
use super::parts::{figure, swatch};
use crate::learning_curves::LearningCurves;
use crate::picture;
use crate::study::Study;

pub(super) fn section(study: &Study, curves: &LearningCurves) -> Markup {
    let swept = !study.axes.is_empty();
    let title = match swept {
        true => "Loss at each arm's best setting, batch by batch",
        false => "Loss, batch by batch",
    };
    html! {
        section.interactive aria-labelledby="curves" {
            h2 #curves { (title) }
            p.hint {
                "Hover for values, drag to zoom, double-click to zoom out. A click on an arm hides "
                "or shows it, a double click shows it alone."
            }
            (controls(curves))
            div #chart role="img" aria-label="Loss of each arm over the batches" {}
            div.arms role="group" aria-label="Arms" {
                @for arm in &curves.arms {
                    button type="button" aria-pressed="true" {
                        (swatch(arm.index)) (arm.label) output {}
                    }
                }
            }
            noscript { p { "The interactive curves need scripts; pictures do not." } }
        }
        @if !swept { (pictures(curves)) }
    }
}

fn controls(curves: &LearningCurves) -> Markup {
    let choice = |sets: &str, value: &str, name: &str, pressed: bool| {
        html! {
            button type="button" data-sets=(sets) value=(value) aria-pressed=(pressed) { (name) }
        }
    };
    let logarithmic = data::is_logarithmic(curves);
    html! {
        div.controls {
            span.choice role="group" aria-label="Batches" {
                (choice("range", "all", "All batches", true))
                (choice("range", "first", "First 100", false))
            }
            span.choice role="group" aria-label="Scale" {
                (choice("scale", "linear", "Linear", !logarithmic))
                (choice("scale", "log", "Logarithmic", logarithmic))
            }
            @if curves.seeds.1 > 1 {
                span.choice role="group" aria-label="Lines" {
                    (choice("lines", "mean", "Mean and interval", true))
                    (choice("lines", "seeds", "Every seed", false))
                }
            }
            button #reset type="button" { "Reset" }
            output #at.hint {}
        }
    }
}

fn pictures(curves: &LearningCurves) -> Markup {
    let has_weights = curves.arms.iter().any(|arm| !arm.initial_weights.is_empty());
    html! {
        section aria-labelledby="pictures" {
            h2 #pictures { "Pictures" }
            (figure(&picture::first_batches(curves)))
            (figure(&picture::all_batches(curves)))
            (figure(&picture::accuracy_per_epoch(curves)))
            @if has_weights { (figure(&picture::initial_weights(curves))) }
        }
    }
}
