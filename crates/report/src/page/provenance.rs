//! Where the runs come from, what was left out, and how to make them again.

use std::collections::BTreeSet;

use maud::{Markup, html};
use record::Provenance;

use super::parts::{heads, scrolling};
use super::shell;
use crate::learning_curves::{ArmCurves, LearningCurves, ListedRun};
use crate::study::{Study, Warning};

/// Hosts and other answers that are named; of more it is said how many there are.
const ANSWERS: usize = 8;

/// Records that were left out and are named.
const LEFT_OUT: usize = 100;

pub(super) fn section(study: &Study, learning: &LearningCurves) -> Markup {
    let swept = !study.axes.is_empty();
    let facts = html! {
        table.words { tbody {
            @for (name, value) in facts(study) { tr { th scope="row" { (name) } td { (value) } } }
        } }
    };
    let warnings: Vec<&Warning> = study.warnings.iter().chain(&learning.warnings).collect();
    html! {
        section aria-labelledby="provenance" {
            h2 #provenance { "Provenance" }
            (scrolling("Provenance", &facts))
            @if !learning.arms.is_empty() { (runs(study, learning)) }
            (left_out(&warnings))
            @if study.metric.is_some() {
                h3 { "Make it again" }
                p.hint {
                    "Each record holds its resolved configuration; a replay trains it anew and "
                    "checks that the bits agree."
                    @if swept { " These are the runs of the best settings." }
                }
                pre { code { (shell::commands(study, learning)) } }
            }
        }
    }
}

/// The runs behind the curves, by name.
fn runs(study: &Study, learning: &LearningCurves) -> Markup {
    let listed: Vec<(&ArmCurves, &ListedRun)> =
        learning.arms.iter().flat_map(|arm| arm.listed.iter().map(move |run| (arm, run))).collect();
    let table = html! {
        table {
            thead { tr { (heads(&["arm", "seed", "status", "steps", "seconds", "id", "record"])) } }
            tbody {
                @for (arm, run) in &listed {
                    @let ListedRun { directory, seed, status, steps, seconds, id } = run;
                    tr {
                        th scope="row" { (arm.label) }
                        td { (seed) }
                        td { (status) }
                        td { (steps) }
                        td { (format!("{seconds:.2}")) }
                        td { code { (id) } }
                        td { code { (directory.display()) } }
                    }
                }
            }
        }
    };
    let (shown, all) = (listed.len(), study.run_count());
    let title = match study.axes.is_empty() {
        true if shown == all => "Every run".to_owned(),
        true => format!("The first {shown} of {all} runs"),
        false => format!("Runs of the best settings ({shown} of {all} runs)"),
    };
    html! { details { summary { (title) } (scrolling(&title, &table)) } }
}

fn left_out(warnings: &[&Warning]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            h3 { "Left out" }
            ul.hint {
                @for warning in warnings.iter().take(LEFT_OUT) {
                    li { code { (warning.directory.display()) } ": " (warning.reason) }
                }
                @if warnings.len() > LEFT_OUT { li { "and " (warnings.len() - LEFT_OUT) " more" } }
            }
        }
    }
}

/// What is known of the runs; several answers where runs differ.
fn facts(study: &Study) -> Vec<(&'static str, String)> {
    let origin = &study.origin;
    let commit = |p: &Provenance| {
        let changed = if p.dirty == Some(true) { " with uncommitted changes" } else { "" };
        p.commit.as_ref().map_or(String::new(), |commit| format!("{commit}{changed}"))
    };
    let backend = |p: &Provenance| match p.device.as_str() {
        "" => p.backend.clone(),
        device => format!("{} on {device}", p.backend),
    };
    let span = match origin.first == origin.last {
        true => origin.first.clone(),
        false => format!("{} to {}", origin.first, origin.last),
    };
    let answers = |of: &dyn Fn(&Provenance) -> String| answers(&origin.provenances, of);
    let training_time = match origin.training_seconds {
        0.0 => String::new(),
        seconds => format!("{seconds:.1} s in all"),
    };
    let table = match study.metric {
        Some(_) => String::new(),
        None => study.paths.iter().map(|path| path.display().to_string()).collect(),
    };
    let facts = vec![
        ("Table", table),
        ("Program", answers(&|p| format!("Kindling {}, burn {}", p.version, p.burn))),
        ("Commit", answers(&commit)),
        ("Backend", answers(&backend)),
        ("Processor", answers(&|p| p.cpu.clone())),
        ("System", answers(&|p| p.os.clone())),
        ("Host", answers(&|p| p.host.clone())),
        ("Started", span),
        ("Training time", training_time),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The different answers of all provenances, in one line.
fn answers(provenances: &[Provenance], of: &dyn Fn(&Provenance) -> String) -> String {
    let mut answers: BTreeSet<String> = provenances.iter().map(of).collect();
    answers.remove("");
    let more = answers.len().saturating_sub(ANSWERS);
    let mut named: Vec<String> = answers.into_iter().take(ANSWERS).collect();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    named.join("; ")
}
