//! What probes show of the starts: a table, pictures, and what stands out in sentences.

use maud::{Markup, html};
use probe::{Finding, table};

use super::parts::{figure, heads, scrolling, swatch};
use crate::inside::{Inside, InsideArm};
use crate::phrases::{capitalised, count};
use crate::picture::Picture;

/// Rows of the table.
const ROWS: usize = 300;

/// Pictures that are shown at once; the others unfold.
const FIRST: [&str; 2] = ["signal", "gradient"];

pub(super) fn section(inside: &Inside) -> Markup {
    if inside.arms.is_empty() {
        return html! {};
    }
    let (first, others): (Vec<_>, Vec<_>) =
        inside.pictures().into_iter().partition(|(name, _)| FIRST.contains(name));
    html! {
        section.inside aria-labelledby="inside" {
            h2 #inside { "Inside" }
            p.hint {
                "How a signal passes through each start, and how a gradient comes back: "
                (inside.scope_of_all()) ". Theory stands beside what was measured where its "
                "assumptions hold. What stands out is a symptom, not a cause: "
                code { "train explain" } " tests it."
            }
            @if inside.missing > 0 {
                p.hint {
                    "No probe is kept of " (count(inside.missing, "run")) "; "
                    code { "train report --probe" } " makes them."
                }
            }
            (starts(inside))
            (buttons(&inside.shown()))
            @for (_, picture) in &first { (figure(picture)) }
            (sentences(inside))
            (unfolding(&others))
        }
    }
}

fn starts(inside: &Inside) -> Markup {
    let table = html! {
        table {
            thead { tr { th scope="col" { "start" } (heads(&table::headings())) } }
            tbody {
                @for arm in inside.arms.iter().take(ROWS) {
                    tr {
                        th scope="row" { (swatch(arm.look)) (arm.label) }
                        @for cell in table::cells(&arm.probe) { td { (cell) } }
                    }
                }
            }
        }
    };
    html! {
        @if inside.arms.len() > ROWS {
            p.hint {
                "The first " (ROWS) " of " (inside.arms.len()) "; "
                code { "train probe --format csv" } " has all."
            }
        }
        (scrolling("Inside the starts", &table))
        p.hint {
            "loss, before the first step; logits, their rms; Jacobian, root of its mean squared "
            "singular value; d last/first, the gradient at the last layer's pre-activations over "
            "that at the first's; dead, the largest share of a hidden layer; cosine of two images "
            "in the last hidden layer."
        }
    }
}

/// Each hides or shows an arm in the charts.
fn buttons(arms: &[&InsideArm]) -> Markup {
    html! {
        @if arms.len() > 1 {
            div.arms role="group" aria-label="Arms inside" {
                @for arm in arms {
                    button type="button" aria-pressed="true" data-arm=(arm.look) {
                        (swatch(arm.look)) (arm.label)
                    }
                }
            }
        }
    }
}

fn sentences(inside: &Inside) -> Markup {
    html! {
        details {
            summary { "What stands out, and what would test it" }
            dl {
                @for arm in inside.arms.iter().take(ROWS) {
                    @let findings = arm.probe.findings();
                    dt { (swatch(arm.look)) (arm.label) }
                    @for (finding, seeds) in &findings {
                        dd { (sentence(finding, *seeds, arm.probe.measures.len())) }
                    }
                    @if findings.is_empty() { dd { "Nothing stands out: this start is fine." } }
                    @if let Some(unmet) = arm.probe.theory.unmet() {
                        dd.hint { "No line of theory: " (unmet) "." }
                    }
                }
            }
        }
    }
}

fn sentence(finding: &Finding, seeds: usize, of: usize) -> Markup {
    html! {
        (capitalised(&finding.sentence))
        @if seeds < of { " (in " (seeds) " of " (of) " seeds)" }
        ". To test it: " (finding.test.what) ", "
        @for (index, setting) in finding.test.settings.iter().enumerate() {
            @if index > 0 { " " }
            code { (setting) }
        }
        "."
    }
}

fn unfolding(pictures: &[(&'static str, Picture)]) -> Markup {
    html! {
        @if !pictures.is_empty() {
            details {
                summary { "More pictures" }
                @for (_, picture) in pictures { (figure(picture)) }
            }
        }
    }
}
