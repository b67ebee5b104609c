//! The written comparison, as a person or a program gets it.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic.rs"]
mod synthetic;

use report::table::{Format, Options, Sort, render};
use report::{Metric, Study};
use synthetic::Synthetic;

fn study(arms: &[&'static str], seeds: u64, diverges: Option<(&'static str, u64)>) -> Study {
    let root = tempfile::tempdir().unwrap();
    let title = "Starts, \"large\" | small";
    Synthetic { experiment: "starts", title, arms: arms.to_vec(), seeds, steps: 90, diverges }
        .write(root.path())
        .unwrap();
    Study::load(&[root.path().to_owned()], Metric::default()).unwrap()
}

fn some() -> Study {
    study(
        &["zeros", "uniform_neg1_1", "uniform_0.01", "he_normal", "glorot_uniform"],
        6,
        Some(("uniform_neg1_1", 2)),
    )
}

fn write(study: &Study, metric: Metric, options: Options) -> String {
    let comparison = match study.compare_by(metric) {
        Some(comparison) => comparison,
        // Steps to a loss are taken from series, which a study is read for.
        None => {
            let whole = study.arms.iter().flat_map(|arm| &arm.points[0].runs);
            let runs = whole.map(|run| (**run.whole.as_ref().unwrap()).clone()).collect();
            Study::of(runs, metric).unwrap().compare()
        }
    };
    render(study, &comparison, options)
}

#[test]
fn accuracies_of_several_arms() {
    insta::assert_snapshot!(write(&some(), Metric::ValidationAccuracy, Options::default()));
}

#[test]
fn losses_with_a_run_that_diverged() {
    insta::assert_snapshot!(write(
        &some(),
        Metric::ValidationLoss,
        Options { width: 120, ..Options::default() }
    ));
}

#[test]
fn steps_to_a_loss_that_some_arms_never_reach() {
    insta::assert_snapshot!(write(
        &some(),
        Metric::StepsToLoss(1.0),
        Options { sort: Sort::Name, ..Options::default() }
    ));
}

#[test]
fn two_arms_that_differ() {
    insta::assert_snapshot!(write(
        &study(&["uniform_0.01", "he_normal"], 10, None),
        Metric::ValidationAccuracy,
        Options::default()
    ));
}

#[test]
fn two_arms_that_may_not_differ() {
    insta::assert_snapshot!(write(
        &study(&["glorot_uniform", "he_normal"], 4, None),
        Metric::TestAccuracy,
        Options::default()
    ));
}

#[test]
fn one_seed_concludes_nothing() {
    insta::assert_snapshot!(write(
        &study(&["glorot_uniform", "he_normal"], 1, None),
        Metric::ValidationAccuracy,
        Options::default()
    ));
}

#[test]
fn one_arm() {
    insta::assert_snapshot!(write(
        &study(&["he_normal"], 3, None),
        Metric::ValidationAccuracy,
        Options::default()
    ));
}

#[test]
fn long_labels_give_way_to_the_figures() {
    let mut study = study(&["glorot_uniform", "he_normal"], 3, None);
    study.arms[0].label =
        "an_experiment_with_a_name_that_goes_on/and_an_arm_of_the_same_kind_a".to_owned();
    study.arms[1].label = "初期値の実験初期値の実験初期値の実験初期値の実験/腕".to_owned();
    let text = write(&study, Metric::ValidationAccuracy, Options::default());
    insta::assert_snapshot!(text);
}

#[test]
fn as_csv() {
    insta::assert_snapshot!(write(
        &some(),
        Metric::ValidationLoss,
        Options { format: Format::Csv, ..Options::default() }
    ));
}

#[test]
fn as_json() {
    let text = write(
        &study(&["zeros", "ones"], 2, Some(("ones", 1))),
        Metric::TestLoss,
        Options { format: Format::Json, ..Options::default() },
    );
    insta::assert_snapshot!(text);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!(write(
        &some(),
        Metric::ValidationAccuracy,
        Options { format: Format::Markdown, ..Options::default() }
    ));
}

#[test]
fn a_name_that_is_none_is_answered_with_those_that_are() {
    assert_eq!(
        "yaml".parse::<Format>().unwrap_err().to_string(),
        "`yaml` is not one of table, csv, json, markdown"
    );
    assert_eq!(
        "worst".parse::<Sort>().unwrap_err().to_string(),
        "`worst` is not one of best, name, found"
    );
}
