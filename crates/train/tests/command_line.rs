//! The command line as a person meets it: what it leaves, what it prints, and how it ends.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::fs;

use common::{Lab, config, stderr};
use insta::assert_snapshot;

/// Five steps of a small network: enough for everything but accuracy.
const SMALL: &str =
    "title = \"Small\"\nmodel.hidden = [16]\ntraining = { max_steps = 5, batch_size = 32 }\n";

#[test]
fn a_run_leaves_a_whole_record_and_prints_where() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    let output = lab.train(&["--config", "small.toml"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "nothing but results where nobody looks");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("runs/small/base/seed-0"), "{printed}");
    assert!(!printed.contains('\u{1b}'), "no colours in a pipe");

    let directory = lab.path().join("runs/small/base/seed-0");
    for file in [
        "config.toml",
        "run.json",
        "steps.csv",
        "epochs.csv",
        "model.safetensors",
        "loss-all.svg",
        "loss-all.png",
    ] {
        assert!(directory.join(file).is_file(), "{file} is missing");
    }
    let run = record::read_run(&directory).unwrap();
    assert_eq!(run.record.status, record::Status::Finished);
    assert_eq!(run.steps.len(), 5);
    assert_eq!(run.steps.iter().map(|step| step.step).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(run.record.settings["training.max_steps"], 5);
    assert_eq!(run.record.initial_weights.len(), 2);
}

#[test]
fn the_recorded_config_repeats_the_run_to_the_bit() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    lab.json(&["--config", "small.toml", "--seed", "7", "--set", "init=general_rule"]);
    let first = lab.path().join("runs/small/base/seed-7");
    let recorded = first.join("config.toml").display().to_string();
    lab.json(&["--config", &recorded, "--out", "again"]);
    let again = lab.path().join("again/small/base/seed-7");
    for file in ["steps.csv", "epochs.csv", "model.safetensors", "config.toml"] {
        assert!(
            fs::read(first.join(file)).unwrap() == fs::read(again.join(file)).unwrap(),
            "{file} differs"
        );
    }
}

#[test]
fn a_finished_run_is_skipped_until_it_is_forced() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    assert_eq!(lab.json(&["--config", "small.toml"])[0]["skipped"], false);
    assert_eq!(lab.json(&["--config", "small.toml"])[0]["skipped"], true);
    assert_eq!(lab.json(&["--config", "small.toml", "--force"])[0]["skipped"], false);
}

#[test]
fn a_record_of_other_settings_is_set_aside_and_not_lost() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    lab.json(&["--config", "small.toml"]);
    let output = lab.train(&["--config", "small.toml", "--set", "optimizer.learning_rate=0.1"]);
    assert!(output.status.success());
    assert!(
        stderr(&output)
            .contains("the record of the old ones is now runs/small/.superseded/base-seed-0-")
    );
    let aside: Vec<_> = fs::read_dir(lab.path().join("runs/small/.superseded")).unwrap().collect();
    assert_eq!(aside.len(), 1);
    let old = record::read_run(&aside[0].as_ref().unwrap().path()).unwrap();
    assert_eq!(old.record.settings["optimizer.learning_rate"], 0.001);
}

#[test]
fn arms_and_seeds_become_runs_that_share_their_first_batch() {
    let lab = Lab::new();
    let arms = "seeds = 2\n[arms.a]\n[arms.b]\ntraining.record_loss = \"after_update\"\n";
    lab.write("arms.toml", &format!("{SMALL}{arms}"));
    let runs = lab.json(&["--config", "arms.toml", "--jobs", "2"]);
    let named: Vec<String> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| format!("{}-{}", run["arm"], run["seed"]).replace('"', ""))
        .collect();
    assert_eq!(named, ["a-0", "b-0", "a-1", "b-1"]);
    // Same seed, same weights, same batches: recorded after the update, the loss of a batch is
    // lower.
    let steps = |arm: &str| {
        record::read_run(&lab.path().join(format!("runs/arms/{arm}/seed-1"))).unwrap().steps
    };
    assert!(steps("b")[0].loss < steps("a")[0].loss);
    assert!(
        fs::read(lab.path().join("runs/arms/a/seed-1/model.safetensors")).unwrap()
            == fs::read(lab.path().join("runs/arms/b/seed-1/model.safetensors")).unwrap()
    );
}

