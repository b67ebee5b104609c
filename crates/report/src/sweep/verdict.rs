//! What a sweep shows, in one or two plain sentences, and what to keep in mind.

use std::collections::BTreeSet;

use super::comparison::{BestPair, PointResult, SweepComparison, SweptResult};
use crate::comparison::LEVEL;
use crate::verdict::{say_p, words};

impl SweepComparison {
    /// Which setting of which arm is best, which ones cannot be told from it, and whether the arms differ at their best.
    pub fn verdict(&self) -> String {
        let Some(best) = self.arms.first() else {
            return "There is nothing to compare.".to_owned();
        };
        let (place, mean) = (self.place(best.best()), self.metric.say(best.best().summary.mean));
        if self.seeds().1 < 2 {
            return format!(
                "With one seed nothing can be concluded: {} is ahead at {place} with {mean}, and another seed may turn \
                 that around. Run five seeds or more.",
                best.label
            );
        }
        let mut text = format!("{} is best at {place} with {mean}", best.label);
        if let Some(alike) = self.alike(best) {
            text += &format!("; {alike}");
        }
        text += ".";
        if let Some(arms) = self.arms_at_their_best() {
            text += &format!(" {arms}");
        }
        text
    }

    /// The settings that cannot be told from the arm's best, in a part of a sentence; none where there is but one setting.
    pub(crate) fn alike(&self, arm: &SweptResult) -> Option<String> {
        let others = arm.points.len() - 1;
        let tested = arm.points.iter().filter(|point| point.p.is_some()).count();
        let alike = arm.points.iter().filter(|point| point.is_alike()).count();
        match (others, tested, alike) {
            (0, ..) => None,
            (_, 0, _) => Some("no other setting can be tested against it".to_owned()),
            (_, _, 0) => Some(format!(
                "every other setting{} is worse",
                if tested < others { " that can be tested" } else { "" }
            )),
            (1, _, 1) => Some("no difference to the other setting can be shown".to_owned()),
            _ if alike == others => {
                Some(format!("no difference to any of the other {others} settings can be shown"))
            }
            _ => Some(match self.range(arm) {
                Some(range) => format!("{range} no difference to that can be shown"),
                None => {
                    format!(
                        "no difference to {alike} of the other {others} settings can be shown{}",
                        self.span(arm)
                    )
                }
            }),
        }
    }

    /// `from 0.02 to 0.1`: the settings along the one axis that cannot be told from the arm's best, itself included, if
    /// none between them is worse; the words, where the axis is one of few.
    pub(crate) fn range(&self, arm: &SweptResult) -> Option<String> {
        let [axis] = self.axes.as_slice() else {
            return None;
        };
        let label = |point: &PointResult| axis.labels[point.at[0]].clone();
        let near = |place: usize| place == arm.best || arm.points[place].is_alike();
        let first = (0..arm.points.len()).find(|&place| near(place))?;
        let last = (0..arm.points.len()).rfind(|&place| near(place))?;
        if !axis.is_numeric() {
            let alike: Vec<String> =
                arm.points.iter().filter(|point| point.is_alike()).map(label).collect();
            return (alike.len() <= 4).then(|| format!("for {}", words(&alike)));
        }
        let whole = (first..=last).all(near) && first < last;
        whole.then(|| format!("from {} to {}", label(&arm.points[first]), label(&arm.points[last])))
    }

    /// Where the settings lie that cannot be told from the best of an arm, where others lie between them.
    fn span(&self, arm: &SweptResult) -> String {
        let near = |point: &&PointResult| point.is_alike();
        match (self.axes.as_slice(), arm.points.iter().find(near), arm.points.iter().rfind(near)) {
            ([axis], Some(first), Some(last)) if axis.is_numeric() && first.at != last.at => {
                format!(
                    "; they lie between {} and {}",
                    axis.labels[first.at[0]], axis.labels[last.at[0]]
                )
            }
            _ => String::new(),
        }
    }

