//! The settings of a sweep in a terminal: along its one axis, a column an arm, or the best of
//! several axes.

use super::grid::{Column, lines, natural_width, paragraph, shorten};
use crate::comparison::{Comparison, LEVEL, RankedArm, RankedPoint};
use crate::sweep_axis::SweepAxis;

/// Rows of a long axis; it is thinned to about as many.
const ROWS: usize = 24;

/// Settings in the list of the best.
const BEST: usize = 10;

/// Columns of an arm's label.
const LABEL: usize = 16;

/// The settings as lines, with their legend.
pub(super) fn settings(comparison: &Comparison, order: &[usize], width: usize) -> String {
    match comparison.axes.as_slice() {
        [axis] => along(comparison, order, axis, width),
        _ => best(comparison, width),
    }
}

/// The means along the one axis, a column an arm: as many of the arms as have room.
fn along(comparison: &Comparison, order: &[usize], axis: &SweepAxis, width: usize) -> String {
    let rows = thinned(comparison, axis.values.len());
    let labels = rows.iter().map(|&row| axis.labels[row].clone()).collect();
    let mut columns = vec![blank(rows.len()), Column::left(&axis.setting, labels)];
    let mut shown = 0;
    for &arm in order {
        let arm = &comparison.arms[arm];
        let cell = |&row: &usize| match arm.points.iter().position(|point| point.at[0] == row) {
            Some(index) => marked_mean(comparison, arm, index),
            None => "–  ".to_owned(),
        };
        let head = match comparison.arms.len() {
            1 => "mean".to_owned(),
            _ => shorten(&arm.label, LABEL),
        };
        columns.push(Column::right(&format!("{head}  "), rows.iter().map(cell).collect()));
        if shown > 0 && natural_width(&columns) > width {
            columns.pop();
            break;
        }
        shown += 1;
    }
    let mut text = lines(columns, width);
    text += &format!("\n{}", paragraph(&legend(comparison), width));
    let mut left_out = Vec::new();
    if rows.len() < axis.values.len() {
        left_out.push(format!("{} of {} values", rows.len(), axis.values.len()));
    }
    if shown < order.len() {
        left_out.push(format!("{shown} of {} arms", order.len()));
    }
    if !left_out.is_empty() {
        let left_out = left_out.join(" and ");
        text += &paragraph(&format!("Shown are {left_out}; --format csv has all."), width);
    }
    text
}

/// What the marks along an axis say.
fn legend(comparison: &Comparison) -> String {
    let points = || comparison.arms.iter().flat_map(|arm| &arm.points);
    let mut legend = vec!["* best of its arm".to_owned()];
    if points().any(RankedPoint::is_alike) {
        let others = comparison.arms.iter().map(|arm| arm.points.len() - 1).max().unwrap_or(1);
        let over = match others {
            1 => String::new(),
            _ => format!(", corrected over {others} settings"),
        };
        legend
            .push(format!("≈ no difference to it can be shown (p ≥ {LEVEL}; paired t test{over})"));
    }
    if points().any(|point| point.diverged > 0) {
        legend.push("× a run diverged".to_owned());
    }
    legend.join("   ")
}

/// Indices on an axis that has too many: evenly some, and the best of each arm.
fn thinned(comparison: &Comparison, values: usize) -> Vec<usize> {
    let every = values.div_ceil(ROWS);
    let best = |row: &usize| comparison.arms.iter().take(4).any(|arm| arm.best().at[0] == *row);
    (0..values).filter(|row| row % every == 0 || *row == values - 1 || best(row)).collect()
}

/// The best settings of all arms on several axes.
fn best(comparison: &Comparison, width: usize) -> String {
    let mut all: Vec<(&RankedArm, usize)> = comparison
        .arms
        .iter()
        .flat_map(|arm| (0..arm.points.len()).map(move |index| (arm, index)))
        .collect();
    let count = all.len();
    all.sort_by(|(a, i), (b, j)| {
        comparison.quantity.best_first(&a.points[*i].summary, &b.points[*j].summary)
    });
    all.truncate(BEST);
    let each = |cell: &dyn Fn(&RankedArm, usize) -> String| -> Vec<String> {
        all.iter().map(|(arm, index)| cell(arm, *index)).collect()
    };
    let mut columns =
        vec![blank(all.len()), Column::left("arm", each(&|arm, _| arm.label.clone()))];
    for (i, axis) in comparison.axes.iter().enumerate() {
        let label = |arm: &RankedArm, index: usize| axis.labels[arm.points[index].at[i]].clone();
        columns.push(Column::right(&axis.setting, each(&label)));
    }
    let mean = |arm: &RankedArm, index| marked_mean(comparison, arm, index);
    columns.push(Column::right("mean  ", each(&mean)));
    let mut legend = String::new();
    if count > BEST {
        legend = format!("The best {BEST} of {count} settings; --format csv has all.   ");
    }
    legend += "* best of its arm";
    if all.iter().any(|(arm, index)| arm.points[*index].is_alike()) {
        legend += &format!("   ≈ no difference to it can be shown (p ≥ {LEVEL})");
    }
    format!("{}\n{}", lines(columns, width), paragraph(&legend, width))
}

/// In place of the marks that a table of arms has.
fn blank(rows: usize) -> Column {
    Column::left(" ", vec![" ".into(); rows])
}

/// The mean of a point, and whether it is the best, cannot be told from it, or has diverged.
fn marked_mean(comparison: &Comparison, arm: &RankedArm, index: usize) -> String {
    let point = &arm.points[index];
    let standing = match index {
        _ if index == arm.best => "*",
        _ if point.is_alike() => "≈",
        _ => "",
    };
    let diverged = if point.diverged > 0 { "×" } else { "" };
    let mean = comparison.quantity.show(point.summary.mean);
    format!("{mean}{:<2}", format!("{standing}{diverged}"))
}
