//! The page: one HTML file that says what a study shows, and needs nothing else, no network included.
//!
//! Text, tables and pictures are in the page as they are, so that it prints and reads without scripts; the interactive
//! curves are drawn by uPlot, which travels along. The page forbids itself any request by its content security policy.

mod data;
mod provenance;
mod sweep;
mod tables;

pub use sweep::render_sweep;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::picture::{self, Picture, style};
use crate::{Comparison, Metric, Study};

const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// Metrics that the page shows below the one asked for.
const OTHERS: [Metric; 5] = [
    Metric::ValidationAccuracy,
    Metric::ValidationLoss,
    Metric::TestAccuracy,
    Metric::TestLoss,
    Metric::LastBatchLoss,
];

/// The page of `study`, its verdict by `metric`: a whole HTML document.
///
/// Twelve arms of ten seeds and 858 steps make about 1 MB; longer or more runs are shown with fewer points, not with
/// more bytes.
pub fn render(study: &Study, metric: Metric) -> String {
    let comparison = study.compare(metric);
    let content = html! {
        section.verdict aria-labelledby="verdict" {
            h2 #verdict { "What it shows" }
            p.says { (comparison.verdict()) }
            (notes(&comparison.notes()))
        }
        (compared(study))
        (results(study, &comparison))
        (curves(study, "Loss, batch by batch"))
        (pictures(study))
        (provenance::section(study, metric))
    };
    document(&study.title, &scope(study, &comparison), &content, Some(study))
}

/// The whole document around `content`, with what the curves of `interactive` need, if there are any.
fn document(title: &str, lead: &str, content: &Markup, interactive: Option<&Study>) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Kindling" }
                link rel="icon" href="data:,";
                style { (PreEscaped(include_str!("../../assets/uplot/uPlot.min.css"))) (PreEscaped(include_str!("../../assets/page/page.css"))) (PreEscaped(arm_colours())) }
            }
            body {
                header {
                    div {
                        h1 { (title) }
                        p.lead { (lead) }
                    }
                    button #theme.theme type="button" hidden { "Dark" }
                }
                main { (content) }
                footer {
                    p { "Written by Kindling " (env!("CARGO_PKG_VERSION")) " from the records of the runs. Charts: uPlot 1.6.32, © 2022 Leon Sorokin, MIT licence." }
                }
                @if let Some(study) = interactive { script #data type="application/json" { (PreEscaped(data::curves(study))) } }
                script { (PreEscaped(concat!("/*", include_str!("../../assets/uplot/LICENSE"), "*/\n", include_str!("../../assets/uplot/uPlot.iife.min.js")))) }
                script { (PreEscaped(include_str!("../../assets/page/page.js"))) }
            }
        }
    }
    .into_string()
}

/// The colours of the arms, for both grounds, as variables and as the classes that pictures carry.
fn arm_colours() -> String {
    let pairs = style::COLOURS.iter().zip(style::COLOURS_ON_DARK).enumerate();
    let variables: String =
        pairs.map(|(i, (light, dark))| format!("--arm-{i}:light-dark({light},{dark});")).collect();
    let classes: String = (0..style::COLOURS.len())
        .map(|i| {
            format!("svg .stroke-{i}{{stroke:var(--arm-{i})}}svg .fill-{i}{{fill:var(--arm-{i})}}")
        })
        .collect();
    format!(":root{{{variables}}}{classes}")
}

fn scope(study: &Study, comparison: &Comparison) -> String {
    let runs: usize = study.arms.iter().map(|arm| arm.runs.len()).sum();
    let seeds = match comparison.seeds() {
        (few, many) if few == many => count(many, "seed"),
        (few, many) => format!("{few} to {many} seeds"),
    };
    format!(
        "{} × {seeds}: {}, compared by {}",
        count(study.arms.len(), "arm"),
        count(runs, "run"),
        comparison.metric.title()
    )
}

fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

fn notes(notes: &[String]) -> Markup {
    html! { @if !notes.is_empty() { ul.notes.hint { @for note in notes { li { (note) } } } } }
}

