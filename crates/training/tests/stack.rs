//! Runs that train as one leave the records that each leaves alone: on a CPU the same bits.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{BASE, Lab, assert_same};
use experiment::RunSpec;
use proptest::prelude::*;
use record::{RunDirectory, Status, read_record};
use training::{ImageSets, NoopObserver, Observer, Options, Outcome, RunReport, execute};

/// Carries out runs in stacks of at most `stack`.
fn stacked(
    runs: &[RunSpec],
    out: &Path,
    stack: usize,
    observer: Arc<dyn Observer>,
) -> Vec<RunReport> {
    go(runs, out, stack, observer, Arc::default())
}

fn go(
    runs: &[RunSpec],
    out: &Path,
    stack: usize,
    observer: Arc<dyn Observer>,
    flag: Arc<AtomicBool>,
) -> Vec<RunReport> {
    let options = Options {
        out: out.to_owned(),
        jobs: 1,
        stack: Some(stack),
        force: false,
        interrupt: flag,
        sets: ImageSets::default(),
    };
    execute(runs, &options, &observer)
}

fn finish(runs: &[RunSpec], out: PathBuf, stack: usize) -> Vec<PathBuf> {
    let reports = stacked(runs, &out, stack, Arc::new(NoopObserver));
    for report in &reports {
        let ended =
            matches!(&report.outcome, Ok(Outcome::Ran(summary)) if summary.status.is_final());
        assert!(ended, "{report:?}");
    }
    reports.into_iter().map(|report| report.directory).collect()
}

fn assert_all_same(a: &[PathBuf], b: &[PathBuf]) {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).for_each(|(a, b)| assert_same(a, b));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn stacked_runs_have_the_bits_of_runs_alone(
        hidden in prop::collection::vec(1usize..24, 0..3),
        batch in 1usize..50,
        seeds in 1usize..4,
        stack in 2usize..8,
        activation in prop::sample::select(vec!["relu", "prelu", "tanh", "gelu", "leaky_relu"]),
        optimizer in prop::sample::select(vec![
            "{ kind = \"adam\" }",
            "{ kind = \"adam\", weight_decay = 0.01 }",
            "{ kind = \"adamw\", schedule = \"cosine\" }",
            "{ kind = \"sgd\", momentum = 0.9, nesterov = true }",
            "{ kind = \"adam\", mup_base_width = 8 }",
        ]),
        bias: bool,
        keep: bool,
        after_update: bool,
    ) {
        let lab = Lab::new();
        let last = if keep { "keep" } else { "drop" };
        let record = if after_update { "after_update" } else { "before_update" };
        let runs = lab.runs(&format!(
            "seeds = {seeds}\noptimizer = {optimizer}\n\
             model.hidden = {hidden:?}\nmodel.activation = {activation:?}\nmodel.bias = {bias}\n\
             training.batch_size = {batch}\ntraining.max_steps = 23\n\
             training.last_batch = {last:?}\ntraining.record_loss = {record:?}\n\
             [arms.a]\n[arms.b]\ninit = \"he_normal\"\n\
             [arms.fast]\noptimizer.learning_rate = 0.03\n\
             [arms.c]\ninit = \"lecun_uniform\"\n"
        ));
        let alone = finish(&runs, lab.out("alone"), 1);
        assert_all_same(&alone, &finish(&runs, lab.out("stacked"), stack));
    }
}

#[test]
fn stacks_with_norms_blocks_dropout_and_clipping_have_the_bits_of_runs_alone() {
    for settings in [
        "model.norm = \"batch\"\nmodel.dropout = 0.3",
        "model.norm = { kind = \"layer\", position = \"after\" }\ntraining.loss = \"mse\"",
        "model.norm = \"rms\"\nmodel.residual = \"rezero\"\noptimizer.clip_norm = 0.1",
        "model.norm = \"batch\"\nmodel.residual = { kind = \"identity\", zero_end = true }",
        "model.parametrization = \"ntk\"\noptimizer.clip_value = 0.01\ntraining.freeze = [2]",
        "model.residual = \"fixup\"\ninit.permute = true",
        "model.parametrization = \"mup\"\nmodel.base_width = 4\nmodel.norm = \"layer\"",
        "optimizer = { kind = \"muon\", weight_decay = 0.1, clip_norm = 0.1 }",
        "training.loss = \"hinge\"\noptimizer = { kind = \"lion\", warmup = 5 }",
        "training.loss = { kind = \"cross_entropy\", label_smoothing = 0.1 }\n\
         optimizer = { kind = \"rmsprop\", centered = true, layer_rates = [1.0, 0.5, 2.0, 1.0] }",
    ] {
        let lab = Lab::new();
        let runs = lab.runs(&format!(
            "seeds = 2\nmodel.hidden = [8, 8, 8]\ntraining.batch_size = 34\ntraining.max_steps = 23\n\
             {settings}\n[arms.a]\n[arms.b]\ninit = {{ kind = \"he_normal\", factor = 0.5 }}\n"
        ));
        let alone = finish(&runs, lab.out("alone"), 1);
        assert_all_same(&alone, &finish(&runs, lab.out("stacked"), 4));
    }
}

