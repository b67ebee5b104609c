//! `train probe` and `train explain`: what they print and keep, and that they change no run.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::fs;

use common::{Lab, config};

fn text(lab: &Lab, arguments: &[&str]) -> String {
    let output = lab.train(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_probe_shows_theory_beside_what_it_measures_and_keeps_it() {
    let lab = Lab::new();
    let normal = config("normal");
    let arguments = ["probe", "--config", &normal, "--images", "100"];
    let first = text(&lab, &arguments);
    assert!(first.contains("chi_1 1.28") && first.contains("theory"), "{first}");
    let kept = lab.path().join("runs/normal/base/seed-0/probe.json");
    let written = fs::metadata(&kept).unwrap().modified().unwrap();
    assert_eq!(text(&lab, &arguments), first);
    assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), written, "not measured again");
    let other = text(&lab, &["probe", "--config", &normal, "--images", "50"]);
    assert_ne!(other, first, "other images are another probe");
}

#[test]
fn every_number_comes_as_json_and_csv() {
    let lab = Lab::new();
    let starts = config("zeros_vs_ones");
    let arms = lab.json(&["probe", "--config", &starts, "--images", "20", "--seeds", "2"]);
    let arms = arms.as_array().unwrap();
    assert_eq!(arms.len(), 2);
    assert_eq!(arms[0]["findings"][0]["rule"], "equal_units");
    assert_eq!(arms[1]["no_theory"], "the weights of layer 1 have mean 1, not 0");
    let csv = text(
        &lab,
        &["probe", "--config", &starts, "--images", "20", "--seeds", "2", "--format", "csv"],
    );
    assert!(csv.starts_with("experiment,arm,layer,quantity,mean,std,seeds,theory,low,high\n"));
    assert!(csv.lines().all(|line| line.split(',').count() == 10), "{csv}");
    let markdown =
        text(&lab, &["probe", "--config", &starts, "--images", "20", "--format", "markdown"]);
    assert!(markdown.starts_with("| arm | loss |"), "{markdown}");
}

#[test]
fn looking_inside_changes_no_bit_of_a_run() {
    let (plain, probed) = (Lab::new(), Lab::new());
    let normal = config("normal");
    let short = ["--config", &normal, "--set", "training.max_steps=4"];
    text(&probed, &[&["probe", "--images", "10"], &short[..]].concat());
    text(&plain, &short);
    text(&probed, &short);
    let losses =
        |lab: &Lab| fs::read(lab.path().join("runs/normal/base/seed-0/steps.csv")).unwrap();
    assert_eq!(losses(&plain), losses(&probed));
    let status = text(&probed, &["status", "runs"]);
    assert!(status.contains("finished"), "{status}");
}

/// The loss that the probe finds, and the first one that training records, over the same images.
fn losses_of_both(settings: &str) -> [f64; 2] {
    let lab = Lab::new();
    let config = lab.path().join("parts.toml");
    let base = "data.train = 100\ntraining = { batch_size = \"all\", max_steps = 1 }\n\
                init.kind = \"he_normal\"\nmodel.hidden = [12, 12, 12]\n";
    fs::write(&config, format!("{base}{settings}\n")).unwrap();
    let arguments = ["--config", config.to_str().unwrap()];
    let csv = text(&lab, &[&["probe", "--format", "csv"], &arguments[..]].concat());
    let line = csv.lines().find(|line| line.contains(",loss,")).unwrap();
    text(&lab, &arguments);
    let steps = fs::read_to_string(lab.path().join("runs/parts/base/seed-0/steps.csv")).unwrap();
    let step = steps.lines().nth(1).unwrap();
    [(line, 4), (step, 1)].map(|(line, at)| line.split(',').nth(at).unwrap().parse().unwrap())
}

#[test]
fn a_probe_of_norms_and_blocks_finds_the_loss_that_training_starts_from() {
    for settings in [
        "model.norm = \"batch\"",
        "model.norm = { kind = \"layer\", position = \"after\" }\nmodel.output_scale = 3.0",
        "model.norm = \"rms\"\nmodel.residual = \"inverse_sqrt_depth\"",
        "model.norm = \"batch\"\nmodel.residual = { kind = \"identity\", zero_end = true }",
        "model.residual = { kind = \"skip_init\", start = 0.5 }",
        "model.residual = { kind = \"identity\", block = 2, end = \"sum\" }",
        "model.residual = \"fixup\"",
        "model.parametrization = \"ntk\"",
        "model.parametrization = \"mup\"\nmodel.base_width = 3",
        "model.activation = \"sine(3)\"\ninit.permute = true",
    ] {
        let [probed, trained] = losses_of_both(settings);
        assert!((probed - trained).abs() < 1e-5 * trained, "{settings}: {probed}, {trained}");
    }
}

