//! Sweeps, from records on disk to what a person or a program gets of them.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic_sweep.rs"]
mod synthetic_sweep;

use std::path::Path;

use record::{RunDirectory, RunRecord, Scale, Status, find_runs, read_record};
use report::table::{Format, Options, Sort, render};
use report::{LoadError, Metric, Study, page, picture};
use serde_json::{Value, json};
use synthetic_sweep::{SyntheticSweep, log_range};

type Axis<'a> = (&'a str, Scale, Vec<Value>);

fn std(n: usize) -> Axis<'static> {
    ("init.std", Scale::Log, log_range(1e-4, 1.0, n))
}

fn rate(n: usize) -> Axis<'static> {
    ("optimizer.learning_rate", Scale::Log, log_range(1e-4, 1e-1, n))
}

fn words() -> Axis<'static> {
    (
        "model.activation",
        Scale::Listed,
        ["relu", "gelu", "tanh", "mish"].map(|word| json!(word)).to_vec(),
    )
}

fn synthetic<'a>(arms: &[&'a str], axes: Vec<Axis<'a>>, seeds: u64) -> SyntheticSweep<'a> {
    let (experiment, title) = ("small", "How small | is too small");
    SyntheticSweep {
        experiment,
        title,
        arms: arms.to_vec(),
        axes,
        seeds,
        steps: 30,
        missing: Vec::new(),
    }
}

fn load(root: &Path, metric: Metric) -> Study {
    Study::load(&[root.to_owned()], metric).unwrap()
}

/// Memory where there is some to write files to, since there are many.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() })
        .unwrap()
}

fn sweep(synthetic: &SyntheticSweep, metric: Metric) -> Study {
    let root = folder();
    synthetic.write(root.path()).unwrap();
    load(root.path(), metric)
}

fn write(synthetic: &SyntheticSweep, metric: Metric, options: Options) -> String {
    let sweep = sweep(synthetic, metric);
    render(&sweep, &sweep.compare(), options)
}

fn change(directory: &Path, change: impl FnOnce(&mut RunRecord)) {
    let mut record = read_record(directory).unwrap();
    change(&mut record);
    RunDirectory::new(directory).write_record(&record).unwrap();
}

#[test]
fn arms_over_one_axis() {
    let arms = synthetic(&["normal", "truncated_normal", "uniform"], vec![std(9)], 5);
    insta::assert_snapshot!(write(&arms, Metric::ValidationAccuracy, Options::default()));
}

#[test]
fn losses_of_one_arm_with_a_setting_that_diverges() {
    let one = synthetic(&["base"], vec![std(7)], 4);
    insta::assert_snapshot!(write(
        &one,
        Metric::ValidationLoss,
        Options { width: 120, ..Options::default() }
    ));
}

#[test]
fn two_arms_over_words() {
    let arms = synthetic(&["normal", "uniform"], vec![words()], 5);
    insta::assert_snapshot!(write(
        &arms,
        Metric::TestAccuracy,
        Options { sort: Sort::Name, ..Options::default() }
    ));
}

#[test]
fn the_best_settings_of_two_axes_with_gaps() {
    let gaps = SyntheticSweep {
        missing: vec![vec![0, 0], vec![2, 1]],
        ..synthetic(&["normal", "uniform"], vec![std(4), rate(3)], 3)
    };
    insta::assert_snapshot!(write(&gaps, Metric::ValidationAccuracy, Options::default()));
}

#[test]
fn one_seed_concludes_nothing() {
    let one = synthetic(&["normal", "uniform"], vec![std(3)], 1);
    insta::assert_snapshot!(write(&one, Metric::ValidationAccuracy, Options::default()));
}

#[test]
fn a_long_axis_is_thinned_and_keeps_the_best() {
    let long = write(
        &synthetic(&["base"], vec![std(80)], 2),
        Metric::ValidationAccuracy,
        Options::default(),
    );
    assert!(
        long.lines().count() < 50 && long.contains('*') && long.contains("of 80 values"),
        "{long}"
    );
}

