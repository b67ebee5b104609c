//! What is recorded of layers: it is right, and it changes no bit of a run.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use common::{BASE, Lab, finish, go};
use experiment::RunSpec;
use record::{
    LayerQuantity, LayerRow, LayerSeries, Status, read_layers, read_record, read_run,
    read_validations,
};
use training::{ImageSets, NoopObserver, Observer, Options, Outcome, execute};

const RECORD: &str = "record = { layers = true, every = 3, images = 40, validate_every = 7 }\n";

fn layers_of(run: &Path) -> LayerSeries {
    read_layers(run, &read_record(run).unwrap()).unwrap().unwrap()
}

fn same_files(a: &Path, b: &Path, files: &[&str]) {
    for file in files {
        let read = |run: &Path| std::fs::read(run.join(file)).unwrap();
        assert!(read(a) == read(b), "{file} differs between {} and {}", a.display(), b.display());
    }
}

const RESULTS: [&str; 3] = ["steps.csv", "epochs.csv", "model.safetensors"];
const MEASURED: [&str; 2] = ["layers.safetensors", "validations.csv"];

#[test]
fn recording_changes_no_bit_of_losses_and_weights() {
    for settings in [
        "",
        "model.norm = \"batch\"\nmodel.dropout = 0.2\noptimizer.clip_norm = 0.1\n",
        "model.activation = \"prelu\"\ntraining.record_loss = \"after_update\"\n",
        "optimizer = { kind = \"sgd\", momentum = 0.9 }\ntraining.freeze = [1]\n",
        "backend = \"ndarray\"\nmodel.residual = \"rezero\"\nmodel.hidden = [8, 8]\n",
    ] {
        let lab = Lab::new();
        let base =
            if settings.contains("hidden") { BASE.split_once('\n').unwrap().1 } else { BASE };
        let [without, with] = ["", RECORD].map(|record| {
            let run = lab.run(&format!("{settings}{base}{record}"));
            let out = lab.out(if record.is_empty() { "without" } else { "with" });
            finish(&[run], &out, 1).remove(0).directory
        });
        same_files(&without, &with, &RESULTS);
        let ids = [&without, &with].map(|run| read_record(run).unwrap().id);
        assert_eq!(ids[0], ids[1]);
        assert!(MEASURED.iter().all(|file| !without.join(file).exists()));
        assert_eq!(layers_of(&with).steps().last(), Some(&40), "{settings}");
    }
}

/// Raises the flag after a step.
struct StopAfter(u64, Arc<AtomicBool>);

