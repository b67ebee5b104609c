//! What a comparison shows, in one or two plain sentences.

use crate::comparison::{Comparison, LEVEL, Pair, RankedArm, RankedPoint};
use crate::phrases::{self, count, p_equals, words};

/// The arms other than the best, by how they stand against it.
struct Others<'a> {
    /// Not told apart from the best.
    alike: Vec<&'a RankedArm>,
    /// Shown to be worse.
    worse: Vec<&'a RankedArm>,
    /// Not tested.
    untested: Vec<&'a RankedArm>,
}

impl Comparison {
    /// Which arm is best, at which point of a sweep, and whether the differences are real.
    pub fn verdict(&self) -> String {
        let Some((best, others)) = self.arms.split_first() else {
            return "There is nothing to compare.".to_owned();
        };
        if self.axes.is_empty() {
            return match others {
                [] => self.single(best),
                [second] => self.two(best, second),
                _ => self.inconclusive(best).unwrap_or_else(|| self.many(best)),
            };
        }
        if let Some(reason) = self.inconclusive(best) {
            return reason;
        }
        let mut text = self.is_best(best);
        if let Some(alike) = self.alike(best) {
            text += &format!("; {alike}");
        }
        text += ".";
        if let Some(arms) = self.arms_at_their_best() {
            text += &format!(" {arms}");
        }
        text
    }

    /// `normal is best at init.std = 0.1 with 97.20 %`.
    fn is_best(&self, best: &RankedArm) -> String {
        let mean = self.quantity.say(best.best().summary.mean);
        format!("{} is best{} with {mean}", best.label, self.at(best))
    }

    /// ` at init.std = 0.1`; nothing without axes.
    fn at(&self, arm: &RankedArm) -> String {
        if self.axes.is_empty() { String::new() } else { format!(" at {}", self.place(arm.best())) }
    }

    /// Why nothing at all can be said: too few seeds, or too few in common.
    fn inconclusive(&self, best: &RankedArm) -> Option<String> {
        let mean = self.quantity.say(best.best().summary.mean);
        let pairs = self.pairs.iter().filter(|pair| pair.better == 0);
        let most = pairs.map(|pair| pair.lead.map_or(0, |lead| lead.n)).max();
        if self.axes.is_empty() && most == Some(0) {
            return Some(format!(
                "The arms share no seed, so they cannot be compared in pairs; {} has the best \
                 mean, {mean}.",
                best.label
            ));
        }
        (self.seeds().1 < 2 || (self.axes.is_empty() && most == Some(1))).then(|| {
            format!(
                "With one seed nothing can be concluded: {} is ahead{} with {mean}, and another \
                 seed may turn that around. Run five seeds or more.",
                best.label,
                self.at(best)
            )
        })
    }

    fn single(&self, arm: &RankedArm) -> String {
        let summary = &arm.best().summary;
        let (title, mean) = (&self.quantity.title, self.quantity.say(summary.mean));
        let reaches = format!("{} reaches a {title} of {mean}", arm.label);
        match summary.interval {
            Some(_) => format!(
                "{reaches} (95 % interval {}, {}).",
                self.quantity.show_interval(summary.interval),
                count(summary.n, self.one())
            ),
            None if summary.n > 1 => {
                format!("{reaches} in the mean of {}.", count(summary.n, self.one()))
            }
            None => format!(
                "{reaches} with one seed. How much another seed would change that is not known."
            ),
        }
    }

    fn two(&self, best: &RankedArm, second: &RankedArm) -> String {
        if best.best().values == second.best().values {
            let title = &self.quantity.title;
            return format!("{} and {} give the same {title}.", best.label, second.label);
        }
        if let Some(reason) = self.inconclusive(best) {
            return reason;
        }
        let Some(pair) = self.against_best(1) else { return String::new() };
        let Some(figures) = self.figures(pair) else {
            return self.untested(best, &[second]);
        };
        if pair.is_shown() {
            format!("{} is better than {} by {figures}.", best.label, second.label)
        } else {
            format!(
                "No difference can be shown between {} and {}: {} leads by {figures}.",
                best.label, second.label, best.label
            )
        }
    }

    fn many(&self, best: &RankedArm) -> String {
        let Others { alike, worse, untested } = self.others();
        let mut text = self.is_best(best);
        let correction = format!("p < {LEVEL}; {}", self.test());
        text += &match (alike.len(), worse.len()) {
            (0, 0) => ".".to_owned(),
            (0, _) if untested.is_empty() => {
                format!(", and better than every other arm ({correction}).")
            }
            (0, _) => format!(", and better than {} ({correction}).", listed(&worse)),
            (_, 0) => format!(", but no difference to {} can be shown.", listed(&alike)),
            _ => format!(
                ", but no difference to {} can be shown. It is better than {} ({correction}).",
                listed(&alike),
                listed(&worse)
            ),
        };
        if !untested.is_empty() {
            text = format!("{text} {}", self.untested(best, &untested));
        }
        text
    }

