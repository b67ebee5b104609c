//! Sweeps: what axes come to, what points are called, and that a resolved config repeats its point.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::collections::BTreeSet;

use experiment::{
    ConfigError, Experiment, Overrides, Plan, RunSpec, Scale, SweepPoint, Warnings, load,
};
use initializers::Initializer;
use proptest::prelude::*;

fn try_load(text: &str, set: &[&str], many: bool) -> Result<Plan, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let set = set.iter().map(|text| ("--set".to_owned(), (*text).to_owned())).collect();
    load(&[file], &Overrides { set, many })
}

fn with(text: &str, set: &[&str]) -> Experiment {
    try_load(text, set, false).unwrap().experiments.remove(0)
}

fn swept(text: &str) -> Experiment {
    with(text, &[])
}

fn names(experiment: &Experiment) -> Vec<&str> {
    experiment.arms.iter().map(|arm| arm.name.as_str()).collect()
}

/// The values of the only axis, as TOML prints them.
fn values(text: &str) -> String {
    let experiment = swept(text);
    let values: Vec<String> =
        experiment.sweep[0][0].values.iter().map(ToString::to_string).collect();
    values.join(" ")
}

const NORMAL: &str = "init = { kind = \"normal\", std = 0.1 }\n";

#[test]
fn an_axis_is_a_list_or_a_range_quoted_or_not() {
    let quoted = swept(&format!("{NORMAL}[sweep]\n\"init.std\" = [0.01, 0.1, 1]"));
    assert_eq!(names(&quoted), ["std=0.01", "std=0.1", "std=1.0"]);
    for same in [
        "[sweep]\ninit.std = [0.01, 0.1, 1]",
        "[sweep.init]\nstd = [0.01, 0.1, 1]",
        "sweep.\"init.std\" = [0.01, 0.1, 1]",
    ] {
        assert_eq!(swept(&format!("{NORMAL}{same}")).arms, quoted.arms);
    }
    let stds = quoted.arms.iter().map(|arm| arm.settings.init.base.weight.clone());
    assert_eq!(
        stds.collect::<Vec<_>>(),
        [0.01, 0.1, 1.0].map(|std| Initializer::Normal { mean: 0.0, std })
    );

    assert_eq!(
        values("init.kind = \"normal\"\n[sweep]\n\"init.std\" = { log = [1e-4, 1.0], n = 5 }"),
        "0.0001 0.001 0.01 0.1 1.0"
    );
    assert_eq!(
        values(
            "[sweep]\n\"optimizer.schedule.end\" = { linear = [0, 0.3], n = 4 }\n[optimizer]\n\
             schedule=\"linear\""
        ),
        "0.0 0.1 0.2 0.3"
    );
    assert_eq!(
        values("[sweep]\n\"optimizer.learning_rate\" = { values = [0.1, 0.01], scale = \"log\" }"),
        "0.1 0.01"
    );
}

#[test]
fn values_of_whole_numbers_are_rounded_and_equal_ones_dropped() {
    assert_eq!(
        values("[sweep]\n\"training.epochs\" = { log = [1.0, 10.0], n = 8 }"),
        "1 2 3 4 5 7 10"
    );
    assert_eq!(
        values(
            "[sweep]\n\"model.hidden.width\" = { linear = [10, 25.4], n = 3 }\n\
             model.hidden.depth = [2]"
        ),
        "10 18 25"
    );
    assert_eq!(
        values("init = \"sparse\"\n[sweep]\ninit.connections = { linear = [1.0, 4.0], n = 4 }"),
        "1 2 3 4"
    );
}

#[test]
fn scales_follow_from_the_form_unless_they_are_named() {
    let scale = |axis: &str| swept(&format!("{NORMAL}[sweep]\n{axis}")).sweep[0][0].scale;
    assert_eq!(scale("\"init.std\" = [1, 2.0]"), Scale::Linear);
    assert_eq!(scale("\"init.std\" = { values = [1, 2], scale = \"log\" }"), Scale::Log);
    assert_eq!(scale("\"init.std\" = { log = [1, 2], n = 2 }"), Scale::Log);
    assert_eq!(scale("\"init.std\" = { linear = [1, 2], n = 2 }"), Scale::Linear);
    assert_eq!(scale("\"init\" = [\"zeros\", \"he_normal\"]"), Scale::Listed);
    assert_eq!(scale("\"model.hidden\" = [[64], [64, 64]]"), Scale::Listed);
}

