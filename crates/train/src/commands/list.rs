//! `train list`: the experiments in a folder, one line each.

use std::path::PathBuf;

use experiment::{Overrides, load};

use crate::args::ListArgs;
use crate::commands::count;
use crate::exit::{Done, Failure};

/// Prints every experiment of the folder; a broken config says so in its line.
pub(crate) fn list(args: &ListArgs) -> Done {
    let entries = std::fs::read_dir(&args.folder).map_err(|error| {
        Failure::BadInput(format!("cannot list {}: {error}", args.folder.display()))
    })?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        match load(std::slice::from_ref(&file), &Overrides::default()) {
            Ok(plan) => rows.extend(plan.experiments.into_iter().map(|experiment| {
                let runs = experiment.arms.len() * experiment.seeds.len();
                let (points, seeds) = (experiment.point_count(), experiment.seeds.len());
                let title = match experiment.sweep.is_empty() {
                    true => experiment.title,
                    false => {
                        let arms = count(experiment.arms.len() / points, "arm");
                        let (points, seeds) = (count(points, "point"), count(seeds, "seed"));
                        format!("{} ({arms} x {points} x {seeds})", experiment.title)
                    }
                };
                (experiment.name, count(runs, "run"), title)
            })),
            Err(error) => {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let first = error.diagnostics.first().map(|diagnostic| diagnostic.message.clone());
                rows.push((name, "broken".to_owned(), first.unwrap_or_default()));
            }
        }
    }
    let width = |column: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| column(row).len()).max()
    };
    let (name, runs) = (width(|row| &row.0).unwrap_or(0), width(|row| &row.1).unwrap_or(0));
    for row in &rows {
        anstream::println!("{:name$}  {:>runs$}  {}", row.0, row.1, row.2);
    }
    Ok(())
}
