//! `train dissect RUN`: what a trained run learned where, from its record. Nothing is trained.

use std::io::Write;
use std::path::{Path, PathBuf};

use record::{find_runs, json_number};
use report::picture::{Chart, ChartAxis, ChartLine, ChartPoint, Spacing, chart};
use serde_json::{Value, json};
use training::{Connection, DissectedLayer, Dissection, LinePoint, RunError, connect, dissect};

use crate::cli::{DissectArgs, Format};
use crate::exit::{Done, Failure};
use crate::output::results::write_picture;
use crate::output::{significant, terminal_width};

/// Dissects every run below the folder, and the line to another run where one is named.
pub(crate) fn command(args: &DissectArgs, out: &mut dyn Write) -> Done {
    let runs = find_runs(&args.run).map_err(|error| Failure::BadInput(error.to_string()))?;
    if runs.is_empty() {
        let message = format!("there is no record at or below {}", args.run.display());
        return Err(Failure::BadInput(message));
    }
    if runs.len() > 1 && (args.to.is_some() || args.pictures.is_some()) {
        return Err(Failure::BadInput(format!(
            "{} holds {} runs: with --to or --pictures, name one of them, such as {}",
            args.run.display(),
            runs.len(),
            runs[0].display()
        )));
    }
    let mut all = Vec::new();
    for run in &runs {
        let dissection = dissect(run).map_err(failure)?;
        match args.format {
            Format::Text => print(out, &dissection)?,
            Format::Json => all.push(as_json(run, &dissection)),
        }
        if let Some(folder) = &args.pictures {
            for path in draw(&dissection, folder)? {
                crate::exit::print_to_stderr(&path.display().to_string());
            }
        }
    }
    if let Some(other) = &args.to {
        let connection = connect(&runs[0], other).map_err(failure)?;
        match args.format {
            Format::Text => print_connection(out, other, &connection)?,
            Format::Json => all.push(json!({
                "to": other,
                "barrier": json_number(connection.barrier),
                "line": line_as_json(&connection.line),
            })),
        }
    }
    if args.format == Format::Json {
        writeln!(out, "{:#}", Value::Array(all))?;
    }
    Ok(())
}

fn failure(error: RunError) -> Failure {
    match error.is_bad_input() {
        true => Failure::BadInput(error.to_string()),
        false => Failure::Failed(error.to_string()),
    }
}

const HEADS: [&str; 7] = ["layer", "shape", "moved", "cosine", "put back", "change", "above edge"];

fn print(out: &mut dyn Write, dissection: &Dissection) -> Done {
    let bold = anstyle::Style::new().bold();
    let end = dissection.line.last().map_or(f64::NAN, |point| point.score.accuracy);
    let label = dissection.spec.label();
    writeln!(out, "{bold}{label}{bold:#}: validation accuracy {}\n", percent(end))?;
    let mut rows = vec![HEADS.map(str::to_owned)];
    rows.extend(dissection.layers.iter().map(|layer| row(layer, end)));
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
        writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  "))?;
    }
    writeln!(out, "\n{NOTES}")?;
    print_line(out, "from its start, at 0, to its end, at 1", &dissection.line)
}

const NOTES: &str = "  moved: over the length of the start
  put back: validation accuracy with this layer as it was at the start, and the change by it
  above edge: singular values beyond those of independent random numbers, at start and end";

fn row(layer: &DissectedLayer, end: f64) -> [String; 7] {
    let [inputs, outputs] = layer.shape;
    let put_back = layer.put_back.accuracy;
    let above = match layer.edges {
        Some([_, high]) => [&layer.start_values, &layer.end_values]
            .map(|values| above(values, high).to_string())
            .join(" → "),
        None => "–".to_owned(),
    };
    let moved = match layer.distance.is_finite() {
        true => percent(layer.distance),
        false => "–".to_owned(),
    };
    let cosine = match layer.start_cosine.is_finite() {
        true => format!("{:.3}", layer.start_cosine),
        false => "–".to_owned(),
    };
    [
        layer.layer.to_string(),
        format!("{inputs} × {outputs}"),
        moved,
        cosine,
        percent(put_back),
        format!("{:+.2}", (put_back - end) * 100.0),
        above,
    ]
}

/// How many singular values lie above an edge, beyond what a matrix of finite size may.
fn above(values: &[f64], edge: f64) -> usize {
    // Those of a random matrix exceed the edge by a hundredth at these sizes, rarely by more.
    values.iter().filter(|value| **value > 1.02 * edge).count()
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn print_line(out: &mut dyn Write, what: &str, line: &[LinePoint]) -> Done {
    let chart = loss_chart("Loss", what, line);
    writeln!(out, "\n  validation loss {what}\n")?;
    let text = report::terminal_chart(&chart, terminal_width().min(78));
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        writeln!(out, "  {line}")?;
    }
    Ok(writeln!(out)?)
}

