//! How long the export of 1,000 runs of the tutorial's length takes, in each format: `cargo bench
//! -p export --features parquet`.
#![allow(clippy::unwrap_used)]

#[path = "../testing/records.rs"]
mod records;

use divan::Bencher;
use export::{Format, Options, export};
use records::Synthetic;

fn main() {
    divan::main();
}

#[cfg(feature = "parquet")]
const FORMATS: [Format; 4] = [Format::Csv, Format::Json, Format::Parquet, Format::Arrow];
#[cfg(not(feature = "parquet"))]
const FORMATS: [Format; 2] = [Format::Csv, Format::Json];

#[divan::bench(args = FORMATS, sample_count = 3, sample_size = 1)]
fn tables_of_1000_runs_of_858_steps(bencher: Bencher<'_, '_>, format: Format) {
    measure(bencher, format, 1000, 858);
}

#[divan::bench(
    args = [Format::Safetensors, Format::Pytorch, Format::Mlflow, Format::Tensorboard],
    sample_count = 3,
    sample_size = 1
)]
fn weights_and_histories_of_100_runs_of_858_steps(bencher: Bencher<'_, '_>, format: Format) {
    measure(bencher, format, 100, 858);
}

fn measure(bencher: Bencher<'_, '_>, format: Format, runs: u64, steps: u64) {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..runs {
        let widths: &[usize] = &[784, 256, 128, 10];
        let widths = if runs > 100 { &[] } else { widths };
        Synthetic { seed, steps, widths, ..Synthetic::default() }.write(folder.path());
    }
    let draw = |_: &std::path::Path| Err("initial weights are not measured".to_owned());
    let weights = match format {
        Format::Tensorboard => Some("final".parse().unwrap()),
        _ => None,
    };
    let out = folder.path().join("out");
    bencher.bench_local(|| {
        let options =
            Options { out: out.clone(), force: true, weights: weights.clone(), draw: &draw };
        export(&[folder.path().join("study")], format, &options).unwrap()
    });
}