    fn others(&self) -> Others<'_> {
        let mut others = Others { alike: Vec::new(), worse: Vec::new(), untested: Vec::new() };
        for (index, arm) in self.arms.iter().enumerate().skip(1) {
            match self.against_best(index) {
                Some(pair) if pair.is_alike() => others.alike.push(arm),
                Some(pair) if pair.is_shown() => others.worse.push(arm),
                _ => others.untested.push(arm),
            }
        }
        others
    }

    /// What to say of arms whose means are infinite or that share no seed with the best.
    fn untested(&self, best: &RankedArm, others: &[&RankedArm]) -> String {
        let (verb, what) = if others.len() == 1 { ("is", "it") } else { ("are", "them") };
        let finite = |arm: &RankedArm| arm.best().summary.mean.is_finite();
        let behind = format!("{} {verb} behind {}", listed(others), best.label);
        if finite(best) && others.iter().all(|arm| finite(arm)) {
            format!("{behind}, but with too few shared seeds for a test.")
        } else {
            format!(
                "{behind}, but not every value is finite, so no test of means applies to {what}."
            )
        }
    }

    /// `0.12 points (95 % interval 0.03 to 0.21; p = 0.012, 5 seeds)`, or `unpaired`.
    fn figures(&self, pair: &Pair) -> Option<String> {
        let lead = pair.lead?;
        lead.interval?;
        let over = if self.paired { count(lead.n, self.one()) } else { "unpaired".to_owned() };
        Some(format!(
            "{} (95 % interval {}; {}, {over})",
            self.quantity.say_difference(lead.mean),
            self.quantity.show_interval(lead.interval),
            p_equals(pair.p_t_holm?),
        ))
    }

    /// How the other arms of a sweep stand, each at its best.
    fn arms_at_their_best(&self) -> Option<String> {
        if let [_, other] = self.arms.as_slice() {
            return self.other_at_its_best(other, self.against_best(1)?);
        }
        let Others { alike, worse, untested } = self.others();
        let mut parts = Vec::new();
        if !alike.is_empty() {
            parts.push(format!("no difference to {} can be shown", listed(&alike)));
        }
        if !worse.is_empty() {
            parts.push(format!("it is better than {} (p < {LEVEL})", listed(&worse)));
        }
        if !untested.is_empty() {
            parts.push(format!("no test applies to {}", listed(&untested)));
        }
        (!parts.is_empty()).then(|| format!("Each arm at its best, {}.", parts.join("; ")))
    }

    fn other_at_its_best(&self, other: &RankedArm, pair: &Pair) -> Option<String> {
        let by = self.quantity.say_difference(pair.lead?.mean);
        let at = format!("{}{}", other.label, self.at(other));
        Some(match pair.p_t_holm {
            None => format!("{at} is behind, but no test applies."),
            Some(p) if pair.is_shown() => {
                format!("It is better than {at} by {by} ({}).", p_equals(p))
            }
            Some(p) => {
                format!("No difference to {at} can be shown: the lead is {by} ({}).", p_equals(p))
            }
        })
    }

    /// The points that cannot be told from the arm's best, in a part of a sentence; none where
    /// there is but one point.
    fn alike(&self, arm: &RankedArm) -> Option<String> {
        let others = arm.points.len() - 1;
        let tested = arm.points.iter().filter(|point| point.p.is_some()).count();
        let alike = arm.points.iter().filter(|point| point.is_alike()).count();
        let shown = |to: &str| format!("no difference to {to} can be shown");
        Some(match (others, tested, alike) {
            (0, ..) => return None,
            (_, 0, _) => "no other setting can be tested against it".to_owned(),
            (_, _, 0) if tested < others => {
                "every other setting that can be tested is worse".to_owned()
            }
            (_, _, 0) => "every other setting is worse".to_owned(),
            (1, _, 1) => shown("the other setting"),
            _ if alike == others => shown(&format!("any of the other {others} settings")),
            _ => match self.range(arm) {
                Some(range) => format!("{range} {}", shown("that")),
                None => {
                    let of = shown(&format!("{alike} of the other {others} settings"));
                    format!("{of}{}", self.span(arm))
                }
            },
        })
    }

    /// `from 0.02 to 0.1`: the points along the one axis that cannot be told from the arm's best,
    /// itself included, if none between them is worse; the words, where the axis is one of few.
    pub(crate) fn range(&self, arm: &RankedArm) -> Option<String> {
        let [axis] = self.axes.as_slice() else {
            return None;
        };
        let label = |point: &RankedPoint| axis.labels[point.at[0]].clone();
        let near = |index: usize| index == arm.best || arm.points[index].is_alike();
        let first = (0..arm.points.len()).find(|&index| near(index))?;
        let last = (0..arm.points.len()).rfind(|&index| near(index))?;
        if !axis.is_numeric() {
            let alike: Vec<String> =
                arm.points.iter().filter(|point| point.is_alike()).map(label).collect();
            return (alike.len() <= 4).then(|| format!("for {}", words(&alike)));
        }
        let whole = (first..=last).all(near) && first < last;
        whole.then(|| format!("from {} to {}", label(&arm.points[first]), label(&arm.points[last])))
    }

    /// Where the points lie that cannot be told from the best of an arm, where others lie between
    /// them.
    fn span(&self, arm: &RankedArm) -> String {
        let near = |point: &&RankedPoint| point.is_alike();
        match (self.axes.as_slice(), arm.points.iter().find(near), arm.points.iter().rfind(near)) {
            ([axis], Some(first), Some(last)) if axis.is_numeric() && first.at != last.at => {
                let [first, last] = [first, last].map(|point| &axis.labels[point.at[0]]);
                format!("; they lie between {first} and {last}")
            }
            _ => String::new(),
        }
    }
}

/// `a`, `a and b`, `a, b and c`, or how many where they are more than four.
fn listed(arms: &[&RankedArm]) -> String {
    phrases::arms(&arms.iter().map(|arm| arm.label.clone()).collect::<Vec<_>>())
}
