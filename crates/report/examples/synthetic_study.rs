//! Writes the runs of a study that nobody trained, then its pictures and its page, to look at them:
//! `cargo run -p report --example synthetic_study -- FOLDER [ARMS [SEEDS]]`.

#[path = "../testing/synthetic.rs"]
mod synthetic;

use std::error::Error;
use std::path::PathBuf;

use report::{Metric, Study, page, picture, table};
use synthetic::{PROFILES, Synthetic};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder =
        PathBuf::from(arguments.next().ok_or("usage: synthetic_study FOLDER [ARMS [SEEDS]]")?);
    let arms: usize = arguments.next().map_or(Ok(12), |n| n.parse())?;
    let seeds: u64 = arguments.next().map_or(Ok(10), |n| n.parse())?;
    let runs = folder.join("runs");
    let names = PROFILES.iter().rev().take(arms).rev().map(|profile| profile.name).collect();
    Synthetic {
        experiment: "tutorial",
        title: "Every start of the tutorial",
        arms: names,
        seeds,
        steps: 858,
        diverges: Some(("uniform_neg1_1", 1)),
    }
    .write(&runs)?;
    let study = Study::load(&[runs], Metric::default())?;
    let comparison = study.compare();
    let first: Vec<_> = study.arms[0].points[0]
        .runs
        .iter()
        .filter_map(|run| run.whole.as_deref().cloned())
        .collect();
    for (name, picture) in picture::all(&study, &comparison) {
        std::fs::write(folder.join(format!("{name}.svg")), picture.svg())?;
        std::fs::write(folder.join(format!("{name}.png")), picture.png()?)?;
    }
    std::fs::write(folder.join("page.html"), page::render(&study))?;
    print!("{}", table::render(&study, &comparison, table::Options::default()));
    println!("{}", report::terminal::loss_curve(&first));
    Ok(())
}
