//! The table of a terminal: aligned, readable in 80 columns, with the verdict below. Of a sweep
//! each arm at its best, then its settings.

use super::along;
use super::columns::ArmColumn;
use super::grid::{Column, lines, natural_width, paragraph};
use super::sparks;
use crate::comparison::{Comparison, LEVEL};
use crate::phrases::range;
use crate::spread_phrases::PARTS;
use crate::study::Study;
use crate::sweep_axis::SweepAxis;

/// The narrowest table.
const NARROWEST: usize = 40;

const ALIKE: &str = "≈";

pub(super) fn render(
    study: &Study,
    comparison: &Comparison,
    order: &[usize],
    width: usize,
) -> String {
    let width = width.max(NARROWEST);
    let swept = !comparison.axes.is_empty();
    let mut text = paragraph(&title(comparison), width) + "\n";
    text += &lines(arms(study, comparison, order, width), width);
    if swept {
        text += "\n";
        text += &along::settings(comparison, order, width);
    } else if order.iter().any(|&arm| mark(comparison, arm) == ALIKE) {
        let note = format!(
            "{ALIKE} no difference to the best can be shown (p ≥ {LEVEL}; {})",
            comparison.test()
        );
        text += &format!("\n{}", paragraph(&note, width));
    }
    text += "\n";
    text += &paragraph(&comparison.verdict(), width);
    text += &spread(comparison, order, width).unwrap_or_default();
    text.extend(comparison.notes().iter().map(|note| paragraph(note, width)));
    text
}

/// Where the spread of arms comes from, if seeds are crossed.
fn spread(comparison: &Comparison, order: &[usize], width: usize) -> Option<String> {
    let sentence = comparison.spread_sentence()?;
    let rows: Vec<[String; 3]> =
        order.iter().map(|&arm| comparison.spread_cells(arm).unwrap_or_default()).collect();
    let labels = order.iter().map(|&arm| comparison.arms[arm].label.clone());
    let mut columns = vec![
        Column::left(" ", vec![" ".to_owned(); rows.len()]),
        Column::left("arm", labels.collect()),
    ];
    columns.extend(PARTS.iter().enumerate().map(|(part, head)| {
        Column::right(head, rows.iter().map(|row| row[part].clone()).collect())
    }));
    let caption = paragraph(&comparison.spread_caption(), width);
    let table = lines(columns, width);
    Some(format!("\n{caption}\n{table}\n{}", paragraph(&sentence, width)))
}

/// `Starts · validation accuracy (%), 5 seeds, over init.std`.
fn title(comparison: &Comparison) -> String {
    let axes: Vec<String> = comparison.axes.iter().map(SweepAxis::name).collect();
    let over =
        if axes.is_empty() { String::new() } else { format!(", over {}", axes.join(" and ")) };
    format!(
        "{} · {}{}, {}{over}",
        comparison.title,
        comparison.quantity.title,
        comparison.quantity.unit_suffix(),
        range(comparison.seeds(), comparison.one())
    )
}

/// The columns of the arms: those that may be spared only where they have room.
fn arms(study: &Study, comparison: &Comparison, order: &[usize], width: usize) -> Vec<Column> {
    if comparison.axes.is_empty() {
        // The spread of each arm is shown where it has room without cutting a label.
        let losses = |columns: &mut Vec<Column>| {
            let arms = order.iter().map(|&arm| comparison.arms[arm].index);
            columns.extend(sparks::of_losses(study, arms).map(|s| Column::left("loss", s)));
        };
        let [mut with_spread, mut without] =
            [true, false].map(|spread| columns(comparison, order, spread));
        losses(&mut with_spread);
        if natural_width(&with_spread) <= width {
            return with_spread;
        }
        losses(&mut without);
        return without;
    }
    let mut columns = columns(comparison, order, false);
    if let Some(sparks) = sparks::over_axis(comparison, order) {
        columns.push(Column::left(&format!("over {}", comparison.axes[0].setting), sparks));
        if natural_width(&columns) > width {
            columns.pop();
        }
    }
    columns
}

fn columns(comparison: &Comparison, order: &[usize], spread: bool) -> Vec<Column> {
    use ArmColumn::*;
    let swept = !comparison.axes.is_empty();
    let (several, (few, many)) = (comparison.arms.len() > 1, comparison.seeds());
    let each = |cell: &dyn Fn(usize) -> String| order.iter().map(|&arm| cell(arm)).collect();
    let mut columns = vec![
        Column::left(" ", each(&|arm| mark(comparison, arm).to_owned())),
        Column::left("arm", each(&|arm| comparison.arms[arm].label.clone())),
    ];
    let groups: [(&[ArmColumn], bool); 8] = [
        (&[BestAt], swept),
        (&[Mean], true),
        (&[Interval], many > 1),
        (&[Alike], many > 1 && swept),
        (&[Std, Median, Min, Max], many > 1 && spread),
        (&[ToBest], several && !swept),
        (&[P], several && many > 1),
        (&[Seeds], few != many && !swept),
    ];
    let shown = groups.iter().filter(|(_, shown)| *shown).flat_map(|(columns, _)| *columns);
    for &column in shown {
        let head = if column == P { "p" } else { column.head() };
        let cell = |arm: usize| match column.cell(comparison, arm) {
            dash if dash == "–" && column == P => String::new(),
            cell => cell,
        };
        columns.push(Column::right(head, each(&cell)));
    }
    columns
}

/// The best arm, those that cannot be told from it, and the others.
fn mark(comparison: &Comparison, arm: usize) -> &'static str {
    match comparison.against_best(arm) {
        Some(pair) if pair.is_alike() => ALIKE,
        _ => " ",
    }
}
