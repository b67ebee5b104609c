//! Random search: axes whose values are drawn.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::collections::BTreeSet;

use common::{load_text, said};
use experiment::{Plan, Shard};
use insta::assert_snapshot;

fn plan(sweep: &str) -> Plan {
    load_text(&format!("init = {{ kind = \"normal\", std = 0.1 }}\n[sweep]\n{sweep}"), &[]).unwrap()
}

/// The values on each axis, point by point.
fn points(plan: &Plan) -> Vec<Vec<f64>> {
    let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|i| i as f64));
    let point = |arm: &experiment::Arm| {
        let axes = &arm.point.as_ref().unwrap().axes;
        axes.iter().map(|axis| number(&axis.value).unwrap()).collect()
    };
    plan.experiments[0].arms.iter().map(point).collect()
}

#[test]
fn values_are_spread_over_the_logarithms_or_the_numbers() {
    let values = points(&plan("init.std = { log_uniform = [1e-4, 1], n = 4000 }\n")).concat();
    assert!(values.iter().all(|value| (1e-4..=1.0).contains(value)));
    let below = |end: f64| values.iter().filter(|value| **value < end).count() as f64 / 4_000.0;
    // Standard errors are below 0.008.
    assert!((below(1e-3) - 0.25).abs() < 0.03 && (below(1e-2) - 0.5).abs() < 0.03);
    let values = points(&plan("init.std = { uniform = [2, 4], n = 4000 }\n")).concat();
    let mean = values.iter().sum::<f64>() / 4_000.0;
    assert!(values.iter().all(|value| (2.0..=4.0).contains(value)) && (mean - 3.0).abs() < 0.04);
}

#[test]
fn points_follow_from_seed_setting_and_index_alone() {
    let few = points(&plan("init.std = { log_uniform = [1e-4, 1], n = 5 }\n"));
    let many = points(&plan("init.std = { log_uniform = [1e-4, 1], n = 9 }\n"));
    assert_eq!(few, many[..5], "more points are the same ones and others");
    let other = points(&plan("init.std = { log_uniform = [1e-4, 1], n = 5, seed = 1 }\n"));
    assert_ne!(few, other);
    assert_eq!(few[0][0], 0.000_219_156_811_639, "a change here changes every random search");
}

#[test]
fn random_axes_advance_together_and_others_are_a_grid_with_them() {
    let two = "init.std = { log_uniform = [1e-4, 1], n = 6 }\n\
               optimizer.learning_rate = { log_uniform = [1e-4, 1e-1], n = 6 }\n";
    let points_of_two = points(&plan(two));
    assert_eq!(points_of_two.len(), 6);
    let correlated = points_of_two.iter().all(|point| (point[0] < 1e-2) == (point[1] < 3e-3));
    assert!(!correlated, "each axis has draws of its own");
    let with_list = format!("{two}model.hidden.depth = [1, 2]\nmodel.hidden.width = [8]\n");
    assert_eq!(points(&plan(&with_list)).len(), 12);
}

#[test]
fn whole_numbers_are_drawn_once_each() {
    let plan =
        plan("model.hidden.width = { uniform = [1, 4], n = 50 }\nmodel.hidden.depth = [2]\n");
    let widths: BTreeSet<u64> = points(&plan).iter().map(|point| point[0] as u64).collect();
    assert_eq!((widths.len(), plan.runs().len()), (4, 4));
}

#[test]
fn shards_divide_the_same_points() {
    let text = "init.std = { log_uniform = [1e-4, 1], n = 20, seed = 3 }\n";
    let mut all = BTreeSet::new();
    for part in 1..=3 {
        let shard: Shard = format!("{part}/3").parse().unwrap();
        all.extend(shard.select(plan(text).runs()).iter().map(|run| run.id()));
    }
    let whole: BTreeSet<String> = plan(text).runs().iter().map(|run| run.id()).collect();
    assert_eq!(all, whole);
}

#[test]
fn a_flag_makes_a_random_axis() {
    let set = ["init.std={ log_uniform = [1e-4, 1], n = 5 }"];
    let plan = load_text("init = { kind = \"normal\", std = 0.1 }\n", &set).unwrap();
    assert_eq!(plan.runs().len(), 5);
}

#[test]
fn what_is_wrong_with_a_random_axis_is_marked() {
    let init = "init = { kind = \"normal\", std = 0.1 }\n[sweep]\n";
    let said = |sweep: &str| said(&format!("{init}{sweep}"));
    assert_snapshot!(said("init.std = { log_uniform = [0, 1], n = 5 }\n"));
    assert_snapshot!(said("init.std = { uniform = [1, 1], n = 5 }\n"));
    assert_snapshot!(said("init.std = { uniform = [1, 2] }\n"));
    assert_snapshot!(said("init.std = { uniform = [0, 1], n = 5, seed = -1 }\n"));
    assert_snapshot!(said(
        "init.std = { uniform = [0.1, 1], n = 5 }\n\
         optimizer.learning_rate = { uniform = [0.1, 1], n = 6 }\n"
    ));
}