fn compared(study: &Study) -> Markup {
    html! {
        section aria-labelledby="compared" {
            @let several = study.arms.len() > 1;
            h2 #compared { @if several { "What was compared" } @else { "What was run" } }
            @if several {
                p.hint { "The settings in which the arms differ. All other settings are the same, and runs of one seed are paired: they see the same batches in the same order unless a setting above changes that." }
                (tables::differences(study))
            }
            details {
                summary { @if several { "Settings that all arms share" } @else { "Every setting" } }
                (tables::shared_settings(study))
            }
        }
    }
}

fn results(study: &Study, comparison: &Comparison) -> Markup {
    html! {
        section aria-labelledby="results" {
            h2 #results { "Results" }
            @if study.arms.len() > 1 || study.seeds() > 1 { (figure(&picture::forest(study, comparison))) }
            (tables::arms(comparison))
            @if study.arms.len() > 1 { p.hint {
                "Intervals: 95 % of the mean, by Student's t over the seeds. “To best”: mean difference to the best arm over shared seeds. "
                "p: paired t test and exact sign-flip permutation test, both Holm-corrected over all pairs of arms; "
                "≈ marks arms whose difference to the best is not shown (p ≥ 0.05). "
                "“Best wins”: the probability that a run of the best arm beats one of this arm."
            } }
            @if comparison.pairs.len() > 1 {
                details { summary { "Every pair of arms (" (comparison.pairs.len()) ")" } (tables::pairs(comparison)) }
            }
            @for metric in OTHERS.into_iter().filter(|metric| *metric != comparison.metric) {
                @let other = study.compare(metric);
                details {
                    summary { "By " (metric.title()) }
                    p { (other.verdict()) }
                    (tables::arms(&other))
                }
            }
        }
    }
}

fn curves(study: &Study, title: &str) -> Markup {
    let choice = |sets: &str, value: &str, name: &str, pressed: bool| {
        html! { button type="button" data-sets=(sets) value=(value) aria-pressed=(pressed) { (name) } }
    };
    let logarithmic = data::is_logarithmic(study);
    html! {
        section.interactive aria-labelledby="curves" {
            h2 #curves { (title) }
            p.hint { "Hover for values, drag to zoom, double-click to zoom out. A click on an arm hides or shows it, a double click shows it alone." }
            div.controls {
                span.choice role="group" aria-label="Batches" {
                    (choice("range", "all", "All batches", true)) (choice("range", "first", "First 100", false))
                }
                span.choice role="group" aria-label="Scale" {
                    (choice("scale", "linear", "Linear", !logarithmic)) (choice("scale", "log", "Logarithmic", logarithmic))
                }
                @if study.seeds() > 1 {
                    span.choice role="group" aria-label="Lines" {
                        (choice("lines", "mean", "Mean and interval", true)) (choice("lines", "seeds", "Every seed", false))
                    }
                }
                button #reset type="button" { "Reset" }
                output #at.hint {}
            }
            div #chart role="img" aria-label="Loss of each arm over the batches; the pictures below show the same" {}
            div.arms role="group" aria-label="Arms" {
                @for (index, arm) in study.arms.iter().enumerate() {
                    button type="button" aria-pressed="true" { (tables::swatch(index)) (arm.label) output {} }
                }
            }
            noscript { p { "The interactive curves need scripts; the pictures below do not." } }
        }
    }
}

fn pictures(study: &Study) -> Markup {
    html! {
        section aria-labelledby="pictures" {
            h2 #pictures { "Pictures" }
            (figure(&picture::first_batches(study)))
            (figure(&picture::all_batches(study)))
            (figure(&picture::accuracy_per_epoch(study)))
            @if study.arms.iter().any(|arm| !arm.runs[0].record.initial_weights.is_empty()) {
                (figure(&picture::initial_weights(study)))
            }
        }
    }
}

/// A picture that scrolls where the screen is too narrow to read it. Keyboards reach what scrolls.
fn figure(picture: &Picture) -> Markup {
    html! { figure { div.scroll tabindex="0" { (PreEscaped(picture.svg())) } } }
}
