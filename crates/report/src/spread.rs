//! Crossed seeds: where the spread of an arm comes from, and tests that know that runs which share
//! a draw or an order are not independent.

use crate::seed::Seed;
use crate::statistics::{
    CrossedTable, Interval, MeanDifference, VarianceSplit, holm, paired_difference, paired_t_test,
    simultaneous_interval,
};

/// From which p on nothing is shown.
const LEVEL: f64 = 0.05;

/// Where the spread of an arm comes from: the draw of the weights, the order of the batches, or the
/// two together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The parts of the variance, with tests that are not corrected.
    pub split: VarianceSplit,
    /// p that the draw makes no difference, corrected by Holm's method over the draws and orders of
    /// all arms.
    pub p_draw: f64,
    /// p that the order makes no difference, corrected in the same way.
    pub p_order: f64,
    /// p that the two make equal differences, corrected over all arms.
    pub p_equal: f64,
}

/// What decides over the spread of an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decides {
    /// The draw of the weights: shown to matter, and to matter more than the order.
    Draw,
    /// The order of the batches, shown in the same way.
    Order,
    /// Both matter, and neither is shown to matter more.
    Both,
    /// The draw matters; whether more than the order is not shown.
    DrawMatters,
    /// The order matters; whether more than the draw is not shown.
    OrderMatters,
    /// Neither is shown to matter by itself.
    Neither,
    /// All runs are alike.
    Nothing,
}

impl Spread {
    /// The spread of values, if their seeds are crossed.
    pub(crate) fn of(values: &[(Seed, f64)]) -> Option<Self> {
        let split = table(values)?.split();
        let p = |component: Option<f64>| component.unwrap_or(1.0);
        let (p_draw, p_order) = (p(split.draw.p), p(split.order.p));
        Some(Spread { split, p_draw, p_order, p_equal: split.p_equal })
    }

    /// Corrects the tests of all arms.
    pub(crate) fn correct(mut spreads: Vec<&mut Spread>) {
        let tests: Vec<f64> =
            spreads.iter().flat_map(|spread| [spread.p_draw, spread.p_order]).collect();
        let equal: Vec<f64> = spreads.iter().map(|spread| spread.p_equal).collect();
        let tests = holm(&tests);
        let (tests, _) = tests.as_chunks::<2>();
        for ((spread, test), equal) in spreads.iter_mut().zip(tests).zip(holm(&equal)) {
            (spread.p_draw, spread.p_order, spread.p_equal) = (test[0], test[1], equal);
        }
    }

    /// The variance of a single run.
    pub fn total(&self) -> f64 {
        let VarianceSplit { draw, order, rest, .. } = self.split;
        draw.variance + order.variance + rest.variance
    }

    /// What decides, at the level 0.05 after correction.
    pub fn decides(&self) -> Decides {
        let VarianceSplit { draw, order, .. } = self.split;
        if self.total() == 0.0 {
            return Decides::Nothing;
        }
        let one_is_larger = self.p_equal < LEVEL;
        let draw_is_larger = draw.variance > order.variance;
        match (self.p_draw < LEVEL, self.p_order < LEVEL) {
            (false, false) => Decides::Neither,
            (true, _) if one_is_larger && draw_is_larger => Decides::Draw,
            (_, true) if one_is_larger && !draw_is_larger => Decides::Order,
            (true, true) => Decides::Both,
            (true, false) => Decides::DrawMatters,
            (false, true) => Decides::OrderMatters,
        }
    }
}

impl Decides {
    /// What it says of an arm or several, after `in normal and zeros`.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Decides::Draw => "the draw of the weights decides",
            Decides::Order => "the order of the batches decides",
            Decides::Both => {
                "the draw of the weights and the order of the batches both matter, and neither is \
                 shown to matter more"
            }
            Decides::DrawMatters => {
                "the draw of the weights matters, but it is not shown to matter more than the \
                 order of the batches"
            }
            Decides::OrderMatters => {
                "the order of the batches matters, but it is not shown to matter more than the \
                 draw of the weights"
            }
            Decides::Neither => {
                "neither the draw of the weights nor the order of the batches is shown to matter \
                 by itself"
            }
            Decides::Nothing => "all runs are alike",
        }
    }

    /// The same in a word, for tables and programs.
    pub fn word(self) -> &'static str {
        match self {
            Decides::Draw => "draw",
            Decides::Order => "order",
            Decides::Both => "both",
            Decides::DrawMatters => "draw matters",
            Decides::OrderMatters => "order matters",
            Decides::Neither => "not shown",
            Decides::Nothing => "nothing",
        }
    }
}

