//! The table of a terminal: aligned, readable in 80 columns, with the verdict below.

use textwrap::core::display_width;

use crate::comparison::LEVEL;
use crate::curve::Curve;
use crate::metric::minus;
use crate::statistics::Interval;
use crate::verdict::number;
use crate::{Comparison, Metric, RankedArm, Study};

/// Blocks of a loss curve.
const SPARKS: usize = 9;

pub(super) struct Column {
    pub(super) head: String,
    pub(super) cells: Vec<String>,
    pub(super) flush_left: bool,
}

pub(super) fn render(
    study: &Study,
    comparison: &Comparison,
    order: &[usize],
    width: usize,
) -> String {
    let width = width.max(40);
    let metric = comparison.metric;
    // The spread of each arm is shown where it has room without cutting a label.
    let spread = Some(columns(study, comparison, order, true))
        .filter(|columns| natural_width(columns) <= width);
    let columns = spread.unwrap_or_else(|| columns(study, comparison, order, false));

    let mut text = String::new();
    let unit = metric.unit();
    let of = match comparison.seeds() {
        (_, 1) => "one seed".to_owned(),
        (few, many) if few == many => format!("{many} seeds"),
        (few, many) => format!("{few} to {many} seeds"),
    };
    text += &fill(&format!("{} · {}{unit}, {of}", comparison.title, metric.title()), width);
    text += "\n\n";
    text += &lines(columns, width);
    if order.iter().any(|&arm| mark(comparison, arm) == ALIKE) {
        let note = format!(
            "{ALIKE} no difference to the best can be shown (p ≥ {LEVEL}; {})",
            comparison.test()
        );
        text += "\n";
        text += &fill(&note, width);
        text += "\n";
    }
    text += "\n";
    text += &fill(&comparison.verdict(), width);
    text += "\n";
    for note in comparison.notes() {
        text += &fill(&note, width);
        text += "\n";
    }
    text
}

fn columns(study: &Study, comparison: &Comparison, order: &[usize], spread: bool) -> Vec<Column> {
    let metric = comparison.metric;
    let arms = || order.iter().map(|&arm| (arm, &comparison.arms[arm]));
    let several = comparison.arms.len() > 1;
    let seeds = comparison.seeds().1;

    let mut columns = vec![
        Column {
            head: " ".into(),
            cells: arms().map(|(arm, _)| mark(comparison, arm).into()).collect(),
            flush_left: true,
        },
        Column {
            head: "arm".into(),
            cells: arms().map(|(_, arm)| arm.label.clone()).collect(),
            flush_left: true,
        },
    ];
    let mut column = |head: &str, cell: &dyn Fn(usize, &RankedArm) -> String| {
        columns.push(Column {
            head: head.into(),
            cells: arms().map(|(place, arm)| cell(place, arm)).collect(),
            flush_left: false,
        });
    };
    column("mean", &|_, arm| metric.show(arm.summary.mean));
    if seeds > 1 {
        column("95 % interval", &|_, arm| interval(metric, arm.summary.interval));
    }
    if seeds > 1 && spread {
        column("std", &|_, arm| arm.summary.std.map_or("–".into(), |std| metric.show(std)));
        column("median", &|_, arm| metric.show(arm.summary.median));
        column("min", &|_, arm| metric.show(arm.summary.min));
        column("max", &|_, arm| metric.show(arm.summary.max));
    }
    if several {
        column("to best", &|place, _| to_best(comparison, place));
    }
    if several && seeds > 1 {
        column("p", &|place, _| {
            comparison
                .against_best(place)
                .and_then(|pair| pair.p_t_holm)
                .map_or(String::new(), number)
        });
    }
    if comparison.seeds().0 != seeds {
        column("seeds", &|_, arm| arm.values.len().to_string());
    }
    let sparks = sparks(study, order.iter().map(|&arm| comparison.arms[arm].index));
    columns.push(Column { head: "loss".into(), cells: sparks, flush_left: true });
    columns
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().chain([&self.head]).map(|cell| display_width(cell)).max().unwrap_or(0)
    }
}

/// The width of a table that cuts nothing, two spaces between columns but one after the mark.
pub(super) fn natural_width(columns: &[Column]) -> usize {
    (columns.iter().map(|column| column.width() + 2).sum::<usize>()).saturating_sub(3)
}

