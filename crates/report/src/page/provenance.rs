//! Where the runs come from, and the commands that make them again.

use std::collections::BTreeSet;
use std::path::Path;

use maud::{Markup, html};
use record::{Provenance, Run};

use crate::{Metric, Study};

pub(super) fn section(study: &Study, metric: Metric) -> Markup {
    let runs = || study.arms.iter().flat_map(|arm| &arm.runs);
    html! {
        section aria-labelledby="provenance" {
            h2 #provenance { "Provenance" }
            div.scroll tabindex="0" role="region" aria-label="Provenance" {
                table.words { tbody {
                    @for (name, value) in facts(&runs().collect::<Vec<_>>()) {
                        tr { th scope="row" { (name) } td { (value) } }
                    }
                } }
            }
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
            @if !study.warnings.is_empty() {
                h3 { "Left out" }
                ul.hint { @for warning in &study.warnings { li { code { (warning.directory.display()) } ": " (warning.reason) } } }
            }
            h3 { "Make it again" }
            p.hint { "Each record holds its resolved configuration; a replay trains it anew and checks that the bits agree." }
            pre { code { (commands(study, metric)) } }
        }
    }
}

/// What is known of the runs; several answers where runs differ.
fn facts(runs: &[&Run]) -> Vec<(&'static str, String)> {
    let all = |of: &dyn Fn(&Provenance) -> String| {
        let answers: BTreeSet<String> = runs.iter().map(|run| of(&run.record.provenance)).collect();
        answers.into_iter().filter(|answer| !answer.is_empty()).collect::<Vec<_>>().join("; ")
    };
    let commit = |p: &Provenance| {
        let changed = if p.dirty == Some(true) { " with uncommitted changes" } else { "" };
        p.commit.as_ref().map_or(String::new(), |commit| format!("{commit}{changed}"))
    };
    let started: BTreeSet<&str> = runs.iter().map(|run| run.record.provenance.started.as_str()).collect();
    let span = match (started.first(), started.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(first), _) => (*first).to_owned(),
        _ => String::new(),
    };
    let seconds: f64 = runs.iter().map(|run| run.record.provenance.training_seconds).filter(|s| s.is_finite()).sum();
    let facts = vec![
        ("Program", all(&|p| format!("Kindling {}, burn {}", p.version, p.burn))),
        ("Commit", all(&commit)),
        (
            "Backend",
            all(&|p| if p.device.is_empty() { p.backend.clone() } else { format!("{} on {}", p.backend, p.device) }),
        ),
        ("Processor", all(&|p| p.cpu.clone())),
        ("System", all(&|p| p.os.clone())),
        ("Host", all(&|p| p.host.clone())),
        ("Started", span),
        ("Training time", format!("{seconds:.1} s in all")),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The commands that replay every run and write the page again.
fn commands(study: &Study, metric: Metric) -> String {
    let runs = || study.arms.iter().flat_map(|arm| &arm.runs);
    let commits: BTreeSet<&str> = runs().filter_map(|run| run.record.provenance.commit.as_deref()).collect();
    let mut lines: Vec<String> = Vec::new();
    if let (Some(commit), 1) = (commits.first(), commits.len()) {
        lines.push(format!("git checkout {}", quoted(commit)));
    }
    let folders: Vec<&Path> = if study.paths.is_empty() {
        runs().map(|run| run.directory.as_path()).collect()
    } else {
        study.paths.iter().map(|path| path.as_path()).collect()
    };
    lines
        .extend(runs().map(|run| format!("cargo run -p train -- replay {}", quoted(&run.directory.to_string_lossy()))));
    let folders: Vec<String> = folders.iter().map(|folder| quoted(&folder.to_string_lossy())).collect();
    let asked =
        if metric == Metric::default() { String::new() } else { format!(" --metric {}", quoted(&metric.to_string())) };
    lines.push(format!("cargo run -p train -- report {}{asked}", folders.join(" ")));
    lines.join("\n")
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-=+:,@%".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
