//! `train compare` and `train report` on records that the binary itself has left.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::fs;

use common::Lab;
use insta::assert_snapshot;

/// Two arms of three seeds, a few steps each.
const ARMS: &str = "title = \"Ones or rule\"\nseeds = 3\nmodel.hidden = [16]\n\
     training = { max_steps = 30, batch_size = 32 }\n\
                    [arms.ones]\ninit = \"ones\"\n[arms.rule]\ninit = \"general_rule\"\n";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("arms.toml", ARMS);
    let output = lab.train(&["--config", "arms.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("rule is better than ones"), "{printed}");
    for picture in ["loss-first-100", "loss-all", "accuracy", "forest", "initial-weights"] {
        assert!(lab.path().join(format!("runs/arms/{picture}.png")).is_file(), "{picture}");
        assert!(printed.contains(&format!("runs/arms/{picture}.png")), "{printed}");
    }
    lab
}

#[test]
fn records_compare_in_every_format_without_training() {
    let lab = lab();
    let said = |arguments: &[&str]| {
        let output = lab.train(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&["compare", "runs"]).contains("rule is better than ones"));
    assert!(said(&["compare", "runs/arms", "--format", "markdown"]).contains("| rule | 3 |"));
    assert!(
        said(&["compare", "runs", "--format", "csv", "--sort", "name"])
            .lines()
            .nth(1)
            .unwrap()
            .contains(",ones,")
    );
    let json: serde_json::Value = serde_json::from_str(&said(&[
        "compare",
        "--format",
        "json",
        "--metric",
        "validation_loss",
    ]))
    .unwrap();
    assert_eq!(json["arms"][0]["arm"], "rule");
    assert_eq!(json["arms"][0]["values"].as_array().unwrap().len(), 3);
}

#[test]
fn broken_and_unfinished_records_are_named_and_left_out() {
    let lab = lab();
    fs::write(lab.path().join("runs/arms/ones/seed-1/steps.csv"), "step,loss\n").unwrap();
    fs::write(lab.path().join("runs/arms/rule/seed-2/run.json"), "{").unwrap();
    let output = lab.train(&["compare", "runs", "--format", "csv"]);
    assert!(output.status.success());
    let warned = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(warned.contains("warning: left out runs/arms/ones/seed-1: "), "{warned}");
    assert!(warned.contains("warning: left out runs/arms/rule/seed-2: "), "{warned}");
}

#[test]
fn the_page_is_one_file_beside_the_records() {
    let lab = lab();
    let output = lab.train(&["report", "runs/arms"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "runs/arms/report.html\n");
    let page = fs::read_to_string(lab.path().join("runs/arms/report.html")).unwrap();
    assert!(page.contains("Ones or rule") && page.contains("rule is better than ones"));
}

#[test]
fn a_sweep_is_compared_along_its_axes() {
    let lab = Lab::new();
    lab.write(
        "small.toml",
        "title = \"Small starts\"\nseeds = 2\nmodel.hidden = [16]\n\
         training = { max_steps = 30, batch_size = 32 }\n\
         init = \"normal\"\n[sweep]\n\"init.std\" = { log = [1e-4, 1.0], n = 3 }\n",
    );
    let output = lab.train(&["--config", "small.toml"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        printed.contains("small is best at init.std = ")
            && printed.contains("runs/small/sweep.png"),
        "{printed}"
    );
    let json = lab.json(&["compare", "runs/small", "--metric", "steps_to_loss=2.2"]);
    assert_eq!(json["axes"][0]["setting"], "init.std");
    assert_eq!(json["arms"][0]["points"].as_array().unwrap().len(), 3);
    assert!(lab.train(&["report", "runs"]).status.success());
    let page = fs::read_to_string(lab.path().join("runs/report.html")).unwrap();
    assert!(page.contains("What was swept") && page.contains("Loss at each arm"));
    // What is of no sweep does not meet it on an axis.
    lab.write("one.toml", "model.hidden = [16]\ntraining = { max_steps = 3, batch_size = 32 }\n");
    assert!(lab.train(&["--config", "one.toml"]).status.success());
    assert_eq!(lab.train(&["compare", "runs"]).status.code(), Some(2));
}

#[test]
fn a_metric_that_is_not_there_is_bad_input() {
    let output = Lab::new().train(&["compare", "--metric", "accuracy"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}

/// Numbers of another program: accuracies of two arms with three seeds.
const RESULTS: &str = "init,seed,accuracy\nhe,0,0.971\nhe,1,0.973\nhe,2,0.972\n\
                       ones,0,0.112\nones,1,0.098\nones,2,0.113\n";

#[test]
fn a_table_of_another_programs_numbers_is_compared_like_records() {
    let lab = Lab::new();
    lab.write("results.csv", RESULTS);
    let table = ["--table", "results.csv", "--metric", "accuracy", "--arm", "init"];
    let train = |command: &str, more: &[&str]| lab.train(&[&[command], &table[..], more].concat());
    let paired = train("compare", &["--seed", "seed", "--pictures", "pictures"]);
    let printed = String::from_utf8_lossy(&paired.stdout).into_owned();
    assert!(printed.contains("he is better than ones") && printed.contains("3 seeds"), "{printed}");
    assert!(lab.path().join("pictures/forest.png").is_file());
    let unpaired = train("compare", &[]);
    let printed = String::from_utf8_lossy(&unpaired.stdout).into_owned();
    assert!(printed.contains("unpaired") && printed.contains("Welch"), "{printed}");
    let page = train("report", &["--seed", "seed"]);
    assert_eq!(String::from_utf8_lossy(&page.stdout), "results.html\n");
    assert!(lab.path().join("results.html").is_file());
}

#[test]
fn a_table_that_cannot_be_compared_is_bad_input_and_leaves_nothing() {
    let lab = Lab::new();
    lab.write("results.csv", RESULTS);
    lab.write("one.csv", "init,seed,accuracy\nhe,0,0.9\nones,0,0.1\n");
    let said = |arguments: &[&str]| {
        let output = lab.train(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let report = |table, metric| ["report", "--table", table, "--metric", metric, "--arm", "init"];
    assert_eq!(
        said(&report("results.csv", "acuracy")),
        "error: results.csv has no column `acuracy` (--metric); did you mean `accuracy`?\n"
    );
    assert_eq!(
        said(&report("one.csv", "accuracy")),
        "error: one.csv: arm `he` has one value only, from which nothing can be concluded; five \
         or more tell\n"
    );
    assert!(said(&["compare", "--table", "results.csv"]).contains("--arm <COLUMN>"));
    assert!(said(&["compare", "runs", "--arm", "init"]).contains("--table FILE"));
    assert!(!lab.path().join("results.html").exists() && !lab.path().join("one.html").exists());
}

#[test]
fn a_folder_without_runs_is_bad_input() {
    let lab = Lab::new();
    fs::create_dir(lab.path().join("empty")).unwrap();
    let output = lab.train(&["compare", "empty"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"error: no finished run in empty");
}
