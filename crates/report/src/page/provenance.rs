//! Where the runs come from, and the commands that make them again.

use std::collections::BTreeSet;
use std::path::Path;

use maud::{Markup, html};
use record::Provenance;

use crate::{Metric, Study, Sweep, Warning};

pub(super) fn section(study: &Study, metric: Metric) -> Markup {
    let runs = || study.arms.iter().flat_map(|arm| &arm.runs);
    let provenances = || runs().map(|run| &run.record.provenance);
    let started: BTreeSet<&str> =
        provenances().map(|provenance| provenance.started.as_str()).collect();
    let (first, last) =
        (started.first().copied().unwrap_or(""), started.last().copied().unwrap_or(""));
    let seconds: f64 =
        provenances().map(|provenance| provenance.training_seconds).filter(|s| s.is_finite()).sum();
    let facts = facts(&provenances().collect::<Vec<_>>(), first, last, seconds);
    html! {
        section aria-labelledby="provenance" {
            h2 #provenance { "Provenance" }
            (table(&facts))
            details {
                summary { "Every run" }
                div.scroll tabindex="0" role="region" aria-label="Every run" {
                    table {
                        thead { tr { @for name in ["arm", "seed", "status", "steps", "seconds", "id", "record"] { th scope="col" { (name) } } } }
                        tbody {
                            @for arm in &study.arms { @for run in &arm.runs {
                                tr {
                                    th scope="row" { (arm.label) }
                                    td { (run.record.seed) }
                                    td { (run.record.status) }
                                    td { (run.record.steps) }
                                    td { (format!("{:.2}", run.record.provenance.training_seconds)) }
                                    td { code { (run.record.id) } }
                                    td { code { (run.directory.display()) } }
                                }
                            } }
                        }
                    }
                }
            }
            (left_out(&study.warnings))
            h3 { "Make it again" }
            p.hint { "Each record holds its resolved configuration; a replay trains it anew and checks that the bits agree." }
            pre { code { (commands(study, metric)) } }
        }
    }
}

/// Hosts and other answers that are named; of more it is said how many there are.
const ANSWERS: usize = 8;

/// Records that were left out and are named.
const LEFT_OUT: usize = 100;

/// Where the runs of a sweep come from; the runs of the arms' best settings are in `best`.
pub(super) fn sweep_section(sweep: &Sweep, best: Option<&Study>) -> Markup {
    let origin = &sweep.origin;
    let provenances: Vec<&Provenance> = origin.provenances.iter().collect();
    let facts = facts(&provenances, &origin.first, &origin.last, origin.training_seconds);
    let folders: Vec<String> =
        sweep.paths.iter().map(|path| quoted(&path.to_string_lossy())).collect();
    let metric = sweep.metric;
    let mut lines: Vec<String> = checkout(origin.provenances.iter()).into_iter().collect();
    let runs = best.iter().flat_map(|study| &study.arms).flat_map(|arm| &arm.runs);
    lines.extend(runs.map(|run| {
        format!("cargo run -p train -- replay {}", quoted(&run.directory.to_string_lossy()))
    }));
    lines.push(format!("cargo run -p train -- report {}{}", folders.join(" "), asked(metric)));
    html! {
        section aria-labelledby="provenance" {
            h2 #provenance { "Provenance" }
            (table(&facts))
            (left_out(&sweep.warnings))
            @if let Some(best) = best { (left_out(&best.warnings)) }
            h3 { "Make it again" }
            p.hint { "Each record holds its resolved configuration; a replay trains it anew and checks that the bits agree. These are the runs of the best settings." }
            pre { code { (lines.join("\n")) } }
        }
    }
}

fn table(facts: &[(&str, String)]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Provenance" {
            table.words { tbody {
                @for (name, value) in facts { tr { th scope="row" { (name) } td { (value) } } }
            } }
        }
    }
}

fn left_out(warnings: &[Warning]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            h3 { "Left out" }
            ul.hint {
                @for warning in warnings.iter().take(LEFT_OUT) { li { code { (warning.directory.display()) } ": " (warning.reason) } }
                @if warnings.len() > LEFT_OUT { li { "and " (warnings.len() - LEFT_OUT) " more" } }
            }
        }
    }
}

/// What is known of the runs; several answers where runs differ.
fn facts(
    provenances: &[&Provenance],
    first: &str,
    last: &str,
    seconds: f64,
) -> Vec<(&'static str, String)> {
    let all = |of: &dyn Fn(&Provenance) -> String| {
        let mut answers: BTreeSet<String> =
            provenances.iter().map(|provenance| of(provenance)).collect();
        answers.remove("");
        let more = answers.len().saturating_sub(ANSWERS);
        let mut named: Vec<String> = answers.into_iter().take(ANSWERS).collect();
        if more > 0 {
            named.push(format!("and {more} more"));
        }
        named.join("; ")
    };
    let commit = |p: &Provenance| {
        let changed = if p.dirty == Some(true) { " with uncommitted changes" } else { "" };
        p.commit.as_ref().map_or(String::new(), |commit| format!("{commit}{changed}"))
    };
    let span = if first == last { first.to_owned() } else { format!("{first} to {last}") };
    let facts = vec![
        ("Program", all(&|p| format!("Kindling {}, burn {}", p.version, p.burn))),
        ("Commit", all(&commit)),
        (
            "Backend",
            all(&|p| {
                if p.device.is_empty() {
                    p.backend.clone()
                } else {
                    format!("{} on {}", p.backend, p.device)
                }
            }),
        ),
        ("Processor", all(&|p| p.cpu.clone())),
        ("System", all(&|p| p.os.clone())),
        ("Host", all(&|p| p.host.clone())),
        ("Started", span),
        ("Training time", format!("{seconds:.1} s in all")),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The command that checks out the commit that all runs are of, if they are of one.
fn checkout<'a>(provenances: impl Iterator<Item = &'a Provenance>) -> Option<String> {
    let commits: BTreeSet<&str> =
        provenances.filter_map(|provenance| provenance.commit.as_deref()).collect();
    (commits.len() == 1)
        .then(|| commits.first().map(|commit| format!("git checkout {}", quoted(commit))))
        .flatten()
}

fn asked(metric: Metric) -> String {
    if metric == Metric::default() {
        String::new()
    } else {
        format!(" --metric {}", quoted(&metric.to_string()))
    }
}

/// The commands that replay every run and write the page again.
fn commands(study: &Study, metric: Metric) -> String {
    let runs = || study.arms.iter().flat_map(|arm| &arm.runs);
    let mut lines: Vec<String> =
        checkout(runs().map(|run| &run.record.provenance)).into_iter().collect();
    let folders: Vec<&Path> = if study.paths.is_empty() {
        runs().map(|run| run.directory.as_path()).collect()
    } else {
        study.paths.iter().map(|path| path.as_path()).collect()
    };
    lines.extend(runs().map(|run| {
        format!("cargo run -p train -- replay {}", quoted(&run.directory.to_string_lossy()))
    }));
    let folders: Vec<String> =
        folders.iter().map(|folder| quoted(&folder.to_string_lossy())).collect();
    lines.push(format!("cargo run -p train -- report {}{}", folders.join(" "), asked(metric)));
    lines.join("\n")
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty()
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-=+:,@%".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