/// Counts how many runs have started when the first makes a step.
#[derive(Default)]
struct Together {
    started: AtomicU64,
    at_first_step: AtomicU64,
}

impl Observer for Together {
    fn started(&self, _: &RunSpec, _: u64, _: u64) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    fn stepped(&self, _: &RunSpec, _: u64, _: f32, _: Option<f64>) {
        let started = self.started.load(Ordering::Relaxed);
        let _ =
            self.at_first_step.compare_exchange(0, started, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[test]
fn runs_that_differ_in_start_seed_and_rate_train_as_one_and_others_do_not() {
    let lab = Lab::new();
    let together = |arms: &str| {
        let observer = Arc::new(Together::default());
        let runs = lab.runs(&format!("seeds = 2\n{BASE}[arms.a]\n{arms}"));
        let out = tempfile::tempdir().unwrap();
        stacked(&runs, out.path(), 100, Arc::clone(&observer) as Arc<dyn Observer>);
        observer.at_first_step.load(Ordering::Relaxed)
    };
    assert_eq!(together("[arms.b]\ninit = \"ones\"\n[arms.c]\noptimizer.learning_rate = 0.1\n"), 6);
    assert_eq!(together("[arms.b]\nmodel.hidden = [8]\n[arms.c]\noptimizer = \"adamw\"\n"), 2);
    assert_eq!(
        together("[arms.b]\ntraining.batch_size = 17\n[arms.c]\nmodel.activation = \"tanh\"\n"),
        2
    );
}

#[test]
fn a_run_that_diverges_does_not_disturb_its_neighbours() {
    let lab = Lab::new();
    let runs = lab.runs(&format!(
        "optimizer = {{ kind = \"sgd\", learning_rate = 0.1 }}\n{BASE}[arms.calm]\n\
         [arms.wild]\ninit = {{ kind = \"normal\", std = 1e18 }}\n\
         [arms.hot]\noptimizer.learning_rate = 1e38\n[arms.he]\ninit = \"he_normal\"\n"
    ));
    let alone = finish(&runs, lab.out("alone"), 1);
    assert_all_same(&alone, &finish(&runs, lab.out("stacked"), 4));
    let status: Vec<Status> = alone.iter().map(|run| read_record(run).unwrap().status).collect();
    assert_eq!(status, [Status::Finished, Status::Diverged, Status::Diverged, Status::Finished]);
}

/// Raises the flag after so many steps of one of the runs.
struct StopAfter(u64, Arc<AtomicBool>);

impl Observer for StopAfter {
    fn stepped(&self, run: &RunSpec, steps: u64, _: f32, _: Option<f64>) {
        if run.seed.weights == 0 && steps == self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

fn stop_after(runs: &[RunSpec], out: &Path, stack: usize, step: u64) {
    let flag = Arc::new(AtomicBool::new(false));
    let observer = Arc::new(StopAfter(step, Arc::clone(&flag)));
    for report in go(runs, out, stack, observer, flag) {
        assert!(report.outcome.is_ok(), "{report:?}");
    }
}

#[test]
fn an_interrupted_stack_resumes_to_the_bit_stacked_or_alone() {
    for optimizer in ["adam", "adamw", "{ kind = \"sgd\", momentum = 0.9 }"] {
        let optimizer = if optimizer.starts_with('{') {
            optimizer.to_owned()
        } else {
            format!("{optimizer:?}")
        };
        let lab = Lab::new();
        let runs = lab.runs(&format!(
            "seeds = 3\noptimizer = {optimizer}\nmodel.activation = \"prelu\"\n{BASE}"
        ));
        let undisturbed = finish(&runs, lab.out("undisturbed"), 1);
        for (name, after) in [("stacked", 3), ("alone", 1)] {
            let out = lab.out(name);
            for step in [4, 14, 20] {
                stop_after(&runs, &out, 3, step);
                let record = read_record(&runs[2].directory(&out)).unwrap();
                assert_eq!((record.status, record.steps), (Status::Interrupted, step + 1));
            }
            let resumed = finish(&runs, out, after);
            assert_all_same(&undisturbed, &resumed);
            assert!(RunDirectory::new(&resumed[0]).checkpoints().is_empty());
        }
    }
}

#[test]
fn runs_at_different_steps_resume_in_stacks_of_their_own() {
    let lab = Lab::new();
    let runs = lab.runs(&format!("seeds = [0, 1, 2, 3]\n{BASE}"));
    let undisturbed = finish(&runs, lab.out("undisturbed"), 1);
    let out = lab.out("runs");
    stop_after(&runs[..2], &out, 2, 8);
    stop_after(&runs[..1], &out, 1, 20);
    assert_all_same(&undisturbed, &finish(&runs, out, 4));
}
