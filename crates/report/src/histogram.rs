//! How drawn numbers are distributed: moments, counts in bins, and a histogram in a terminal.

use crate::number::significant;

/// Columns and rows of the terminal's histogram.
const COLUMNS: usize = 64;
const ROWS: usize = 10;

/// Numbers summed up.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// How many numbers there are, in the bins and outside of them.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (of the population).
    pub std: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The edges of the first and of the last bin; all bins are as wide.
    pub range: (f64, f64),
    /// Numbers in each bin.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Counts `numbers` in `bins` bins over `range` or, where that is `None`, from the smallest to
    /// the largest.
    pub fn of(numbers: &[f32], bins: usize, range: Option<(f64, f64)>) -> Self {
        let n = numbers.len().max(1) as f64;
        let values = || numbers.iter().copied().map(f64::from);
        let mean = values().sum::<f64>() / n;
        let std = (values().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        let (min, max) = values()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)));
        // Numbers that are all alike are one bar in the middle.
        let (low, high) =
            range.unwrap_or(if min < max { (min, max) } else { (mean - 0.5, mean + 0.5) });
        let mut counts = vec![0; bins.max(1)];
        let last = counts.len() - 1;
        for x in values().filter(|x| (low..=high).contains(x)) {
            let bin = ((x - low) / (high - low) * counts.len() as f64) as usize;
            counts[bin.min(last)] += 1;
        }
        Histogram { count: numbers.len(), mean, std, min, max, range: (low, high), counts }
    }

    /// The probability density that the heights of the bins estimate.
    pub fn densities(&self) -> impl Iterator<Item = f64> + '_ {
        let width = (self.range.1 - self.range.0) / self.counts.len() as f64;
        self.counts.iter().map(move |&count| count as f64 / (self.count.max(1) as f64 * width))
    }

    /// The moments in words, joined by `separator`: `mean 0.0012, std 0.0402, min -0.1, max 0.1`.
    pub fn moments(&self, separator: &str) -> String {
        let moments =
            [("mean", self.mean), ("std", self.std), ("min", self.min), ("max", self.max)];
        let written = moments.map(|(name, value)| format!("{name} {}", significant(value, 4)));
        written.join(separator)
    }

    /// The histogram in block characters, the edges of its range below it: up to 64 columns by 12
    /// rows.
    pub fn text(&self) -> String {
        // As many bins in every column, so that none stands out for having more.
        let fewest = self.counts.len().div_ceil(COLUMNS);
        let even = (fewest..=2 * fewest).find(|bins| self.counts.len().is_multiple_of(*bins));
        let heights: Vec<u64> =
            self.counts.chunks(even.unwrap_or(fewest)).map(|bins| bins.iter().sum()).collect();
        let columns = heights.len();
        let highest = heights.iter().copied().max().unwrap_or(0).max(1);
        // Eighths of a row; what is there at all shows.
        let eighths = |count: u64| match count {
            0 => 0,
            count => (count as f64 / highest as f64 * (8 * ROWS) as f64).round().max(1.0) as usize,
        };
        let row = |row: usize| {
            let filled = |count: &u64| {
                " ▁▂▃▄▅▆▇█".chars().nth(eighths(*count).saturating_sub(8 * row).min(8))
            };
            heights.iter().filter_map(filled).collect::<String>().trim_end().to_owned()
        };
        let mut lines: Vec<String> = (0..ROWS).rev().map(row).collect();
        let [low, high] = [self.range.0, self.range.1].map(|edge| significant(edge, 4));
        let gap = columns.saturating_sub(low.len()).max(high.len() + 1);
        lines.push("─".repeat(columns));
        lines.push(format!("{low}{high:>gap$}"));
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_in_the_range_is_in_one_bin() {
        let numbers: Vec<f32> = (-50..=50).map(|i| i as f32 / 10.0).collect();
        let all = Histogram::of(&numbers, 7, None);
        assert_eq!((all.counts.iter().sum::<u64>(), all.range), (101, (-5.0, 5.0)));
        let some = Histogram::of(&numbers, 8, Some((-4.0, 4.0)));
        assert_eq!((some.counts.iter().sum::<u64>(), some.count, some.min), (81, 101, -5.0));
        assert!(
            (all.densities().map(|density| density * 10.0 / 7.0).sum::<f64>() - 1.0).abs() < 1e-9
        );
    }

    #[test]
    fn numbers_that_are_alike_are_one_bar() {
        let ones = Histogram::of(&[1.0; 9], 5, None);
        assert_eq!(
            (ones.counts.as_slice(), ones.range, ones.std),
            (&[0, 0, 9, 0, 0][..], (0.5, 1.5), 0.0)
        );
    }

    #[test]
    fn a_terminal_shows_bars_and_the_range() {
        let numbers: Vec<f32> =
            (0..400).flat_map(|i| vec![i as f32 / 100.0; (i / 40) as usize]).collect();
        insta::assert_snapshot!(Histogram::of(&numbers, 200, Some((0.0, 4.0))).text());
    }
}
