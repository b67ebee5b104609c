//! Shards and their ends: what many processes make of one plan, and what a scheduler and a person
//! are told.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "../../training/testing/small_set.rs"]
mod small_set;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use common::{Lab, stderr};
use insta::assert_snapshot;
use record::{RunDirectory, RunRecord, Status, read_record};

const SHORT: &str = "seeds = 3\ntraining = { batch_size = 50, max_steps = 12 }\n\
     [arms.a]\n[arms.b]\ninit = \"zeros\"\n";
/// Longer than any test waits.
const ENDLESS: &str =
    "training = { batch_size = 50, max_steps = 100000000, checkpoint_every = 4 }\n";

fn lab(training: &str) -> Lab {
    let lab = Lab::new();
    small_set::write_small_set(&lab.path().join("set"));
    lab.write(
        "x.toml",
        &format!("model.hidden = [8]\ndata = {{ set = \"set\", validation = 100 }}\n{training}"),
    );
    lab
}

fn start(lab: &Lab, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_train"));
    command.args(["--config", "x.toml"]).args(arguments).current_dir(lab.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for_a_checkpoint(directory: &Path) {
    while RunDirectory::new(directory).checkpoints().is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn shards_side_by_side_overlapping_and_of_other_numbers_leave_the_bits_of_the_whole() {
    let lab = lab(SHORT);
    assert!(lab.train(&["--config", "x.toml", "--out", "alone"]).status.success());
    let children =
        ["1/2", "2/2", "1/2", "2/3", "1/1"].map(|shard| start(&lab, &["--shard", shard]));
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 75)), "{}", stderr(&output));
    }
    let last = start(&lab, &["--shard", "1/1"]).wait_with_output().unwrap();
    assert_eq!(last.status.code(), Some(0), "{}", stderr(&last));
    for run in ["a/seed-0", "a/seed-1", "a/seed-2", "b/seed-0", "b/seed-1", "b/seed-2"] {
        for file in ["config.toml", "steps.csv", "epochs.csv", "model.safetensors"] {
            let read =
                |out: &str| fs::read(lab.path().join(out).join("x").join(run).join(file)).unwrap();
            assert!(read("alone") == read("runs"), "{run}/{file} differs");
        }
        assert!(
            read_record(&lab.path().join("runs/x").join(run))
                .unwrap()
                .provenance
                .resumed
                .is_empty()
        );
    }
    assert!(!lab.path().join("runs/x/.superseded").exists());
}

#[test]
fn a_shard_says_what_it_did_in_a_line_and_draws_nothing() {
    let lab = lab(SHORT);
    let first = lab.train(&["--config", "x.toml", "--shard", "2/4"]);
    assert_snapshot!(stdout(&first), @"shard 2/4: 2 of 6 runs: 2 finished");
    let half = lab.train(&["--config", "x.toml", "--shard", "1/2"]);
    assert_snapshot!(stdout(&half), @"shard 1/2: 3 of 6 runs: 3 finished");
    let again = lab.train(&["--config", "x.toml", "--shard", "1/2"]);
    assert_snapshot!(stdout(&again), @"shard 1/2: 3 of 6 runs: 3 finished (3 had a result before)");
    assert_snapshot!(
        stdout(&lab.train(&["--config", "x.toml", "--shard", "7/7"])),
        @"shard 7/7: none of 6 runs"
    );
    assert!(fs::read_dir(lab.path().join("runs/x")).unwrap().all(|entry| {
        let name = entry.unwrap().file_name();
        ["a", "b", ".plan.json"].iter().any(|known| name == *known)
    }));
}

