//! Numbers of a crossed design: each draw of the weights with each order of the batches. The
//! two-way random-effects analysis of variance says how much of their variance comes from the draw,
//! from the order, and from both together, and how well their mean is known.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor, StudentsT};
use statrs::function::{beta::beta_reg, gamma::gamma_lr};

use super::summary::{Interval, mean};

/// A complete table of numbers: a row for each draw, a column for each order.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossedTable {
    rows: usize,
    columns: usize,
    /// Row after row.
    numbers: Vec<f64>,
}

/// What the variance of a single run is made of.
///
/// The model is `y = mean + draw + order + rest`, each normal with a variance of its own. A run is
/// a function of its two seeds, so `rest` is what a draw and an order do together and neither does
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VarianceSplit {
    /// Of the draw of the weights.
    pub draw: Component,
    /// Of the order of the batches.
    pub order: Component,
    /// Of the two together.
    pub rest: Component,
    /// Two-sided p of the hypothesis that draw and order have one variance: of the ratio of their
    /// mean squares, brought to one scale. Exact where there are as many draws as orders, and
    /// conservative elsewhere.
    pub p_equal: f64,
}

/// One of the parts of a variance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Component {
    /// Its variance, estimated without bias but for the cut at 0.
    pub variance: f64,
    /// 95 % interval of the variance.
    pub interval: Interval,
    /// p of the F test that the variance is 0; none of the rest, which is what others are tested
    /// against.
    pub p: Option<f64>,
}

/// How well a mean is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanEstimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub error: f64,
    /// The degrees of freedom of that.
    pub degrees: f64,
}

/// Mean squares and their degrees of freedom.
struct Squares {
    draw: (f64, f64),
    order: (f64, f64),
    rest: (f64, f64),
}

impl CrossedTable {
    /// The table of so many columns; none below two rows and two columns, or where a number is not
    /// finite.
    pub fn new(columns: usize, numbers: Vec<f64>) -> Option<Self> {
        let rows = numbers.len().checked_div(columns)?;
        let is_whole = rows * columns == numbers.len() && rows > 1 && columns > 1;
        let is_finite = numbers.iter().all(|number| number.is_finite());
        (is_whole && is_finite).then_some(CrossedTable { rows, columns, numbers })
    }

    fn squares(&self) -> Squares {
        let (rows, columns) = (self.rows as f64, self.columns as f64);
        let all = mean(&self.numbers);
        let of_row: Vec<f64> = self.numbers.chunks_exact(self.columns).map(mean).collect();
        let of_column: Vec<f64> = (0..self.columns)
            .map(|column| {
                self.numbers.iter().skip(column).step_by(self.columns).sum::<f64>() / rows
            })
            .collect();
        let sum = |means: &[f64]| means.iter().map(|mean| (mean - all).powi(2)).sum::<f64>();
        let rest = self.numbers.iter().enumerate().map(|(index, number)| {
            let (row, column) = (of_row[index / self.columns], of_column[index % self.columns]);
            (number - row - column + all).powi(2)
        });
        // What is nothing but rounding is nothing.
        let largest = self.numbers.iter().fold(0.0f64, |largest, number| largest.max(number.abs()));
        let least = (1e-12 * largest).powi(2);
        let mean_square = |sum: f64, degrees: f64| {
            let square = sum / degrees;
            (if square < least { 0.0 } else { square }, degrees)
        };
        Squares {
            draw: mean_square(columns * sum(&of_row), rows - 1.0),
            order: mean_square(rows * sum(&of_column), columns - 1.0),
            rest: mean_square(rest.sum(), (rows - 1.0) * (columns - 1.0)),
        }
    }

    /// Splits the variance.
    ///
    /// Estimates are those of the analysis of variance (Searle, Casella & McCulloch 1992, section
    /// 4.3): (MS of the draw - MS of the rest) / orders, and so on. Intervals of draw and order are
    /// the modified large-sample ones of Ting and others (1990), the interval of the rest is that
    /// of chi-squared.
    pub fn split(&self) -> VarianceSplit {
        let Squares { draw, order, rest } = self.squares();
        let (rows, columns) = (self.rows as f64, self.columns as f64);
        let component = |square: (f64, f64), levels: f64| Component {
            variance: (square.0 - rest.0).max(0.0) / levels,
            interval: difference_interval(square, rest, levels),
            p: Some(upper_tail(square.0, square.1, rest.0, rest.1)),
        };
        let ends =
            [0.975, 0.025].map(|share| rest.0 * rest.1 / chi_squared_quantile(share, rest.1));
        // The mean squares over the levels of the other factor estimate the two variances and a
        // part of the rest; the smaller part is filled up.
        let fill = |levels: f64, others: f64| rest.0 * f64::max(1.0 / others - 1.0 / levels, 0.0);
        let of_draw = (draw.0 / columns + fill(columns, rows), draw.1);
        let of_order = (order.0 / rows + fill(rows, columns), order.1);
        let tail = |a: (f64, f64), b: (f64, f64)| upper_tail(a.0, a.1, b.0, b.1);
        let p_equal = 2.0 * tail(of_draw, of_order).min(tail(of_order, of_draw));
        VarianceSplit {
            draw: component(draw, columns),
            order: component(order, rows),
            rest: Component {
                variance: rest.0,
                interval: Interval { low: ends[0], high: ends[1] },
                p: None,
            },
            p_equal: p_equal.min(1.0),
        }
    }

