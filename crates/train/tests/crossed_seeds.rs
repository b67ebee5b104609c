//! Seeds of weights crossed with seeds of the order, end to end: what is trained, what is recorded,
//! and what the comparison says of the spread.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "../../training/testing/small_set.rs"]
mod small_set;

use std::path::Path;

use common::{Lab, stderr};
use record::{Run, read_run};

const CONFIG: &str = "seeds = { weights = 3, order = 3 }\nmodel.hidden = [8]\n\
                      data = { set = \"set\", validation = 100 }\n\
                      training = { batch_size = 50, max_steps = 12 }\n\
                      [arms.normal]\ninit = { kind = \"normal\", std = 0.1 }\n\
                      [arms.constant]\ninit = { kind = \"constant\", value = 0.1 }\n";

fn lab() -> Lab {
    let lab = Lab::new();
    small_set::write_small_set(&lab.path().join("set"));
    lab.write("x.toml", CONFIG);
    lab
}

fn run(lab: &Lab, directory: &str) -> Run {
    read_run(&lab.path().join("runs/x").join(directory)).unwrap()
}

fn losses(run: &Run) -> Vec<u32> {
    run.steps.iter().map(|step| step.loss.to_bits()).collect()
}

#[test]
fn the_draw_and_the_order_each_follow_their_own_seed() {
    let lab = lab();
    let reports = lab.json(&["--config", "x.toml"]);
    assert_eq!(reports.as_array().unwrap().len(), 18);
    let first = run(&lab, "normal/seed-0");
    let other_order = run(&lab, "normal/seed-0-order-1");
    assert_eq!(first.record.initial_weights, other_order.record.initial_weights);
    assert_ne!(losses(&first), losses(&other_order));
    assert_eq!((other_order.record.seed, other_order.record.order_seed), (0, Some(1)));
    let other_draw = run(&lab, "normal/seed-1-order-0");
    assert_ne!(first.record.initial_weights, other_draw.record.initial_weights);
    // What starts without a draw depends on the order alone.
    assert_eq!(
        losses(&run(&lab, "constant/seed-0-order-2")),
        losses(&run(&lab, "constant/seed-1-order-2"))
    );
    let directory = "runs/x/normal/seed-2-order-1";
    let replay = lab.json(&["replay", directory]);
    assert_eq!((&replay["equal"], &replay["order_seed"]), (&true.into(), &1.into()));
    let again = lab.json(&["--config", &format!("{directory}/config.toml")]);
    assert_eq!((again.as_array().unwrap().len(), &again[0]["skipped"]), (1, &true.into()));
}

#[test]
fn plain_seeds_are_the_diagonal_and_are_not_trained_again() {
    let lab = lab();
    lab.json(&["--config", "x.toml", "--seeds", "3"]);
    let crossed = lab.json(&["--config", "x.toml"]);
    let skipped = crossed.as_array().unwrap().iter().filter(|run| run["skipped"] == true);
    let same: Vec<bool> = skipped.map(|run| run["order_seed"].is_null()).collect();
    assert_eq!(same, [true; 6]);
}

#[test]
fn the_comparison_says_where_the_spread_comes_from() {
    let lab = lab();
    lab.json(&["--config", "x.toml"]);
    let compare = |format: &str| {
        let arguments = ["compare", "runs/x", "--metric", "validation_loss", "--format", format];
        let output = lab.train(&arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&compare("json")).unwrap();
    let arms = json["arms"].as_array().unwrap();
    let constant = &arms.iter().find(|arm| arm["arm"] == "constant").unwrap()["spread"];
    assert_eq!(constant["draw"]["variance"], 0.0);
    assert_eq!(constant["rest"]["variance"], 0.0);
    assert!(constant["order"]["variance"].as_f64().unwrap() > 0.0);
    assert_eq!(constant["decides"], "order");
    assert_eq!(arms[0]["values"].as_array().unwrap().len(), 9);
    let said = json["spread"].as_str().unwrap();
    assert!(said.contains("the order of the batches decides"), "{said}");
    for format in ["table", "markdown"] {
        let text = compare(format);
        assert!(text.contains("Where the spread comes from"), "{text}");
        assert!(text.contains("order of the batches"), "{text}");
    }
    let pair = &json["pairs"][0];
    assert!(pair["p_t"].is_number() && pair["p_permutation"].is_null(), "{pair}");
    let report = lab.train(&["report", "runs/x"]);
    assert!(report.status.success(), "{}", stderr(&report));
    let page = std::fs::read_to_string(lab.path().join("runs/x/report.html")).unwrap();
    assert!(page.contains("Where the spread comes from"));
}

#[test]
fn runs_beside_a_complete_grid_are_left_out_and_named() {
    let lab = lab();
    lab.json(&["--config", "x.toml", "--seeds", "5"]);
    lab.json(&["--config", "x.toml"]);
    let output = lab.train(&["compare", "runs/x", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["arms"][0]["values"].as_array().unwrap().len(), 9);
    let said = stderr(&output);
    assert_eq!(
        said.matches("the grid of seeds of weights and of order has gaps").count(),
        4,
        "{said}"
    );
    let one = Path::new("normal").join("seed-4").display().to_string();
    assert!(said.contains(&one), "{said}");
}

#[test]
fn plans_and_states_speak_of_both_seeds() {
    let lab = lab();
    let plan = String::from_utf8(lab.train(&["plan", "--config", "x.toml"]).stdout).unwrap();
    assert!(plan.contains("(2 arms x 3 seeds of weights x 3 of order = 18 runs)"), "{plan}");
    lab.json(&["--config", "x.toml", "--set", "seeds={ weights = [1], order = [2] }"]);
    let status = lab.train(&["status"]);
    let status = String::from_utf8(status.stdout).unwrap();
    assert!(status.contains('2'), "{status}");
    assert!(lab.path().join("runs/x/normal/seed-1-order-2/run.json").exists());
}
