//! What a comparison shows, in one or two plain sentences, and what to keep in mind.

use crate::comparison::{Comparison, LEVEL, Pair, RankedArm};

impl Comparison {
    /// Which arm is better and whether the difference is real, in one or two sentences.
    pub fn verdict(&self) -> String {
        match self.arms.as_slice() {
            [] => "There is nothing to compare.".to_owned(),
            [arm] => self.single(arm),
            [best, second] => self.two(best, second),
            [best, others @ ..] => self.many(best, others),
        }
    }

    /// What a reader should know before trusting the verdict; a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for arm in self.arms.iter().filter(|arm| arm.diverged > 0) {
            notes.push(match arm.values.len() {
                1 => format!("{} diverged.", arm.label),
                all => format!("{} diverged with {} of {all} seeds.", arm.label, arm.diverged),
            });
        }
        let pairs: Vec<usize> = self.pairs.iter().filter_map(|pair| Some(pair.lead?.n)).collect();
        if let (Some(&few), Some(&many)) = (pairs.iter().min(), pairs.iter().max()) {
            let tested = self.pairs.iter().filter(|pair| pair.p_t_holm.is_some()).count();
            let least = 2.0 / 2f64.powi(few.min(1000) as i32) * tested as f64;
            if few > 1 && tested > 0 && least >= LEVEL {
                let over = if tested == 1 {
                    String::new()
                } else {
                    format!(", corrected over {tested} pairs,")
                };
                notes.push(format!(
                    "With {few} seeds the exact permutation test{over} cannot fall below p = {}; the verdict rests on the \
                     t test, which takes the differences for about normal.",
                    number(least.min(1.0))
                ));
            }
            if few != many {
                notes.push(
                    "Not all arms have the same seeds; each pair is compared by the seeds that both have.".into(),
                );
            }
        }
        if self.pairs.iter().any(|pair| pair.lead.is_none()) {
            notes.push("Some arms share no seed and cannot be compared in pairs.".into());
        }
        notes
    }

    fn single(&self, arm: &RankedArm) -> String {
        let reaches = format!(
            "{} reaches a {} of {}",
            arm.label,
            self.metric.title(),
            self.metric.say(arm.summary.mean)
        );
        match arm.summary.interval {
            Some(interval) => format!(
                "{reaches} (95 % interval {} to {}, {} seeds).",
                self.metric.show(interval.low),
                self.metric.show(interval.high),
                arm.summary.n
            ),
            None if arm.summary.n > 1 => {
                format!("{reaches} in the mean of {} seeds.", arm.summary.n)
            }
            None => format!(
                "{reaches} with one seed. How much another seed would change that is not known."
            ),
        }
    }

    fn two(&self, best: &RankedArm, second: &RankedArm) -> String {
        let Some(pair) = self.against_best(1) else {
            return String::new();
        };
        if best.summary == second.summary && best.values == second.values {
            return format!(
                "{} and {} give the same {}.",
                best.label,
                second.label,
                self.metric.title()
            );
        }
        if let Some(reason) = self.inconclusive(&[pair]) {
            return reason;
        }
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

    fn many(&self, best: &RankedArm, others: &[RankedArm]) -> String {
        let pairs: Vec<&Pair> =
            (1..self.arms.len()).filter_map(|other| self.against_best(other)).collect();
        if let Some(reason) = self.inconclusive(&pairs) {
            return reason;
        }
        let of = |keep: &dyn Fn(&Pair) -> bool| -> Vec<&RankedArm> {
            pairs.iter().zip(others).filter(|(pair, _)| keep(pair)).map(|(_, arm)| arm).collect()
        };
        let alike = of(&|pair| pair.p_t_holm.is_some() && !pair.is_shown());
        let worse = of(&Pair::is_shown);
        let untested = of(&|pair| pair.p_t_holm.is_none());
        let mut text =
            format!("{} is best with {}", best.label, self.metric.say(best.summary.mean));
        let correction = format!("p < {LEVEL}; {}", self.test());
        text += &match (alike.len(), worse.len()) {
            (0, 0) => ".".to_owned(),
            (0, _) if untested.is_empty() => {
                format!(", and better than every other arm ({correction}).")
            }
            (0, _) => format!(", and better than {} ({correction}).", list(&worse)),
            (_, 0) => format!(", but no difference to {} can be shown.", list(&alike)),
            _ => format!(
                ", but no difference to {} can be shown. It is better than {} ({correction}).",
                list(&alike),
                list(&worse)
            ),
        };
        if !untested.is_empty() {
            text = format!("{text} {}", self.untested(best, &untested));
        }
        text
    }

    /// Why nothing at all can be said: too few seeds in common.
    fn inconclusive(&self, pairs: &[&Pair]) -> Option<String> {
        let most = pairs.iter().filter_map(|pair| Some(pair.lead?.n)).max().unwrap_or(0);
        let best = &self.arms[0];
        match most {
            0 => Some(format!(
                "The arms share no seed, so they cannot be compared in pairs; {} has the best mean, {}.",
                best.label,
                self.metric.say(best.summary.mean)
            )),
            1 => Some(format!(
                "With one seed nothing can be concluded: {} is ahead with {}, and another seed may turn that around. Run \
                 five seeds or more.",
                best.label,
                self.metric.say(best.summary.mean)
            )),
            _ => None,
        }
    }

    /// What to say of arms whose means are infinite or that share no seed with the best.
    fn untested(&self, best: &RankedArm, others: &[&RankedArm]) -> String {
        let (verb, what) = if others.len() == 1 { ("is", "it") } else { ("are", "them") };
        if others.iter().any(|arm| !arm.summary.mean.is_finite()) || !best.summary.mean.is_finite()
        {
            format!(
                "{} {verb} behind {}, but not every value is finite, so no test of means applies to {what}.",
                list(others),
                best.label
            )
        } else {
            format!(
                "{} {verb} behind {}, but shares too few seeds with it for a test.",
                list(others),
                best.label
            )
        }
    }

    /// `0.12 points (95 % interval 0.03 to 0.21; p = 0.012)`.
    fn figures(&self, pair: &Pair) -> Option<String> {
        let lead = pair.lead?;
        let interval = lead.interval?;
        Some(format!(
            "{} (95 % interval {} to {}; {}, {} seeds)",
            self.metric.say_difference(lead.mean),
            self.metric.show(interval.low),
            self.metric.show(interval.high),
            say_p(pair.p_t_holm?),
            lead.n
        ))
    }
}

/// `p = 0.012`, `p < 0.001`.
pub(crate) fn say_p(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {}", number(p)) }
}

/// A p-value with two significant digits.
pub(crate) fn number(p: f64) -> String {
    match p {
        _ if p < 0.001 => "< 0.001".to_owned(),
        _ if p < 0.0995 => format!("{p:.3}"),
        _ => format!("{p:.2}"),
    }
}

/// `a`, `a and b`, `a, b and c`, or how many where they are more than four.
fn list(arms: &[&RankedArm]) -> String {
    if arms.len() > 4 {
        return format!("{} other arms", arms.len());
    }
    words(&arms.iter().map(|arm| arm.label.clone()).collect::<Vec<_>>())
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn words(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