    /// The mean, and how well it is known.
    ///
    /// The variance of the mean is (MS of the draw + MS of the order - MS of the rest) / runs, with
    /// what draw or order have below the rest left out, and Satterthwaite's degrees of freedom.
    /// Runs that share a draw or an order are not independent: Student's interval over all runs
    /// would be too narrow.
    pub fn mean(&self) -> MeanEstimate {
        let Squares { draw, order, rest } = self.squares();
        let above: Vec<(f64, f64)> =
            [draw, order].into_iter().filter(|square| square.0 > rest.0).collect();
        let terms = match above.len() {
            0 => vec![rest],
            1 => above,
            _ => [above, vec![(-rest.0, rest.1)]].concat(),
        };
        let variance: f64 = terms.iter().map(|(square, _)| square).sum();
        let degrees =
            variance.powi(2) / terms.iter().map(|(square, d)| square.powi(2) / d).sum::<f64>();
        let degrees = if degrees.is_nan() { rest.1 } else { degrees };
        let error = (variance / self.numbers.len() as f64).sqrt();
        MeanEstimate { mean: mean(&self.numbers), error, degrees }
    }
}

impl MeanEstimate {
    /// The interval of the mean of one of `family` such tables; see
    /// [`simultaneous_interval`](super::simultaneous_interval).
    pub fn interval(&self, family: usize) -> Option<Interval> {
        let t = StudentsT::new(0.0, 1.0, self.degrees).ok()?;
        let half = t.inverse_cdf(1.0 - 0.025 / family.max(1) as f64) * self.error;
        Some(Interval { low: self.mean - half, high: self.mean + half })
    }

    /// Two-sided p of the t test that the mean is 0; where all numbers are equal, as for
    /// [`paired_t_test`](super::paired_t_test).
    pub fn p(&self) -> Option<f64> {
        if self.error == 0.0 {
            return Some(if self.mean == 0.0 { 1.0 } else { 0.0 });
        }
        let t = StudentsT::new(0.0, 1.0, self.degrees).ok()?;
        Some((2.0 * t.cdf(-(self.mean / self.error).abs())).min(1.0))
    }
}

/// Interval of (a - b) / levels, from two mean squares with their degrees of freedom: modified
/// large-sample (Ting, Burdick, Graybill, Jeyaratnam & Lu 1990), cut at 0.
fn difference_interval(a: (f64, f64), b: (f64, f64), levels: f64) -> Interval {
    const TAIL: f64 = 0.025;
    let ((a, n), (b, m)) = (a, b);
    // F with infinite degrees in its denominator.
    let over = |share: f64, degrees: f64| chi_squared_quantile(share, degrees) / degrees;
    let bound = |g: f64, h: f64, f: f64| {
        let mixed = ((f - 1.0).powi(2) - (g * f).powi(2) - h.powi(2)) / f;
        ((g * a).powi(2) + (h * b).powi(2) + mixed * a * b).max(0.0).sqrt()
    };
    let low = {
        let (g, h) = (1.0 - 1.0 / over(1.0 - TAIL, n), 1.0 / over(TAIL, m) - 1.0);
        a - b - bound(g, h, f_quantile(1.0 - TAIL, n, m))
    };
    let high = {
        let (h, g) = (1.0 / over(TAIL, n) - 1.0, 1.0 - 1.0 / over(1.0 - TAIL, m));
        a - b + bound(h, g, f_quantile(TAIL, n, m))
    };
    Interval { low: (low / levels).max(0.0), high: (high / levels).max(0.0) }
}

/// The probability that F lies above a / b; of 0 / 0 it is 1.
fn upper_tail(a: f64, n: f64, b: f64, m: f64) -> f64 {
    match (a > 0.0, b > 0.0) {
        (false, _) => 1.0,
        (true, false) => 0.0,
        _ => FisherSnedecor::new(n, m).map_or(1.0, |f| f.sf(a / b)),
    }
}

fn f_quantile(share: f64, n: f64, m: f64) -> f64 {
    let x = inverse(share, |x| beta_reg(n / 2.0, m / 2.0, x));
    m * x / (n * (1.0 - x))
}

fn chi_squared_quantile(share: f64, degrees: f64) -> f64 {
    let x = inverse(share, |x| gamma_lr(degrees / 2.0, degrees * x / (1.0 - x) / 2.0));
    degrees * x / (1.0 - x)
}

