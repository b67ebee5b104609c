//! Data sets as people have them: names, folders, labels and image sizes, end to end.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::fs;

use common::idx::{Labels, Set};
use common::{Lab, stderr};
use insta::assert_snapshot;

const SMALL: &str = "[model]\nhidden = [8]\n[training]\nbatch_size = 4\nmax_steps = 3\n\
                     [data]\nset = \"set\"\nvalidation = 6\n";

#[test]
fn the_names_that_people_have_give_the_same_run() {
    let set = Set { classes: 3, ..Set::default() };
    let train = ["train-images", "train-labels"];
    let names = [
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"],
        ["train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte"],
        [
            "MNIST/raw/train-images-idx3-ubyte.gz",
            "MNIST/raw/train-labels-idx1-ubyte.gz",
            "MNIST/raw/t10k-images-idx3-ubyte.gz",
        ],
        [
            "train-images.idx3-ubyte/train-images.idx3-ubyte",
            "train-labels.idx1-ubyte/train-labels.idx1-ubyte",
            "t10k-images.idx3-ubyte/t10k-images.idx3-ubyte",
        ],
        [
            "emnist-digits-train-images-idx3-ubyte",
            "emnist-digits-train-labels-idx1-ubyte",
            "emnist-digits-test-images-idx3-ubyte",
        ],
    ];
    assert_eq!(train.len(), 2);
    let mut steps = Vec::new();
    for [images, labels, test] in names {
        let lab = Lab::new();
        lab.write("x.toml", SMALL);
        let test_labels = test.replace("images", "labels").replace("idx3", "idx1");
        set.write(&lab.path().join("set"), [images, labels, test, &test_labels]);
        assert_eq!(lab.json(&["--config", "x.toml"])[0]["status"], "finished");
        let run = record::read_run(&lab.path().join("runs/x/base/seed-0")).unwrap();
        steps.push((run.steps, run.record.provenance.data));
    }
    assert!(steps.windows(2).all(|pair| pair[0] == pair[1]), "{steps:?}");
}

#[test]
fn the_network_follows_the_data_in_size_and_classes() {
    let sets = [
        (Set { classes: 2, rows: 1, columns: 3, ..Set::default() }, [3, 2]),
        (Set { classes: 27, first: 1, rows: 5, columns: 3, ..Set::default() }, [15, 27]),
        (Set { classes: 10, labels: Labels::Qmnist, ..Set::default() }, [16, 10]),
        (Set { classes: 300, labels: Labels::Short, ..Set::default() }, [16, 300]),
    ];
    for (set, [inputs, outputs]) in sets {
        let lab = Lab::new();
        lab.write("x.toml", SMALL);
        set.write_usual(&lab.path().join("set"));
        let output = lab.train(&["--config", "x.toml"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let record = record::read_record(&lab.path().join("runs/x/base/seed-0")).unwrap();
        let shapes: Vec<_> = record.initial_weights.iter().map(|layer| layer.shape).collect();
        assert_eq!(shapes, [[inputs, 8], [8, outputs]]);
        assert!(lab.train(&["replay", "runs/x/base/seed-0"]).status.success());
        let drawn = String::from_utf8(lab.train(&["hist", "--config", "x.toml"]).stdout).unwrap();
        assert!(drawn.contains(&format!("layer 1: {inputs} × 8")), "{drawn}");
        assert!(drawn.contains(&format!("layer 2: 8 × {outputs}")), "{drawn}");
    }
}

#[test]
fn labels_that_start_at_1_are_told_of() {
    let lab = Lab::new();
    lab.write("x.toml", SMALL);
    let set = Set { classes: 27, first: 1, rows: 5, columns: 3, ..Set::default() };
    set.write_usual(&lab.path().join("set"));
    let output = lab.train(&["plan", "--config", "x.toml"]);
    assert_snapshot!(stderr(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    let line = "set: 400 training and 300 test images of 5 x 3 in 27 classes, from \
                set/train-images-idx3-ubyte and others";
    assert!(printed.contains(line), "{printed}");
}

#[test]
fn several_gzip_members_are_read_and_what_follows_them_is_told() {
    let lab = Lab::new();
    lab.write("x.toml", SMALL);
    let set = Set { members: 3, ..Set::default() };
    let names = [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ];
    set.write(&lab.path().join("set"), names);
    assert_eq!(lab.json(&["--config", "x.toml"])[0]["status"], "finished");
    let path = lab.path().join("set/train-images-idx3-ubyte.gz");
    let bytes = [fs::read(&path).unwrap(), b"garbage".to_vec()].concat();
    fs::write(&path, bytes).unwrap();
    let output = lab.train(&["plan", "--config", "x.toml", "--seed", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(stderr(&output));
}

#[test]
fn a_home_directory_is_understood_in_paths() {
    let lab = Lab::new();
    let text = SMALL.replace("\"set\"", "\"~/set\"");
    lab.write("x.toml", &text);
    Set::default().write_usual(&lab.path().join("set"));
    let output = lab
        .command(&["--config", "x.toml", "--out=~/records"])
        .env("HOME", lab.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(lab.path().join("records/x/base/seed-0/run.json").exists());
    assert!(!lab.path().join("~").exists());
}
