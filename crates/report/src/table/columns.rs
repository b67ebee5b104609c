//! What a table of arms may show: one definition for text, Markdown and the page.

use crate::comparison::{Comparison, Pair};
use crate::number::{p_value, signed};

/// A column of a table of arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArmColumn {
    /// The values of the best point.
    BestAt,
    /// How many seeds there are.
    Seeds,
    /// How many of the runs diverged.
    Diverged,
    /// The mean of the best point.
    Mean,
    /// Its interval; of a sweep corrected for the choice.
    Interval,
    /// The points that cannot be told from the best.
    Alike,
    /// How many points the best was chosen from.
    Settings,
    Std,
    Median,
    Min,
    Max,
    /// How far the arm is from the best one.
    ToBest,
    /// p of the t test against the best arm.
    P,
    /// p of the permutation test.
    PermutationP,
    /// The probability of improvement.
    BestWins,
}

impl ArmColumn {
    /// Every column that says something of `comparison`, in the order in which they stand.
    pub(crate) fn all(comparison: &Comparison) -> Vec<ArmColumn> {
        use ArmColumn::*;
        let swept = !comparison.axes.is_empty();
        let several = comparison.arms.len() > 1;
        let (few, many) = comparison.seeds();
        let columns: [(&[ArmColumn], bool); 8] = [
            (&[Seeds], few != many && !swept),
            (&[Diverged], comparison.arms.iter().any(|arm| arm.diverged() > 0)),
            (&[BestAt], swept),
            (&[Mean, Interval], true),
            (&[Alike, Settings], swept),
            (&[Std, Median, Min, Max], !swept),
            (&[ToBest, P], several),
            (&[PermutationP, BestWins], several),
        ];
        columns
            .iter()
            .filter(|(_, shown)| *shown)
            .flat_map(|(columns, _)| *columns)
            .copied()
            .collect()
    }

    /// Its head, where there is room for a few words.
    pub(crate) fn head(self) -> &'static str {
        match self {
            ArmColumn::BestAt => "best at",
            ArmColumn::Seeds => "seeds",
            ArmColumn::Diverged => "diverged",
            ArmColumn::Mean => "mean",
            ArmColumn::Interval => "95 % interval",
            ArmColumn::Alike => "no difference",
            ArmColumn::Settings => "settings",
            ArmColumn::Std => "std",
            ArmColumn::Median => "median",
            ArmColumn::Min => "min",
            ArmColumn::Max => "max",
            ArmColumn::ToBest => "to best",
            ArmColumn::P => "p, t test",
            ArmColumn::PermutationP => "p, permutation",
            ArmColumn::BestWins => "best wins",
        }
    }

    /// What it shows of the arm with this index in [`Comparison::arms`]; a dash for nothing.
    pub(crate) fn cell(self, comparison: &Comparison, index: usize) -> String {
        let arm = &comparison.arms[index];
        let summary = &arm.best().summary;
        let pair = comparison.against_best(index);
        let show = |value: Option<f64>| value.map(|value| comparison.quantity.show(value));
        let p = |of: fn(&Pair) -> Option<f64>| pair.and_then(of).map(p_value);
        let shown = match self {
            ArmColumn::BestAt => Some(comparison.values(arm.best())),
            ArmColumn::Seeds => Some(summary.n.to_string()),
            ArmColumn::Diverged => {
                (arm.diverged() > 0).then(|| format!("{} of {}", arm.diverged(), arm.run_count()))
            }
            ArmColumn::Mean => show(Some(summary.mean)),
            ArmColumn::Interval => Some(comparison.quantity.show_interval(arm.interval)),
            ArmColumn::Alike => Some(alike(comparison, index)),
            ArmColumn::Settings => Some(arm.points.len().to_string()),
            ArmColumn::Std => show(summary.std),
            ArmColumn::Median => show(Some(summary.median)),
            ArmColumn::Min => show(Some(summary.min)),
            ArmColumn::Max => show(Some(summary.max)),
            ArmColumn::ToBest => Some(to_best(comparison, index)),
            ArmColumn::P => p(|pair| pair.p_t_holm),
            ArmColumn::PermutationP => p(|pair| pair.p_permutation_holm),
            ArmColumn::BestWins => {
                pair.map(|pair| format!("{:.0} %", pair.probability_of_improvement * 100.0))
            }
        };
        shown.unwrap_or_else(|| "–".to_owned())
    }
}

/// How far an arm is from the best, as a signed difference of the quantity.
fn to_best(comparison: &Comparison, index: usize) -> String {
    if index == 0 {
        return "best".to_owned();
    }
    let pair = comparison.against_best(index);
    match pair.and_then(|pair| pair.lead).filter(|lead| !lead.mean.is_nan()) {
        None => "–".to_owned(),
        Some(lead) => {
            let quantity = &comparison.quantity;
            signed(quantity.show(-quantity.sign() * lead.mean))
        }
    }
}

/// The points that cannot be told from an arm's best, as short as a column needs it.
fn alike(comparison: &Comparison, index: usize) -> String {
    let arm = &comparison.arms[index];
    let alike = arm.points.iter().filter(|point| point.is_alike()).count();
    match (arm.points.len() - 1, alike) {
        (0, _) => "–".to_owned(),
        (_, 0) => "none".to_owned(),
        (others, _) => {
            let range = comparison.range(arm).filter(|_| comparison.axes[0].is_numeric());
            let range = range.map(|range| range.trim_start_matches("from ").to_owned());
            range.unwrap_or_else(|| format!("{alike} of {others}"))
        }
    }
}
