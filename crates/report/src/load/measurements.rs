//! Numbers that another program recorded: a table with a column that names the arm, one of values,
//! and, where runs are paired, one of seeds.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::columns::{Columns, Row, rows};
use super::table_error::TableError;
use crate::printable::one_line;
use crate::quantity::{Quantity, Unit};
use crate::seed::Seed;
use crate::study::{Arm, Origin, Point, RunSummary, Study};

/// Words of a metric's name by which more is better.
const HIGHER: [&str; 16] = [
    "accuracy",
    "acc",
    "auc",
    "auroc",
    "f1",
    "precision",
    "recall",
    "score",
    "reward",
    "return",
    "r2",
    "bleu",
    "map",
    "iou",
    "dice",
    "success",
];

/// Words of a metric's name by which less is better.
const LOWER: [&str; 16] = [
    "loss",
    "error",
    "err",
    "rmse",
    "mse",
    "mae",
    "perplexity",
    "ppl",
    "nll",
    "time",
    "seconds",
    "latency",
    "regret",
    "wer",
    "cer",
    "steps",
];

/// Words for shares, which are written in percent where they lie from 0 to 1.
const SHARES: [&str; 2] = ["accuracy", "acc"];

impl Study {
    /// Reads a table of measurements: CSV, TSV, or JSON lines, by the file's ending. Arms are
    /// compared by seed where `columns` names a column of seeds, and unpaired where not.
    ///
    /// # Errors
    /// [`TableError`]: the file cannot be read, a column is not there, a value is no number, a seed
    /// comes twice, arms have other seeds than others, or an arm has one value only.
    pub fn of_table(path: &Path, columns: &Columns) -> Result<Study, TableError> {
        let rows = rows(path, columns)?;
        let runs: Vec<(String, RunSummary, u64)> =
            rows.into_iter().map(|row| run(path, columns, row)).collect::<Result<_, _>>()?;
        let quantity = quantity(columns, runs.iter().map(|(_, run, _)| run.value))?;
        let arms = arms(path, columns, runs)?;
        Ok(Study {
            title: one_line(&path.file_stem().unwrap_or_default().to_string_lossy()),
            quantity,
            metric: None,
            paired: columns.seed.is_some(),
            axes: Vec::new(),
            arms,
            shared: BTreeMap::new(),
            uneven: Vec::new(),
            origin: Origin::default(),
            warnings: Vec::new(),
            paths: vec![path.to_owned()],
        })
    }
}

