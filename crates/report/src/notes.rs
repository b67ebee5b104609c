//! What a reader should know before trusting the verdict of a comparison.

use std::collections::BTreeSet;

use crate::comparison::{Comparison, LEVEL, Pair, RankedArm};
use crate::number::p_value;
use crate::phrases::{count, words};

/// Arms that are named in a note each; of more it is said how many there are.
const NAMED: usize = 12;

impl Comparison {
    /// What a reader should know before trusting the verdict; a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.axes.is_empty() {
            notes.extend(self.diverged_arms());
            notes.extend(self.weak_permutation_test());
            notes.extend(self.unequal_seeds());
        } else {
            notes.extend(self.chosen());
            notes.extend(self.arms.iter().filter_map(|arm| self.at_the_edge(arm)).take(NAMED));
            notes.extend(self.diverged_points());
            notes.extend(self.infinite_points());
            notes.extend(self.missing_points());
            notes.extend(self.unequal_seeds_of_points());
        }
        if !self.uneven.is_empty() {
            let uneven = words(&self.uneven);
            notes.push(format!("Beside the axes, the settings of an arm differ in {uneven} too."));
        }
        notes
    }

    fn diverged_arms(&self) -> Vec<String> {
        let diverged: Vec<&RankedArm> = self.arms.iter().filter(|arm| arm.diverged() > 0).collect();
        let mut notes: Vec<String> = diverged
            .iter()
            .take(NAMED)
            .map(|arm| match arm.run_count() {
                1 => format!("{} diverged.", arm.label),
                all => {
                    let (diverged, one) = (arm.diverged(), self.one());
                    format!("{} diverged with {diverged} of {all} {one}s.", arm.label)
                }
            })
            .collect();
        if diverged.len() > NAMED {
            notes.push(format!("So did {} more arms.", diverged.len() - NAMED));
        }
        notes
    }

    /// Where the exact permutation test cannot fall below the level.
    fn weak_permutation_test(&self) -> Option<String> {
        let tested = self.pairs.iter().filter(|pair| pair.p_t_holm.is_some()).count();
        // Of crossed pairs there is no such test.
        let has_test = |pair: &&Pair| pair.lead.is_some_and(|lead| lead.p_permutation.is_some());
        let tested_pairs = || self.pairs.iter().filter(has_test);
        let pairs = || tested_pairs().filter_map(|pair| Some((pair.lead?.n, pair)));
        let (few, pair) = pairs().min_by_key(|(n, _)| *n)?;
        let least = self.smallest_p(pair)? * tested as f64;
        if few < 2 || tested == 0 || least < LEVEL {
            return None;
        }
        let takes = if self.paired { "the differences" } else { "the values" };
        let over = match tested {
            1 => String::new(),
            _ => format!(", corrected over {tested} pairs,"),
        };
        Some(format!(
            "With {few} {}s the exact permutation test{over} cannot fall below p = {}; the \
             verdict rests on the t test, which takes {takes} for about normal.",
            self.one(),
            p_value(least.min(1.0))
        ))
    }

    fn unequal_seeds(&self) -> Vec<String> {
        if !self.paired {
            return vec![
                "Runs are not paired: arms are compared by Welch's t test and by a permutation \
                 test of the values."
                    .to_owned(),
            ];
        }
        let shared: BTreeSet<usize> =
            self.pairs.iter().filter_map(|pair| Some(pair.lead?.n)).collect();
        let mut notes = Vec::new();
        if shared.len() > 1 {
            notes.push(
                "Not all arms have the same seeds; each pair is compared by the seeds that both \
                 have."
                    .to_owned(),
            );
        }
        if self.pairs.iter().any(|pair| pair.lead.is_none()) {
            notes.push("Some arms share no seed and cannot be compared in pairs.".to_owned());
        }
        notes
    }

    /// That a best point was chosen by the same runs that it is judged by.
    fn chosen(&self) -> Option<String> {
        let counts = || self.arms.iter().map(|arm| arm.points.len());
        let (few, many) = (counts().min()?, counts().max()?);
        let among = if few == many { String::new() } else { "up to ".to_owned() };
        let whose = if self.arms.len() > 1 { "Each arm's best" } else { "The best" };
        (many > 1 && self.seeds().1 > 1).then(|| {
            format!(
                "{whose} setting was chosen among {among}{many} by the same runs, so its mean \
                 flatters it; its interval and the tests are corrected for that choice."
            )
        })
    }

    /// A best point at the end of a numeric axis may not be the best there is.
    fn at_the_edge(&self, arm: &RankedArm) -> Option<String> {
        let mut axes = self.axes.iter().zip(&arm.best().at);
        let (axis, at) = axes.find(|(axis, at)| {
            let last = axis.values.len() - 1;
            axis.is_numeric() && last > 1 && (**at == 0 || **at == last)
        })?;
        let (which, beyond) = if *at == 0 { ("smallest", "below") } else { ("largest", "above") };
        Some(format!(
            "{} is best at the {which} {} of the sweep; what lies {beyond} was not tried.",
            arm.label, axis.setting
        ))
    }

    fn diverged_points(&self) -> Option<String> {
        let points = || self.arms.iter().flat_map(|arm| &arm.points);
        let diverged = points().map(|point| point.diverged).sum::<usize>();
        let runs = points().map(|point| point.values.len()).sum::<usize>();
        let settings = points().filter(|point| point.diverged > 0);
        let places: BTreeSet<&[usize]> = settings.clone().map(|point| &point.at[..]).collect();
        let at = match self.axes.as_slice() {
            [axis] if places.len() <= 4 => {
                let labels: Vec<String> =
                    places.iter().map(|at| axis.labels[at[0]].clone()).collect();
                format!("at {} = {}", axis.setting, words(&labels))
            }
            _ => format!("at {} of {} settings", settings.count(), points().count()),
        };
        (diverged > 0).then(|| format!("{diverged} of {} diverged, {at}.", count(runs, "run")))
    }

    fn infinite_points(&self) -> Option<String> {
        let points = self.arms.iter().flat_map(|arm| &arm.points);
        match points.filter(|point| !point.summary.mean.is_finite()).count() {
            0 => None,
            1 => Some(
                "One setting has no finite mean, so no test of means applies to it.".to_owned(),
            ),
            many => Some(format!(
                "{many} settings have no finite mean, so no test of means applies to them."
            )),
        }
    }

    fn missing_points(&self) -> Option<String> {
        let (grid, found) = (self.grid(), self.point_count());
        (found < grid).then(|| {
            format!("{} of the grid's {grid} settings have no finished run.", grid - found)
        })
    }

    fn unequal_seeds_of_points(&self) -> Option<String> {
        let (few, many) = self.seeds();
        (few != many).then(|| {
            format!(
                "Settings have {few} to {many} seeds; they are compared by the seeds that both \
                 have."
            )
        })
    }
}
