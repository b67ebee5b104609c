//! Rows of blocks that stand for a curve: ▃▂▂▁.

use crate::comparison::{Comparison, RankedPoint};
use crate::picture::axis::{Axis, LOGARITHMIC_FROM};
use crate::study::Study;

/// Points of an axis up to which a row of blocks shows them all.
const POINTS: usize = 40;

/// The loss of each arm over its runs, all on one logarithmic scale; none where the steps of an arm
/// were not read.
pub(super) fn of_losses(study: &Study, arms: impl Iterator<Item = usize>) -> Option<Vec<String>> {
    let curve = |arm: usize| -> Option<Vec<f64>> {
        let runs = &study.arms[arm].points[0].runs;
        let losses: Vec<&[f32]> =
            runs.iter().map(|run| run.losses.as_deref()).collect::<Option<_>>()?;
        let longest = losses.iter().map(|losses| losses.len()).max()?;
        let mean = |i: usize| {
            let column = || losses.iter().filter_map(move |losses| losses.get(i));
            column().copied().map(f64::from).sum::<f64>() / column().count() as f64
        };
        Some((0..longest).map(|i| mean(i).max(1e-12).ln()).collect())
    };
    let curves: Vec<Vec<f64>> = arms.map(curve).collect::<Option<_>>()?;
    let low = curves.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let high = curves.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = |level: &f64| Some(if high > low { (level - low) / (high - low) } else { 0.0 });
    Some(curves.iter().map(|curve| blocks(curve.iter().map(height))).collect())
}

/// Each arm's means along the one axis, all on one scale; none where there are too many.
pub(super) fn over_axis(comparison: &Comparison, order: &[usize]) -> Option<Vec<String>> {
    let [axis] = comparison.axes.as_slice() else {
        return None;
    };
    let factor = comparison.quantity.factor();
    let points = comparison.arms.iter().flat_map(|arm| &arm.points);
    let means = points.map(|point| point.summary.mean);
    let vertical = Axis::of_values(&comparison.quantity, means, LOGARITHMIC_FROM);
    let height = |point: &RankedPoint| {
        let mean = point.summary.mean * factor;
        mean.is_finite().then(|| vertical.position(mean))
    };
    let row = |&arm: &usize| {
        let points = &comparison.arms[arm].points;
        let at = |index: usize| points.iter().find(|point| point.at[0] == index).and_then(height);
        blocks((0..axis.values.len()).map(at))
    };
    (axis.values.len() <= POINTS).then(|| order.iter().map(row).collect())
}

/// Heights from 0 to 1 as a row of blocks, with a gap where there is none.
fn blocks(heights: impl Iterator<Item = Option<f64>>) -> String {
    let block =
        |height: f64| ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][(height * 7.0).round() as usize % 8];
    heights.map(|height| height.map_or(' ', block)).collect()
}
