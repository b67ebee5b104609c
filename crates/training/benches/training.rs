//! What a person waits for, on each CPU backend: one training step, one epoch with its validation,
//! and the start-up (from nothing to the end of the first step).
//!
//! A run is started on a thread of its own and paced: it makes a step when the benchmark asks for
//! one.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use divan::Bencher;
use experiment::{Overrides, RunSpec, load};
use training::{ImageSets, Observer, Options, execute};

/// Like the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BACKENDS: [&str; 2] = ["flex", "ndarray"];

fn main() {
    divan::main();
}

#[divan::bench(args = BACKENDS)]
fn step(bencher: Bencher<'_, '_>, backend: &str) {
    let run = PacedRun::start(backend);
    run.steps(50);
    bencher.bench_local(|| run.steps(1));
}

#[divan::bench(args = BACKENDS, sample_count = 5)]
fn epoch(bencher: Bencher<'_, '_>, backend: &str) {
    let run = PacedRun::start(backend);
    run.steps(1);
    // 429 steps from anywhere in an epoch pass one validation.
    bencher.bench_local(|| run.steps(429));
}

#[divan::bench(args = BACKENDS, sample_count = 10)]
fn start_up(bencher: Bencher<'_, '_>, backend: &str) {
    // The run is taken down when its handle is dropped, which is not timed.
    bencher.bench_local(|| {
        let run = PacedRun::start(backend);
        run.steps(1);
        run
    });
}

/// A run of the tutorial's truncated normal that makes a step whenever it is told to.
struct PacedRun {
    go: Option<SyncSender<()>>,
    done: Receiver<()>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl PacedRun {
    fn start(backend: &str) -> Self {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/trunc_normal.toml");
        let set = ["training.max_steps=1000000".to_owned(), format!("backend={backend}")];
        let set = set.map(|text| ("--set".to_owned(), text)).to_vec();
        let plan = load(&[config], &Overrides { set, ..Overrides::default() })
            .expect("the config is right");
        let stop = Arc::new(AtomicBool::new(false));
        let (go, told) = sync_channel(0);
        let (made, done) = sync_channel(0);
        let observer: Arc<dyn Observer> = Arc::new(Pace(Mutex::new((made, told))));
        let interrupt = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let out = tempfile::tempdir().expect("a folder can be made");
            let options = Options {
                out: out.path().to_owned(),
                jobs: 1,
                stack: None,
                force: true,
                interrupt,
                sets: ImageSets::default(),
            };
            execute(&plan.runs(), &options, &observer);
        });
        PacedRun { go: Some(go), done, stop, thread: Some(thread) }
    }

    /// Waits for so many steps.
    fn steps(&self, steps: u32) {
        for _ in 0..steps {
            self.done.recv().expect("the run trains");
            if let Some(go) = &self.go {
                go.send(()).expect("the run trains");
            }
        }
    }
}

impl Drop for PacedRun {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Without a sender the run continues, and sees that it is to stop.
        self.go = None;
        let _ = self.done.recv();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reports a step, and waits until it is told to continue.
struct Pace(Mutex<(SyncSender<()>, Receiver<()>)>);

impl Observer for Pace {
    fn stepped(&self, _: &RunSpec, _: u64, _: f32, _: Option<f64>) {
        let channels = self.0.lock().expect("no step panics");
        let _ = channels.0.send(());
        let _ = channels.1.recv();
    }
}