/// The numbers without their seeds.
pub(crate) fn numbers(values: &[(Seed, f64)]) -> Vec<f64> {
    values.iter().map(|(_, value)| *value).collect()
}

/// Values in the order of their seeds as a table, if these are crossed: two or more of each, and
/// each with each.
fn table(values: &[(Seed, f64)]) -> Option<CrossedTable> {
    let first = values.first()?.0.weights;
    let columns = values.iter().take_while(|(seed, _)| seed.weights == first).count();
    let orders = |row: &[(Seed, f64)]| row.iter().map(|(seed, _)| seed.order).collect::<Vec<_>>();
    let rows = || values.chunks(columns);
    let is_row = |row: &[(Seed, f64)]| {
        orders(row) == orders(&values[..columns])
            && row.iter().all(|(seed, _)| seed.weights == row[0].0.weights)
    };
    let is_grid = rows().all(is_row);
    if is_grid { CrossedTable::new(columns, numbers(values)) } else { None }
}

/// The interval of the mean of one of `family` arms.
pub(crate) fn interval(values: &[(Seed, f64)], family: usize) -> Option<Interval> {
    match table(values) {
        Some(table) => table.mean().interval(family),
        None => simultaneous_interval(&numbers(values), family),
    }
}

/// p of the paired t test of differences.
pub(crate) fn t_test(differences: &[(Seed, f64)]) -> Option<f64> {
    match table(differences) {
        Some(table) => table.mean().p(),
        None => paired_t_test(&numbers(differences)),
    }
}

/// What differences say. Signs of crossed ones are not exchangeable: no permutation test applies.
pub(crate) fn difference(differences: &[(Seed, f64)]) -> Option<MeanDifference> {
    let Some(table) = table(differences) else {
        return paired_difference(&numbers(differences));
    };
    let mean = table.mean();
    Some(MeanDifference {
        n: differences.len(),
        mean: mean.mean,
        interval: mean.interval(1),
        p_t: mean.p(),
        p_permutation: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(rows: &[&[f64]]) -> Vec<(Seed, f64)> {
        let cell = |weights: usize, row: &&[f64]| {
            let order = |(order, value): (usize, &f64)| {
                (Seed { weights: weights as u64, order: order as u64 }, *value)
            };
            row.iter().enumerate().map(order).collect::<Vec<_>>()
        };
        rows.iter().enumerate().flat_map(|(weights, row)| cell(weights, row)).collect()
    }

    #[test]
    fn only_a_complete_grid_of_seeds_is_a_table() {
        let grid = values(&[&[1.0, 2.0], &[3.0, 5.0], &[3.0, 4.0]]);
        assert!(Spread::of(&grid).is_some());
        assert!(Spread::of(&grid[..5]).is_none());
        assert!(Spread::of(&grid[..2]).is_none(), "one draw");
        let plain: Vec<(Seed, f64)> = (0..4).map(|seed| (Seed::same(seed), seed as f64)).collect();
        assert!(Spread::of(&plain).is_none());
        assert_eq!(interval(&plain, 1), simultaneous_interval(&[0.0, 1.0, 2.0, 3.0], 1));
        assert_eq!(difference(&grid).unwrap().p_permutation, None);
        assert_eq!(difference(&[]), None);
    }

    #[test]
    fn what_decides_is_said_only_where_it_is_shown() {
        let decides = |rows: &[&[f64]]| Spread::of(&values(rows)).unwrap().decides();
        let noise = [[0.01, 0.02, 0.0], [0.02, 0.0, 0.01], [0.0, 0.01, 0.03]];
        let with = |draw: f64, order: f64| {
            let cell = |i: usize, j: usize| draw * i as f64 + order * j as f64 + noise[i][j];
            let rows: Vec<Vec<f64>> =
                (0..3).map(|i| (0..3).map(|j| cell(i, j)).collect()).collect();
            decides(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
        };
        assert_eq!(with(1.0, 0.0), Decides::Draw);
        assert_eq!(with(0.0, 1.0), Decides::Order);
        assert_eq!(with(1.0, 1.1), Decides::Both);
        assert_eq!(with(0.0, 0.0), Decides::Neither);
        assert_eq!(with(0.04, 0.012), Decides::DrawMatters);
        assert_eq!(with(0.012, 0.04), Decides::OrderMatters);
        assert_eq!(decides(&[&[1.0, 1.0], &[1.0, 1.0]]), Decides::Nothing);
    }
}
