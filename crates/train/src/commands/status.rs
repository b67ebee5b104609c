//! `train status`: how far the runs below folders are. Nothing is trained, and nothing is written.

mod survey;

use std::io::Write;
use std::time::{Duration, SystemTime};

use record::LastSeen;
use serde_json::{Value, json};

use crate::cli::{Format, StatusArgs};
use crate::exit::{Done, Failure};
use survey::{StateCounts, Survey, survey};

/// How many lines of a list are shown.
const SHOWN: usize = 10;

/// Prints how many runs are finished, running (and where), failed, missing ...
pub(crate) fn status(args: &StatusArgs, out: &mut dyn Write) -> Done {
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
        Format::Json => Ok(writeln!(out, "{:#}", as_json(&surveys))?),
        Format::Text => print(out, &surveys),
    }
}

fn total(surveys: &[Survey]) -> StateCounts {
    surveys.iter().fold(StateCounts::default(), |sum, survey| sum + survey.counts)
}

fn print(out: &mut dyn Write, surveys: &[Survey]) -> Done {
    print_table(out, surveys)?;
    let running = surveys
        .iter()
        .flat_map(|survey| &survey.running)
        .map(|(run, seen)| format!("{run}: {}", writer(seen)));
    print_list(out, "running", running.collect())?;
    let unclear = surveys.iter().flat_map(|survey| &survey.running_or_died);
    let unclear = unclear.map(|(run, seen)| format!("{run}: {}{}", writer(seen), since(seen)));
    let title = "running or died: locks of other machines may not show here";
    print_list(out, title, unclear.collect())?;
    let messages = |list: fn(&Survey) -> &Vec<(String, String)>| {
        surveys.iter().flat_map(list).map(|(run, message)| format!("{run}: {message}")).collect()
    };
    print_list(out, "failed", messages(|survey| &survey.failed))?;
    print_list(out, "unreadable", messages(|survey| &survey.unreadable))?;
    for note in surveys.iter().flat_map(|survey| &survey.notes) {
        writeln!(out, "\nnote: {note}")?;
    }
    let commands = surveys
        .iter()
        .filter(|survey| survey.counts.is_work_left())
        .filter_map(|survey| survey.command.clone());
    print_list(out, "to go on", commands.collect())
}

fn print_table(out: &mut dyn Write, surveys: &[Survey]) -> Done {
    let sum = total(surveys);
    let columns: Vec<usize> = (0..StateCounts::NAMES.len())
        .filter(|&column| StateCounts::ALWAYS[column] || sum.0[column] > 0)
        .collect();
    let mut rows = vec![["experiment", "runs"].map(str::to_owned).to_vec()];
    rows[0].extend(columns.iter().map(|&column| StateCounts::NAMES[column].to_owned()));
    let row = |name: &str, planned: bool, counts: StateCounts| {
        let mut row = vec![name.to_owned(), counts.runs().to_string()];
        row.extend(columns.iter().map(|&column| {
            // Which runs are missing is known only where there is a plan.
            let unknown = StateCounts::NAMES[column] == "missing" && !planned;
            if unknown { "?".to_owned() } else { counts.0[column].to_string() }
        }));
        row
    };
    rows.extend(surveys.iter().map(|survey| row(&survey.name, survey.planned, survey.counts)));
    if surveys.len() > 1 {
        rows.push(row("all", surveys.iter().all(|survey| survey.planned), sum));
    }
    print_aligned(out, &rows)
}

/// Prints rows in columns, the first to the left and the others to the right; the first row is
/// bold.
fn print_aligned(out: &mut dyn Write, rows: &[Vec<String>]) -> Done {
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    let mut style = anstyle::Style::new().bold();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        let cells: Vec<String> = cells.collect();
        writeln!(out, "{style}{}{style:#}", cells.join("  "))?;
        style = anstyle::Style::new();
    }
    Ok(())
}

fn print_list(out: &mut dyn Write, title: &str, lines: Vec<String>) -> Done {
    if lines.is_empty() {
        return Ok(());
    }
    let bold = anstyle::Style::new().bold();
    writeln!(out, "\n{bold}{title}{bold:#}")?;
    for line in lines.iter().take(SHOWN) {
        // The first line of a message says what happened.
        writeln!(out, "  {}", line.lines().next().unwrap_or_default())?;
    }
    if lines.len() > SHOWN {
        writeln!(out, "  and {} more", lines.len() - SHOWN)?;
    }
    Ok(())
}

/// The process that writes a run: "node7, process 4242".
fn writer(seen: &LastSeen) -> String {
    let host = seen.host.clone();
    let process = seen.process.map(|process| format!("process {process}"));
    let known: Vec<String> = host.into_iter().chain(process).collect();
    if known.is_empty() { "an unknown process".to_owned() } else { known.join(", ") }
}

fn since(seen: &LastSeen) -> String {
    let since = seen.at.and_then(|at| SystemTime::now().duration_since(at).ok());
    since.map_or_else(String::new, |since| format!(", last sign of life {} ago", rounded(since)))
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
    let experiments: Vec<Value> = surveys.iter().map(survey_as_json).collect();
    json!({ "experiments": experiments, "counts": counts_as_json(total(surveys)) })
}

fn survey_as_json(survey: &Survey) -> Value {
    let writers = |runs: &[(String, LastSeen)]| -> Vec<Value> {
        let writer = |(run, seen): &(String, LastSeen)| {
            let at = seen.at.map(|at| humantime::format_rfc3339_seconds(at).to_string());
            json!({
                "run": run, "host": seen.host, "process": seen.process, "last_sign_of_life": at,
            })
        };
        runs.iter().map(writer).collect()
    };
    let messages = |runs: &[(String, String)]| -> Vec<Value> {
        runs.iter().map(|(run, message)| json!({ "run": run, "message": message })).collect()
    };
    json!({
        "experiment": survey.name,
        "folder": survey.folder.display().to_string(),
        "planned": survey.planned,
        "counts": counts_as_json(survey.counts),
        "running": writers(&survey.running),
        "running_or_died": writers(&survey.running_or_died),
        "failed": messages(&survey.failed),
        "unreadable": messages(&survey.unreadable),
        "notes": survey.notes,
        "command": survey.command,
    })
}

fn counts_as_json(counts: StateCounts) -> Value {
    let mut object: serde_json::Map<String, Value> = StateCounts::NAMES
        .iter()
        .zip(counts.0)
        .map(|(name, count)| (name.replace(' ', "_"), count.into()))
        .collect();
    object.insert("runs".to_owned(), counts.runs().into());
    Value::Object(object)
}
