//! Runs that end early, and finished runs that go on.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use common::{Lab, assert_same, finish, go};
use experiment::{RunSpec, StopMetric};
use record::{read_best_weights, read_record, read_run, read_weights};
use training::Observer;

/// Epochs of 14 steps.
const SHORT: &str = "model.hidden = [16, 8]\ntraining.batch_size = 34\n";

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn noted(&self, _: &RunSpec, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

/// Trains a run in `out`, and gives its directory and what was said.
fn train(run: RunSpec, out: PathBuf) -> (PathBuf, String) {
    let notes = Arc::new(Notes::default());
    let observer = Arc::clone(&notes) as Arc<dyn Observer>;
    let [report] = go(&[run], &out, 1, observer, Arc::default()).try_into().unwrap();
    assert!(report.outcome.is_ok(), "{report:?}");
    let said = notes.0.lock().unwrap().join("\n");
    (report.directory, said)
}

#[test]
fn a_finished_run_goes_on_to_the_bits_of_one_long_run() {
    for settings in [
        "record.layers = true\nrecord.every = 5\nrecord.validate_every = 4\n",
        "optimizer.schedule = { kind = \"step\", every = 9 }\noptimizer.warmup = 3\n",
        "training.last_batch = \"keep\"\nmodel.norm = \"batch\"\nmodel.dropout = 0.2\n",
        "model.activation = \"prelu\"\n",
    ] {
        let lab = Lab::new();
        let run = |length: &str| {
            lab.run(&format!("{SHORT}{settings}training.{length}\nrecord.final_state = true\n"))
        };
        let [long] = finish(&[run("max_steps = 75")], &lab.out("long"), 1).try_into().unwrap();
        // Two epochs, then an epoch and a part of one, then the rest.
        let out = lab.out("parts");
        train(run("epochs = 2"), out.clone());
        let (_, said) = train(run("max_steps = 50"), out.clone());
        assert!(said.starts_with("it goes on from its step "), "{said}");
        let (directory, said) = train(run("max_steps = 75"), out);
        assert!(said.starts_with("it goes on from its step 50; the record of the old ones is now"));
        assert_same(&long.directory, &directory);
        if settings.contains("layers") {
            for file in ["layers.safetensors", "validations.csv"] {
                let read = |run: &PathBuf| std::fs::read(run.join(file)).unwrap();
                assert!(read(&long.directory) == read(&directory), "{file}");
            }
        }
        let record = read_record(&directory).unwrap();
        assert_eq!(record.provenance.resumed.len(), 2);
    }
}

#[test]
fn a_run_that_cannot_go_on_says_why_and_starts_anew() {
    let lab = Lab::new();
    let longer = |settings: &str, name: &str| {
        let run = |epochs| lab.run(&format!("{SHORT}{settings}training.epochs = {epochs}\n"));
        let out = lab.out(name);
        train(run(1), out.clone());
        let (directory, said) = train(run(2), out.clone());
        let [alone] = finish(&[run(2)], &lab.out(&format!("{name}-alone")), 1).try_into().unwrap();
        assert_same(&alone.directory, &directory);
        said
    };
    let no_state = longer("", "plain");
    assert!(
        no_state.starts_with(
            "it is longer now, and starts anew, since it kept no state of its optimizer \
             (`record.final_state = true` keeps it); the record of the old ones is now"
        ),
        "{no_state}"
    );
    let cosine = longer("record.final_state = true\noptimizer.schedule = \"cosine\"\n", "cosine");
    assert!(
        cosine.contains("`optimizer.schedule = \"cosine\"` sets every learning rate"),
        "{cosine}"
    );
}

#[test]
fn a_run_stops_when_its_patience_is_at_an_end() {
    let lab = Lab::new();
    // So large a rate that the loss soon grows.
    let text = "seeds = 3\noptimizer = { kind = \"sgd\", learning_rate = 0.5 }\n";
    let runs = |stop: &str| {
        lab.runs(&format!("{text}{SHORT}training.epochs = 12\nrecord.best_weights = true\n{stop}"))
    };
    let stop = "training.stop = { metric = \"validation_loss\", patience = 2 }\n";
    let alone = finish(&runs(stop), &lab.out("alone"), 1);
    let whole = finish(&runs(""), &lab.out("whole"), 1);
    let mut early = 0;
    for (stopped, whole) in alone.iter().zip(&whole) {
        let (stopped, whole) =
            (read_run(&stopped.directory).unwrap(), read_run(&whole.directory).unwrap());
        let epochs = stopped.epochs.len();
        assert_eq!(stopped.epochs, whole.epochs[..epochs]);
        let best = |epochs: &[record::Epoch]| {
            let better = |a: &&record::Epoch, b: &&record::Epoch| {
                StopMetric::ValidationLoss.is_better(a.validation_loss, b.validation_loss)
            };
            epochs.iter().reduce(|a, b| if better(&b, &a) { b } else { a }).unwrap().epoch
        };
        if epochs < 12 {
            early += 1;
            assert_eq!(epochs as u64, best(&stopped.epochs) + 2);
            let message = stopped.record.message.as_deref();
            assert_eq!(message, Some("stopped early: no better validation_loss for 2 epochs"));
            assert_eq!(stopped.record.steps, epochs as u64 * 14);
        }
        let kept = read_best_weights(&stopped.directory, &stopped.record).unwrap().unwrap();
        let last = read_weights(&stopped.directory, &stopped.record).unwrap();
        assert_eq!(kept == last, best(&stopped.epochs) == epochs as u64);
    }
    assert!(early > 0, "the test is about runs that stop early");
}
