//! Learning curves and initial weights, an arm a line or a row.

use super::histograms::{HistogramRow, panel, small_multiples};
use super::lines::{Line, Lines, Marks, Vertical, draw};
use super::raster::Picture;
use crate::curve::Curve;
use crate::learning_curves::{ArmCurves, FIRST, LearningCurves};

/// The loss of the first 100 batches, a line an arm.
pub fn first_batches(curves: &LearningCurves) -> Picture {
    let end = curves.longest.min(FIRST);
    let line = |arm: &ArmCurves| (arm.first.clone(), None);
    loss(curves, "Loss of the first 100 batches", end, curves.subtitle(), line)
}

/// The loss of all batches, a line an arm. Long runs are shown as the mean of some successive
/// batches a point, with every batch faintly behind where there is one arm.
pub fn all_batches(curves: &LearningCurves) -> Picture {
    let mut subtitle = curves.subtitle();
    if curves.block > 1 {
        subtitle.push(format!("each point the mean of {} batches", curves.block));
    }
    let line = |arm: &ArmCurves| (arm.all.clone(), arm.detail.clone());
    loss(curves, "Loss of all batches", curves.longest, subtitle, line)
}

fn loss(
    curves: &LearningCurves,
    title: &str,
    end: usize,
    subtitle: Vec<String>,
    line: impl Fn(&ArmCurves) -> (Curve, Option<Curve>),
) -> Picture {
    let lines = curves.arms.iter().map(|arm| {
        let (curve, detail) = line(arm);
        Line { arm: arm.index, label: labelled(arm), curve, detail }
    });
    draw(&Lines {
        title,
        subtitle: subtitle.join(" · "),
        x_name: "Batch",
        y_name: "Loss",
        lines: lines.collect(),
        marks: Marks::None { end: end.max(1) as f64 },
        vertical: Vertical::Loss,
    })
}

/// The validation accuracy after each epoch, a line an arm.
pub fn accuracy_per_epoch(curves: &LearningCurves) -> Picture {
    let epochs = curves.arms.iter().map(|arm| arm.accuracy.points.len()).max().unwrap_or(0);
    let line = |arm: &ArmCurves| Line {
        arm: arm.index,
        label: labelled(arm),
        curve: arm.accuracy.clone(),
        detail: None,
    };
    draw(&Lines {
        title: "Validation accuracy after each epoch",
        subtitle: curves.subtitle().join(" · "),
        x_name: "Epoch",
        y_name: "Validation accuracy (%)",
        lines: curves.arms.iter().map(line).collect(),
        marks: if epochs <= 10 { Marks::Every } else { Marks::None { end: epochs as f64 } },
        vertical: Vertical::Share,
    })
}

/// The weights of each arm before the first step, a histogram a layer; of its first seed.
pub fn initial_weights(curves: &LearningCurves) -> Picture {
    let row = |arm: &ArmCurves| HistogramRow {
        label: arm.label.clone(),
        look: arm.index,
        panels: arm.initial_weights.iter().map(panel).collect(),
    };
    let rows: Vec<HistogramRow> = curves.arms.iter().map(row).collect();
    let seed = curves.arms.first().map_or(0, |arm| arm.first_seed);
    let subtitle = format!("{} · before the first step, seed {seed}", curves.title);
    small_multiples("Initial weights by layer", &subtitle, &rows)
}

fn labelled(arm: &ArmCurves) -> String {
    match (arm.diverged, arm.runs) {
        (0, _) => arm.label.clone(),
        (1, 1) => format!("{} (diverged)", arm.label),
        (diverged, all) => format!("{} ({diverged}/{all} diverged)", arm.label),
    }
}
