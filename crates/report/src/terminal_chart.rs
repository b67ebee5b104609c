//! A chart in a terminal: a letter an arm, labels, no colour.

use crate::picture::axis::Axis;
use crate::picture::chart_axes;
use crate::picture::{Chart, ChartLine, ChartPoint};
use crate::printable::one_line;

/// Rows of the plot.
const ROWS: usize = 14;

/// The narrowest plot.
const NARROWEST: usize = 20;

/// Lines that have a letter of their own.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// `chart` as plain text, up to `width` columns wide: each line's points by its letter, `*` where
/// several fall on one place, and a legend. Bands and theory are left to the picture.
///
/// The text holds no escape sequences, so that a caller may colour it or not. It is empty where no
/// point has a place.
pub fn chart(chart: &Chart, width: usize) -> String {
    let (x, y) = chart_axes(chart);
    let labels = y.ticks.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0);
    let columns = width.saturating_sub(labels + 3).max(NARROWEST);
    let mut cells = vec![vec![' '; columns]; ROWS];
    let mut drawn = false;
    for (line, letter) in chart.lines.iter().zip(LETTERS.chars().cycle()) {
        for (column, row) in places(chart, line, &x, &y, columns) {
            let cell = &mut cells[row][column];
            *cell = if *cell == ' ' || *cell == letter { letter } else { '*' };
            drawn = true;
        }
    }
    if !drawn {
        return String::new();
    }
    let mut lines = vec![format!("{:>labels$}", one_line(chart.y.name))];
    lines.extend(rows(&cells, &y, labels));
    lines.extend(bottom(&x, labels, columns, chart.x.name));
    let entries: Vec<String> = chart
        .lines
        .iter()
        .zip(LETTERS.chars().cycle())
        // A name is not torn from its letter.
        .map(|(line, letter)| format!("{letter} {}", one_line(line.label)).replace(' ', "\u{a0}"))
        .collect();
    let legend = textwrap::fill(&entries.join("   "), width.max(NARROWEST));
    lines.push(legend.replace('\u{a0}', " "));
    lines.join("\n")
}

/// Column and row of every point that has a place.
fn places<'a>(
    chart: &'a Chart,
    line: &'a ChartLine,
    x: &'a Axis,
    y: &'a Axis,
    columns: usize,
) -> impl Iterator<Item = (usize, usize)> + 'a {
    let has_place = |point: &&ChartPoint| {
        chart.x.spacing.has_place(point.x) && chart.y.spacing.has_place(point.y)
    };
    line.points.iter().filter(has_place).map(move |point| {
        let column = (x.position(point.x) * (columns - 1) as f64).round() as usize;
        (column, row(y, point.y))
    })
}

fn row(y: &Axis, value: f64) -> usize {
    ((1.0 - y.position(value)) * (ROWS - 1) as f64).round() as usize
}

fn rows(cells: &[Vec<char>], y: &Axis, labels: usize) -> Vec<String> {
    let line = |(at, cells): (usize, &Vec<char>)| {
        let label = y.ticks.iter().find(|tick| row(y, tick.value) == at);
        let label = label.map_or("", |tick| tick.label.as_str());
        let edge = if label.is_empty() { '│' } else { '┤' };
        let cells: String = cells.iter().collect();
        format!("{label:>labels$} {edge}{cells}").trim_end().to_owned()
    };
    cells.iter().enumerate().map(line).collect()
}

/// The horizontal axis and its labels.
fn bottom(x: &Axis, labels: usize, columns: usize, name: &str) -> [String; 2] {
    let mut edge = vec!['─'; columns];
    let mut text = vec![' '; columns];
    for tick in &x.ticks {
        let column = (x.position(tick.value) * (columns - 1) as f64).round() as usize;
        edge[column] = '┬';
        let length = tick.label.chars().count();
        let start = column.saturating_sub(length / 2).min(columns.saturating_sub(length));
        // Labels that would run into one another are left out.
        let before = start.saturating_sub(1);
        if text[before..(start + length).min(columns)].iter().all(|c| *c == ' ') {
            tick.label.chars().enumerate().for_each(|(i, c)| text[start + i] = c);
        }
    }
    let [edge, text] = [edge, text].map(|line| line.into_iter().collect::<String>());
    [
        format!("{:labels$} └{edge}", ""),
        format!("{:labels$}  {} {}", "", text.trim_end(), one_line(name)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{ChartAxis, Spacing};

    fn shrinking(width: usize) -> String {
        let line = |label, factor: f64| ChartLine {
            label,
            look: 0,
            points: (0..10)
                .map(|i| ChartPoint { x: f64::from(i + 1), y: factor.powi(i), band: None })
                .collect(),
            theory: Vec::new(),
        };
        chart(
            &Chart {
                title: "",
                subtitle: "",
                x: ChartAxis { name: "layer", spacing: Spacing::Whole },
                y: ChartAxis { name: "rms", spacing: Spacing::Logarithmic },
                lines: vec![line("he_normal", 1.0), line("normal_0.01", 0.1)],
                levels: Vec::new(),
                note: "",
            },
            width,
        )
    }

    #[test]
    fn arms_are_told_apart_by_their_letters() {
        insta::assert_snapshot!(shrinking(72));
    }

    #[test]
    fn a_narrow_terminal_gets_a_narrow_chart() {
        for width in [0, 20, 33, 80, 200] {
            let widest = shrinking(width).lines().map(|line| line.chars().count()).max();
            assert!(widest.unwrap() <= width.max(40) + 8, "{width}");
        }
    }
}
