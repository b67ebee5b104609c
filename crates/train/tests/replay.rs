//! `train replay`: a recorded run is run again, and the first bit that is not the same is found.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "../../training/testing/small_set.rs"]
mod small_set;

use std::path::PathBuf;

use common::Lab;
use insta::assert_snapshot;
use record::{Provenance, RunDirectory, RunRecord, Status, read_record, read_run};

/// A folder with one finished run.
fn recorded() -> (Lab, PathBuf) {
    let lab = Lab::new();
    small_set::write_small_set(&lab.path().join("set"));
    let training = "training = { batch_size = 50, max_steps = 12 }";
    lab.write(
        "x.toml",
        &format!("model.hidden = [4]\ndata = {{ set = \"set\", validation = 100 }}\n{training}\n"),
    );
    lab.json(&["--config", "x.toml"]);
    let directory = lab.path().join("runs/x/base/seed-0");
    (lab, directory)
}

fn replay(lab: &Lab) -> (Option<i32>, String, String) {
    let output = lab.train(&["replay", "runs/x/base/seed-0"]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_record_replays_to_the_same_bits_and_is_left_as_it_was() {
    let (lab, directory) = recorded();
    let before = std::fs::read(directory.join("run.json")).unwrap();
    let (code, printed, said) = replay(&lab);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_snapshot!(
        printed,
        @"x seed 0: the losses of all 12 steps and the final weights are the same to the bit"
    );
    let json = lab.json(&["replay", "runs/x/base/seed-0"]);
    assert_eq!((&json["equal"], &json["equal_steps"]), (&true.into(), &12.into()));
    assert_eq!(before, std::fs::read(directory.join("run.json")).unwrap());
}

#[test]
fn the_first_step_that_differs_is_named_and_so_is_what_may_be_why() {
    let (lab, path) = recorded();
    let run = read_run(&path).unwrap();
    let mut steps = run.steps;
    steps[7].loss = f32::from_bits(steps[7].loss.to_bits() ^ 1);
    let directory = RunDirectory::new(&path);
    directory.write_steps(&steps).unwrap();
    let provenance = Provenance { cpu: "Another CPU".into(), ..run.record.provenance.clone() };
    directory.write_record(&RunRecord { provenance, ..run.record }).unwrap();
    let (code, printed, said) = replay(&lab);
    assert_eq!(code, Some(1));
    assert!(printed.contains("step 7 is the first that differs: "), "{printed}");
    assert!(printed.contains("cpu: Another CPU then, "), "{printed}");
    assert_snapshot!(said, @"error: runs/x/base/seed-0 cannot be repeated to the bit here");
}

#[test]
fn what_has_no_result_or_is_damaged_is_bad_input() {
    let (lab, path) = recorded();
    let record = read_record(&path).unwrap();
    RunDirectory::new(&path)
        .write_record(&RunRecord { status: Status::Running, ..record.clone() })
        .unwrap();
    let (code, _, said) = replay(&lab);
    assert_eq!(code, Some(2));
    assert_snapshot!(
        said,
        @"error: runs/x/base/seed-0 has no result to compare with: it is running"
    );

    RunDirectory::new(&path).write_record(&record).unwrap();
    std::fs::write(path.join("steps.csv"), "step,loss\n").unwrap();
    let (code, _, said) = replay(&lab);
    assert_eq!(code, Some(2));
    assert_snapshot!(
        said,
        @"error: runs/x/base/seed-0/steps.csv is damaged: its checksum is not the one in run.json"
    );
}
