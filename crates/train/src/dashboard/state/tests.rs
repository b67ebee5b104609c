//! A study for the tests of the dashboard, and what its state does.

use std::path::PathBuf;

use experiment::{Overrides, load};
use record::{Metrics, Status};
use training::Summary;

use super::*;

/// A study of three arms and ten seeds, five of which are over; `running` runs train.
pub(in crate::dashboard) fn study(running: usize) -> StudyState {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("study.toml");
    let text = "seeds = 40\n[arms.normal]\n[arms.zeros]\ninit = \"zeros\"\n\
                [arms.he_normal]\ninit = \"he_normal\"\n";
    std::fs::write(&file, text).unwrap();
    let runs = load(&[file], &Overrides::default()).unwrap().runs();
    let mut study = StudyState::new("Three starts".to_owned(), &runs);
    for (index, run) in runs.iter().take(15).enumerate() {
        let accuracy = 0.9 + 0.01 * (index % 3) as f64 + 0.001 * (index as f64).sin();
        study.ended(&report(run, accuracy));
    }
    for run in runs.iter().skip(15).take(running) {
        study.started(run, 0, 858, Duration::from_secs(60));
        for step in 1..=400u64 {
            study.stepped(run, step, 2.3 / step as f32, (step % 16 == 0).then_some(0.91));
            let row = LayerRow::default()
                .with(LayerQuantity::WeightRms, 0.1)
                .with(LayerQuantity::UpdateRms, 1e-3 / step as f64)
                .with(LayerQuantity::Distance, 1e-4 * step as f64)
                .with(LayerQuantity::GradientRms, 0.002);
            study.measured(run, &[row.with(LayerQuantity::Dead, 0.25), row]);
        }
    }
    study
}

fn report(run: &RunSpec, accuracy: f64) -> RunReport {
    let metrics = Metrics {
        last_batch_loss: 0.1,
        validation_loss: 0.1,
        validation_accuracy: accuracy,
        test_loss: 0.1,
        test_accuracy: accuracy,
    };
    let outcome = Ok(Outcome::Ran(Summary {
        status: Status::Finished,
        steps: 858,
        metrics: Some(metrics),
        training_seconds: 1.0,
    }));
    RunReport { spec: run.clone(), directory: PathBuf::new(), outcome }
}

#[test]
fn curves_are_thinned_and_keep_their_course() {
    let study = study(1);
    let run = &study.running[0];
    assert!(run.losses.len() < LOSSES && run.losses[0] > run.losses[run.losses.len() - 1]);
    assert_eq!(run.step, 400);
    assert_eq!(study.steps_made(), 15 * 858 + 400);
}

#[test]
fn a_selection_stays_with_its_run_and_within_the_list() {
    let mut study = study(3);
    study.select(1);
    assert_eq!(study.selected(), 1);
    let label = study.running[1].label.clone();
    study.running.remove(0);
    assert_eq!(study.running[study.selected()].label, label);
    study.select(-5);
    assert_eq!(study.selected(), 0);
    study.select(99);
    assert_eq!(study.selected(), 1);
}

#[test]
fn arms_are_sorted_on_request() {
    let mut study = study(0);
    let names = |study: &StudyState| -> Vec<String> {
        study.sorted_arms().iter().map(|arm| arm.name.clone()).collect()
    };
    assert_eq!(names(&study), ["normal", "zeros", "he_normal"]);
    study.sort_next();
    assert_eq!(names(&study), ["he_normal", "zeros", "normal"]);
    study.sort_next();
    assert_eq!(names(&study), ["he_normal", "normal", "zeros"]);
}
