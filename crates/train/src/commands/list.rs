//! `train list`: the experiments in a folder, one line each.

use std::io::Write;
use std::path::{Path, PathBuf};

use experiment::{Experiment, Overrides, SeedPair, load};

use crate::cli::ListArgs;
use crate::exit::{Done, Failure};
use crate::output::count;

/// What a line says of an experiment.
struct Row {
    name: String,
    runs: String,
    title: String,
}

/// Prints every experiment of the folder; the line of a broken config says what is wrong with it.
pub(crate) fn list(args: &ListArgs, out: &mut dyn Write) -> Done {
    let entries = std::fs::read_dir(&args.folder).map_err(|error| {
        Failure::BadInput(format!("cannot list {}: {error}", args.folder.display()))
    })?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let rows: Vec<Row> = files.iter().flat_map(|file| rows_of(file)).collect();
    let width = |column: fn(&Row) -> &String| rows.iter().map(|row| column(row).len()).max();
    let names = width(|row| &row.name).unwrap_or(0);
    let runs = width(|row| &row.runs).unwrap_or(0);
    for row in &rows {
        writeln!(out, "{:names$}  {:>runs$}  {}", row.name, row.runs, row.title)?;
    }
    Ok(())
}

fn rows_of(file: &Path) -> Vec<Row> {
    match load(&[file.to_owned()], &Overrides::default()) {
        Ok(plan) => plan.experiments.into_iter().map(row).collect(),
        Err(error) => {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let first = error.diagnostics.first().map(|first| first.message.clone());
            vec![Row { name, runs: "broken".to_owned(), title: first.unwrap_or_default() }]
        }
    }
}

fn row(experiment: Experiment) -> Row {
    let runs = count(experiment.arms.len() * experiment.seeds.len(), "run");
    let (points, seeds) = (experiment.point_count(), SeedPair::count(&experiment.seeds));
    let title = if experiment.sweep.is_empty() {
        experiment.title
    } else {
        let arms = count(experiment.arms.len() / points, "arm");
        let points = count(points, "point");
        format!("{} ({arms} x {points} x {seeds})", experiment.title)
    };
    Row { name: experiment.name, runs, title }
}
