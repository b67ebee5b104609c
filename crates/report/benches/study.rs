//! How long a study of 120 runs (12 arms, 10 seeds, 858 steps each) takes to read, compare and
//! show.

#[path = "../testing/synthetic.rs"]
mod synthetic;

use std::path::PathBuf;
use std::sync::OnceLock;

use divan::Bencher;
use report::{LearningCurves, Metric, Study, page, picture, table};
use synthetic::{PROFILES, Synthetic};

static RUNS: OnceLock<PathBuf> = OnceLock::new();

fn load() -> Study {
    Study::load(&[RUNS.get().expect("main sets it").clone()], Metric::default()).expect("a study")
}

fn main() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let arms = PROFILES.iter().map(|profile| profile.name).collect();
    let study = Synthetic {
        experiment: "study",
        title: "A study",
        arms,
        seeds: 10,
        steps: 858,
        diverges: None,
    };
    study.write(root.path()).expect("runs on disk");
    RUNS.get_or_init(|| root.path().to_owned());
    divan::main();
}

#[divan::bench]
fn load_and_compare(bencher: Bencher) {
    bencher.bench(|| {
        let study = load();
        table::render(&study, &study.compare(), table::Options::default())
    });
}

#[divan::bench]
fn load_and_page(bencher: Bencher) {
    bencher.bench(|| page::render(&load()));
}

#[divan::bench]
fn compare(bencher: Bencher) {
    let study = load();
    bencher.bench(|| study.compare());
}

#[divan::bench]
fn picture_of_all_batches(bencher: Bencher) {
    let study = load();
    let curves = LearningCurves::read(&study, &study.compare());
    bencher.bench(|| picture::all_batches(&curves).png());
}