#[test]
fn a_loss_that_is_not_finite_ends_the_run_as_diverged() {
    let lab = Lab::new();
    lab.write("wild.toml", &format!("{SMALL}init = {{ kind = \"normal\", std = 1e30 }}\n"));
    let run = &lab.json(&["--config", "wild.toml"])[0];
    assert_eq!(run["status"], "diverged");
    assert_eq!(run["steps"], 1);
    let printed = lab.train(&["--config", "wild.toml"]);
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(
        printed.contains("diverged after 1 of 5 steps: the loss of step 0 is not finite"),
        "{printed}"
    );
}

#[test]
fn a_folder_of_idx_files_takes_the_place_of_mnist() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    let data = format!("data.set={}/../mnist/data", env!("CARGO_MANIFEST_DIR"));
    lab.json(&["--config", "small.toml"]);
    lab.json(&["--config", "small.toml", "--set", &data, "--out", "folder"]);
    let losses = |out: &str| {
        record::read_run(&lab.path().join(out).join("small/base/seed-0")).unwrap().steps
    };
    assert_eq!(losses("runs"), losses("folder"));
}

#[test]
fn a_folder_without_the_files_is_bad_input() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    fs::create_dir(lab.path().join("empty")).unwrap();
    let output = lab.train(&["--config", "small.toml", "--set", "data.set=empty"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(stderr(&output));
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn a_backend_that_is_not_built_says_what_to_type() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    let output = lab.train(&["--config", "small.toml", "--backend", "wgpu", "--device", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(stderr(&output));
    let devices = lab.json(&["devices"]);
    assert_eq!(devices["adapters"].as_array().unwrap().len(), 0);
    assert!(devices["message"].as_str().unwrap().contains("--features wgpu"));
    let listed = String::from_utf8(lab.train(&["devices"]).stdout).unwrap();
    assert!(listed.contains("--backend flex") && listed.contains("--features wgpu"), "{listed}");
}

#[test]
fn a_device_that_the_backend_does_not_have_is_bad_input() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    let output = lab.train(&["--config", "small.toml", "--device", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("the backend `flex` computes on the CPU"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_output_folder_that_cannot_be_made_is_bad_input() {
    let lab = Lab::new();
    lab.write("small.toml", SMALL);
    lab.write("taken", "a file, not a folder");
    let output = lab.train(&["--config", "small.toml", "--out", "taken"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(
        stderr(&output),
        @"error: cannot write to taken/small: Not a directory (os error 20)"
    );
}

#[test]
fn an_error_in_a_config_ends_with_code_2_and_its_place() {
    let lab = Lab::new();
    lab.write("slip.toml", "[optimizer]\nlerning_rate = 0.01\n");
    let output = lab.train(&["--config", "slip.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(stderr(&output));
}

#[test]
fn an_error_in_a_flag_ends_with_code_2() {
    let lab = Lab::new();
    for arguments in [
        &["--config"][..],
        &["--confg", "x.toml"],
        &["--config", "x.toml", "--jobs", "0"],
        &["plam"],
    ] {
        assert_eq!(lab.train(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_plan_shows_what_would_run_and_trains_nothing() {
    let lab = Lab::new();
    lab.write(
        "plan.toml",
        "title = \"A plan\"\nseeds = 2\n[arms.zeros]\ninit = \"zeros\"\n[arms.slow]\n\
         optimizer.learning_rate = 1e-4\n",
    );
    let output = lab.train(&["plan", "--config", "plan.toml", "--jobs", "2"]);
    assert!(output.status.success());
    assert_snapshot!(String::from_utf8_lossy(&output.stdout));
    assert!(!lab.path().join("runs").exists());
}

const SWEEP: &str = "title = \"A sweep\"\nseeds = 3\n[arms.normal]\n\
     init = { kind = \"normal\", std = 0.1 }\n\
     [arms.truncated]\ninit = { kind = \"truncated_normal\", std = 0.1 }\n\
     [sweep]\nzip = [[\"training.batch_size\", \"optimizer.learning_rate\"]]\n\
     \"init.std\" = { log = [1e-4, 1.0], n = 9 }\n\"training.batch_size\" = [64, 128]\n\
     \"optimizer.learning_rate\" = [0.001, 0.002]\n";

#[test]
fn the_plan_of_a_sweep_counts_its_points_shows_its_axes_and_estimates_the_time() {
    let lab = Lab::new();
    lab.write("sweep.toml", SWEEP);
    let output = lab.train(&["plan", "--config", "sweep.toml", "--jobs", "2"]);
    assert!(output.status.success());
    assert_snapshot!(String::from_utf8_lossy(&output.stdout));
    let all = lab.train(&["plan", "--config", "sweep.toml", "--all"]);
    let lines = |text: &[u8]| {
        String::from_utf8_lossy(text).lines().filter(|line| line.contains("seed-")).count()
    };
    assert_eq!((lines(&output.stdout), lines(&all.stdout)), (13, 108));
    let runs = lab.json(&["plan", "--config", "sweep.toml"]);
    assert_eq!(runs.as_array().unwrap().len(), 108);
    assert_eq!(
        runs[3]["sweep"],
        serde_json::json!({ "arm": "normal", "axes": [
            { "setting": "init.std", "value": 0.000316227766017, "scale": "log" },
            { "setting": "training.batch_size", "value": 128, "scale": "linear" },
            { "setting": "optimizer.learning_rate", "value": 0.002, "scale": "linear" },
        ] })
    );
    assert!(runs[0]["estimated_seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_sweep_is_run_recorded_repeated_and_gives_the_next_plan_its_rate() {
    let lab = Lab::new();
    lab.write(
        "sweep.toml",
        "training.max_steps = 3\ninit = \"he_normal\"\n[arms.wide]\nmodel.hidden = [32]\n",
    );
    let sweep = [
        "--config",
        "sweep.toml",
        "--set",
        "model.activation=relu,leaky_relu(0.2)",
        "--set",
        "training.batch_size={ log = [1, 64], n = 3 }",
    ];
    let runs = lab.json(&sweep);
    assert_eq!(runs.as_array().unwrap().len(), 6);
    let directory =
        lab.path().join("runs/sweep/wide,activation=leaky_relu-0.2,batch_size=8/seed-0");
    let record = record::read_record(&directory).unwrap();
    assert_eq!(
        serde_json::to_value(&record.sweep).unwrap(),
        serde_json::json!({ "arm": "wide", "axes": [
            { "setting": "model.activation", "value": "leaky_relu(0.2)", "scale": "listed" },
            { "setting": "training.batch_size", "value": 8, "scale": "log" },
        ] })
    );
    // The same run from the config that it left, which finds its record finished.
    let config = directory.join("config.toml");
    let again = lab.json(&["plan", "--config", config.to_str().unwrap()]);
    assert_eq!(again.as_array().unwrap().len(), 1);
    assert_eq!((&again[0]["id"], &again[0]["status"]), (&record.id.into(), &"finished".into()));
    assert!(lab.train(&["replay", directory.to_str().unwrap()]).status.success());
    let plan = lab.train(&["plan", "--config", "sweep.toml", "--seeds", "3"]);
    assert!(
        String::from_utf8_lossy(&plan.stdout)
            .contains("estimated from how long 6 finished runs in runs took")
    );
}

#[test]
fn absurd_sweeps_ask_for_a_flag() {
    let lab = Lab::new();
    lab.write("sweep.toml", SWEEP);
    let many =
        ["plan", "--config", "sweep.toml", "--set", "init.std={ log = [1e-4, 1.0], n = 10000 }"];
    let output = lab.train(&many);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr));
    let output = lab.train(&["plan", "--config", "sweep.toml", "--seeds", "3000", "--many"]);
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .contains("2 arms x 18 points x 3000 seeds = 108000 runs")
    );
}

#[test]
fn the_list_tells_sweeps() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path().join("configs")).unwrap();
    lab.write("configs/sweep.toml", SWEEP);
    let output = lab.train(&["list"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "sweep  108 runs  A sweep (2 arms x 18 points x 3 seeds)\n"
    );
}

#[test]
fn the_list_shows_every_committed_experiment() {
    let folder = config("x").replace("/x.toml", "");
    let output = Lab::new().train(&["list", &folder]);
    assert!(output.status.success());
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    for name in ["zeros", "ones", "general_rule", "trunc_normal"] {
        assert!(
            printed.lines().any(|line| line.starts_with(name)),
            "{name} is missing:\n{printed}"
        );
    }
    assert!(!printed.contains("broken"), "{printed}");
}
