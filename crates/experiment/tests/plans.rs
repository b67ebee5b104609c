//! What configs resolve to.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::path::{Path, PathBuf};

use experiment::{AdapterKind, Algorithm, DeviceChoice, Length, Overrides, Plan, load};
use initializers::Initializer;
use proptest::prelude::*;

fn load_with(text: &str, set: &[&str]) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let set = set.iter().map(|text| ("--set".to_owned(), (*text).to_owned())).collect();
    load(&[file], &Overrides { set, ..Overrides::default() }).unwrap()
}

fn plan(text: &str) -> Plan {
    load_with(text, &[])
}

#[test]
fn an_empty_file_is_the_tutorials_setting() {
    let plan = plan("");
    let [run] = plan.runs().try_into().unwrap();
    assert_eq!((run.experiment.as_str(), run.arm.as_str(), run.seed.weights), ("x", "base", 0));
    assert_eq!(run.settings.model.widths(), [784, 256, 128, 10]);
    assert_eq!(
        run.settings.optimizer.algorithm,
        Algorithm::Adam { betas: [0.9, 0.999], epsilon: 1e-8 }
    );
    assert_eq!(run.settings.optimizer.learning_rate, 0.001);
    assert_eq!(run.settings.steps(55_000), 858);
    assert_eq!(run.settings.init.base.bias, Initializer::Zeros);
}

#[test]
fn arms_differ_from_the_base_and_share_its_seeds() {
    let plan = plan(
        "seeds = [7, 9]\ninit = { kind = \"normal\", std = 0.1 }\n\
         [arms.same]\n[arms.wide]\ninit.std = 0.5\n[arms.other]\ninit = \"ones\"\n[arms.slow]\n\
         optimizer.learning_rate = 1e-4",
    );
    let runs = plan.runs();
    let labels: Vec<String> = runs.iter().map(|run| run.label()).collect();
    assert_eq!(labels[..4], ["x/same seed 7", "x/wide seed 7", "x/other seed 7", "x/slow seed 7"]);
    assert_eq!(runs.len(), 8);
    assert_eq!(runs[1].settings.init.base.weight, Initializer::Normal { mean: 0.0, std: 0.5 });
    assert_eq!(runs[2].settings.init.base.weight, Initializer::Ones);
    assert_eq!(runs[3].settings.optimizer.learning_rate, 1e-4);
    assert_eq!(runs[3].settings.init, runs[0].settings.init);
}

#[test]
fn flags_are_laid_over_files_and_arms() {
    let plan = load_with(
        "training = { max_steps = 10 }\n[arms.a]\ninit = \"zeros\"\n[arms.b]\n\
         init = \"general_rule\"",
        &["seeds=2", "training.epochs=3", "init=ones", "optimizer.kind=sgd"],
    );
    let runs = plan.runs();
    assert_eq!(runs.len(), 4);
    for run in runs {
        assert_eq!(run.settings.training.length, Length::Epochs(3));
        assert_eq!(run.settings.init.base.weight, Initializer::Ones);
        assert_eq!(
            run.settings.optimizer.algorithm,
            Algorithm::Sgd { momentum: 0.0, nesterov: false }
        );
    }
}

#[test]
fn a_device_is_a_number_or_a_kind_and_part_of_the_run_only_where_it_is_chosen() {
    let device = |text: &str, set: &[&str]| load_with(text, set).runs()[0].settings.clone();
    let wgpu = device("backend = \"wgpu\"", &[]);
    assert_eq!(wgpu.device, DeviceChoice::Best);
    assert!(wgpu.entries().iter().all(|(name, _)| name != "device"));
    assert_eq!(device("", &["backend=wgpu", "device=1"]).device, DeviceChoice::Index(1));
    let cpu = device("backend = \"wgpu\"\ndevice = \"cpu\"", &[]);
    assert_eq!(cpu.device, DeviceChoice::Kind(AdapterKind::Cpu));
    assert!(cpu.entries().contains(&("device".to_owned(), "cpu".into())));
    // The other backends compute there anyway.
    assert_eq!(load_with("", &["device=cpu"]).runs()[0].id(), plan("").runs()[0].id());
}

