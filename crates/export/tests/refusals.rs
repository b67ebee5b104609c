//! What is refused, in which words, and that nothing is then half-written.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{Lab, Synthetic};
use export::Format;
use record::Status;

#[test]
fn formats_that_cannot_hold_what_is_asked_say_so() {
    let lab = Lab::with(&[Synthetic::default()]);
    insta::assert_snapshot!(lab.told(lab.export(Format::Csv, Some("initial"))), @"`csv` holds \
        tables and no weights: leave out `--weights`, or take safetensors, pytorch, mlflow, \
        tensorboard");
    insta::assert_snapshot!(lab.told(lab.export(Format::Pytorch, Some("none"))), @"`pytorch` holds \
        weights and nothing else: `--weights none` leaves nothing to write");
    assert!(!lab.path("out").exists());
}

#[test]
fn no_runs_and_no_folder_are_told() {
    let lab = Lab::with(&[]);
    insta::assert_snapshot!(lab.told(lab.export(Format::Csv, None)), @"cannot read runs: No such \
        file or directory (os error 2)");
    std::fs::create_dir(lab.runs()).unwrap();
    insta::assert_snapshot!(lab.told(lab.export(Format::Csv, None)), @"no finished run in runs");
    Synthetic { status: Status::Interrupted, ..Synthetic::default() }.write(&lab.runs());
    insta::assert_snapshot!(lab.told(lab.export(Format::Csv, None)), @"no finished run in runs \
        (left out runs/study/base/seed-0: it was interrupted)");
    assert!(!lab.path("out").exists());
}

#[test]
fn a_record_that_is_unfinished_or_damaged_is_left_out_and_named() {
    let unfinished = Synthetic { seed: 1, status: Status::Failed, ..Synthetic::default() };
    let lab = Lab::with(&[Synthetic::default(), unfinished]);
    let damaged = Synthetic { seed: 2, ..Synthetic::default() }.write(&lab.runs());
    std::fs::write(damaged.join("run.json"), "{").unwrap();
    let exported = lab.export(Format::Csv, None).unwrap();
    assert_eq!(exported.runs, 1);
    let folder = lab.path("").display().to_string();
    let told: Vec<String> =
        exported.warnings.iter().map(|warning| warning.to_string().replace(&folder, "")).collect();
    let expected = [
        "left out runs/study/base/seed-1: it failed",
        "left out runs/study/base/seed-2: run.json is damaged: \
         EOF while parsing an object at line 1 column 1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_series_that_is_damaged_ends_the_export() {
    let lab = Lab::with(&[Synthetic::default()]);
    std::fs::write(lab.runs().join("study/base/seed-0/steps.csv"), "step,loss\n").unwrap();
    for format in [Format::Csv, Format::Json, Format::Mlflow, Format::Tensorboard] {
        let told = lab.told(lab.export(format, None));
        assert_eq!(
            told,
            "runs/study/base/seed-0/steps.csv is damaged: its checksum is not the one in run.json"
        );
        assert_eq!(std::fs::read_dir(lab.path("")).unwrap().count(), 1);
    }
}

#[test]
fn an_export_is_replaced_by_force_alone_and_nothing_else_ever_is() {
    let lab = Lab::with(&[Synthetic::default()]);
    lab.export(Format::Csv, None).unwrap();
    insta::assert_snapshot!(lab.told(lab.export(Format::Json, None)), @"out is there already: \
        `--force` replaces it, `--out` names another folder");
    let force = |format| lab.export_with(format, None, true, &|_| Ok(Vec::new()));
    force(Format::Json).unwrap();
    assert_eq!(
        lab.files("out"),
        ["epochs.jsonl", "export.json", "layers.jsonl", "runs.jsonl", "steps.jsonl"]
    );
    std::fs::remove_file(lab.path("out/export.json")).unwrap();
    insta::assert_snapshot!(lab.told(force(Format::Csv)), @"out is there already and holds no \
        export, so `--force` does not replace it: name another folder with `--out`");
    assert!(lab.path("out/steps.jsonl").exists());
}