const ALIKE: &str = "≈";

/// The best arm, those that cannot be told from it, and the others.
fn mark(comparison: &Comparison, arm: usize) -> &'static str {
    match comparison.against_best(arm) {
        Some(pair) if pair.p_t_holm.is_some() && !pair.is_shown() => ALIKE,
        _ => " ",
    }
}

fn interval(metric: Metric, interval: Option<Interval>) -> String {
    interval.map_or("–".into(), |i| format!("{} to {}", metric.show(i.low), metric.show(i.high)))
}

/// How far an arm is from the best, as a signed difference of the metric.
pub(crate) fn to_best(comparison: &Comparison, arm: usize) -> String {
    let Some(pair) = comparison.against_best(arm) else {
        return "best".to_owned();
    };
    let metric = comparison.metric;
    let sign = if metric.higher_is_better() { -1.0 } else { 1.0 };
    match pair.lead {
        None => "–".to_owned(),
        Some(lead) if lead.mean.is_nan() => "–".to_owned(),
        Some(lead) => {
            let text = minus(metric.show(sign * lead.mean));
            let nothing = text.chars().all(|c| matches!(c, '0' | '.'));
            if text.starts_with('−') || nothing { text } else { format!("+{text}") }
        }
    }
}

/// Aligns the columns; the labels give way where the width does not suffice.
pub(super) fn lines(mut columns: Vec<Column>, width: usize) -> String {
    let widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let all = natural_width(&columns);
    let label = widths[1].saturating_sub(all.saturating_sub(width)).max(12).min(widths[1]);
    for cell in &mut columns[1].cells {
        *cell = shorten(cell, label);
    }
    let rows = columns[0].cells.len();
    let line = |cell: &dyn Fn(&Column) -> String| {
        let cells: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let width = if i == 1 { label } else { widths[i] };
                let cell = cell(column);
                let air = " ".repeat(width.saturating_sub(display_width(&cell)));
                if column.flush_left { cell + &air } else { air + &cell }
            })
            .collect();
        // The mark stands close to its label.
        let text = format!("{} {}", cells[0], cells[1..].join("  "));
        text.trim_end().to_owned() + "\n"
    };
    let head = line(&|column| column.head.clone());
    let body: String = (0..rows).map(|row| line(&|column| column.cells[row].clone())).collect();
    head + &body
}

/// Cuts the middle out of a label: its beginning and its end tell it from others.
pub(super) fn shorten(label: &str, width: usize) -> String {
    if display_width(label) <= width {
        return label.to_owned();
    }
    let characters: Vec<char> = label.chars().collect();
    let mut kept = characters.len();
    loop {
        kept -= 1;
        let (start, end) = (kept.div_ceil(2), kept / 2);
        let short: String = characters[..start]
            .iter()
            .chain(&['…'])
            .chain(&characters[characters.len() - end..])
            .collect();
        if display_width(&short) <= width || kept == 0 {
            return short;
        }
    }
}

/// The loss of each arm over its run as a row of blocks, all on one logarithmic scale.
fn sparks(study: &Study, arms: impl Iterator<Item = usize>) -> Vec<String> {
    let curves: Vec<Vec<f64>> = arms
        .map(|arm| {
            let runs = &study.arms[arm].runs;
            let longest = runs.iter().map(|run| run.steps.len()).max().unwrap_or(0);
            let curve = Curve::loss(runs, usize::MAX, longest.div_ceil(SPARKS));
            curve.points.iter().map(|point| point.mean.max(1e-12).ln()).collect()
        })
        .collect();
    let low = curves.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let high = curves.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let place = |level: &f64| Some(if high > low { (level - low) / (high - low) } else { 0.0 });
    curves.iter().map(|curve| sparks_of(curve.iter().map(place))).collect()
}

/// Heights from 0 to 1 as a row of blocks, with a gap where there is none.
pub(super) fn sparks_of(heights: impl Iterator<Item = Option<f64>>) -> String {
    let block =
        |height: f64| ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][(height * 7.0).round() as usize % 8];
    heights.map(|height| height.map_or(' ', block)).collect()
}

pub(super) fn fill(text: &str, width: usize) -> String {
    textwrap::fill(
        text,
        textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation),
    )
}