/// What is compared, as far as its name and its values tell.
fn quantity(
    columns: &Columns,
    mut values: impl Iterator<Item = f64>,
) -> Result<Quantity, TableError> {
    let name = columns.metric.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let is_named = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let told = match (is_named(&HIGHER), is_named(&LOWER)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let unknown = || TableError::Direction { metric: columns.metric.clone() };
    let higher_is_better = columns.higher_is_better.or(told).ok_or_else(unknown)?;
    let is_share = is_named(&SHARES) && values.all(|value| (0.0..=1.0).contains(&value));
    let (unit, range) = match is_share {
        true => (Unit::Share, (0.0, 1.0)),
        false => (Unit::Number, (f64::NEG_INFINITY, f64::INFINITY)),
    };
    Ok(Quantity {
        name: one_line(&columns.metric),
        title: one_line(&columns.metric.replace('_', " ")),
        higher_is_better,
        unit,
        range,
    })
}

/// A row as a run of an arm, with its line.
fn run(path: &Path, columns: &Columns, row: Row) -> Result<(String, RunSummary, u64), TableError> {
    let line = row.line;
    let wrong = |reason: String| TableError::Line { path: path.to_owned(), line, reason };
    if row.arm.is_empty() {
        return Err(wrong(format!("`{}` is empty", columns.arm)));
    }
    let metric = &columns.metric;
    let value = match row.metric.parse::<f64>() {
        Ok(value) if !value.is_nan() => value,
        Ok(_) => {
            return Err(wrong(format!(
                "`{metric}` is NaN, and a mean over it says nothing; leave the row out, or write \
                 inf for the loss of a run that diverged"
            )));
        }
        Err(_) if row.metric.is_empty() => return Err(wrong(format!("`{metric}` is empty"))),
        Err(_) => {
            return Err(wrong(format!("`{metric}` is `{}`, which is no number", row.metric)));
        }
    };
    let seed = match (&row.seed, &columns.seed) {
        (Some(seed), Some(column)) => whole(seed)
            .ok_or_else(|| wrong(format!("`{column}` is `{seed}`: a seed is a whole number")))?,
        _ => 0,
    };
    let run = RunSummary {
        directory: path.to_owned(),
        seed: Seed::same(seed),
        diverged: value.is_infinite(),
        steps: 0,
        metrics: None,
        training_seconds: 0.0,
        value,
        losses: None,
        whole: None,
    };
    Ok((one_line(&row.arm), run, line))
}

/// A whole number, also as `3.0`, which is how a table with gaps elsewhere may write it.
fn whole(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.split_once('.').filter(|(_, zeros)| zeros.chars().all(|c| c == '0'));
    digits.map_or(text, |(digits, _)| digits).parse().ok()
}

/// The runs by arm, in the order in which the arms were found.
fn arms(
    path: &Path,
    columns: &Columns,
    runs: Vec<(String, RunSummary, u64)>,
) -> Result<Vec<Arm>, TableError> {
    let mut arms: Vec<Arm> = Vec::new();
    let mut indices: HashMap<String, usize> = HashMap::new();
    let mut lines: HashMap<(usize, Seed), u64> = HashMap::new();
    for (label, mut run, line) in runs {
        let index = *indices.entry(label).or_insert_with_key(|label| {
            let points = vec![Point { at: Vec::new(), runs: Vec::new() }];
            let (experiment, settings) = (String::new(), BTreeMap::new());
            arms.push(Arm { label: label.clone(), experiment, settings, points });
            arms.len() - 1
        });
        let runs = &mut arms[index].points[0].runs;
        if columns.seed.is_none() {
            run.seed = Seed::same(runs.len() as u64);
        }
        if let Some(first) = lines.insert((index, run.seed), line) {
            let (label, seed) = (&arms[index].label, run.seed);
            let reason = format!(
                "arm `{label}` has seed {seed} a second time, first at line {first}; without \
                 --seed all rows of an arm are compared unpaired"
            );
            return Err(TableError::Line { path: path.to_owned(), line, reason });
        }
        runs.push(run);
    }
    for arm in &mut arms {
        arm.points[0].runs.sort_by_key(|run| run.seed);
    }
    check(path, columns, &arms)?;
    Ok(arms)
}

/// Whether the arms can be compared: enough values, and the same seeds where they are paired.
fn check(path: &Path, columns: &Columns, arms: &[Arm]) -> Result<(), TableError> {
    let wrong = |reason: String| Err(TableError::Arms { path: path.to_owned(), reason });
    let seeds = |arm: &Arm| arm.points[0].runs.iter().map(|run| run.seed).collect::<Vec<_>>();
    let first = &arms[0];
    for arm in &arms[1..] {
        let (of_first, of_arm) = (seeds(first), seeds(arm));
        if columns.seed.is_none() || of_first == of_arm {
            continue;
        }
        let missing =
            |has: &[Seed], other: &[Seed]| has.iter().find(|s| !other.contains(s)).copied();
        let (without, with, seed) = match missing(&of_first, &of_arm) {
            Some(seed) => (arm, first, seed),
            None => (first, arm, missing(&of_arm, &of_first).unwrap_or(Seed::same(0))),
        };
        return wrong(format!(
            "arm `{}` has no seed {seed}, which `{}` has; arms are compared seed by seed, so all \
             need the same ones (without --seed they are compared unpaired)",
            without.label, with.label
        ));
    }
    match arms.iter().find(|arm| arm.points[0].runs.len() < 2) {
        Some(arm) if columns.seed.is_some() => wrong(format!(
            "arm `{}` has one seed only, from which nothing can be concluded; five or more tell",
            arm.label
        )),
        Some(arm) => wrong(format!(
            "arm `{}` has one value only, from which nothing can be concluded; five or more tell",
            arm.label
        )),
        None => Ok(()),
    }
}