#[test]
fn a_shard_that_is_none_is_bad_input() {
    let lab = lab(SHORT);
    for shard in ["0/4", "5/4", "4", "1/0", "a/b"] {
        let output = lab.train(&["--config", "x.toml", "--shard", shard]);
        assert_eq!(output.status.code(), Some(2), "{shard}");
    }
    let output = lab.train(&["--config", "x.toml", "--shard", "5/4"]);
    assert_snapshot!(stderr(&output), @r"
    error: invalid value '5/4' for '--shard <I/N>': there is no part 5 of 4: the last is 4/4

    For more information, try '--help'.
    ");
}

#[test]
fn a_run_that_another_process_holds_is_left_to_it_and_asks_to_be_started_again() {
    let lab = lab(ENDLESS);
    let mut other = start(&lab, &["--seed", "0"]);
    wait_for_a_checkpoint(&lab.path().join("runs/x/base/seed-0"));
    let second =
        lab.train(&["--config", "x.toml", "--seeds", "2", "--set", "training.max_steps=5"]);
    assert_eq!(
        second.status.code(),
        Some(75),
        "other settings, and still the run's own place: {}",
        stderr(&second)
    );
    assert_eq!(
        read_record(&lab.path().join("runs/x/base/seed-1")).unwrap().status,
        Status::Finished
    );
    let pid = other.id().to_string();
    assert_snapshot!(
        stderr(&second).replace(&pid, "PID"),
        @"runs/x/base/seed-0 is being written by another process (process PID); the same command sees to what is left of it"
    );
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn what_is_left_comes_before_what_failed_and_both_are_told() {
    let lab = lab(ENDLESS);
    let mut other = start(&lab, &["--seed", "0"]);
    wait_for_a_checkpoint(&lab.path().join("runs/x/base/seed-0"));
    lab.write("runs/x/base/seed-1", "a file where a folder should be");
    let output = lab.train(&["--config", "x.toml", "--seeds", "2", "--shard", "1/1"]);
    assert_eq!(output.status.code(), Some(75));
    let pid = other.id().to_string();
    assert_snapshot!(stderr(&output).replace(&pid, "PID"), @r"
    x seed 1: cannot write to runs/x/base/seed-1: File exists (os error 17)
    runs/x/base/seed-0 is being written by another process (process PID); the same command sees to what is left of it
    ");
    assert_snapshot!(
        stdout(&output),
        @"shard 1/1: 2 of 2 runs: 1 failed, 1 being written elsewhere"
    );
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn a_failed_run_is_tried_again_by_the_same_command() {
    let lab = lab(SHORT);
    lab.json(&["--config", "x.toml"]);
    let directory = lab.path().join("runs/x/a/seed-1");
    set_status(&directory, |record| {
        (record.status, record.message) = (Status::Failed, Some("out of memory".into()))
    });
    let runs = lab.json(&["--config", "x.toml"]);
    let skipped: Vec<bool> =
        runs.as_array().unwrap().iter().map(|run| run["skipped"] == true).collect();
    assert_eq!(skipped, [true, true, false, true, true, true]);
    assert_eq!(read_record(&directory).unwrap().status, Status::Finished);
}

fn set_status(directory: &Path, change: impl FnOnce(&mut RunRecord)) {
    let mut record = read_record(directory).unwrap();
    record.files.clear();
    change(&mut record);
    RunDirectory::new(directory).write_record(&record).unwrap();
}

/// Six runs, each of which is at another point.
fn all_sorts() -> (Lab, record::RunLock) {
    let lab = lab(SHORT);
    lab.json(&["--config", "x.toml", "--seeds", "4"]);
    let directory = |run: &str| -> PathBuf { lab.path().join("runs/x").join(run) };
    set_status(&directory("a/seed-1"), |record| {
        (record.status, record.message) =
            (Status::Diverged, Some("the loss of step 3 is not finite".into()));
    });
    set_status(&directory("a/seed-2"), |record| {
        (record.status, record.message) =
            (Status::Failed, Some("out of memory\nand more about it".into()));
    });
    set_status(&directory("b/seed-0"), |record| record.status = Status::Running);
    set_status(&directory("b/seed-1"), |record| {
        record.status = Status::Running;
        record.provenance.host = "node7".into();
    });
    fs::write(directory("b/seed-1/lock"), "4242").unwrap();
    let then = SystemTime::now() - Duration::from_secs(200);
    for file in ["b/seed-1/lock", "b/seed-1/run.json"] {
        File::options().write(true).open(directory(file)).unwrap().set_modified(then).unwrap();
    }
    set_status(&directory("b/seed-2"), |record| record.status = Status::Running);
    let lock = RunDirectory::new(directory("b/seed-2")).lock().unwrap();
    fs::remove_dir_all(directory("a/seed-3")).unwrap();
    fs::write(directory("b/seed-3/run.json"), "{ \"format\": 1, \"id\": \"0").unwrap();
    (lab, lock)
}

#[test]
fn the_status_distinguishes_live_processes_from_dead_ones_and_gives_the_command_to_resume() {
    let (lab, _lock) = all_sorts();
    let output = lab.train(&["status"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let (host, pid) =
        (gethostname::gethostname().into_string().unwrap(), std::process::id().to_string());
    assert_snapshot!(stdout(&output).replace(&host, "HOST").replace(&pid, "PID"), @r"
    experiment  runs  finished  diverged  failed  interrupted  running  running or died  unreadable  missing
    x              8         1         1       1            1        1                1           1        1

    running
      x/b seed 2: HOST, process PID

    running or died: locks of other machines may not show here
      x/b seed 1: node7, process 4242, last sign of life 3 min ago

    failed
      x/a seed 2: out of memory

    unreadable
      x/b seed 3: runs/x/b/seed-3/run.json is damaged: it does not begin as a record does

    to go on
      train --config x.toml --seeds 4
    ");
    let json = lab.json(&["status"]);
    let counts: Vec<u64> = [
        "runs",
        "finished",
        "diverged",
        "failed",
        "interrupted",
        "running",
        "running_or_died",
        "unreadable",
        "missing",
    ]
    .map(|name| json["counts"][name].as_u64().unwrap())
    .into();
    assert_eq!(counts, [8, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(json["experiments"][0]["running_or_died"][0]["host"], "node7");
    assert_eq!(json["experiments"][0]["running"][0]["process"], std::process::id());
}

#[test]
fn the_command_of_the_status_resumes() {
    let (lab, lock) = all_sorts();
    drop(lock);
    let json = lab.json(&["status"]);
    let command = json["experiments"][0]["command"].as_str().unwrap().to_owned();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let output = lab.train(&words);
    assert!(output.status.success(), "{}", stderr(&output));
    let counts = &lab.json(&["status"])["counts"];
    assert_eq!(
        (counts["finished"].as_u64(), counts["diverged"].as_u64(), counts["runs"].as_u64()),
        (Some(7), Some(1), Some(8))
    );
}

#[test]
fn records_without_a_plan_or_of_another_are_noted() {
    let lab = lab(SHORT);
    lab.json(&["--config", "x.toml"]);
    lab.json(&["--config", "x.toml", "--seed", "2", "--set", "optimizer.learning_rate=0.1"]);
    lab.write("x.toml", "");
    assert_snapshot!(stdout(&lab.train(&["status", "runs"])), @r"
    experiment  runs  finished  diverged  failed  interrupted  running  missing
    x              2         2         0       0            0        0        0

    note: x has 4 more records, of runs that were not in the command that came last

    note: x.toml is not there, or no longer says what it said when x was last started
    ");
    fs::remove_file(lab.path().join("runs/x/.plan.json")).unwrap();
    assert_snapshot!(stdout(&lab.train(&["status"])), @r"
    experiment  runs  finished  diverged  failed  interrupted  running  missing
    x              6         6         0       0            0        0        ?
    ");
    let output = lab.train(&["status", "elsewhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(
        stderr(&output),
        @"error: cannot list elsewhere: No such file or directory (os error 2)"
    );
}
