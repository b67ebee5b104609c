//! What flags change: every key is applied where it belongs, or refused.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use experiment::{ConfigError, Experiment, Length, Overrides, load};
use initializers::Initializer;
use insta::assert_snapshot;
use proptest::prelude::*;

const ARMS: &str =
    "init = { kind = \"normal\", std = 0.1 }\n[arms.narrow]\n[arms.wide]\ninit.std = 1.0\n";

fn try_with(text: &str, set: &[&str]) -> Result<Experiment, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let set = set.iter().map(|text| ("--set".to_owned(), (*text).to_owned())).collect();
    let plan = load(&[file], &Overrides { set, ..Overrides::default() })?;
    Ok(plan.experiments.into_iter().next().unwrap())
}

fn with(text: &str, set: &[&str]) -> Experiment {
    try_with(text, set).unwrap()
}

fn refused(text: &str, set: &[&str]) -> String {
    try_with(text, set).unwrap_err().to_string()
}

/// The standard deviation of the initial weights of each arm.
fn stds(experiment: &Experiment) -> Vec<(&str, f64)> {
    let std = |initializer: &Initializer| match initializer {
        Initializer::Normal { std, .. } => *std,
        other => panic!("{other:?}"),
    };
    let arms = experiment.arms.iter();
    arms.map(|arm| (arm.name.as_str(), std(&arm.settings.init.base.weight))).collect()
}

#[test]
fn a_flag_for_one_arm_changes_that_arm_alone() {
    let experiment = with(ARMS, &["arms.wide.init.std=0.5"]);
    assert_eq!(stds(&experiment), [("narrow", 0.1), ("wide", 0.5)]);
    let experiment = with(ARMS, &["arms.wide.init={ kind = \"normal\", std = 2 }"]);
    assert_eq!(stds(&experiment), [("narrow", 0.1), ("wide", 2.0)]);
}

#[test]
fn of_two_flags_the_later_one_decides() {
    let experiment = with(ARMS, &["arms.wide.init.std=0.5", "init.std=3.0"]);
    assert_eq!(stds(&experiment), [("narrow", 3.0), ("wide", 3.0)]);
    let experiment = with(ARMS, &["init.std=3.0", "arms.wide.init.std=0.5"]);
    assert_eq!(stds(&experiment), [("narrow", 3.0), ("wide", 0.5)]);
}

#[test]
fn a_flag_changes_the_name_the_title_and_the_seeds_of_an_experiment() {
    let experiment = with(ARMS, &["name=try2", "title=Another try", "seeds=[3, 5]"]);
    assert_eq!((&*experiment.name, &*experiment.title), ("try2", "Another try"));
    assert_eq!(experiment.seeds, [3, 5].map(experiment::SeedPair::same));
}

#[test]
fn a_flag_for_an_arm_excludes_what_the_file_gives_instead() {
    let experiment = with("[arms.a]\ntraining.epochs = 3\n", &["arms.a.training.max_steps=9"]);
    assert_eq!(experiment.arms[0].settings.training.length, Length::Steps(9));
}

#[test]
fn a_flag_that_belongs_nowhere_is_refused() {
    assert_snapshot!(refused(ARMS, &["arms=3"]));
    assert_snapshot!(refused(ARMS, &["arms.wied.init.std=1"]));
    assert_snapshot!(refused(ARMS, &["arms.narrow.tpyo=1"]));
    assert_snapshot!(refused(ARMS, &["arms.narrow=3"]));
    assert_snapshot!(refused(ARMS, &["arms.narrow.seeds=3"]));
    assert_snapshot!(refused("", &["arms.a.init=zeros"]));
    assert_snapshot!(refused(ARMS, &["arms.wide.init.std=0.1,1"]));
    assert_snapshot!(refused(ARMS, &["name=a/b"]));
    assert_snapshot!(refused(ARMS, &["sweep=3"]));
}

#[test]
fn a_number_without_a_digit_beside_its_point_is_a_number_on_the_command_line() {
    let std = |set: &str| stds(&with(ARMS, &[set]))[0].1;
    assert_eq!([std("init.std=.5"), std("init.std=5."), std("init.std=+.5")], [0.5, 5.0, 0.5]);
    let swept = with("init = { kind = \"normal\", std = 0.1 }", &["init.std=.5,1."]);
    assert_eq!(stds(&swept), [("std=0.5", 0.5), ("std=1.0", 1.0)]);
}

#[test]
fn an_axis_that_another_flag_decides_is_taken_away_or_refused_as_they_stand() {
    let orthogonal = "init = \"orthogonal\"";
    let decided_later = with(orthogonal, &["init.gain=2,3", "init=he_normal"]);
    assert_eq!(decided_later.arms.len(), 1);
    let swept_later = try_with(orthogonal, &["init=he_normal", "init.gain=2,3"]);
    assert!(swept_later.unwrap_err().to_string().contains("are the same run"));
}

proptest! {
    #[test]
    fn a_flag_with_any_key_changes_something_or_is_refused(
        key in "(name|title|seeds|arms|sweep|init|model|data)(\\.[a-z]{1,3}){0,2}",
        value in "[a-z0-9]{1,3}",
    ) {
        let before = with(ARMS, &[]);
        if let Ok(after) = try_with(ARMS, &[&format!("{key}={value}")]) {
            let usual = [("seeds", "1"), ("name", "x"), ("title", "x")];
            let same_value = usual.contains(&(&*key, &*value));
            prop_assert!(after != before || same_value, "{}={} changes nothing", key, value);
        }
    }
}
