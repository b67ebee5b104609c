//! Commands that cannot run: they say why, in the same words as `plan`, and change nothing.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::idx::Set;
use common::{Lab, stderr};
use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const STUDY: &str = "title = \"Two starts\"\nseeds = 2\n[model]\nhidden = [8]\n[training]\n\
                     batch_size = 4\nmax_steps = 3\n[data]\nset = \"set\"\nvalidation = 50\n\
                     [arms.a]\ninit = \"he_normal\"\n[arms.b]\ninit = \"orthogonal\"\n";

/// Every file below a folder with its content and the time of its last change, and every folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Option<(Vec<u8>, std::time::SystemTime)>> {
    let mut contents = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                contents.insert(path.clone(), None);
                folders.push(path);
            } else {
                let changed = entry.metadata().unwrap().modified().unwrap();
                contents.insert(path.clone(), Some((fs::read(&path).unwrap(), changed)));
            }
        }
    }
    contents
}

/// A folder with the study of a small data set, trained.
fn trained() -> Lab {
    let lab = Lab::new();
    lab.write("study.toml", STUDY);
    Set::default().write_usual(&lab.path().join("set"));
    assert!(lab.train(&["--config", "study.toml"]).status.success());
    lab
}

/// Runs a command that is refused and its plan, which must say the same, and gives the message.
/// Neither may change the records.
fn refused(lab: &Lab, arguments: &[&str]) -> String {
    let before = contents(&lab.path().join("runs"));
    let run = lab.train(arguments);
    let plan = lab.train(&[&["plan"], arguments].concat());
    assert_eq!(run.status.code(), Some(2), "{}", stderr(&run));
    assert_eq!(plan.status.code(), Some(2), "{}", stderr(&plan));
    assert_eq!(stderr(&run), stderr(&plan));
    assert!(before == contents(&lab.path().join("runs")), "the records were changed");
    stderr(&run)
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn a_backend_that_is_not_built_is_said_once_and_the_finished_records_stay() {
    let lab = trained();
    assert_snapshot!(refused(&lab, &["--config", "study.toml", "--backend", "wgpu"]));
    let compared = lab.train(&["compare", "runs/study"]);
    assert!(compared.status.success(), "{}", stderr(&compared));
}

#[test]
fn what_is_wrong_with_a_data_set_is_said_with_its_place() {
    let lab = trained();
    fs::create_dir(lab.path().join("empty")).unwrap();
    Set { training: 40, ..Set::default() }.write_usual(&lab.path().join("few"));
    Set::default().write_usual(&lab.path().join("torn"));
    let torn = lab.path().join("torn/t10k-images-idx3-ubyte");
    let bytes = fs::read(&torn).unwrap();
    fs::write(&torn, &bytes[..bytes.len() - 1]).unwrap();
    Set { rows: 1, columns: 1, classes: 2, ..Set::default() }.write_usual(&lab.path().join("one"));
    let study = |change: &str| {
        vec!["--config".to_owned(), "study.toml".into(), "--set".into(), change.into()]
    };
    let mut messages = Vec::new();
    for change in [
        "data.set=nowhere",
        "data.set=empty",
        "data.set=few",
        "data.set=torn",
        "training.batch_size=390",
        "data.validation=400",
    ] {
        let arguments = study(change);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        messages.push(format!("## {change}\n{}", refused(&lab, &arguments)));
    }
    lab.write("arm.toml", &format!("{STUDY}training.batch_size = 380\n"));
    messages.push(format!("## in an arm\n{}", refused(&lab, &["--config", "arm.toml"])));
    let sweep = format!("{STUDY}[sweep]\n\"data.validation\" = [100, 400, 500]\n");
    lab.write("sweep.toml", &sweep);
    messages.push(format!("## in a sweep\n{}", refused(&lab, &["--config", "sweep.toml"])));
    assert_snapshot!(messages.join("\n"));
}

#[test]
fn a_default_that_does_not_fit_a_small_set_is_said_at_the_set() {
    let lab = Lab::new();
    lab.write("small.toml", "[data]\nset = \"set\"\n");
    Set::default().write_usual(&lab.path().join("set"));
    assert_snapshot!(refused(&lab, &["--config", "small.toml"]));
}

#[test]
fn weights_that_the_first_batch_cannot_scale_are_refused_before_a_run() {
    let lab = Lab::new();
    lab.write("blank.toml", &STUDY.replace("he_normal", "lsuv"));
    let set = Set::default();
    set.write_usual(&lab.path().join("set"));
    let images = lab.path().join("set/train-images-idx3-ubyte");
    let mut bytes = fs::read(&images).unwrap();
    bytes[16..].fill(0);
    fs::write(&images, bytes).unwrap();
    assert_snapshot!(refused(&lab, &["--config", "blank.toml"]));
}

#[test]
fn a_record_of_other_settings_comes_back_when_it_is_asked_for_again() {
    let lab = trained();
    let records = |lab: &Lab| {
        ["a", "b"].map(|arm| {
            let folder = lab.path().join(format!("runs/study/{arm}"));
            let files = ["seed-0", "seed-1"]
                .map(|seed| fs::read(folder.join(seed).join("run.json")).unwrap());
            files.concat()
        })
    };
    let first = records(&lab);
    let other = ["--config", "study.toml", "--set", "training.max_steps=2"];
    assert!(lab.train(&other).status.success());
    assert_ne!(records(&lab), first);
    let compared = stderr(&lab.train(&["compare", "runs/study"]));
    assert_snapshot!(compared);
    let plan = lab.json(&["plan", "--config", "study.toml"]);
    assert!(plan.as_array().unwrap().iter().all(|run| run["status"] == "set aside"), "{plan}");
    let runs = lab.json(&["--config", "study.toml"]);
    assert!(runs.as_array().unwrap().iter().all(|run| run["skipped"] == true), "{runs}");
    assert_eq!(records(&lab), first);
    // And the others are where these were.
    assert!(lab.json(&other).as_array().unwrap().iter().all(|run| run["skipped"] == true));
    assert!(lab.json(&["--config", "study.toml", "--force"])[0]["skipped"] == false);
}

#[test]
fn finished_runs_need_neither_their_data_nor_their_backend_again() {
    let lab = trained();
    fs::rename(lab.path().join("set"), lab.path().join("gone")).unwrap();
    assert!(lab.train(&["--config", "study.toml"]).status.success());
    assert!(lab.train(&["plan", "--config", "study.toml"]).status.success());
    let replay = lab.train(&["replay", "runs/study/a/seed-0"]);
    assert_eq!(replay.status.code(), Some(2));
    assert_snapshot!(stderr(&replay));
}

/// What makes the command impossible.
#[derive(Debug, Clone)]
enum Fault {
    Flags(&'static [&'static str]),
    Config(&'static str),
    /// The file is cut to a part of its length.
    Cut(&'static str, Index),
    /// The file is not there.
    Gone(&'static str),
}

fn fault() -> impl Strategy<Value = Fault> {
    const FLAGS: &[&[&str]] = &[
        &["--set", "data.set=nowhere"],
        &["--set", "data.validation=400"],
        &["--set", "training.batch_size=351"],
        &["--set", "init.std=0.1"],
        &["--set", "optimizer.learning_rate=-1"],
        &["--set", "tpyo=1"],
        #[cfg(not(feature = "wgpu"))]
        &["--backend", "wgpu"],
    ];
    const CONFIGS: &[&str] = &[
        "optimizer.lerning_rate = 0.1\n",
        "[arms.c]\ninit = \"he_norml\"\n",
        "[arms.c]\ntraining.batch_size = 1000\n",
        "[arms.c]\ndata.set = \"set/t10k-images-idx3-ubyte\"\n",
    ];
    const FILES: &[&str] = &[
        "set/train-images-idx3-ubyte",
        "set/train-labels-idx1-ubyte",
        "set/t10k-images-idx3-ubyte",
        "set/t10k-labels-idx1-ubyte",
    ];
    prop_oneof![
        select(FLAGS).prop_map(Fault::Flags),
        select(CONFIGS).prop_map(Fault::Config),
        (select(FILES), any::<Index>()).prop_map(|(file, part)| Fault::Cut(file, part)),
        select(FILES).prop_map(Fault::Gone),
    ]
}

/// Flags of a command that left records before.
const EARLIER: &[&[&str]] =
    &[&[], &["--set", "training.max_steps=2"], &["--set", "training.max_steps=2", "--seeds", "3"]];

/// Each case runs the binary some times.
fn few_cases() -> ProptestConfig {
    ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(few_cases())]

    /// Whatever was recorded before, and whatever makes the command impossible.
    #[test]
    fn a_command_that_cannot_run_changes_nothing_on_disk(
        fault in fault(),
        earlier in select(EARLIER),
        again in any::<bool>(),
    ) {
        let lab = Lab::new();
        lab.write("study.toml", STUDY);
        Set::default().write_usual(&lab.path().join("set"));
        let command = ["--config", "study.toml", "--quiet"];
        lab.train(&[&command[..], earlier].concat());
        if again {
            lab.train(&[&command[..], &["--set", "model.hidden=[4]"]].concat());
        }
        // New settings, so that there is something to train.
        let mut arguments = [&command[..], &["--set", "training.epochs=1"]].concat();
        match &fault {
            Fault::Flags(flags) => arguments.extend(*flags),
            Fault::Config(text) => {
                lab.write("study.toml", &format!("{STUDY}{text}"));
            }
            Fault::Cut(file, part) => {
                let bytes = fs::read(lab.path().join(file)).unwrap();
                fs::write(lab.path().join(file), &bytes[..part.index(bytes.len())]).unwrap();
            }
            Fault::Gone(file) => fs::remove_file(lab.path().join(file)).unwrap(),
        }
        let before = contents(&lab.path().join("runs"));
        let output = lab.train(&arguments);
        prop_assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        prop_assert!(before == contents(&lab.path().join("runs")), "{}", stderr(&output));
        prop_assert!(!stderr(&output).contains("panicked"));
    }
}