#[test]
fn as_csv_a_line_is_a_setting() {
    let options = Options { format: Format::Csv, ..Options::default() };
    insta::assert_snapshot!(write(
        &synthetic(&["normal", "uniform"], vec![std(3)], 3),
        Metric::ValidationLoss,
        options
    ));
}

#[test]
fn as_json() {
    let options = Options { format: Format::Json, ..Options::default() };
    let text =
        write(&synthetic(&["normal", "uniform"], vec![std(2)], 2), Metric::ValidationLoss, options);
    insta::assert_snapshot!(text);
    assert!(serde_json::from_str::<Value>(&text).is_ok());
}

#[test]
fn as_markdown() {
    let options = Options { format: Format::Markdown, ..Options::default() };
    insta::assert_snapshot!(write(
        &synthetic(&["normal", "uniform"], vec![std(5)], 5),
        Metric::ValidationAccuracy,
        options
    ));
}

#[test]
fn what_has_no_result_is_left_out_and_damage_of_a_file_that_is_not_read_is_not_seen() {
    let root = folder();
    synthetic(&["base"], vec![std(2)], 6).write(root.path()).unwrap();
    let runs = find_runs(root.path()).unwrap();
    std::fs::write(runs[0].join("run.json"), "{").unwrap();
    std::fs::write(runs[1].join("steps.csv"), "step,loss\n").unwrap();
    change(&runs[2], |record| record.status = Status::Running);
    for run in &runs[3..5] {
        change(run, |record| record.provenance.started = "2025-01-01T00:00:00Z".into());
        change(run, |record| drop(record.settings.insert("training.epochs".into(), 1.into())));
    }
    let reasons = |sweep: &Study| {
        sweep.warnings.iter().map(|warning| warning.reason.clone()).collect::<Vec<_>>()
    };
    let by_accuracy = load(root.path(), Metric::ValidationAccuracy);
    insta::assert_snapshot!(reasons(&by_accuracy).join("\n"));
    assert_eq!((by_accuracy.run_count(), by_accuracy.arms[0].points[0].runs.len()), (8, 2));
    // Steps to a loss are read from the steps, which are checked then.
    let by_steps = load(root.path(), Metric::StepsToLoss(1.0));
    assert_eq!(by_steps.run_count(), 7);
    assert!(reasons(&by_steps).iter().any(|reason| reason.contains("steps.csv is damaged")));
}

#[test]
fn steps_to_a_loss_are_those_of_the_whole_runs() {
    let root = folder();
    synthetic(&["base"], vec![std(3)], 2).write(root.path()).unwrap();
    let (metric, sweep) = (Metric::StepsToLoss(1.5), load(root.path(), Metric::StepsToLoss(1.5)));
    let runs = find_runs(root.path()).unwrap();
    let whole: Vec<f64> =
        runs.iter().map(|run| metric.of(&record::read_run(run).unwrap())).collect();
    let mut kept: Vec<f64> =
        sweep.arms[0].points.iter().flat_map(|point| &point.runs).map(|run| run.value).collect();
    assert_eq!(whole.len(), kept.len());
    let mut whole = whole;
    whole.sort_by(f64::total_cmp);
    kept.sort_by(f64::total_cmp);
    assert_eq!(whole, kept);
}

#[test]
fn sweeps_over_other_settings_and_runs_of_none_are_told_apart() {
    let root = folder();
    synthetic(&["base"], vec![std(2)], 1).write(root.path()).unwrap();
    SyntheticSweep { experiment: "other", ..synthetic(&["base"], vec![rate(2)], 1) }
        .write(root.path())
        .unwrap();
    let mixed = || Study::load(&[root.path().to_owned()], Metric::default()).unwrap_err();
    let expected = "a sweep over optimizer.learning_rate and one over init.std meet here, and they \
                    cannot be compared with one another: name the folder of one experiment";
    assert_eq!(mixed().to_string(), expected);
    for run in find_runs(&root.path().join("other")).unwrap() {
        change(&run, |record| record.sweep = None);
    }
    let expected = "runs of a sweep and runs of none meet here, and they cannot be compared";
    assert!(mixed().to_string().starts_with(expected));
    assert!(matches!(mixed(), LoadError::Mixed { .. }));
}