/// Where an increasing function on (0, 1) has a value, to the last bits.
fn inverse(value: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if function(middle) < value {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};
    use statrs::distribution::Normal;

    use super::*;

    /// Tables of so many draws and orders, with these standard deviations.
    fn tables(size: (usize, usize), stds: [f64; 3], count: usize) -> Vec<CrossedTable> {
        let mut stream = ChaCha8Rng::seed_from_u64(1);
        let standard = Normal::new(0.0, 1.0).unwrap();
        let mut normal = |std: f64| std * standard.inverse_cdf(stream.random_range(1e-12..1.0));
        let (rows, columns) = size;
        let mut table = || {
            let draws: Vec<f64> = (0..rows).map(|_| normal(stds[0])).collect();
            let orders: Vec<f64> = (0..columns).map(|_| normal(stds[1])).collect();
            let cells = (0..rows * columns)
                .map(|cell| draws[cell / columns] + orders[cell % columns] + normal(stds[2]));
            CrossedTable::new(columns, cells.collect()).unwrap()
        };
        (0..count).map(|_| table()).collect()
    }

    #[test]
    fn estimates_and_intervals_hold_the_variances_that_were_simulated() {
        const COUNT: usize = 600;
        for stds in [[1.0, 0.5, 1.0], [2.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 2.0, 0.1]] {
            let splits: Vec<VarianceSplit> =
                tables((5, 5), stds, COUNT).iter().map(CrossedTable::split).collect();
            let parts: [fn(&VarianceSplit) -> Component; 3] =
                [|split| split.draw, |split| split.order, |split| split.rest];
            for (part, std) in parts.iter().zip(stds) {
                let variance = std * std;
                let held = splits.iter().map(part).filter(|component| {
                    let Interval { low, high } = component.interval;
                    low <= variance && variance <= high
                });
                // 95 %, or 97.5 % of a variance of 0, less three standard errors.
                assert!(held.count() as f64 / COUNT as f64 > 0.92, "{stds:?}");
                // Cut at 0 an estimate is too large where the variance is small.
                let mean = splits.iter().map(|split| part(split).variance).sum::<f64>();
                let mean = mean / COUNT as f64;
                assert!((mean - variance).abs() < 0.15 * variance.max(1.0), "{stds:?} {mean}");
            }
        }
    }

    #[test]
    fn tests_of_no_difference_find_one_as_often_as_they_say() {
        const COUNT: usize = 600;
        let rate = |p: Vec<f64>| p.iter().filter(|p| **p < 0.05).count() as f64 / COUNT as f64;
        let splits = |size, stds| {
            tables(size, stds, COUNT).iter().map(CrossedTable::split).collect::<Vec<_>>()
        };
        let none = splits((5, 5), [0.0, 1.0, 1.0]);
        assert!(rate(none.iter().filter_map(|split| split.draw.p).collect()) < 0.08);
        assert!(rate(none.iter().filter_map(|split| split.order.p).collect()) > 0.6);
        for size in [(5, 5), (3, 8), (8, 3)] {
            let equal = splits(size, [1.0, 1.0, 1.0]);
            assert!(rate(equal.iter().map(|split| split.p_equal).collect()) < 0.08, "{size:?}");
        }
        let unequal = splits((5, 5), [3.0, 0.3, 1.0]);
        assert!(rate(unequal.iter().map(|split| split.p_equal).collect()) > 0.7);
    }

    #[test]
    fn the_interval_of_a_mean_holds_it_where_that_of_independent_runs_does_not() {
        use crate::statistics::interval_of_mean;
        const COUNT: usize = 600;
        let tables = tables((5, 5), [2.0, 1.0, 1.0], COUNT);
        let share = |holds: &dyn Fn(&CrossedTable) -> Interval| {
            let held = tables.iter().map(holds).filter(|i| i.low <= 0.0 && 0.0 <= i.high);
            held.count() as f64 / COUNT as f64
        };
        assert!(share(&|table| table.mean().interval(1).unwrap()) > 0.92);
        assert!(share(&|table| interval_of_mean(&table.numbers).unwrap()) < 0.8);
    }

    #[test]
    fn equal_numbers_have_no_variance_and_nothing_is_shown() {
        let table = CrossedTable::new(3, vec![0.1126; 9]).unwrap();
        let split = table.split();
        assert_eq!([split.draw, split.order, split.rest].map(|part| part.variance), [0.0; 3]);
        assert_eq!((split.draw.p, split.order.p), (Some(1.0), Some(1.0)));
        assert_eq!(table.mean().interval(1), Some(Interval { low: 0.1126, high: 0.1126 }));
        let rows = CrossedTable::new(3, vec![0.1, 0.1, 0.1, 0.2, 0.2, 0.2]).unwrap().split();
        assert_eq!((rows.draw.p, rows.order.p, rows.rest.variance), (Some(0.0), Some(1.0), 0.0));
        assert!(rows.draw.variance > 0.0 && rows.p_equal == 0.0);
    }

    #[test]
    fn what_is_no_table_of_finite_numbers_is_none() {
        assert_eq!(CrossedTable::new(0, vec![]), None);
        assert_eq!(CrossedTable::new(2, vec![1.0; 5]), None);
        assert_eq!(CrossedTable::new(1, vec![1.0; 5]), None);
        assert_eq!(CrossedTable::new(5, vec![1.0; 5]), None);
        assert_eq!(CrossedTable::new(2, vec![1.0, 2.0, 3.0, f64::INFINITY]), None);
    }
}
