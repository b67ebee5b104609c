//! Every statistic against SciPy, statsmodels and rliable, by the figures that
//! scripts/references/statistics_fixtures.py wrote.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use report::statistics::{
    Component, CrossedTable, Interval, Summary, holm, paired_difference,
    probability_of_improvement, rank_correlation, simultaneous_interval, unpaired_difference,
};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/statistics.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn assert_close(what: &str, ours: f64, reference: &Value) {
    let reference = reference.as_f64().unwrap();
    let tolerance = 1e-9 * reference.abs().max(1e-3);
    assert!((ours - reference).abs() <= tolerance, "{what}: {ours}, the reference {reference}");
}

fn assert_summary(name: &str, sample: &[f64], reference: &Value) {
    let summary = Summary::of(sample).unwrap();
    assert_eq!(summary.n as u64, reference["n"]);
    assert_close(name, summary.mean, &reference["mean"]);
    assert_close(name, summary.std.unwrap(), &reference["std"]);
    assert_close(name, summary.interval.unwrap().low, &reference["low"]);
    assert_close(name, summary.interval.unwrap().high, &reference["high"]);
    let one_of_13 = simultaneous_interval(sample, 13).unwrap();
    assert_close(name, one_of_13.low, &reference["one_of_13"][0]);
    assert_close(name, one_of_13.high, &reference["one_of_13"][1]);
    assert_close(name, summary.median, &reference["median"]);
    assert_close(name, summary.min, &reference["min"]);
    assert_close(name, summary.max, &reference["max"]);
}

#[test]
fn summaries_are_those_of_scipy() {
    for (name, case) in fixture()["samples"].as_object().unwrap() {
        assert_summary(name, &numbers(&case["x"]), &case["x_summary"]);
        assert_summary(name, &numbers(&case["y"]), &case["y_summary"]);
    }
}

#[test]
fn paired_tests_are_those_of_scipy() {
    for (name, case) in fixture()["samples"].as_object().unwrap() {
        let differences: Vec<f64> =
            numbers(&case["x"]).iter().zip(numbers(&case["y"])).map(|(x, y)| x - y).collect();
        let paired = paired_difference(&differences).unwrap();
        assert_close(name, paired.mean, &case["mean"]);
        assert_close(name, paired.p_t.unwrap(), &case["t_test"]["p"]);
        assert_close(name, paired.interval.unwrap().low, &case["t_test"]["low"]);
        assert_close(name, paired.interval.unwrap().high, &case["t_test"]["high"]);
        assert_permutation(name, paired.p_permutation.unwrap(), &case["permutation"]);
    }
}

#[test]
fn rank_correlations_are_those_of_scipy() {
    for (name, case) in fixture()["samples"].as_object().unwrap() {
        let found = rank_correlation(&numbers(&case["x"]), &numbers(&case["y"]));
        match &case["rank_correlation"] {
            Value::Null => assert_eq!(found, None, "{name}"),
            expected => assert_close(name, found.unwrap().rho, expected),
        }
    }
}

#[test]
fn unpaired_tests_are_those_of_scipy() {
    for (name, case) in fixture()["unpaired"].as_object().unwrap() {
        let [x, y] = ["x", "y"].map(|sample| numbers(&case[sample]));
        let difference = unpaired_difference(&x, &y).unwrap();
        assert_close(name, difference.mean, &case["mean"]);
        assert_close(name, difference.p_t.unwrap(), &case["welch"]["p"]);
        assert_close(name, difference.interval.unwrap().low, &case["welch"]["low"]);
        assert_close(name, difference.interval.unwrap().high, &case["welch"]["high"]);
        assert_permutation(name, difference.p_permutation.unwrap(), &case["permutation"]);
    }
}

fn assert_permutation(name: &str, p: f64, reference: &Value) {
    if reference["exact"].as_bool().unwrap() {
        assert_close(name, p, &reference["p"]);
    } else {
        // Both are drawn: five standard errors of the shorter draw.
        let reference = reference["p"].as_f64().unwrap();
        let error = 5.0 * (reference * (1.0 - reference) / 20_000.0).sqrt() + 1e-4;
        assert!((p - reference).abs() <= error, "{name}: {p}, the reference {reference}");
    }
}

#[test]
fn holm_is_that_of_statsmodels() {
    for family in fixture()["holm"].as_array().unwrap() {
        for (ours, reference) in
            holm(&numbers(&family["p"])).into_iter().zip(family["corrected"].as_array().unwrap())
        {
            assert_close("holm", ours, reference);
        }
    }
}

#[test]
fn the_probability_of_improvement_is_that_of_rliable() {
    for (name, case) in fixture()["samples"].as_object().unwrap() {
        let ours = probability_of_improvement(&numbers(&case["x"]), &numbers(&case["y"])).unwrap();
        assert_close(name, ours, &case["improvement"]);
    }
}

fn assert_interval(name: &str, ours: Interval, reference: &Value) {
    assert_close(name, ours.low, &reference[0]);
    assert_close(name, ours.high, &reference[1]);
}

#[test]
fn variances_of_crossed_seeds_are_those_of_statsmodels() {
    for (name, case) in fixture()["crossed"].as_object().unwrap() {
        let columns = case["columns"].as_u64().unwrap() as usize;
        let numbers = numbers(&case["numbers"]);
        let split = CrossedTable::new(columns, numbers.clone()).unwrap().split();
        let assert_part = |part: &str, ours: Component| {
            assert_close(name, ours.variance, &case[part]["variance"]);
            assert_interval(name, ours.interval, &case[part]["interval"]);
            ours.p.inspect(|p| assert_close(name, *p, &case[part]["p"]));
        };
        assert_part("draw", split.draw);
        assert_part("order", split.order);
        assert_part("rest", split.rest);
        assert_close(name, split.p_equal, &case["p_equal"]);
        let table = CrossedTable::new(columns, numbers.iter().map(|y| y - 97.0).collect()).unwrap();
        assert_close(name, table.mean().p().unwrap(), &case["mean"]["p_of_97"]);
        let mean = CrossedTable::new(columns, numbers).unwrap().mean();
        assert_interval(name, mean.interval(1).unwrap(), &case["mean"]["interval"]);
    }
}
