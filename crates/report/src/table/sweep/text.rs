//! The tables of a terminal, readable in 80 columns: each arm at its best, then the values along the one axis, or the
//! best settings of several.

use super::super::text::{Column, fill, lines, natural_width, sparks_of};
use super::{alike, to_text};
use crate::comparison::{LEVEL, best_first};
use crate::picture::axis::{Axis, LOGARITHMIC_FROM};
use crate::verdict::number;
use crate::{PointResult, SweepAxis, SweepComparison, SweptResult};

/// Rows of a long axis; it is thinned to about as many.
const ROWS: usize = 24;

/// Settings in the list of the best.
const BEST: usize = 10;

/// Settings up to which a row of blocks shows them all.
const SPARKS: usize = 40;

pub(super) fn render(comparison: &SweepComparison, order: &[usize], width: usize) -> String {
    let width = width.max(40);
    let metric = comparison.metric;
    let axes: Vec<String> = comparison.axes.iter().map(SweepAxis::name).collect();
    let seeds = match comparison.seeds() {
        (_, 1) => "one seed".to_owned(),
        (few, many) if few == many => format!("{many} seeds"),
        (few, many) => format!("{few} to {many} seeds"),
    };
    let mut text = String::new();
    let mut paragraph = |line: &str| text += &(fill(line, width) + "\n");
    paragraph(&format!(
        "{} · {}{}, {seeds}, over {}",
        comparison.title,
        metric.title(),
        metric.unit(),
        axes.join(" and ")
    ));
    text += "\n";
    text += &arms(comparison, order, width);
    text += "\n";
    match comparison.axes.as_slice() {
        [axis] => along(&mut text, comparison, order, axis, width),
        _ => best(&mut text, comparison, width),
    }
    text += "\n";
    let mut paragraph = |line: &str| text += &(fill(line, width) + "\n");
    paragraph(&comparison.verdict());
    comparison.notes().iter().for_each(|note| paragraph(note));
    text
}

fn left(head: &str, cells: Vec<String>) -> Column {
    Column { head: head.into(), cells, flush_left: true }
}

fn right(head: &str, cells: Vec<String>) -> Column {
    Column { head: head.into(), cells, flush_left: false }
}

fn arms(comparison: &SweepComparison, order: &[usize], width: usize) -> String {
    let metric = comparison.metric;
    let each = |cell: &dyn Fn(usize, &SweptResult) -> String| -> Vec<String> {
        order.iter().map(|&arm| cell(arm, &comparison.arms[arm])).collect()
    };
    let seeds = comparison.seeds().1;
    let mark = |arm: usize, _: &SweptResult| {
        let alike =
            comparison.against_best(arm).is_some_and(|pair| pair.p.is_some() && !pair.is_shown());
        if alike { "≈" } else { " " }.to_owned()
    };
    let mut columns = vec![
        left(" ", each(&mark)),
        left("arm", each(&|_, arm| arm.label.clone())),
        right("best at", each(&|_, arm| comparison.values(arm.best()))),
        right("mean", each(&|_, arm| metric.show(arm.best().summary.mean))),
    ];
    if seeds > 1 {
        columns.push(right("95 % interval", each(&|_, arm| to_text(comparison, arm.interval))));
        columns.push(right("no difference", each(&|_, arm| alike(comparison, arm))));
    }
    if seeds > 1 && comparison.arms.len() > 1 {
        let p = |arm: usize, _: &SweptResult| {
            comparison.against_best(arm).and_then(|pair| pair.p).map_or(String::new(), number)
        };
        columns.push(right("p", each(&p)));
    }
    if let Some(sparks) = sparks(comparison, order) {
        let axis = &comparison.axes[0];
        columns.push(left(&format!("over {}", axis.setting), sparks));
        if natural_width(&columns) > width {
            columns.pop();
        }
    }
    lines(columns, width)
}

/// Each arm's means along the one axis as a row of blocks, all on one scale; none where there are too many.
fn sparks(comparison: &SweepComparison, order: &[usize]) -> Option<Vec<String>> {
    let [axis] = comparison.axes.as_slice() else {
        return None;
    };
    let scale = comparison.metric.scale();
    let points = comparison.arms.iter().flat_map(|arm| &arm.points);
    let vertical = Axis::of_values(
        comparison.metric,
        points.map(|point| point.summary.mean),
        LOGARITHMIC_FROM,
    );
    let level = |point: &PointResult| {
        let mean = point.summary.mean * scale;
        mean.is_finite().then(|| vertical.place(mean))
    };
    let row = |&arm: &usize| {
        let points = &comparison.arms[arm].points;
        let at = |place: usize| points.iter().find(|point| point.at[0] == place).and_then(level);
        sparks_of((0..axis.values.len()).map(at))
    };
    (axis.values.len() <= SPARKS).then(|| order.iter().map(row).collect())
}