#[test]
fn a_start_that_waits_for_its_last_layer_is_no_symptom() {
    let lab = Lab::new();
    let normal = config("normal");
    for settings in
        [&["model.residual=fixup", "model.hidden=[16, 16, 16]"][..], &["init.layers.last=zeros"]]
    {
        let mut arguments = vec!["probe", "--config", normal.as_str(), "--images", "20"];
        arguments.extend(settings.iter().flat_map(|setting| ["--set", *setting]));
        let said = text(&lab, &arguments);
        assert!(!said.contains("no gradient") && !said.contains("equal units"), "{said}");
    }
}

#[test]
fn theory_is_silent_about_norms_and_blocks_and_says_so() {
    let lab = Lab::new();
    let normal = config("normal");
    let with = |setting: &str| {
        let arguments = ["probe", "--config", &normal, "--images", "10", "--set", setting];
        text(&lab, &arguments)
    };
    assert!(with("model.norm=layer").contains("theory is of networks without `model.norm`"));
    assert!(!with("model.dropout=0.1").contains("theory is of networks without"));
    let kernel = ["probe", "--config", &normal, "--kernel", "4", "--set", "model.norm=batch"];
    let refused = lab.train(&kernel);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("the tangent kernel is measured of networks without norms"), "{said}");
}

#[test]
fn extreme_networks_give_a_result_or_a_plain_statement() {
    let lab = Lab::new();
    let deep = format!("model.hidden=[{}]", ["8"; 49].join(", "));
    for settings in [
        &[deep.as_str()][..],
        &["model.hidden=[1, 1]"],
        &["init=zeros"],
        &["init={ kind = \"constant\", value = 1e38 }"],
        &["init={ kind = \"normal\", std = 1e38 }"],
        &["model.activation=thresholded_relu", "model.bias=false"],
        &["init=identity"],
        &["init=lsuv"],
    ] {
        let mut arguments = vec!["probe", "--config"];
        let normal = config("normal");
        arguments.extend([normal.as_str(), "--images", "10", "--kernel", "4", "--hessian", "10"]);
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        let output = lab.train(&arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!error.contains("panicked"), "{settings:?}: {error}");
        assert!(matches!(output.status.code(), Some(0 | 2)), "{settings:?}: {error}");
    }
}