fn print_connection(out: &mut dyn Write, other: &Path, connection: &Connection) -> Done {
    let what = format!("from this run, at 0, to {}, at 1", other.display());
    print_line(out, &what, &connection.line)?;
    let barrier = significant(connection.barrier);
    Ok(writeln!(
        out,
        "  barrier {barrier}: by so much the loss on the line exceeds that of a mixture of the \
         ends, at most.\n  The units of the two networks are not matched to each other."
    )?)
}

fn loss_chart<'a>(title: &'a str, subtitle: &'a str, line: &[LinePoint]) -> Chart<'a> {
    let point = |point: &LinePoint| ChartPoint { x: point.part, y: point.score.loss, band: None };
    let points: Vec<ChartPoint> = line.iter().map(point).collect();
    let losses = || points.iter().map(|point| point.y).filter(|loss| *loss > 0.0);
    let (low, high) =
        losses().fold((f64::INFINITY, 0.0f64), |(low, high), loss| (low.min(loss), high.max(loss)));
    let spacing = if high > 15.0 * low { Spacing::Logarithmic } else { Spacing::Linear };
    Chart {
        title,
        subtitle,
        x: ChartAxis { name: "Part of the way", spacing: Spacing::Linear },
        y: ChartAxis { name: "Validation loss", spacing },
        lines: vec![ChartLine { label: "loss", look: 0, points, theory: Vec::new() }],
        levels: Vec::new(),
        note: "",
    }
}

/// Draws the line and the spectra into `folder`.
fn draw(dissection: &Dissection, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let label = dissection.spec.label();
    let line = chart(&loss_chart("Loss on the line from start to end", &label, &dissection.line));
    let mut paths = vec![write_picture(&line, folder, "line")?];
    for layer in &dissection.layers {
        let title = format!("Singular values of layer {}", layer.layer);
        let name = format!("spectrum-{}", layer.layer);
        paths.push(write_picture(&chart(&spectrum(&title, &label, layer)), folder, &name)?);
    }
    Ok(paths)
}

fn spectrum<'a>(title: &'a str, subtitle: &'a str, layer: &DissectedLayer) -> Chart<'a> {
    let line = |label, look, values: &[f64]| {
        let points =
            (1..).zip(values).map(|(rank, &y)| ChartPoint { x: f64::from(rank), y, band: None });
        ChartLine { label, look, points: points.collect(), theory: Vec::new() }
    };
    let edges = layer.edges.map_or_else(Vec::new, |[low, high]| {
        vec![(low, "lower edge of random numbers"), (high, "upper edge of random numbers")]
    });
    let values = || layer.start_values.iter().chain(&layer.end_values);
    let largest = values().copied().fold(0.0, f64::max);
    let smallest =
        values().copied().filter(|value| *value > 1e-7 * largest).fold(largest, f64::min);
    let spacing = if largest > 15.0 * smallest { Spacing::Logarithmic } else { Spacing::Linear };
    Chart {
        title,
        subtitle,
        x: ChartAxis { name: "Rank", spacing: Spacing::Whole },
        y: ChartAxis { name: "Singular value", spacing },
        lines: vec![line("start", 0, &layer.start_values), line("end", 1, &layer.end_values)],
        levels: edges.into_iter().filter(|(value, _)| *value > 0.0).collect(),
        note: if layer.edges.is_some() {
            "Edges: Marchenko and Pastur (1967), for independent entries of the start's spread."
        } else {
            ""
        },
    }
}

fn as_json(run: &Path, dissection: &Dissection) -> Value {
    let numbers = |values: &[f64]| values.iter().map(|&x| json_number(x)).collect::<Vec<_>>();
    let layer = |layer: &DissectedLayer| {
        json!({
            "layer": layer.layer,
            "shape": layer.shape,
            "distance": json_number(layer.distance),
            "start_cosine": json_number(layer.start_cosine),
            "put_back": {
                "loss": json_number(layer.put_back.loss),
                "accuracy": json_number(layer.put_back.accuracy),
            },
            "start_values": numbers(&layer.start_values),
            "end_values": numbers(&layer.end_values),
            "edges": layer.edges.map(|edges| numbers(&edges)),
        })
    };
    json!({
        "run": run,
        "experiment": dissection.spec.experiment,
        "arm": dissection.spec.arm,
        "seed": dissection.spec.seed.weights,
        "layers": dissection.layers.iter().map(layer).collect::<Vec<_>>(),
        "line": line_as_json(&dissection.line),
    })
}

fn line_as_json(line: &[LinePoint]) -> Vec<Value> {
    line.iter()
        .map(|point| {
            json!({
                "part": point.part,
                "loss": json_number(point.score.loss),
                "accuracy": json_number(point.score.accuracy),
            })
        })
        .collect()
}