#[test]
fn a_layer_may_differ_and_its_number_says_most() {
    let plan = plan(
        "model.hidden = [64, 32, 16]\n[init]\nkind = \"zeros\"\n\
         bias = { kind = \"constant\", value = 0.5 }\n\
         [init.layers]\nhidden = \"ones\"\nlast = { bias = \"ones\" }\n\
         2 = { kind = \"normal\", std = 0.3 }",
    );
    let init = &plan.runs()[0].settings.init;
    let half = Initializer::Constant { value: 0.5 };
    let layer = |n| (init.layer(n).weight.clone(), init.layer(n).bias.clone());
    assert_eq!(layer(1), (Initializer::Zeros, half));
    assert_eq!(layer(2).0, Initializer::Normal { mean: 0.0, std: 0.3 });
    assert_eq!(layer(3).0, Initializer::Ones);
    assert_eq!(layer(4), (Initializer::Zeros, Initializer::Ones));
}

#[test]
fn an_id_depends_on_numbers_and_not_on_names() {
    let id = |text: &str| plan(text).runs()[0].id();
    assert_eq!(
        id("title = \"a\""),
        id("name = \"b\"\ninit = { kind = \"truncated_normal\", std = 0.1 }")
    );
    assert_ne!(id(""), id("seeds = [1]"));
    assert_ne!(id(""), id("optimizer.epsilon = 1e-7"));
    assert_eq!(id(""), id("training.checkpoint_every = 100"));
    let recorded = "record = { layers = true, every = \"log\", images = 7, validate_every = 3 }";
    assert_eq!(id(""), id(recorded));
}

#[test]
fn ids_are_what_they_always_were() {
    assert_eq!(plan("").runs()[0].id(), "75ee4be1d3bf8291");
    assert_eq!(
        plan("seeds = [7]\noptimizer = \"sgd\"\ntraining.checkpoint_every = 9").runs()[0].id(),
        "278b0c10922b4984"
    );
}

#[test]
fn a_runs_cost_grows_with_what_it_computes() {
    let cost = |text: &str| plan(text).runs()[0].settings.cost();
    let usual = cost("");
    assert!((1.9..2.1).contains(&(cost("training.epochs = 4") / usual)));
    for dearer in [
        "model.hidden = [512, 128]",
        "training.record_loss = \"after_update\"",
        "training.batch_size = 16",
    ] {
        assert!(cost(dearer) > usual, "{dearer}");
    }
    for cheaper in [
        "optimizer = \"sgd\"",
        "model.bias = false",
        "training.max_steps = 10",
        "data.validation = 30000",
    ] {
        assert!(cost(cheaper) < usual, "{cheaper}");
    }
    assert!(cost("training.epochs = 1000000\nmodel.hidden = [65536, 65536]").is_finite());
}

#[test]
fn how_often_there_is_a_checkpoint_stays_in_the_resolved_config() {
    let run = plan("training.checkpoint_every = 100").runs().remove(0);
    assert_eq!(plan(&run.to_toml()).runs()[0].settings.training.checkpoint_every, Some(100));
}

#[test]
fn every_committed_config_resolves_to_itself() {
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(configs).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let plan = load(&files, &Overrides::default()).unwrap();
    for run in plan.runs() {
        let again = load_with(&run.to_toml(), &[]);
        assert_eq!(again.runs(), [run]);
    }
}

proptest! {
    #[test]
    fn any_text_is_a_plan_or_a_message(text in "([a-z._]{1,12} ?= ?[-0-9a-z\"\\[\\]{}.,]{0,12}\n\
     |\\[[a-z.]{1,10}\\]\n|init = .{0,20}\n){0,6}") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, &text).unwrap();
        if let Err(problems) = load(&[file], &Overrides::default()) {
            prop_assert!(!problems.render(false).is_empty());
            prop_assert!(!problems.render(true).is_empty());
        }
    }
}

#[test]
fn every_example_of_the_documentation_is_a_plan() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let page = std::fs::read_to_string(page).unwrap();
    let examples: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 14);
    let configs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs/");
    for example in examples {
        let example = example.replace("extends = \"../", &format!("extends = \"{configs}"));
        assert!(!plan(&example).runs().is_empty(), "{example}");
    }
}