#[test]
fn wrong_flags_are_told_before_anything_is_written() {
    let lab = Lab::new();
    let normal = config("normal");
    for wrong in [["--block", "3..1"], ["--images", "1"], ["--format", "xml"]] {
        let output = lab.train(&[&["probe", "--config", normal.as_str()], &wrong[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    let output = lab.train(&["explain", config("zeros_vs_ones").as_str()]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("name one with --arm") && error.contains("zeros, ones"), "{error}");
    let output = lab.train(&["explain", "nothing.toml"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing.toml does not exist"));
    assert!(!lab.path().join("runs").exists());
}

#[test]
fn pictures_of_a_probe_lie_beside_its_records_or_where_they_are_asked_for() {
    let lab = Lab::new();
    let starts = config("he_vs_glorot");
    text(&lab, &["probe", "--config", &starts, "--images", "20", "--pictures"]);
    for name in ["signal", "gradient", "singular-values", "activations", "phase-plane"] {
        for extension in ["svg", "png"] {
            let file = lab.path().join(format!("runs/he_vs_glorot/inside/{name}.{extension}"));
            assert!(file.is_file(), "{}", file.display());
        }
    }
    let sweep = ["--set", "init.std=0.01,0.1", "--set", "optimizer.learning_rate=0.1,0.2"];
    let normal = config("normal");
    let arguments = ["probe", "--config", &normal, "--images", "20", "--pictures", "drawn"];
    text(&lab, &[&arguments[..], &sweep].concat());
    assert!(lab.path().join("drawn/gradient-map.svg").is_file());
    // They are no records.
    text(&lab, &["--config", &normal, "--set", "training.max_steps=2", "--quiet"]);
    let status = text(&lab, &["status", "runs"]);
    assert!(status.contains("finished") && !status.contains("inside"), "{status}");
}

#[test]
fn a_report_makes_the_probes_that_are_missing_and_shows_them() {
    let lab = Lab::new();
    let starts = config("zeros_vs_ones");
    let run = ["--config", &starts, "--set", "training.max_steps=2", "--quiet"];
    text(&lab, &run);
    let page = || fs::read_to_string(lab.path().join("runs/report.html")).unwrap();
    text(&lab, &["report", "runs"]);
    assert!(!page().contains("<h2 id=\"inside\">"));
    text(&lab, &["report", "runs", "--probe"]);
    assert!(page().contains("<h2 id=\"inside\">") && page().contains("units of layers 1, 2"));
    assert!(lab.path().join("runs/zeros_vs_ones/ones/seed-0/probe.json").is_file());
    text(&lab, &["report", "runs"]);
    assert!(page().contains("<h2 id=\"inside\">"), "they are kept");
}

#[test]
fn a_loss_that_no_probe_knows_is_told_before_anything_is_measured() {
    let lab = Lab::new();
    let starts = config("normal");
    let mse = ["--config", &starts, "--set", "training.loss=mse"];
    let output = lab.train(&[&["probe"], &mse[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("cannot be looked into with `training.loss`"), "{error}");
    assert!(!lab.path().join("runs").exists());
    // A report tells it and goes on.
    text(&lab, &[&mse[..], &["--set", "training.max_steps=2", "--quiet"]].concat());
    let output = lab.train(&["report", "runs", "--probe"]);
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("note: 1 run left out: a start cannot be looked into"), "{told}");
}

#[test]
fn theory_stands_beside_weights_that_were_scaled_and_not_beside_those_that_were_read() {
    let lab = Lab::new();
    let normal = config("normal");
    let scaled = ["probe", "--config", &normal, "--images", "50", "--set", "init.factor=0.5"];
    let arms = lab.json(&scaled);
    let quantities = arms[0]["quantities"].as_array().unwrap();
    let weight = quantities.iter().find(|row| row["quantity"] == "weight_rms").unwrap();
    let [mean, theory] = ["mean", "theory"].map(|key| weight[key].as_f64().unwrap());
    assert!((theory - 0.05).abs() < 1e-12 && (mean - theory).abs() < 0.001, "{weight}");
    text(&lab, &["--config", &normal, "--set", "training.max_steps=2", "--quiet"]);
    let from = "init.from=runs/normal/base/seed-0";
    let arms = lab.json(&["probe", "--config", &normal, "--images", "50", "--set", from]);
    let unmet = arms[0]["no_theory"].as_str().unwrap();
    assert_eq!(unmet, "the weights are those of runs/normal/base/seed-0, not drawn");
}

#[test]
fn every_symptom_of_a_start_has_an_arm_that_tests_it() {
    let lab = Lab::new();
    let short = ["--seeds", "1", "--quiet", "--set", "training.max_steps=2"];
    let starts = config("ten_starts");
    for (arm, arms) in [
        ("zeros", &["equal_units", "dead_1"][..]),
        ("ones", &["equal_units", "no_gradient", "hardly_moves"]),
        ("uniform_neg1_1", &["loss", "hardly_moves"]),
    ] {
        let said = text(&lab, &[&["explain", &starts, "--arm", arm], &short[..]].concat());
        for name in arms {
            let folder = format!("runs/explain_ten_starts_{arm}/{name}/seed-0");
            assert!(lab.path().join(folder).is_dir(), "{name}: {said}");
        }
    }
    let tanh = ["model.activation=tanh", "init={ kind = \"normal\", std = 1 }"];
    let set = tanh.iter().flat_map(|setting| ["--set", setting]);
    let arguments: Vec<&str> = ["explain", "tanh.toml"].into_iter().chain(set).collect();
    lab.write("tanh.toml", "");
    let said = text(&lab, &[&arguments[..], &short].concat());
    assert!(said.contains("saturated 1: the same weights divided by"), "{said}");
}

#[test]
fn an_explanation_trains_the_test_of_a_symptom_beside_the_start_and_a_reference() {
    let lab = Lab::new();
    let small = config("uniform_0.001");
    let said = text(
        &lab,
        &["explain", &small, "--seeds", "2", "--quiet", "--set", "training.max_steps=20"],
    );
    assert!(said.contains("overwrites the start"), "{said}");
    assert!(said.contains("optimizer.learning_rate=0.0001"), "{said}");
    assert!(said.contains("of the gap"), "{said}");
    for arm in ["as_it_is", "reference", "overwritten"] {
        assert!(lab.path().join(format!("runs/explain_uniform_0.001/{arm}/seed-1")).is_dir());
    }
}
