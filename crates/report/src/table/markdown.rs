//! A table for a README, an issue or a paper's appendix: each arm, of a sweep at its best.

use super::columns::ArmColumn;
use crate::comparison::Comparison;
use crate::spread_phrases::PARTS;
use crate::sweep_axis::SweepAxis;

/// The columns without axes, and their heads.
const ARMS: [(ArmColumn, &str); 9] = [
    (ArmColumn::Seeds, "seeds"),
    (ArmColumn::Mean, "mean"),
    (ArmColumn::Interval, "95 % interval"),
    (ArmColumn::Std, "std"),
    (ArmColumn::Median, "median"),
    (ArmColumn::Min, "min"),
    (ArmColumn::Max, "max"),
    (ArmColumn::ToBest, "to best"),
    (ArmColumn::P, "p (Holm)"),
];

/// The columns of a sweep.
const AT_BEST: [(ArmColumn, &str); 6] = [
    (ArmColumn::BestAt, "best at"),
    (ArmColumn::Mean, "mean"),
    (ArmColumn::Interval, "95 % interval (corrected)"),
    (ArmColumn::Alike, "no difference shown"),
    (ArmColumn::Settings, "settings"),
    (ArmColumn::P, "p"),
];

pub(super) fn render(comparison: &Comparison, order: &[usize]) -> String {
    let swept = !comparison.axes.is_empty();
    let columns: &[(ArmColumn, &str)] = if swept { &AT_BEST } else { &ARMS };
    let quantity = &comparison.quantity;
    let axes: Vec<String> = comparison.axes.iter().map(SweepAxis::name).collect();
    let over = if swept { format!(" over {}", axes.join(" and ")) } else { String::new() };
    let mut text = format!(
        "**{}**: {}{}{}\n\n",
        escape(&comparison.title),
        escape(&quantity.title),
        quantity.unit_suffix(),
        escape(&over)
    );
    let heads: Vec<&str> = columns.iter().map(|(_, head)| *head).collect();
    text += &format!("| arm | {} |\n| --- |{}\n", heads.join(" | "), " ---: |".repeat(heads.len()));
    for &index in order {
        let label = [escape(&comparison.arms[index].label)];
        let cells = columns.iter().map(|(column, _)| escape_cell(column.cell(comparison, index)));
        text +=
            &format!("| {} |\n", label.into_iter().chain(cells).collect::<Vec<_>>().join(" | "));
    }
    text += &format!("\n{}\n", escape(&comparison.verdict()));
    text += &spread(comparison, order).unwrap_or_default();
    for note in comparison.notes() {
        text += &format!("{}\n", escape(&note));
    }
    text
}

/// Where the spread of arms comes from, if seeds are crossed.
fn spread(comparison: &Comparison, order: &[usize]) -> Option<String> {
    let sentence = comparison.spread_sentence()?;
    let mut text = format!("\n{}\n\n", escape(&comparison.spread_caption()));
    text += &format!("| arm | {} |\n| --- |{}\n", PARTS.join(" | "), " ---: |".repeat(PARTS.len()));
    for &arm in order {
        let label = escape(&comparison.arms[arm].label);
        text += &format!("| {label} | {} |\n", comparison.spread_cells(arm)?.join(" | "));
    }
    Some(text + &format!("\n{}\n", escape(&sentence)))
}

/// A cell of figures; only those of a p-value hold what has to be escaped, and read well as it is.
fn escape_cell(cell: String) -> String {
    if cell.starts_with("< ") { cell } else { escape(&cell) }
}

/// What would end a cell, start markup or open a tag stands for itself.
fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let before = if "\\`*_|<>[]#".contains(c) { Some('\\') } else { None };
            before.into_iter().chain([if c.is_control() { ' ' } else { c }])
        })
        .collect()
}