impl Observer for StopAfter {
    fn stepped(&self, _: &RunSpec, steps: u64, _: f32, _: Option<f64>) {
        if steps == self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn an_interrupted_run_records_what_an_undisturbed_one_does() {
    let lab = Lab::new();
    let run = lab.run(&format!("{BASE}{RECORD}"));
    let [undisturbed] = finish(std::slice::from_ref(&run), &lab.out("a"), 1).try_into().unwrap();
    let out = lab.out("b");
    for step in [4, 6, 8, 14, 38] {
        let flag = Arc::new(AtomicBool::new(false));
        let observer = Arc::new(StopAfter(step, Arc::clone(&flag)));
        go(std::slice::from_ref(&run), &out, 1, observer, flag);
        let directory = run.directory(&out);
        assert_eq!(read_record(&directory).unwrap().status, Status::Interrupted);
        let last = *layers_of(&directory).steps().last().unwrap();
        assert_eq!(last, step / 3 * 3, "what was measured so far can be read");
    }
    let [resumed] = finish(std::slice::from_ref(&run), &out, 1).try_into().unwrap();
    same_files(&undisturbed.directory, &resumed.directory, &RESULTS);
    same_files(&undisturbed.directory, &resumed.directory, &MEASURED);
}

#[test]
fn stacked_runs_record_what_they_record_alone() {
    let lab = Lab::new();
    let runs = lab.runs(&format!(
        "seeds = 2\n{BASE}{RECORD}[arms.a]\n[arms.b]\ninit = \"he_normal\"\n\
         [arms.wild]\noptimizer.learning_rate = 1e38\n"
    ));
    let carry_out = |out: PathBuf, stack: usize| -> Vec<PathBuf> {
        let options = Options {
            out,
            jobs: 1,
            stack: Some(stack),
            force: false,
            interrupt: Arc::default(),
            sets: ImageSets::default(),
        };
        let observer: Arc<dyn Observer> = Arc::new(NoopObserver);
        let reports = execute(&runs, &options, &observer);
        reports.into_iter().map(|report| report.directory).collect()
    };
    let (alone, stacked) = (carry_out(lab.out("alone"), 1), carry_out(lab.out("stacked"), 6));
    for (a, b) in alone.iter().zip(&stacked) {
        same_files(a, b, &RESULTS);
        same_files(a, b, &["layers.safetensors"]);
    }
    let wild = read_record(&alone[2]).unwrap();
    assert_eq!(wild.status, Status::Diverged);
    let last = *layers_of(&alone[2]).steps().last().unwrap();
    assert!(last < wild.steps, "nothing is recorded after the step that diverged");
}

#[test]
fn what_is_recorded_is_what_the_weights_say() {
    let lab = Lab::new();
    let run = lab.run(&format!(
        "{BASE}optimizer = {{ kind = \"sgd\", learning_rate = 0.125 }}\ntraining.freeze = [2]\n\
         record = {{ layers = true, every = \"log\" }}\n"
    ));
    let [report] = finish(std::slice::from_ref(&run), &lab.out("a"), 1).try_into().unwrap();
    let series = layers_of(&report.directory);
    assert_eq!(series.layers(), 3);
    assert_eq!(series.steps(), [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40]);
    let record = read_record(&report.directory).unwrap();
    for layer in 0..3 {
        let rows: Vec<&LayerRow> = series.of_layer(layer).collect();
        let [first, last] = [rows[0], rows[rows.len() - 1]];
        let start = &record.initial_weights[layer];
        let rms = start.mean.hypot(start.std);
        assert!((f64::from(first.get(LayerQuantity::WeightRms)) - rms).abs() < 1e-6);
        assert_eq!(first.get(LayerQuantity::Distance), 0.0);
        assert!((first.get(LayerQuantity::StartCosine) - 1.0).abs() < 1e-6);
        assert!(last.get(LayerQuantity::GradientRms).is_nan(), "there is no step after the last");
        for row in &rows[..rows.len() - 1] {
            let [gradient, update] =
                [LayerQuantity::GradientRms, LayerQuantity::UpdateRms].map(|of| row.get(of));
            let expected = if layer == 1 { 0.0 } else { 0.125 * gradient };
            assert!(gradient > 0.0 && (update - expected).abs() <= 2e-3 * expected, "{row:?}");
        }
        assert_eq!(last.get(LayerQuantity::Distance) > 0.0, layer != 1, "layer 2 is frozen");
        let is_hidden = !last.get(LayerQuantity::Off).is_nan();
        assert_eq!(is_hidden, layer < 2);
    }
}

#[test]
fn validations_between_epochs_are_those_of_epochs_where_they_meet() {
    let lab = Lab::new();
    let run = lab.run(&format!("{BASE}record.validate_every = 5\n"));
    let [report] = finish(&[run], &lab.out("a"), 1).try_into().unwrap();
    let run = read_run(&report.directory).unwrap();
    let validations = read_validations(&report.directory, &run.record).unwrap();
    let steps: Vec<u64> = validations.iter().map(|validation| validation.steps).collect();
    assert_eq!(steps, [5, 10, 15, 20, 25, 30, 35, 40]);
    for epoch in &run.epochs {
        let same = validations.iter().find(|validation| validation.steps == epoch.steps).unwrap();
        assert_eq!(same.validation_loss.to_bits(), epoch.validation_loss.to_bits());
        assert_eq!(same.validation_accuracy, epoch.validation_accuracy);
        assert!(same.training_accuracy > 0.0 && same.training_loss.is_finite());
    }
}

/// Keeps what it is told besides.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn noted(&self, _: &RunSpec, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

#[test]
fn a_finished_run_without_layers_is_kept_and_says_so() {
    let lab = Lab::new();
    let out = lab.out("a");
    finish(&[lab.run(BASE)], &out, 1);
    let notes = Arc::new(Notes::default());
    let run = lab.run(&format!("{BASE}{RECORD}"));
    let observer = Arc::clone(&notes) as Arc<dyn Observer>;
    let [report] = go(&[run], &out, 1, observer, Arc::default()).try_into().unwrap();
    assert!(matches!(report.outcome, Ok(Outcome::Skipped(_))));
    let expected = "it was finished without its layers and validations; `--force` trains it with \
                    them";
    assert_eq!(*notes.0.lock().unwrap(), [expected]);
}
