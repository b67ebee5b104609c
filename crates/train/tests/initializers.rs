//! Every initializer from a TOML file to trained weights, and the commands that show them.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::Lab;
use initializers::catalog::{KINDS, Kind};
use initializers::{Activation, TensorSpec};
use insta::assert_snapshot;

/// Two steps of a narrow network: what differs is what is tested.
const SMALL: &str = "[model]\nhidden = [8, 6]\n[training]\nbatch_size = 16\n\
     max_steps = 2\n[data]\nvalidation = 59000\n";

/// The arm of that name, and below it what differs.
fn arm(name: &str, differs: &str) -> String {
    format!("[arms.{name}]\n{differs}\n")
}

/// Runs a config of those arms, all of which must train to the end, and gives the arms' names.
fn assert_trains(base: &str, arms: &[String]) {
    let lab = Lab::new();
    lab.write("x.toml", &format!("{base}{}", arms.concat()));
    let runs = lab.json(&["--config", "x.toml"]);
    let runs = runs.as_array().unwrap();
    assert_eq!(runs.len(), arms.len());
    for run in runs {
        assert_eq!(run["status"], "finished", "{run}");
    }
}

/// The table's example; sparse's 15 connections are more than a narrow layer has.
fn example(kind: &Kind) -> String {
    match kind.name {
        "sparse" => r#"init = { kind = "sparse", connections = 4 }"#.to_owned(),
        _ => kind.example.to_owned(),
    }
}

#[test]
fn every_kind_trains_by_its_name() {
    assert_eq!(KINDS.len(), 36);
    let arms: Vec<String> = KINDS.iter().map(|kind| arm(kind.name, &example(kind))).collect();
    assert_trains(SMALL, &arms);
}

#[test]
fn every_kind_serves_one_layer_among_others() {
    let arms = KINDS.iter().map(|kind| {
        let layer = example(kind).replacen("init = ", "init.layers.hidden = ", 1);
        arm(kind.name, &layer)
    });
    assert_trains(&format!("init = \"he_normal\"\n{SMALL}"), &arms.collect::<Vec<_>>());
}

#[test]
fn every_activation_trains_and_so_do_the_starts_that_look_at_it() {
    let starts = |activation: Activation| {
        ["he_normal", "lsuv"].map(|init| {
            let differs = format!("model.activation = \"{activation}\"\ninit = \"{init}\"");
            arm(&format!("{activation}_{init}"), &differs)
        })
    };
    // Few units may all lie below a threshold, and LSUV cannot scale what does not vary.
    let base = SMALL.replace("[8, 6]", "[32, 32]");
    assert_trains(&base, &Activation::ALL.into_iter().flat_map(starts).collect::<Vec<_>>());
}

#[test]
fn fifty_layers_train() {
    let hidden = vec!["16"; 50].join(", ");
    let base = SMALL.replace("8, 6", &hidden);
    let balanced = "init = { kind = \"krahenbuhl\", balance = true }";
    let arms = [
        arm("he", "init = { kind = \"he_normal\" }"),
        arm(
            "orthogonal",
            "init = { kind = \"orthogonal\", gain = \"auto\" }\nmodel.activation = \"tanh\"",
        ),
        arm("lsuv", "init = \"lsuv\""),
        arm("krahenbuhl", "init = \"krahenbuhl\""),
        arm("balanced", balanced),
        arm("rai", "init = \"rai\""),
        arm("linear", "init = \"looks_linear\""),
    ];
    assert_trains(&base, &arms);
}

#[test]
fn first_hidden_and_last_layers_start_as_they_are_told() {
    let lab = Lab::new();
    let layers = "[init]\nkind = \"zeros\"\n[init.layers]\n\
                   first = { kind = \"constant\", value = 1.0 }\n\
                  hidden = { kind = \"constant\", value = 2.0 }\n\
                   last = { kind = \"constant\", value = 3.0 }\n\
                  3 = { kind = \"constant\", value = 4.0 }\n";
    lab.write("x.toml", &format!("{}{layers}", SMALL.replace("[8, 6]", "[8, 6, 4]")));
    lab.json(&["--config", "x.toml"]);
    let record = record::read_record(&lab.path().join("runs/x/base/seed-0")).unwrap();
    let means: Vec<f64> = record.initial_weights.iter().map(|layer| layer.mean).collect();
    assert_eq!(means, [1.0, 2.0, 4.0, 3.0]);
}

