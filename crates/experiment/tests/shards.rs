//! What always holds of shards: they divide a plan, whatever its order, evenly.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::collections::BTreeSet;
use std::path::Path;

use experiment::{Overrides, RunSpec, Shard, load_text};
use proptest::prelude::*;

fn runs(config: &str) -> Vec<RunSpec> {
    load_text(Path::new("sweep.toml"), config, &[], &Overrides::default()).unwrap().runs()
}

fn labels(runs: &[RunSpec]) -> BTreeSet<String> {
    runs.iter().map(RunSpec::label).collect()
}

const MIXED: &str = "seeds = 3\n[arms.small]\nmodel.hidden = [16]\n[arms.long]\n\
 training.epochs = 9\n[arms.usual]\n[arms.same]\n";

#[test]
fn the_order_of_arms_and_seeds_changes_nothing_about_who_holds_what() {
    let turned = "seeds = [2, 0, 1]\n[arms.same]\n[arms.usual]\n[arms.long]\ntraining.epochs = 9\n\
     [arms.small]\nmodel.hidden = [16]\n";
    for shard in ["1/4", "2/4", "3/4", "4/4"] {
        let shard: Shard = shard.parse().unwrap();
        assert_eq!(labels(&shard.select(runs(MIXED))), labels(&shard.select(runs(turned))));
    }
}

#[test]
fn a_part_keeps_the_order_of_the_plan_in_which_the_arms_of_a_seed_are_neighbours() {
    let part = "1/2".parse::<Shard>().unwrap().select(runs(MIXED));
    assert!(part.is_sorted_by_key(|run| run.seed));
}

#[test]
fn parts_of_equal_runs_differ_by_one_run_at_most() {
    let all = runs("seeds = 103");
    for parts in [1, 2, 7, 103, 200] {
        let mut held = vec![0; parts];
        Shard::divide(&all, parts).into_iter().for_each(|part| held[part] += 1);
        assert!(held.iter().max().unwrap() - held.iter().min().unwrap() <= 1, "{held:?}");
    }
}

#[test]
fn no_part_of_a_mixed_sweep_has_much_more_to_do_than_the_others() {
    let all = runs(
        "seeds = 40\ninit = { kind = \"normal\", std = 0.1 }\n[sweep]\n\
         \"training.max_steps\" = [100, 200, 400, 800, 3000]\n\"init.std\" = [0.1, 0.2]\n",
    );
    let mut load = [0.0; 20];
    for (run, part) in all.iter().zip(Shard::divide(&all, 20)) {
        load[part] += run.settings.cost();
    }
    let (least, most) =
        load.iter().fold((f64::MAX, 0.0f64), |(least, most), &l| (least.min(l), most.max(l)));
    assert!(most / least < 1.02, "{load:?}");
}

proptest! {
    #[test]
    fn parts_are_disjoint_and_hold_all_of_a_plan(seeds in 1u64..40, parts in 1usize..50) {
        let all = runs(&format!("seeds = {seeds}\n[arms.a]\n[arms.b]\ntraining.epochs = 3\n"));
        let mut held = Vec::new();
        for part in 1..=parts {
            let shard: Shard = format!("{part}/{parts}").parse().unwrap();
            held.extend(shard.select(all.clone()).iter().map(RunSpec::label));
        }
        prop_assert_eq!(held.len(), all.len());
        prop_assert_eq!(held.into_iter().collect::<BTreeSet<_>>(), labels(&all));
    }

    #[test]
    fn any_text_is_a_shard_or_an_error(text in "[0-9/ +-]{0,12}") {
        if let Ok(shard) = text.parse::<Shard>() {
            let number = |index| text.split('/').nth(index).unwrap().parse::<usize>().unwrap();
            let [part, parts] = [0, 1].map(number);
            prop_assert!(1 <= part && part <= parts);
            prop_assert_eq!(shard.to_string(), format!("{part}/{parts}"));
        }
    }
}

#[test]
fn what_is_no_shard_is_said_plainly() {
    let said = |text: &str| text.parse::<Shard>().unwrap_err().to_string();
    let expected = "expected two whole numbers, as in 3/8: the third of eight parts";
    assert_eq!([said("3"), said("+1/8")], [expected, expected]);
    insta::assert_snapshot!(said("0/8"), @"parts are numbered from 1: the first of 8 is 1/8");
    insta::assert_snapshot!(said("9/8"), @"there is no part 9 of 8: the last is 8/8");
    insta::assert_snapshot!(said("1/0"), @"a plan has at least one part: 1/1 is all of it");
    insta::assert_snapshot!(said("1/2000000"), @"more than 1000000 parts are a typo");
}