#[test]
fn axes_that_vary_one_to_one_are_one_axis_and_those_that_do_not_vary_are_none() {
    let root = folder();
    let fixed = ("training.epochs", Scale::Listed, vec![json!(2)]);
    synthetic(&["base"], vec![std(3), rate(3), fixed], 1).write(root.path()).unwrap();
    for run in find_runs(root.path()).unwrap() {
        let axes = read_record(&run).unwrap().sweep.unwrap().axes;
        let place = |axis: usize, all: &[Value]| {
            all.iter().position(|value| *value == axes[axis].value).unwrap()
        };
        if place(0, &std(3).2) != place(1, &rate(3).2) {
            std::fs::remove_dir_all(run).unwrap();
        }
    }
    let sweep = load(root.path(), Metric::default());
    assert_eq!(sweep.axes.len(), 1);
    assert_eq!(
        (sweep.axes[0].setting.as_str(), &sweep.axes[0].along[..]),
        ("init.std", &["optimizer.learning_rate".to_owned()][..])
    );
    assert_eq!(sweep.point_count(), 3);
}

#[test]
fn a_setting_that_is_on_no_axis_and_varies_is_told() {
    let root = folder();
    synthetic(&["base"], vec![std(2)], 1).write(root.path()).unwrap();
    let runs = find_runs(root.path()).unwrap();
    change(&runs[0], |record| drop(record.settings.insert("training.epochs".into(), 1.into())));
    let comparison = load(root.path(), Metric::default()).compare();
    assert!(comparison.notes().contains(
        &"Beside the axes, the settings of an arm differ in training.epochs too.".to_owned()
    ));
}

#[test]
fn every_sweep_has_its_pictures_and_its_page() {
    for (axes, names) in [
        (vec![std(5)], vec!["sweep"]),
        (vec![words()], vec!["sweep"]),
        (vec![std(3), words()], vec!["sweep-map", "sweep"]),
        (vec![std(2), rate(2), words()], vec!["sweep"]),
        (vec![std(1)], vec!["sweep"]),
    ] {
        let root = folder();
        let values: Vec<Value> = vec![json!(0.1)];
        let axes: Vec<Axis> = axes
            .into_iter()
            .map(|(name, scale, all)| {
                (name, scale, if all.len() == 1 { values.clone() } else { all })
            })
            .collect();
        synthetic(&["normal", "uniform"], axes, 2).write(root.path()).unwrap();
        for metric in [Metric::ValidationAccuracy, Metric::ValidationLoss] {
            let sweep = load(root.path(), metric);
            let pictures = picture::over_axes(&sweep.compare());
            assert_eq!(pictures.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
            assert!(pictures.iter().all(|(_, picture)| picture.png().is_ok()));
            let page = page::render(&sweep);
            assert!(page.contains("Loss at each arm") && page.contains("What was swept"));
        }
    }
}

#[test]
fn a_large_sweep_has_small_pictures_and_a_small_page() {
    let axes = vec![std(65), rate(15)];
    let large = SyntheticSweep { steps: 0, ..synthetic(&["base"], axes, 1) };
    let sweep = sweep(&large, Metric::ValidationAccuracy);
    assert_eq!(sweep.point_count(), 65 * 15);
    assert!(
        picture::over_axes(&sweep.compare())
            .iter()
            .all(|(_, picture)| picture.svg().len() < 200_000)
    );
    assert!(page::render(&sweep).len() < 600_000);
}

#[test]
fn names_and_values_stay_text() {
    let hostile =
        "</script><script>alert(1)</script><img src=x onerror='alert(2)'> & \"quotes\" <!--";
    let root = folder();
    synthetic(&["normal", "uniform"], vec![words()], 2).write(root.path()).unwrap();
    let mut sweep = load(root.path(), Metric::default());
    sweep.title = hostile.to_owned();
    sweep.arms[0].label = hostile.to_owned();
    sweep.axes[0].labels[0] = hostile.to_owned();
    sweep.axes[0].setting = hostile.to_owned();
    sweep.origin.provenances[0].host = hostile.to_owned();
    let page = page::render(&sweep);
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    assert_eq!(page.matches("</script>").count(), 3);
}
