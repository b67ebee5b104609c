//! What was compared: the axes, the settings in which arms differ, and those that all share.

use maud::{Markup, html};
use record::Scale;

use super::parts::{heads, scrolling, swatch};
use crate::settings::{decides, written};
use crate::study::{Difference, Study};

/// Rows of a long table.
const ROWS: usize = 300;

pub(super) fn section(study: &Study) -> Markup {
    let (swept, several) = (!study.axes.is_empty(), study.arms.len() > 1);
    let differences = study.differences();
    let title = match (swept, several) {
        (true, _) => "What was swept",
        (false, true) => "What was compared",
        (false, false) => "What was run",
    };
    let shared = match (swept, several) {
        (true, _) => "Settings that all runs share",
        (false, true) => "Settings that all arms share",
        (false, false) => "Every setting",
    };
    html! {
        section aria-labelledby="compared" {
            h2 #compared { (title) }
            @if swept { (scrolling("Axes", &axes(study))) }
            @if several && !differences.is_empty() {
                p.hint {
                    @if swept { "The other settings in which the arms differ. " }
                    @else {
                        "The settings in which the arms differ. All other settings are the same. "
                    }
                    "Runs of one seed are paired: they see the same batches in the same order "
                    "unless a setting changes that."
                }
                (scrolling("Settings that differ", &arms(study, &differences)))
            }
            @if several && !swept && differences.is_empty() {
                p { "No recorded setting differs between the arms." }
            }
            details {
                summary { (shared) }
                (scrolling(shared, &shared_settings(study)))
            }
        }
    }
}

fn axes(study: &Study) -> Markup {
    let spaced = |scale: Scale| match scale {
        Scale::Linear => "evenly",
        Scale::Log => "by equal ratios",
        Scale::Listed => "as listed",
    };
    html! {
        table.words {
            thead { tr { (heads(&["axis", "values", "from, to", "spaced"])) } }
            tbody {
                @for axis in &study.axes {
                    tr {
                        th scope="row" { code { (axis.name()) } }
                        td { (axis.values.len()) }
                        td { (axis.labels[0]) " to " (axis.labels[axis.labels.len() - 1]) }
                        td { (spaced(axis.scale)) }
                    }
                }
            }
        }
    }
}

fn arms(study: &Study, differences: &[Difference]) -> Markup {
    html! {
        table.words {
            thead { tr {
                th scope="col" { "arm" }
                @for difference in differences { th scope="col" { code { (difference.setting) } } }
            } }
            tbody {
                @for (index, arm) in study.arms.iter().enumerate().take(ROWS) {
                    tr {
                        th scope="row" { (swatch(index)) (arm.label) }
                        @for difference in differences {
                            td { (difference.values[index].as_deref().unwrap_or("–")) }
                        }
                    }
                }
            }
        }
    }
}

fn shared_settings(study: &Study) -> Markup {
    html! {
        table.words {
            thead { tr { (heads(&["setting", "value"])) } }
            tbody {
                @for (name, value) in study.shared.iter().filter(|(name, _)| decides(name)) {
                    tr { th scope="row" { code { (name) } } td { (written(value)) } }
                }
            }
        }
    }
}