#[test]
fn axes_are_a_grid_over_every_arm_and_the_last_is_the_fastest() {
    let experiment = swept(
        "seeds = 2\n[arms.a]\ninit = \"he_normal\"\n[arms.b]\ninit = \"orthogonal\"\n\
         [sweep]\n\"model.hidden\" = [[256, 128], []]\n\"training.batch_size\" = [32, 64]",
    );
    assert_eq!(
        names(&experiment)[..5],
        [
            "a,hidden=256x128,batch_size=32",
            "a,hidden=256x128,batch_size=64",
            "a,hidden=none,batch_size=32",
            "a,hidden=none,batch_size=64",
            "b,hidden=256x128,batch_size=32"
        ]
    );
    assert_eq!(experiment.arms.len(), 8);
    let point = experiment.arms[3].point.as_deref().unwrap();
    assert_eq!(point.arm, "a");
    let axes: Vec<(&str, String)> =
        point.axes.iter().map(|axis| (&*axis.setting, axis.value.to_string())).collect();
    assert_eq!(axes, [("model.hidden", "[]".to_owned()), ("training.batch_size", "64".to_owned())]);
    assert_eq!(
        Plan { experiments: vec![experiment], warnings: Warnings::default() }.runs().len(),
        16
    );
}

#[test]
fn zipped_axes_advance_together_in_the_grid_of_the_others() {
    let experiment = swept(
        "[sweep]\nzip = [[\"model.hidden\", \"optimizer.learning_rate\"]]\n\
         \"model.hidden\" = [[64], [128], [128]]\n\
         \"training.batch_size\" = [32, 64]\n\"optimizer.learning_rate\" = [0.01, 0.001, 0.002]",
    );
    assert_eq!(
        names(&experiment),
        [
            "hidden=64,batch_size=32,learning_rate=0.01",
            "hidden=64,batch_size=64,learning_rate=0.01",
            "hidden=128,batch_size=32,learning_rate=0.001",
            "hidden=128,batch_size=64,learning_rate=0.001",
            "hidden=128,batch_size=32,learning_rate=0.002",
            "hidden=128,batch_size=64,learning_rate=0.002"
        ]
    );
    assert_eq!(experiment.sweep.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn width_and_depth_are_axes() {
    let plain = swept("model.hidden = { width = 64, depth = 3 }");
    assert_eq!(plain.arms[0].settings.model.hidden, [64, 64, 64]);
    let experiment =
        swept("[sweep]\n\"model.hidden.width\" = [16, 32]\n\"model.hidden.depth\" = [1, 2]");
    assert_eq!(
        names(&experiment),
        ["width=16,depth=1", "width=16,depth=2", "width=32,depth=1", "width=32,depth=2"]
    );
    assert_eq!(experiment.arms[3].settings.model.hidden, [32, 32]);
    // No hidden layer has no width: two widths of it are one run.
    assert!(
        try_load("[sweep]\nmodel.hidden.width = [16, 32]\nmodel.hidden.depth = [0, 2]", &[], false)
            .is_err()
    );
}

#[test]
fn a_section_is_laid_over_before_what_is_in_it() {
    let experiment =
        swept("[sweep]\n\"init.std\" = [0.1, 0.2]\ninit = [\"normal\", \"truncated_normal\"]");
    assert_eq!(names(&experiment)[1], "std=0.1,init=truncated_normal");
    assert_eq!(
        experiment.arms[1].settings.init.base.weight,
        initializers::truncated_normal(0.1).unwrap()
    );
}

#[test]
fn names_keep_what_folders_may_be_called_and_say_as_much_as_they_need() {
    let long = swept(
        "[sweep]\n\"model.activation\" = [\"leaky_relu(0.2)\", \"elu(1.0)\"]\n\
         optimizer.kind = [\"sgd\"]\ninit = [\"zeros\"]",
    );
    assert_eq!(names(&long)[0], "activation=leaky_relu-0.2,kind=sgd,init=zeros");
    let both = swept(
        "init = { kind = \"normal\", std = 0.1, layers.1 = { kind = \"normal\", std = 0.1 } }\n\
         [sweep]\n\"init.std\" = [0.2]\n\"init.layers.1.std\" = [0.3]",
    );
    assert_eq!(names(&both), ["init.std=0.2,init.layers.1.std=0.3"]);
    let layers: Vec<String> = vec!["16".to_owned(); 100];
    let deep = swept(&format!(
        "[sweep]\n\"model.hidden\" = [[{}], [{}]]",
        layers.join(","),
        layers[1..].join(",")
    ));
    assert!(names(&deep).iter().all(|name| name.len() == 180 && name.contains('~')));
    assert_ne!(deep.arms[0].name, deep.arms[1].name);
}

#[test]
fn the_command_line_adds_axes_replaces_them_and_takes_them_away() {
    let sweep = format!(
        "{NORMAL}[sweep]\n\"init.std\" = {{ log = [1e-3, 1.0], n = 4 }}\n\
         \"training.batch_size\" = [32]"
    );
    let with = |set: &[&str]| names(&with(&sweep, set)).join(" ");
    assert_eq!(with(&["init.std=1,2"]), "std=1.0,batch_size=32 std=2.0,batch_size=32");
    assert_eq!(
        with(&["init.std={ linear = [1, 2], n = 2 }"]),
        "std=1.0,batch_size=32 std=2.0,batch_size=32"
    );
    assert_eq!(with(&["init.std=0.5"]), "batch_size=32");
    assert_eq!(with(&["init=ones", "training={ batch_size = 16 }"]), "base");
    assert_eq!(
        with(&["init.std=0.5", "optimizer=sgd, adam"]),
        "batch_size=32,optimizer=sgd batch_size=32,optimizer=adam"
    );
    assert_eq!(
        with(&["init.std=0.5", "training.batch_size=8", "model.activation=leaky_relu(0.2),tanh"]),
        "activation=leaky_relu-0.2 activation=tanh"
    );
    assert_eq!(
        with(&["init.std=0.5", "model.hidden=[64], [64,64]"]),
        "batch_size=32,hidden=64 batch_size=32,hidden=64x64"
    );
    assert_eq!(
        with(&[
            "training.max_steps=5,6",
            "sweep.zip=[[\"init.std\", \"training.max_steps\"]]",
            "init.std=1,2"
        ]),
        "std=1.0,batch_size=32,max_steps=5 std=2.0,batch_size=32,max_steps=6"
    );
    // A table of settings is no axis.
    assert_eq!(with(&["init={ kind = \"constant\", value = 0.1 }"]), "batch_size=32");
}

#[test]
fn what_is_laid_over_a_point_stays_in_its_resolved_config() {
    let run = with(
        "[sweep]\noptimizer = [\"sgd\", \"adam\"]",
        &["optimizer.learning_rate=0.5", "init.bias=ones"],
    );
    let runs = Plan { experiments: vec![run], warnings: Warnings::default() }.runs();
    assert_eq!(again(&runs[0]), runs[0]);
    assert_eq!(runs[0].settings.optimizer.learning_rate, 0.5);
}

#[test]
fn an_arm_called_base_is_told_from_none() {
    for text in ["[sweep]\ninit = [\"ones\"]", "[arms.base]\n[sweep]\ninit = [\"ones\"]"] {
        let runs = try_load(text, &[], false).unwrap().runs();
        assert_eq!(again(&runs[0]), runs[0]);
        assert_eq!(runs[0].point.as_ref().unwrap().arm, "base");
    }
}

/// The run that a run's resolved config describes.
fn again(run: &RunSpec) -> RunSpec {
    let [run] = try_load(&run.to_toml(), &[], false).unwrap().runs().try_into().unwrap();
    run
}

#[test]
fn a_hundred_thousand_runs_are_planned_and_more_are_refused_before_there_are_any() {
    let axes = |n: u32| {
        format!(
            "{NORMAL}[sweep]\n\"init.std\" = {{ log = [1e-4, 1.0], n = {n} }}\n\
             \"optimizer.learning_rate\" = {{ log = [1e-5, 1.0], n = {n} }}"
        )
    };
    let plan = try_load(&format!("seeds = 1000\n{}", axes(10)), &[], false).unwrap();
    let ids: BTreeSet<String> = plan.runs().iter().map(RunSpec::id).collect();
    assert_eq!(ids.len(), 100_000);
    let refused =
        |text: &str, many| try_load(text, &[], many).unwrap_err().diagnostics[0].message.clone();
    assert!(
        refused(&format!("seeds = 1001\n{}", axes(10)), false)
            .contains("100,100 runs (1 arm x 100 points x 1,001 seeds)")
    );
    assert_eq!(
        try_load("seeds = 100000\n[arms.a]\n[arms.b]", &[], true).unwrap().runs().len(),
        200_000
    );
    let absurd = format!("seeds = 10000\n{}", axes(10_000));
    assert!(refused(&absurd, false).contains("1,000,000,000,000 runs"));
    assert!(refused(&absurd, true).contains("1,000,000,000,000 runs"));
}

/// An axis in TOML and how many values it has.
fn axis() -> impl Strategy<Value = (&'static str, String, usize)> {
    let reals = prop::collection::btree_set(1u32..10_000, 1..5).prop_map(|values| {
        (
            format!("{:?}", values.iter().map(|x| f64::from(*x) / 1e4).collect::<Vec<_>>()),
            values.len(),
        )
    });
    let log = (-8..0i32, 1..8i32, 2..6usize).prop_map(|(from, decades, n)| {
        (format!("{{ log = [1e{from}, 1e{}], n = {n} }}", from + decades), n)
    });
    let linear = (1..1000u32, 1..1000u32, 2..6usize).prop_map(|(from, span, n)| {
        (format!("{{ linear = [{from}e-4, {}e-4], n = {n} }}", from + span), n)
    });
    let whole = prop::collection::btree_set(1u32..500, 1..4)
        .prop_map(|values| (format!("{values:?}").replace(['{', '}'], ""), values.len()))
        .prop_map(|(list, n)| (format!("[{list}]"), n));
    prop_oneof![
        (Just("init.std"), prop_oneof![reals.clone(), log.clone(), linear.clone()]),
        (Just("optimizer.learning_rate"), prop_oneof![reals, log, linear]),
        (Just("training.batch_size"), whole.clone()),
        (Just("training.max_steps"), whole),
        (
            Just("model.activation"),
            Just(("[\"relu\", \"leaky_relu(0.2)\", \"tanh\"]".to_owned(), 3))
        ),
        (Just("model.hidden"), Just(("[[], [16], [16, 8]]".to_owned(), 3))),
    ]
    .prop_map(|(setting, (values, n))| (setting, values, n))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_grid_has_the_product_of_its_axes_and_every_point_is_repeated_by_its_config(
        axes in prop::collection::vec(axis(), 1..4),
        arms in 0..3usize,
        seed in 0..u64::from(u32::MAX),
    ) {
        let mut text = format!("seeds = [{seed}]\n{NORMAL}");
        for arm in 0..arms {
            text += &format!("[arms.arm_{arm}]\noptimizer.epsilon = 1e-{}\n", arm + 3);
        }
        text += "[sweep]\n";
        let mut points = 1;
        let mut seen = BTreeSet::new();
        for (setting, values, n) in axes.iter().filter(|(setting, ..)| seen.insert(*setting)) {
            text += &format!("\"{setting}\" = {values}\n");
            points *= n;
        }
        let plan = try_load(&text, &[], false);
        let runs = plan.map_err(|error| TestCaseError::fail(error.to_string()))?.runs();
        prop_assert_eq!(runs.len(), points * arms.max(1));
        let names: BTreeSet<&str> = runs.iter().map(|run| run.arm.as_str()).collect();
        let ids: BTreeSet<String> = runs.iter().map(RunSpec::id).collect();
        prop_assert_eq!((names.len(), ids.len()), (runs.len(), runs.len()));
        for run in &runs {
            let SweepPoint { arm, axes } = run.point.as_deref().unwrap();
            prop_assert_eq!(axes.len(), seen.len());
            prop_assert!(run.arm.starts_with(arm.as_str()) || arm == RunSpec::BASE);
            prop_assert_eq!(&again(run), run);
        }
    }
}

#[test]
fn one_value_has_one_name_however_it_is_written() {
    let named = |values: &str| {
        let text = format!("{NORMAL}[sweep]\n\"init.std\" = [{values}]\n");
        names(&swept(&text)).join(" ")
    };
    assert_eq!(named("0.1, 1"), named("1e-1, 1.0"));
    assert_eq!(named("0.1, 1"), "std=0.1 std=1.0");
    let batches = |values: &str| {
        names(&swept(&format!("[sweep]\ntraining.batch_size = [{values}]\n"))).join(" ")
    };
    assert_eq!(batches("16.0, 32"), "batch_size=16 batch_size=32");
    let betas =
        |values: &str| names(&swept(&format!("[sweep]\noptimizer.betas = [{values}]\n"))).join(" ");
    assert_eq!(betas("[0, 0.9]"), betas("[0.0, 0.9]"));
}
