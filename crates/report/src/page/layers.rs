//! What happened inside the layers, where it was recorded.

use maud::{Markup, html};

use super::parts::figure;
use crate::layer_curves::LayerCurves;
use crate::phrases::words;
use crate::picture;

pub(super) fn section(curves: &LayerCurves) -> Markup {
    html! {
        section aria-labelledby="layers" {
            h2 #layers { "Inside the layers" }
            @if curves.is_empty() {
                p.hint {
                    "What happened inside the layers was not recorded. A run records it with "
                    code { "record.layers = true" } " in its config, or " code {
                        "--set record.layers=true --force"
                    } "; its losses and weights stay the same."
                }
            } @else {
                (sentences(curves))
                p.hint {
                    "Over the batches, each layer at the steps that were recorded, before the "
                    "update of that step. Bands: 95 % intervals of the mean over the seeds. The "
                    "update ratio compares root mean squares; near −3, an update is a thousandth "
                    "of its weight. A unit is dead if no gradient passes through it on any of the "
                    "measured images."
                }
                @for (_, picture) in picture::layers(curves) { (figure(&picture)) }
            }
        }
    }
}

fn sentences(curves: &LayerCurves) -> Markup {
    let several = curves.arms.len() > 1;
    html! {
        ul {
            @for arm in &curves.arms {
                li {
                    @if several { b { (arm.label) } ": " }
                    (arm.sentences().join(" "))
                }
            }
        }
        @if !curves.without.is_empty() {
            p.hint { "Without recorded layers: " (words(&curves.without)) "." }
        }
    }
}
