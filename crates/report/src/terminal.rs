//! A loss curve in a terminal: braille dots, labels, no colour.

use record::Run;

use crate::curve::Curve;
use crate::picture::axis::Axis;

const COLUMNS: usize = 60;
const ROWS: usize = 12;

/// The loss over all batches, the mean of `runs`, as about 70 columns by 15 rows of plain text;
/// logarithmic where the losses range over more than a factor of 15. Empty where there is no finite
/// loss.
///
/// The text holds no escape sequences, so that a caller may colour it or not.
pub fn loss_curve(runs: &[Run]) -> String {
    let longest = runs.iter().map(|run| run.steps.len()).max().unwrap_or(0);
    let curve = Curve::loss(runs, longest / COLUMNS);
    let points: Vec<(f64, f64)> = curve.points.iter().map(|point| (point.x, point.mean)).collect();
    plot(&points, longest as f64)
}

fn plot(points: &[(f64, f64)], end: f64) -> String {
    if points.is_empty() {
        return String::new();
    }
    let y = Axis::of_losses(points.iter().map(|point| point.1), 0.0, 4);
    let x = Axis::linear(0.0, end.max(1.0), 6);
    let dots = dots(points, &x, &y);
    let row_of = |value: f64| ((1.0 - y.position(value)) * (ROWS - 1) as f64).round() as usize;
    let width = y.ticks.iter().map(|tick| tick.label.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = (0..ROWS)
        .map(|row| {
            let label = y
                .ticks
                .iter()
                .find(|tick| row_of(tick.value) == row)
                .map_or("", |tick| tick.label.as_str());
            let edge = if label.is_empty() { '│' } else { '┤' };
            let cells: String = dots[row].iter().map(|&cell| braille(cell)).collect();
            format!("{label:>width$} {edge}{cells}").trim_end().to_owned()
        })
        .collect();
    let mut edge: Vec<char> = vec!['─'; COLUMNS];
    let mut labels: Vec<char> = vec![' '; COLUMNS + 8];
    for tick in &x.ticks {
        let column = (x.position(tick.value) * (COLUMNS - 1) as f64).round() as usize;
        edge[column] = '┬';
        for (i, c) in tick.label.chars().enumerate() {
            if let Some(place) = labels.get_mut(column + i) {
                *place = c;
            }
        }
    }
    lines.push(format!("{:width$} └{}", "", edge.into_iter().collect::<String>()));
    let labels: String = labels.into_iter().collect();
    lines.push(format!("{:width$}  {} batch", "", labels.trim_end()));
    lines.insert(0, format!("{:>width$}", "loss"));
    lines.join("\n")
}

/// Which of its eight dots each cell shows, as the low byte of its braille character.
fn dots(points: &[(f64, f64)], x: &Axis, y: &Axis) -> [[u8; COLUMNS]; ROWS] {
    const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let place = |&(at, value): &(f64, f64)| {
        let column = x.position(at) * (2 * COLUMNS - 1) as f64;
        let row = (1.0 - y.position(value)) * (4 * ROWS - 1) as f64;
        (column, row)
    };
    let mut cells = [[0; COLUMNS]; ROWS];
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (place(&pair[0]), place(&pair[1]));
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).ceil().max(1.0) as usize;
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let column = (x0 + (x1 - x0) * part).round() as usize;
            let row = (y0 + (y1 - y0) * part).round() as usize;
            cells[row / 4][column / 2] |= BITS[row % 4][column % 2];
        }
    }
    cells
}

fn braille(cell: u8) -> char {
    if cell == 0 { ' ' } else { char::from_u32(0x2800 + u32::from(cell)).unwrap_or(' ') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_loss_is_drawn_from_the_upper_left_to_the_lower_right() {
        let points: Vec<(f64, f64)> =
            (0..60).map(|i| (f64::from(i), 2.3 - 0.035 * f64::from(i))).collect();
        insta::assert_snapshot!(plot(&points, 60.0));
    }

    #[test]
    fn any_loss_is_drawn() {
        for points in
            [vec![(0.0, 0.0)], vec![(0.0, 1e300), (1.0, 1e-300)], vec![(0.0, 0.0), (1.0, 0.0)]]
        {
            assert_eq!(plot(&points, 2.0).lines().count(), ROWS + 3);
        }
        assert_eq!(plot(&[], 0.0), "");
    }
}
