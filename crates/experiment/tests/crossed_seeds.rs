//! Seeds of weights crossed with seeds of the order.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::Path;

use common::{load_text, said};
use experiment::{RunSpec, SeedPair};
use insta::assert_snapshot;

fn runs(seeds: &str) -> Vec<RunSpec> {
    load_text(&format!("seeds = {seeds}\n"), &[]).unwrap().runs()
}

#[test]
fn each_draw_of_the_weights_meets_each_order() {
    let pairs: Vec<(u64, u64)> = runs("{ weights = 2, order = [3, 0] }")
        .iter()
        .map(|run| (run.seed.weights, run.seed.order))
        .collect();
    assert_eq!(pairs, [(0, 3), (0, 0), (1, 3), (1, 0)]);
}

#[test]
fn one_that_is_not_given_is_fixed_at_0() {
    let pairs = |seeds| runs(seeds).iter().map(|run| run.seed).collect::<Vec<SeedPair>>();
    let pair = |weights, order| SeedPair { weights, order };
    assert_eq!(pairs("{ weights = 3 }"), [pair(0, 0), pair(1, 0), pair(2, 0)]);
    assert_eq!(pairs("{ order = [4, 5] }"), [pair(0, 4), pair(0, 5)]);
}

#[test]
fn a_pair_of_equal_seeds_is_the_run_of_that_seed() {
    let plain = runs("3");
    let crossed = runs("{ weights = 3, order = 3 }");
    let mut ids: Vec<String> = crossed.iter().map(RunSpec::id).collect();
    for (seed, run) in plain.iter().enumerate() {
        let same = &crossed[seed * 3 + seed];
        assert_eq!(same.id(), run.id());
        assert_eq!(same.directory(Path::new("runs")), run.directory(Path::new("runs")));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 9);
    assert_eq!(crossed[1].directory(Path::new("runs")), Path::new("runs/x/base/seed-0-order-1"));
    assert_eq!(crossed[1].label(), "x seed 0 order 1");
}

#[test]
fn the_resolved_config_of_a_run_repeats_it() {
    for run in runs("{ weights = 2, order = 2 }") {
        let again = load_text(&run.to_toml(), &[]).unwrap().runs();
        assert_eq!((again.len(), again[0].id(), again[0].seed), (1, run.id(), run.seed));
    }
}

#[test]
fn flags_change_one_of_the_two() {
    let plan = load_text("seeds = { weights = 3, order = 2 }\n", &["seeds.order=[7]"]).unwrap();
    assert_eq!(SeedPair::count(&plan.experiments[0].seeds), "3 seeds of weights x 1 of order");
    let plan = load_text("seeds = { weights = 3, order = 2 }\n", &["seeds=2"]).unwrap();
    assert_eq!(SeedPair::count(&plan.experiments[0].seeds), "2 seeds");
}

#[test]
fn what_is_wrong_with_crossed_seeds_is_marked() {
    assert_snapshot!(said("seeds = { weight = 5, order = 0 }\n"));
    assert_snapshot!(said("seeds = {}\n"));
    assert_snapshot!(said("seeds = { weights = [1, 1], order = \"five\" }\n"));
    assert_snapshot!(said("seeds = { weights = 1000, order = 1000 }\n"));
    assert_snapshot!(said("[sweep]\n\"seeds.order\" = [1, 2]\n"));
}