    fn arms_at_their_best(&self) -> Option<String> {
        let others: Vec<(&SweptResult, &BestPair)> = (1..self.arms.len())
            .filter_map(|other| Some((&self.arms[other], self.against_best(other)?)))
            .collect();
        if let [(other, pair)] = others.as_slice() {
            let lead = pair.lead?;
            let at = format!("{} at {}", other.label, self.place(other.best()));
            let (by, Some(p)) = (self.metric.say_difference(lead.mean), pair.p) else {
                return Some(format!("{at} is behind, but no test applies."));
            };
            return Some(if pair.is_shown() {
                format!("It is better than {at} by {by} ({}).", say_p(p))
            } else {
                format!("No difference to {at} can be shown: the lead is {by} ({}).", say_p(p))
            });
        }
        let labels = |keep: &dyn Fn(&BestPair) -> bool| -> Vec<String> {
            others.iter().filter(|(_, pair)| keep(pair)).map(|(arm, _)| arm.label.clone()).collect()
        };
        let shown = labels(&BestPair::is_shown);
        let alike = labels(&|pair| pair.p.is_some() && !pair.is_shown());
        let untested = labels(&|pair| pair.p.is_none());
        let mut parts = Vec::new();
        if !alike.is_empty() {
            parts.push(format!("no difference to {} can be shown", words(&alike)));
        }
        if !shown.is_empty() {
            parts.push(format!("it is better than {} (p < {LEVEL})", words(&shown)));
        }
        if !untested.is_empty() {
            parts.push(format!("no test applies to {}", words(&untested)));
        }
        (!parts.is_empty()).then(|| format!("Each arm at its best, {}.", parts.join("; ")))
    }

    /// What a reader should know before trusting the verdict; a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let settings: Vec<usize> = self.arms.iter().map(|arm| arm.points.len()).collect();
        let most = settings.iter().copied().max().unwrap_or(0);
        if most > 1 && self.seeds().1 > 1 {
            let among = if settings.iter().all(|&count| count == most) {
                String::new()
            } else {
                "up to ".to_owned()
            };
            let arms = if self.arms.len() > 1 {
                "Each arm's best setting was"
            } else {
                "The best setting was"
            };
            notes.push(format!(
                "{arms} chosen among {among}{most} by the same runs, so its mean flatters it; its interval and the tests \
                 are corrected for that choice."
            ));
        }
        notes.extend(self.arms.iter().filter_map(|arm| self.at_the_edge(arm)));
        notes.extend(self.divergence());
        let infinite = self
            .arms
            .iter()
            .flat_map(|arm| &arm.points)
            .filter(|point| !point.summary.mean.is_finite())
            .count();
        if infinite > 0 {
            notes.push(match infinite {
                1 => {
                    "One setting has no finite mean, so no test of means applies to it.".to_owned()
                }
                many => format!(
                    "{many} settings have no finite mean, so no test of means applies to them."
                ),
            });
        }
        let found: usize = settings.iter().sum();
        if found < self.grid() {
            notes.push(format!(
                "{} of the grid's {} settings have no finished run.",
                self.grid() - found,
                self.grid()
            ));
        }
        let (few, many) = self.seeds();
        if few != many {
            notes.push(format!("Settings have {few} to {many} seeds; they are compared by the seeds that both have."));
        }
        if !self.uneven.is_empty() {
            notes.push(format!(
                "Beside the axes, the settings of an arm differ in {} too.",
                words(&self.uneven)
            ));
        }
        notes
    }

    /// A best setting at the end of a numeric axis may not be the best there is.
    fn at_the_edge(&self, arm: &SweptResult) -> Option<String> {
        let at = &arm.best().at;
        let edge = self.axes.iter().zip(at).find(|(axis, at)| {
            axis.is_numeric()
                && axis.values.len() > 2
                && (**at == 0 || **at == axis.values.len() - 1)
        })?;
        let (which, beyond) =
            if *edge.1 == 0 { ("smallest", "below") } else { ("largest", "above") };
        Some(format!(
            "{} is best at the {which} {} of the sweep; what lies {beyond} was not tried.",
            arm.label, edge.0.setting
        ))
    }

    fn divergence(&self) -> Option<String> {
        let counts = self.arms.iter().map(SweptResult::diverged);
        let (runs, diverged) =
            counts.fold((0, 0), |(runs, diverged), (r, d)| (runs + r, diverged + d));
        let points = || self.arms.iter().flat_map(|arm| &arm.points);
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
        (diverged > 0).then(|| format!("{diverged} of {runs} runs diverged, {at}."))
    }
}