/// The means along the one axis, a column an arm: as many of the arms as have room.
fn along(
    text: &mut String,
    comparison: &SweepComparison,
    order: &[usize],
    axis: &SweepAxis,
    width: usize,
) {
    let places = thinned(comparison, axis.values.len());
    let mut columns = vec![
        left(" ", vec![" ".into(); places.len()]),
        left(&axis.setting, places.iter().map(|&place| axis.labels[place].clone()).collect()),
    ];
    let mut shown = 0;
    for &arm in order {
        let arm = &comparison.arms[arm];
        let cell = |&place: &usize| match arm.points.iter().position(|point| point.at[0] == place) {
            Some(point) => format!(
                "{}{}",
                comparison.metric.show(arm.points[point].summary.mean),
                marks(arm, point)
            ),
            None => "–  ".to_owned(),
        };
        let head = if comparison.arms.len() == 1 {
            "mean".to_owned()
        } else {
            super::super::text::shorten(&arm.label, 16)
        };
        columns.push(right(&format!("{head}  "), places.iter().map(cell).collect()));
        if shown > 0 && natural_width(&columns) > width {
            columns.pop();
            break;
        }
        shown += 1;
    }
    *text += &lines(columns, width);
    let mut notes = vec!["* best of its arm".to_owned()];
    let points = || comparison.arms.iter().flat_map(|arm| &arm.points);
    if points().any(PointResult::is_alike) {
        let others = comparison.arms.iter().map(|arm| arm.points.len() - 1).max().unwrap_or(1);
        let over =
            if others > 1 { format!(", corrected over {others} settings") } else { String::new() };
        notes
            .push(format!("≈ no difference to it can be shown (p ≥ {LEVEL}; paired t test{over})"));
    }
    if points().any(|point| point.diverged > 0) {
        notes.push("× a run diverged".to_owned());
    }
    *text += &format!("\n{}\n", fill(&notes.join("   "), width));
    let mut left_out = Vec::new();
    if places.len() < axis.values.len() {
        left_out.push(format!("{} of {} values", places.len(), axis.values.len()));
    }
    if shown < order.len() {
        left_out.push(format!("{shown} of {} arms", order.len()));
    }
    if !left_out.is_empty() {
        *text +=
            &(fill(&format!("Shown are {}; --format csv has all.", left_out.join(" and ")), width)
                + "\n");
    }
}

/// Places on an axis that has too many: evenly some, and the best of each arm.
fn thinned(comparison: &SweepComparison, values: usize) -> Vec<usize> {
    let every = values.div_ceil(ROWS);
    let best = |place: &usize| comparison.arms.iter().take(4).any(|arm| arm.best().at[0] == *place);
    (0..values).filter(|place| place % every == 0 || *place == values - 1 || best(place)).collect()
}

fn marks(arm: &SweptResult, point: usize) -> String {
    let found = &arm.points[point];
    let first = if point == arm.best {
        "*"
    } else if found.is_alike() {
        "≈"
    } else {
        ""
    };
    let second = if found.diverged > 0 { "×" } else { "" };
    format!("{:<2}", format!("{first}{second}"))
}

/// The best settings of all arms on several axes.
fn best(text: &mut String, comparison: &SweepComparison, width: usize) {
    let mut all: Vec<(&SweptResult, usize)> = comparison
        .arms
        .iter()
        .flat_map(|arm| (0..arm.points.len()).map(move |point| (arm, point)))
        .collect();
    let count = all.len();
    all.sort_by(|(a, i), (b, j)| {
        best_first(comparison.metric, &a.points[*i].summary, &b.points[*j].summary)
    });
    all.truncate(BEST);
    let each = |cell: &dyn Fn(&SweptResult, usize) -> String| -> Vec<String> {
        all.iter().map(|(arm, point)| cell(arm, *point)).collect()
    };
    let mut columns = vec![
        left(" ", vec![" ".into(); all.len()]),
        left("arm", each(&|arm, _| arm.label.clone())),
    ];
    for (place, axis) in comparison.axes.iter().enumerate() {
        columns.push(right(
            &axis.setting,
            each(&|arm, point| axis.labels[arm.points[point].at[place]].clone()),
        ));
    }
    columns.push(right(
        "mean  ",
        each(&|arm, point| {
            format!(
                "{}{}",
                comparison.metric.show(arm.points[point].summary.mean),
                marks(arm, point)
            )
        }),
    ));
    *text += &lines(columns, width);
    let of = if count > BEST {
        format!("The best {BEST} of {count} settings; --format csv has all.   ")
    } else {
        String::new()
    };
    let alike = if all.iter().any(|(arm, point)| arm.points[*point].is_alike()) {
        format!("   ≈ no difference to it can be shown (p ≥ {LEVEL})")
    } else {
        String::new()
    };
    let note = format!("{of}* best of its arm{alike}");
    *text += &format!("\n{}\n", fill(&note, width));
}
