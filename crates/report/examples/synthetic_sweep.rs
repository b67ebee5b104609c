//! Writes the runs of sweeps that nobody trained, then their pictures, tables and pages, to look at
//! them: `cargo run -p report --example synthetic_sweep -- FOLDER`; or the records alone, of so
//! many settings and seeds, to see how long they take: `... -- FOLDER ARMS SETTINGS SEEDS STEPS`.

#[path = "../testing/synthetic_sweep.rs"]
mod synthetic_sweep;

use std::error::Error;
use std::path::PathBuf;

use record::Scale;
use report::{Metric, Study, page, picture, table};
use serde_json::json;
use synthetic_sweep::{SyntheticSweep, log_range};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(
        arguments.next().ok_or("usage: synthetic_sweep FOLDER [ARMS SETTINGS SEEDS STEPS]")?,
    );
    let sizes: Vec<usize> = arguments.map(|size| size.parse()).collect::<Result<_, _>>()?;
    let arms = ["normal", "truncated_normal", "uniform", "orthogonal"];
    let std = |n| ("init.std", Scale::Log, log_range(1e-4, 1.0, n));
    let sweep = |experiment, title, arms, axes, seeds, steps, missing| SyntheticSweep {
        experiment,
        title,
        arms,
        axes,
        seeds,
        steps,
        missing,
    };
    if let [count, settings, seeds, steps] = sizes[..] {
        let arms = arms[..count.min(arms.len())].to_vec();
        return Ok(sweep(
            "large",
            "A large sweep",
            arms,
            vec![std(settings)],
            seeds as u64,
            steps as u64,
            vec![],
        )
        .write(&folder)?);
    }
    let hidden = (
        "model.hidden",
        Scale::Listed,
        vec![json!([32]), json!([64]), json!([128, 64]), json!([256, 128])],
    );
    let rate = ("optimizer.learning_rate", Scale::Log, log_range(1e-4, 1e-1, 7));
    let words = ["relu", "gelu", "tanh", "selu", "mish"].map(|word| json!(word)).to_vec();
    let three = arms[..3].to_vec();
    let gaps = vec![vec![2, 3], vec![0, 0], vec![0, 1]];
    for sweep in [
        sweep("line", "How small is too small", three.clone(), vec![std(13)], 5, 60, vec![]),
        sweep(
            "alone",
            "One arm, forty settings",
            vec!["base"],
            vec![std(40)],
            5,
            60,
            vec![vec![20], vec![21]],
        ),
        sweep(
            "words",
            "Activations",
            three.clone(),
            vec![("model.activation", Scale::Listed, words)],
            5,
            60,
            vec![],
        ),
        sweep("map", "Rate and scale", three.clone(), vec![std(9), rate.clone()], 3, 60, gaps),
        sweep(
            "map_alone",
            "Rate and size",
            vec!["base"],
            vec![rate.clone(), hidden.clone()],
            3,
            60,
            vec![],
        ),
        sweep(
            "fine",
            "A fine map",
            vec!["base"],
            vec![std(62), ("optimizer.learning_rate", Scale::Log, log_range(1e-4, 1e-1, 15))],
            1,
            0,
            vec![],
        ),
        sweep("three", "Three axes", three, vec![std(5), rate, hidden], 2, 60, vec![]),
    ] {
        let place = folder.join(sweep.experiment);
        sweep.write(&place.join("runs"))?;
        for metric in [Metric::ValidationAccuracy, Metric::ValidationLoss] {
            let sweep = Study::load(&[place.join("runs")], metric)?;
            let comparison = sweep.compare();
            print!("{}\n\n", table::render(&sweep, &comparison, table::Options::default()));
            for (name, picture) in picture::over_axes(&comparison) {
                std::fs::write(place.join(format!("{name}-{metric}.svg")), picture.svg())?;
                std::fs::write(place.join(format!("{name}-{metric}.png")), picture.png()?)?;
            }
            std::fs::write(place.join(format!("page-{metric}.html")), page::render(&sweep))?;
        }
    }
    Ok(())
}
