//! A thousand shards that fail, are killed, repeated, overlap and are numbered anew midway bring
//! every run to its end once, with little work wasted.
//!
//! This is a simulation in time of its own: the partition, the locks, the records and their renames
//! are the real ones, on a real file system, and only the training is left out. `cargo test` takes
//! 100 shards of 2,000 runs; `scripts/tests/simulate_scale.sh` says RUNS=100000 SHARDS=1000.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use experiment::{Overrides, RunSpec, Shard, load_text};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use record::{
    FORMAT, LockError, Provenance, RunDirectory, RunLock, RunRecord, Status, read_header,
};

/// Seconds that a process takes before its first run, and to find that a run is finished or
/// elsewhere.
const START: f64 = 1.0;
const LOOK: f64 = 0.003;
/// Seconds between checkpoints.
const CHECKPOINT: f64 = 1.0;
/// Seconds until a scheduler starts a process again.
const AGAIN: f64 = 60.0;

/// One start after the other of one shard.
struct Process {
    /// Its runs, by place in the plan.
    runs: Vec<usize>,
    next: usize,
    /// Those that others were at.
    held: Vec<usize>,
    second_round: bool,
    failed: bool,
    /// When it is killed, and when its time is up.
    killed: f64,
    up: f64,
    at: Option<Work>,
    retired: bool,
}

/// A run under way.
struct Work {
    run: usize,
    lock: RunLock,
    since: f64,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Finished,
    Failed,
    Killed,
    Stopped,
}

struct Cluster {
    out: PathBuf,
    plan: Vec<RunSpec>,
    seconds: Vec<f64>,
    /// Seconds of each run that its newest checkpoint holds.
    saved: Vec<f64>,
    recorded: Vec<u32>,
    chance: ChaCha8Rng,
    processes: Vec<Process>,
    /// Who does something next, and when: in microseconds, so that there is an order.
    queue: BinaryHeap<Reverse<(u64, usize)>>,
    useful: f64,
    lost: f64,
    overhead: f64,
    failures: u32,
    kills: u32,
    starts: u32,
}

impl Cluster {
    fn new(out: &Path, runs: usize) -> Self {
        // 50 settings of different cost, each with many seeds.
        let steps: Vec<String> = (0..50).map(|n| (50 + 20 * n).to_string()).collect();
        let config = format!(
            "seeds = {}\n[sweep]\n\"training.max_steps\" = [{}]\n",
            runs / 50,
            steps.join(", ")
        );
        let file = Path::new("sweep.toml");
        let plan = load_text(file, &config, &[], &Overrides::default()).unwrap().runs();
        let mut chance = ChaCha8Rng::seed_from_u64(8);
        let mean = plan.iter().map(|run| run.settings.cost()).sum::<f64>() / plan.len() as f64;
        // Two seconds a run; nobody knows the cost better than to a quarter.
        let seconds = plan
            .iter()
            .map(|run| 2.0 * run.settings.cost() / mean * chance.random_range(0.75..1.25))
            .collect();
        let (saved, recorded) = (vec![0.0; plan.len()], vec![0; plan.len()]);
        Cluster {
            out: out.to_owned(),
            plan,
            seconds,
            saved,
            recorded,
            chance,
            processes: Vec::new(),
            queue: BinaryHeap::new(),
            useful: 0.0,
            lost: 0.0,
            overhead: 0.0,
            failures: 0,
            kills: 0,
            starts: 0,
        }
    }

    /// Submits an array of so many shards, a twentieth of them twice.
    fn submit(&mut self, parts: usize, now: f64) {
        let mut shards = vec![Vec::new(); parts];
        for (run, part) in Shard::divide(&self.plan, parts).into_iter().enumerate() {
            shards[part].push(run);
        }
        let twice: Vec<Vec<usize>> = shards.iter().step_by(20).cloned().collect();
        for runs in shards.into_iter().chain(twice) {
            let process = Process {
                runs,
                next: 0,
                held: Vec::new(),
                second_round: false,
                failed: false,
                killed: 0.0,
                up: 0.0,
                at: None,
                retired: false,
            };
            self.processes.push(process);
            let delay = self.chance.random_range(0.0..5.0);
            self.start(self.processes.len() - 1, now + delay);
        }
    }

    fn start(&mut self, process: usize, at: f64) {
        let (killed, up) = (-self.chance.random::<f64>().ln() * 2_000.0, 600.0);
        let it = &mut self.processes[process];
        (it.next, it.second_round, it.failed) = (0, false, false);
        it.held.clear();
        (it.killed, it.up) = (at + killed, at + up);
        self.starts += 1;
        self.overhead += START;
        self.wake(process, at + START);
    }

    fn wake(&mut self, process: usize, at: f64) {
        self.queue.push(Reverse(((at * 1e6) as u64, process)));
    }

    /// Lets everything happen that happens before `until`.
    fn advance(&mut self, until: f64) {
        while let Some(&Reverse((at, process))) = self.queue.peek() {
            let now = at as f64 / 1e6;
            if now >= until {
                return;
            }
            self.queue.pop();
            if let Some(end) = self.end_work(process, now) {
                match end {
                    End::Killed | End::Stopped => {
                        if !self.processes[process].retired {
                            self.start(process, now + AGAIN);
                        }
                        continue;
                    }
                    End::Finished | End::Failed => {}
                }
            }
            self.go_on(process, now);
        }
    }

