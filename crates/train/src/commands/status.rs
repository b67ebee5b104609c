//! `train status`: how far the runs below folders are. Nothing is trained, and nothing is written.

use std::path::Path;
use std::time::{Duration, SystemTime};

use record::Whereabouts;
use serde_json::{Value, json};

use crate::args::{Format, StatusArgs};
use crate::commands::survey::{Survey, Tally, survey};
use crate::exit::{Done, Failure};

/// How many of a list are shown.
const FEW: usize = 10;

/// Prints how many runs are finished, running (and where), failed, missing ...
pub(crate) fn status(args: &StatusArgs) -> Done {
    let mut surveys = Vec::new();
    for folder in &args.folders {
        surveys.extend(survey(folder)?);
    }
    if surveys.is_empty() {
        let folders: Vec<String> =
            args.folders.iter().map(|folder| folder.display().to_string()).collect();
        return Err(Failure::BadInput(format!(
            "no run was ever planned or recorded below {}",
            folders.join(", ")
        )));
    }
    match args.format {
        Format::Json => anstream::println!("{:#}", as_json(&surveys)),
        Format::Text => print(&surveys),
    }
    Ok(())
}

fn total(surveys: &[Survey]) -> Tally {
    surveys.iter().fold(Tally::default(), |sum, survey| sum + survey.tally)
}

fn print(surveys: &[Survey]) {
    print_table(surveys);
    let running = surveys
        .iter()
        .flat_map(|survey| &survey.running)
        .map(|(run, at)| format!("{run}: {}", place(at)));
    print_list("running", running.collect());
    let unclear = surveys.iter().flat_map(|survey| &survey.running_or_died);
    let unclear = unclear.map(|(run, at)| format!("{run}: {}{}", place(at), last_seen(at)));
    print_list("running or died: locks of other machines may not show here", unclear.collect());
    let told = |list: fn(&Survey) -> &Vec<(String, String)>| {
        surveys.iter().flat_map(list).map(|(run, message)| format!("{run}: {message}")).collect()
    };
    print_list("failed", told(|survey| &survey.failed));
    print_list("unreadable", told(|survey| &survey.unreadable));
    for survey in surveys {
        for note in &survey.notes {
            anstream::println!("\nnote: {note}");
        }
    }
    let commands = surveys
        .iter()
        .filter(|survey| survey.tally.is_left())
        .filter_map(|survey| survey.command.clone());
    print_list("to go on", commands.collect());
}

fn print_table(surveys: &[Survey]) {
    let sum = total(surveys);
    let columns: Vec<usize> =
        (0..Tally::NAMES.len()).filter(|&c| Tally::ALWAYS[c] || sum.0[c] > 0).collect();
    let mut rows = vec![["experiment", "runs"].map(str::to_owned).to_vec()];
    rows[0].extend(columns.iter().map(|&column| Tally::NAMES[column].to_owned()));
    let row = |name: &str, planned: bool, tally: Tally| {
        let mut row = vec![name.to_owned(), tally.runs().to_string()];
        // What is missing is known only where there is a plan.
        let cell = |&c: &usize| {
            if Tally::NAMES[c] == "missing" && !planned {
                "?".to_owned()
            } else {
                tally.0[c].to_string()
            }
        };
        row.extend(columns.iter().map(cell));
        row
    };
    rows.extend(surveys.iter().map(|survey| row(&survey.name, survey.planned, survey.tally)));
    if surveys.len() > 1 {
        rows.push(row("all", surveys.iter().all(|survey| survey.planned), sum));
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    for (place, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> = cells
            .map(
                |(c, (cell, &width))| {
                    if c == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
                },
            )
            .collect();
        let style = if place == 0 { anstyle::Style::new().bold() } else { anstyle::Style::new() };
        anstream::println!("{style}{}{style:#}", cells.join("  "));
    }
}

fn print_list(title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let bold = anstyle::Style::new().bold();
    anstream::println!("\n{bold}{title}{bold:#}");
    for line in lines.iter().take(FEW) {
        // The first line of a message says what happened.
        anstream::println!("  {}", line.lines().next().unwrap_or_default());
    }
    if lines.len() > FEW {
        anstream::println!("  and {} more", lines.len() - FEW);
    }
}

/// "node7, process 4242"
fn place(at: &Whereabouts) -> String {
    let host = at.host.clone();
    let process = at.process.map(|process| format!("process {process}"));
    let known: Vec<String> = host.into_iter().chain(process).collect();
    if known.is_empty() {
        "a process that has not said who it is".to_owned()
    } else {
        known.join(", ")
    }
}

fn last_seen(at: &Whereabouts) -> String {
    let ago = at.seen.and_then(|seen| SystemTime::now().duration_since(seen).ok());
    ago.map_or_else(String::new, |ago| format!(", last sign of life {} ago", rounded(ago)))
}

/// A duration in its largest unit.
fn rounded(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn as_json(surveys: &[Survey]) -> Value {
    let counts = |tally: Tally| {
        let mut counts: serde_json::Map<String, Value> = Tally::NAMES
            .iter()
            .zip(tally.0)
            .map(|(name, count)| (name.replace(' ', "_"), count.into()))
            .collect();
        counts.insert("runs".to_owned(), tally.runs().into());
        Value::Object(counts)
    };
    let seen =
        |at: &Whereabouts| at.seen.map(|seen| humantime::format_rfc3339_seconds(seen).to_string());
    let places = |runs: &[(String, Whereabouts)]| -> Vec<Value> {
        let place = |(run, at): &(String, Whereabouts)| json!({ "run": run, "host": at.host, "process": at.process, "last_sign_of_life": seen(at) });
        runs.iter().map(place).collect()
    };
    let told = |runs: &[(String, String)]| -> Vec<Value> {
        runs.iter().map(|(run, message)| json!({ "run": run, "message": message })).collect()
    };
    let experiments: Vec<Value> = surveys
        .iter()
        .map(|survey| {
            json!({
                "experiment": survey.name, "folder": shown(&survey.folder), "planned": survey.planned,
                "counts": counts(survey.tally), "running": places(&survey.running),
                "running_or_died": places(&survey.running_or_died), "failed": told(&survey.failed),
                "unreadable": told(&survey.unreadable), "notes": survey.notes, "command": survey.command,
            })
        })
        .collect();
    json!({ "experiments": experiments, "counts": counts(total(surveys)) })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