/// The first batch is the seed's alone: neither the batch size nor the backend changes a start that
/// looks at data.
#[test]
fn a_start_that_looks_at_data_is_the_same_whatever_trains_it() {
    let lab = Lab::new();
    lab.write(
        "x.toml",
        &format!(
            "init = \"lsuv\"\n{SMALL}[arms.a]\n[arms.b]\ntraining.batch_size = 8\n\
             [arms.c]\nbackend = \"ndarray\"\n"
        ),
    );
    lab.json(&["--config", "x.toml"]);
    let start = |arm: &str| {
        record::read_record(&lab.path().join(format!("runs/x/{arm}/seed-0")))
            .unwrap()
            .initial_weights
    };
    assert_eq!(start("a"), start("b"));
    assert_eq!(start("a"), start("c"));
}

#[test]
fn mups_learning_rates_change_all_but_the_first_step() {
    let lab = Lab::new();
    let mup = "[arms.plain]\n[arms.same]\noptimizer.mup_base_width = 8\nmodel.hidden = [8, 8]\n\
               [arms.wide]\noptimizer.mup_base_width = 2\n";
    lab.write("x.toml", &format!("init = \"mup\"\n{}{mup}", SMALL.replace("[8, 6]", "[8, 8]")));
    lab.json(&["--config", "x.toml"]);
    let steps = |arm: &str| {
        record::read_run(&lab.path().join(format!("runs/x/{arm}/seed-0"))).unwrap().steps
    };
    assert_eq!(steps("plain"), steps("same"));
    assert_eq!(steps("plain")[0], steps("wide")[0]);
    assert_ne!(steps("plain")[1], steps("wide")[1]);
}

fn printed(arguments: &[&str]) -> String {
    let output = Lab::new().train(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = Lab::new().train(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_initializers_are_listed_by_family() {
    let list = printed(&["inits"]);
    for kind in KINDS {
        let line =
            list.lines().find(|line| line.trim_start().starts_with(&format!("{} ", kind.name)));
        assert!(line.is_some_and(|line| line.ends_with(kind.formula)), "{}:\n{list}", kind.name);
    }
}

#[test]
fn one_initializer_is_described() {
    assert_snapshot!(printed(&["inits", "sparse"]));
}

#[test]
fn a_name_that_is_not_there_gets_the_nearest_one() {
    assert_snapshot!(refused(&["inits", "he_norml"]));
}

#[test]
fn programs_read_the_table_as_json() {
    let table = Lab::new().json(&["inits"]);
    let rows = table.as_array().unwrap();
    assert_eq!(rows.len(), KINDS.len());
    let he = rows.iter().find(|row| row["name"] == "he_normal").unwrap();
    let layer = &TensorSpec::network(&[784, 256, 128, 10], Activation::Relu)[1];
    let std =
        initializers::catalog::find("he_normal").unwrap().build(&[]).unwrap().std(layer).unwrap();
    assert_eq!(he["standard_deviations"][1]["std"].as_f64(), Some(std));
    assert_eq!(he["standard_deviations"][1]["measured"], false);
}

#[test]
fn a_histogram_is_shown_with_its_moments() {
    assert_snapshot!(printed(&[
        "hist", "uniform", "--set", "min=-3", "--set", "max=3", "--draws", "1000", "--bins", "500",
        "--min", "-4", "--max", "4"
    ]));
}

#[test]
fn a_config_has_a_histogram_a_layer_and_all_go_into_one_picture() {
    let lab = Lab::new();
    lab.write("x.toml", "[init]\nkind = \"he_normal\"\nlayers.last = \"zeros\"\n");
    for out in ["x.svg", "x.png"] {
        let output = lab.train(&["hist", "--config", "x.toml", "--out", out]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).matches("numbers with seed 0").count(),
            3
        );
        assert!(lab.path().join(out).exists());
    }
}

#[test]
fn what_cannot_be_drawn_is_one_message() {
    let cases: [&[&str]; 6] = [
        &["hist", "normal"],
        &["hist", "normal", "--set", "std=-1"],
        &["hist", "norml", "--set", "std=1"],
        &["hist", "sparse", "--shape", "4x4"],
        &["hist", "zeros", "--min", "3", "--max", "1"],
        &["hist", "zeros", "--out", "x.jpg"],
    ];
    let messages: Vec<String> = cases.iter().map(|case| refused(case)).collect();
    assert_snapshot!(messages.join("\n"));
}
