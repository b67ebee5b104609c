//! What the binary refuses before it writes anything, and what it takes that once broke it.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{Lab, stderr};

const SMALL: &str =
    "model.hidden = [16]\ntraining = { max_steps = 5, batch_size = 32 }\nseeds = 1\n";

/// Asserts that plan and run refuse alike, with all of `expected`, and that nothing is written.
fn assert_refused(lab: &Lab, arguments: &[&str], expected: &[&str]) {
    let plan = lab.train(&[&["plan"], arguments].concat());
    let run = lab.train(arguments);
    assert_eq!(stderr(&plan), stderr(&run));
    for output in [plan, run] {
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        for text in expected {
            assert!(stderr(&output).contains(text), "no {text:?} in {}", stderr(&output));
        }
    }
    assert!(!lab.path().join("runs").exists(), "something was written");
}

#[test]
fn a_run_that_does_not_fit_into_memory_is_refused_with_figures_and_its_key() {
    let lab = Lab::new();
    lab.write("wide.toml", "model.hidden = { width = 65536, depth = 1000 }\n");
    let expected = ["TB of memory, and there are", "weights and gradients", "wide.toml:1:"];
    assert_refused(&lab, &["--config", "wide.toml"], &expected);
    lab.write(
        "sweep.toml",
        "[sweep]\nmodel.hidden.width = [8, 65536]\nmodel.hidden.depth = [900]\n",
    );
    assert_refused(&lab, &["--config", "sweep.toml"], &["TB of memory"]);
}

#[test]
fn flags_of_seeds_and_epochs_are_told_like_settings() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    assert_refused(
        &lab,
        &["--config", "small.toml", "--seed", "-1"],
        &["`seeds` must be", "--seed:1"],
    );
    let beyond = "18446744073709551615";
    assert_refused(
        &lab,
        &["--config", "small.toml", "--seed", beyond],
        &["last whole number of TOML"],
    );
    assert_refused(
        &lab,
        &["--config", "small.toml", "--epochs", "-1"],
        &["`training.epochs` must be"],
    );
    let planned = lab.json(&["plan", "--config", "small.toml", "--seeds", "1,2,5"]);
    let seeds: Vec<u64> =
        planned.as_array().unwrap().iter().map(|run| run["seed"].as_u64().unwrap()).collect();
    assert_eq!(seeds, [1, 2, 5]);
}

#[test]
fn a_flag_for_one_arm_is_run_and_one_for_none_is_refused() {
    let lab = Lab::new();
    let arms = "init = { kind = \"normal\", std = 0.1 }\n[arms.a]\n[arms.b]\n";
    lab.write("study.toml", &format!("{SMALL}{arms}"));
    assert_refused(
        &lab,
        &["--config", "study.toml", "--set", "arms.c.init.std=1"],
        &["no arm `c`"],
    );
    assert_refused(&lab, &["--config", "study.toml", "--set", "arms=3"], &["--set:1:6"]);
    let set = ["--set", "arms.b.init.std=0.5", "--set", "name=other"];
    lab.json(&[&["--config", "study.toml"][..], &set].concat());
    for (arm, std) in [("a", 0.1), ("b", 0.5)] {
        let directory = lab.path().join("runs/other").join(arm).join("seed-0");
        assert_eq!(record::read_record(&directory).unwrap().settings["init.std"], std);
    }
}

#[test]
fn control_characters_of_a_title_reach_no_picture_and_are_warned_of() {
    let lab = Lab::new();
    lab.write("title.toml", &format!("title = \"Adam with $\\beta_1$\"\n{SMALL}"));
    let output = lab.train(&["--config", "title.toml"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("warning: `title` has control characters"));
    assert!(stderr(&output).contains("title.toml:1:9"));
    let run = lab.path().join("runs/title/base/seed-0");
    assert!(std::fs::read_to_string(run.join("loss-all.svg")).unwrap().contains("$\\beta_1$"));
    assert!(run.join("loss-all.png").is_file());
}

#[test]
fn one_value_is_one_run_however_it_is_written() {
    let lab = Lab::new();
    lab.write("one.toml", &format!("{SMALL}init = {{ kind = \"normal\", std = 0.1 }}\n"));
    lab.json(&["--config", "one.toml", "--set", "init.std=0.1,1"]);
    let again = lab.json(&["--config", "one.toml", "--set", "init.std=0.1,1.0"]);
    assert!(again.as_array().unwrap().iter().all(|run| run["skipped"] == true), "{again}");
}
