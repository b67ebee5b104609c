//! What a run learns, as settings: classes, smaller and permuted images, sets that are drawn.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "../../training/testing/small_set.rs"]
mod small_set;

use common::{Lab, stderr};
use insta::assert_snapshot;
use serde_json::Value;

const SHORT: &str = "model.hidden = [16]\ntraining = { batch_size = 50, max_steps = 40 }\n";

/// The shapes of the layers, the validation accuracy and the first loss.
fn trained(lab: &Lab, config: &str) -> (Vec<[usize; 2]>, f64, f32) {
    lab.write("x.toml", &format!("{SHORT}{config}"));
    let runs = lab.json(&["--config", "x.toml", "--force"]);
    assert_eq!(runs[0]["status"], "finished");
    let run = record::read_run(&lab.path().join("runs/x/base/seed-0")).unwrap();
    let shapes = run.record.initial_weights.iter().map(|layer| layer.shape).collect();
    (shapes, run.record.metrics.unwrap().validation_accuracy, run.steps[0].loss)
}

#[test]
fn classes_and_pooling_give_smaller_networks_that_learn_mnist() {
    let lab = Lab::new();
    let (shapes, accuracy, _) = trained(&lab, "data = { classes = [3, 8], pool = 4 }\n");
    assert_eq!(shapes, [[49, 16], [16, 2]]);
    assert!(accuracy > 0.7, "{accuracy}");
    let (shapes, ..) = trained(&lab, "data.pool = 2\n");
    assert_eq!(shapes[0], [196, 16]);
    let replay = lab.train(&["replay", "runs/x/base/seed-0"]);
    assert!(replay.status.success(), "{}", stderr(&replay));
}

#[test]
fn permuted_pixels_are_learned_as_well_by_a_network_without_notions_of_space() {
    let lab = Lab::new();
    let (_, plain, first) = trained(&lab, "");
    let (_, permuted, first_permuted) = trained(&lab, "data.permute_pixels = true\n");
    assert!((plain - permuted).abs() < 0.1, "{plain} {permuted}");
    assert_ne!(first.to_bits(), first_permuted.to_bits());
    let (.., other) = trained(&lab, "data = { permute_pixels = true, seed = 1 }\n");
    assert_ne!(other.to_bits(), first_permuted.to_bits());
}

#[test]
fn random_labels_cannot_be_learned() {
    let lab = Lab::new();
    let (_, accuracy, _) = trained(&lab, "data.label_noise = 1\n");
    assert!(accuracy < 0.3, "{accuracy}");
}

#[test]
fn sets_are_drawn_without_files_and_are_swept_over() {
    let lab = Lab::new();
    let mixture = "kind = \"gaussian_mixture\", inputs = 30, classes = 4, images = 3000";
    let of = |more: &str| {
        let splits = "validation = 1000, normalize = \"standard\"";
        format!("data = {{ set = {{ {mixture}{more} }}, {splits} }}\n")
    };
    let (shapes, far, _) = trained(&lab, &of(", separation = 8"));
    assert_eq!(shapes, [[30, 16], [16, 4]]);
    let (_, near, _) = trained(&lab, &of(", separation = 0.5"));
    assert!(far > 0.95 && near < 0.6, "{far} {near}");
    let replay = lab.train(&["replay", "runs/x/base/seed-0"]);
    assert!(replay.status.success(), "{}", stderr(&replay));
    let teacher = "data = { set = { kind = \"teacher\", inputs = 20, classes = 3, images = 3000 }, \
                   validation = 1000, normalize = \"standard\" }\n";
    let (shapes, accuracy, _) = trained(&lab, teacher);
    assert_eq!(shapes, [[20, 16], [16, 3]]);
    assert!(accuracy > 0.4, "{accuracy}");
    let sweep = format!("{SHORT}{}[sweep]\n\"data.set.separation\" = [1, 4]\n", of(""));
    lab.write("swept.toml", &sweep);
    lab.json(&["--config", "swept.toml"]);
    let compared: Value = lab.json(&["compare", "runs/swept"]);
    assert_eq!(compared["axes"][0]["setting"], "data.set.separation");
    assert_eq!(compared["arms"][0]["best"]["at"]["data.set.separation"], 4.0);
}

#[test]
fn what_a_folder_does_not_have_is_refused_at_the_key() {
    let lab = Lab::new();
    small_set::write_small_set(&lab.path().join("set"));
    let said = |data: &str| {
        lab.write(
            "x.toml",
            &format!("{SHORT}data = {{ set = \"set\", validation = 100, {data} }}\n"),
        );
        let output = lab.train(&["plan", "--config", "x.toml"]);
        assert_eq!(output.status.code(), Some(2));
        stderr(&output)
    };
    assert_snapshot!(said("pool = 5"));
    assert_snapshot!(said("classes = [0, 12]"));
}
