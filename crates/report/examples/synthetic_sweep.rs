//! Writes the runs of sweeps that nobody trained, then their pictures, tables and pages, to look at
//! them: `cargo run -p report --example synthetic_sweep -- FOLDER`; or the records alone, of so
//! many settings and seeds, to see how long they take: `... -- FOLDER ARMS SETTINGS SEEDS STEPS`.

#[path = "../testing/synthetic_sweep.rs"]
mod synthetic_sweep;

use std::error::Error;
use std::path::{Path, PathBuf};

use record::Scale;
use report::{Metric, Study, page, picture, table};
use serde_json::{Value, json};
use synthetic_sweep::{SyntheticSweep, log_range};

const ARMS: [&str; 4] = ["normal", "truncated_normal", "uniform", "orthogonal"];

type Axis = (&'static str, Scale, Vec<Value>);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(
        arguments.next().ok_or("usage: synthetic_sweep FOLDER [ARMS SETTINGS SEEDS STEPS]")?,
    );
    let sizes: Vec<usize> = arguments.map(|size| size.parse()).collect::<Result<_, _>>()?;
    if let [arms, settings, seeds, steps] = sizes[..] {
        let large = SyntheticSweep {
            seeds: seeds as u64,
            steps: steps as u64,
            ..sweep("large", "A large sweep", &ARMS[..arms.min(ARMS.len())], vec![std(settings)])
        };
        return Ok(large.write(&folder)?);
    }
    for sweep in sweeps() {
        let folder = folder.join(sweep.experiment);
        sweep.write(&folder.join("runs"))?;
        for metric in [Metric::ValidationAccuracy, Metric::ValidationLoss] {
            show(&folder, metric)?;
        }
    }
    Ok(())
}

/// Sweeps along one axis and over several, with gaps and without.
fn sweeps() -> Vec<SyntheticSweep<'static>> {
    let hidden = [json!([32]), json!([64]), json!([128, 64]), json!([256, 128])];
    let hidden: Axis = ("model.hidden", Scale::Listed, hidden.to_vec());
    let activations = ["relu", "gelu", "tanh", "selu", "mish"].map(|name| json!(name)).to_vec();
    let activations: Axis = ("model.activation", Scale::Listed, activations);
    let three = &ARMS[..3];
    let fine = vec![std(62), rate(15)];
    vec![
        sweep("line", "How small is too small", three, vec![std(13)]),
        SyntheticSweep {
            missing: vec![vec![20], vec![21]],
            ..sweep("alone", "One arm, forty settings", &["base"], vec![std(40)])
        },
        sweep("words", "Activations", three, vec![activations]),
        SyntheticSweep {
            seeds: 3,
            missing: vec![vec![2, 3], vec![0, 0], vec![0, 1]],
            ..sweep("map", "Rate and scale", three, vec![std(9), rate(7)])
        },
        SyntheticSweep {
            seeds: 3,
            ..sweep("map_alone", "Rate and size", &["base"], vec![rate(7), hidden.clone()])
        },
        SyntheticSweep { seeds: 1, steps: 0, ..sweep("fine", "A fine map", &["base"], fine) },
        SyntheticSweep {
            seeds: 2,
            ..sweep("three", "Three axes", three, vec![std(5), rate(7), hidden])
        },
    ]
}

/// A sweep over five seeds of 60 steps.
fn sweep(
    experiment: &'static str,
    title: &'static str,
    arms: &[&'static str],
    axes: Vec<Axis>,
) -> SyntheticSweep<'static> {
    let arms = arms.to_vec();
    SyntheticSweep { experiment, title, arms, axes, seeds: 5, steps: 60, missing: vec![] }
}

fn std(count: usize) -> Axis {
    ("init.std", Scale::Log, log_range(1e-4, 1.0, count))
}

fn rate(count: usize) -> Axis {
    ("optimizer.learning_rate", Scale::Log, log_range(1e-4, 1e-1, count))
}

/// Prints the table of the runs in a folder, and writes their pictures and page beside them.
fn show(folder: &Path, metric: Metric) -> Result<(), Box<dyn Error>> {
    let study = Study::load(&[folder.join("runs")], metric)?;
    let comparison = study.compare();
    print!("{}\n\n", table::render(&study, &comparison, table::Options::default()));
    for (name, picture) in picture::over_axes(&comparison) {
        std::fs::write(folder.join(format!("{name}-{metric}.svg")), picture.svg())?;
        std::fs::write(folder.join(format!("{name}-{metric}.png")), picture.png()?)?;
    }
    std::fs::write(folder.join(format!("page-{metric}.html")), page::render(&study))?;
    Ok(())
}