    /// Ends what a process is at.
    fn end_work(&mut self, process: usize, now: f64) -> Option<End> {
        let work = self.processes[process].at.take()?;
        let (run, worked) = (work.run, now - work.since);
        let directory = self.directory(run);
        match work.end {
            End::Finished => {
                work.lock.check().unwrap();
                assert!(
                    !self.is_final(run),
                    "run {run} was finished by another, though it was locked"
                );
                directory.write_record(&record_of(&self.plan[run], Status::Finished)).unwrap();
                self.recorded[run] += 1;
                self.useful += self.seconds[run];
            }
            End::Failed => {
                directory.write_record(&record_of(&self.plan[run], Status::Failed)).unwrap();
                self.processes[process].failed = true;
                self.failures += 1;
                self.lose(run, worked);
            }
            End::Killed => {
                self.kills += 1;
                self.lose(run, worked);
            }
            End::Stopped => self.saved[run] += worked,
        }
        Some(work.end)
    }

    /// What was done since the newest checkpoint is lost.
    fn lose(&mut self, run: usize, worked: f64) {
        let kept = (worked / CHECKPOINT).floor() * CHECKPOINT;
        self.saved[run] += kept;
        self.lost += worked - kept;
    }

    /// Goes through the runs of a process until there is one to work at, and through those that
    /// others were at once more.
    fn go_on(&mut self, process: usize, mut now: f64) {
        loop {
            let it = &mut self.processes[process];
            if it.retired {
                return;
            }
            let Some(&run) = it.runs_of_round().get(it.next) else {
                if !it.second_round && !it.held.is_empty() {
                    (it.second_round, it.next) = (true, 0);
                    continue;
                }
                // 75 and 1 are started again, 0 is not.
                let left = it.failed || !self.left_to_others(process).is_empty();
                if left {
                    self.start(process, now + AGAIN);
                }
                return;
            };
            it.next += 1;
            now += LOOK;
            self.overhead += LOOK;
            match self.directory(run).lock() {
                Ok(lock) if !self.is_final(run) => return self.work(process, run, lock, now),
                Ok(_) => {}
                Err(LockError::Held { .. }) => {
                    let it = &mut self.processes[process];
                    if !it.second_round {
                        it.held.push(run);
                    }
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Those of a process's runs that are unfinished, since others are at them.
    fn left_to_others(&self, process: usize) -> Vec<usize> {
        self.processes[process].held.iter().copied().filter(|&run| !self.is_final(run)).collect()
    }

    fn work(&mut self, process: usize, run: usize, lock: RunLock, now: f64) {
        let mut left = self.seconds[run] - self.saved[run];
        let mut end = End::Finished;
        if self.chance.random_bool(0.01) {
            (left, end) = (left * self.chance.random::<f64>(), End::Failed);
        }
        let it = &mut self.processes[process];
        for (time, how) in [(it.up, End::Stopped), (it.killed, End::Killed)] {
            if now + left > time {
                (left, end) = ((time - now).max(0.0), how);
            }
        }
        it.at = Some(Work { run, lock, since: now, end });
        self.wake(process, now + left);
    }

    /// Tells nine of ten processes to stop, as a person does who wants another number of shards;
    /// the others are forgotten and run on.
    fn stop_most(&mut self, now: f64) {
        for process in 0..self.processes.len() {
            if process % 10 == 0 {
                continue;
            }
            let it = &mut self.processes[process];
            it.retired = true;
            if let Some(work) = it.at.take() {
                self.saved[work.run] += now - work.since;
            }
        }
    }

    fn directory(&self, run: usize) -> RunDirectory {
        RunDirectory::new(self.plan[run].directory(&self.out))
    }

    fn is_final(&self, run: usize) -> bool {
        read_header(self.directory(run).path()).is_ok_and(|header| header.status.is_final())
    }
}

impl Process {
    fn runs_of_round(&self) -> &[usize] {
        if self.second_round { &self.held } else { &self.runs }
    }
}

fn record_of(run: &RunSpec, status: Status) -> RunRecord {
    RunRecord {
        format: FORMAT,
        id: run.id(),
        experiment: run.experiment.clone(),
        arm: run.arm.clone(),
        sweep: None,
        seed: run.seed.weights,
        order_seed: None,
        title: run.title.clone(),
        status,
        message: None,
        steps_planned: 1,
        steps: 1,
        settings: Default::default(),
        provenance: Provenance::default(),
        initial_weights: Vec::new(),
        metrics: None,
        files: Default::default(),
    }
}

#[test]
fn shards_that_fail_are_killed_overlap_and_change_their_number_bring_every_run_to_its_end_once() {
    let number =
        |name: &str, usual: usize| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (runs, shards) = (number("RUNS", 2_000), number("SHARDS", 100));
    // In memory where that can be had: each record is synced to its disk.
    let memory = Path::new("/dev/shm");
    let folder =
        if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let mut cluster = Cluster::new(folder.path(), runs);
    cluster.submit(shards, 0.0);
    let half = cluster.seconds.iter().sum::<f64>() / shards as f64 / 2.0;
    cluster.advance(half);
    let before = cluster.recorded.iter().sum::<u32>();
    cluster.stop_most(half);
    cluster.submit(shards * 7 / 10, half);
    cluster.advance(f64::INFINITY);

    assert!(cluster.recorded.iter().all(|&times| times == 1), "a run was lost, or recorded twice");
    assert!((0..cluster.plan.len()).all(|run| cluster.is_final(run)));
    let wasted = cluster.lost / cluster.useful;
    println!(
        "{} runs over {shards} shards, {} after {before} runs, a twentieth of both twice: \
         {} starts, {} kills, {} failures\n\
         work that was lost: {:.2} % of what was needed; starting and looking: {:.2} %",
        cluster.plan.len(),
        shards * 7 / 10,
        cluster.starts,
        cluster.kills,
        cluster.failures,
        100.0 * wasted,
        100.0 * cluster.overhead / cluster.useful,
    );
    assert!(cluster.kills > 0 && cluster.failures > 0 && before > 0);
    assert!(wasted < 0.02, "{wasted}");
}
