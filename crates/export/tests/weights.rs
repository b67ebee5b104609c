//! Weights, read back with the libraries that write them.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::PathBuf;

use common::{Lab, Synthetic, weights};
use export::Format;
use safetensors::SafeTensors;

const WIDTHS: [usize; 3] = [3, 2, 2];

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().copied().map(f32::from_le_bytes).collect()
}

fn tensor(bytes: &[u8], name: &str) -> (Vec<usize>, Vec<f32>) {
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let tensor = tensors.tensor(name).unwrap();
    (tensor.shape().to_vec(), floats(tensor.data()))
}

#[test]
fn final_weights_are_the_recorded_ones_to_the_bit() {
    let lab = Lab::with(&[Synthetic::default(), Synthetic { arm: "a", ..Synthetic::default() }]);
    let exported = lab.export(Format::Safetensors, None).unwrap();
    assert_eq!(exported.entries, [lab.path("out/study")]);
    let files =
        ["export.json", "study/a/seed-0/final.safetensors", "study/base/seed-0/final.safetensors"];
    assert_eq!(lab.files("out"), files);
    let written = std::fs::read(lab.path("out/study/base/seed-0/final.safetensors")).unwrap();
    let recorded = weights(&WIDTHS, 1);
    for name in ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"] {
        assert_eq!(tensor(&written, name), tensor(&recorded, name));
    }
    let (_, metadata) = SafeTensors::read_metadata(&written).unwrap();
    assert_eq!(metadata.metadata().as_ref().unwrap()["run"], "0000000000000000");
}

#[test]
fn initial_weights_are_those_that_are_drawn_again() {
    let lab = Lab::with(&[Synthetic::default()]);
    lab.export(Format::Safetensors, Some("initial,final")).unwrap();
    let file = |name: &str| {
        std::fs::read(lab.path(format!("out/study/base/seed-0/{name}.safetensors"))).unwrap()
    };
    let weight = |name: &str| tensor(&file(name), "layers.1.weight");
    assert_eq!(weight("initial"), tensor(&weights(&WIDTHS, 0), "layers.1.weight"));
    assert_eq!(weight("final"), tensor(&weights(&WIDTHS, 1), "layers.1.weight"));
}

#[test]
fn pytorch_has_its_own_names_and_the_transpose() {
    let lab = Lab::with(&[Synthetic::default()]);
    lab.export(Format::Pytorch, None).unwrap();
    let folder = lab.path("out/study/base/seed-0");
    let written = std::fs::read(folder.join("final.safetensors")).unwrap();
    let (shape, values) = tensor(&written, "0.weight");
    let (_, recorded) = tensor(&weights(&WIDTHS, 1), "layers.0.weight");
    assert_eq!(shape, [2, 3]);
    assert_eq!(values, [0, 2, 4, 1, 3, 5].map(|n: usize| recorded[n]));
    assert_eq!(tensor(&written, "2.bias").1, [0.0, 1.0]);
    let archive = std::fs::read(folder.join("final.pt")).unwrap();
    let archive = rawzip::ZipArchive::from_slice(&archive).unwrap();
    let names = archive
        .entries()
        .map(|entry| String::from_utf8_lossy(entry.unwrap().file_path().as_ref()).into_owned());
    let data = (0..4).map(|index| format!("data/{index}"));
    let files = ["data.pkl".to_owned(), "byteorder".to_owned()].into_iter().chain(data);
    let files = files.chain(["version".to_owned()]).map(|name| format!("archive/{name}"));
    assert!(names.eq(files));
}

#[test]
fn two_records_of_one_name_do_not_overwrite_each_other() {
    let lab = Lab::with(&[Synthetic::default()]);
    Synthetic::default().write(&lab.path("runs/copy"));
    lab.export(Format::Safetensors, None).unwrap();
    assert_eq!(
        lab.files("out/study/base"),
        ["seed-0-0000000000000000/final.safetensors", "seed-0/final.safetensors"]
    );
}

#[test]
fn weights_that_are_missing_damaged_or_of_another_run_are_told_and_nothing_is_written() {
    let lab = Lab::with(&[Synthetic::default(), Synthetic { seed: 1, ..Synthetic::default() }]);
    let told = |format, weights| {
        let told = lab.told(lab.export(format, weights));
        assert!(!lab.path("out").exists());
        assert_eq!(std::fs::read_dir(lab.path("")).unwrap().count(), 1);
        told
    };
    let path: PathBuf = lab.runs().join("study/base/seed-1/model.safetensors");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    for format in [Format::Safetensors, Format::Pytorch, Format::Mlflow, Format::Tensorboard] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(format, None), @"runs/study/base/seed-1/model.safetensors \
                is damaged: its checksum is not the one in run.json");
        }
    }
    std::fs::remove_file(&path).unwrap();
    insta::assert_snapshot!(told(Format::Safetensors, None), @"cannot read \
        runs/study/base/seed-1/model.safetensors: No such file or directory (os error 2)");
    let other =
        lab.export_with(Format::Safetensors, Some("initial"), false, &|_| Ok(weights(&WIDTHS, 5)));
    insta::assert_snapshot!(lab.told(other), @"runs/study/base/seed-0: its initial weights: this \
        program draws others than version 0.1.0, which wrote the record");
    let none = lab.export_with(Format::Safetensors, Some("initial"), false, &|_| {
        Err("config.toml is gone".to_owned())
    });
    insta::assert_snapshot!(lab.told(none), @"runs/study/base/seed-0: its initial weights: \
        config.toml is gone");
}
