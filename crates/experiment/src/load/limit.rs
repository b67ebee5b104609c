//! How many runs there may be.

use crate::plan::Plan;
use crate::sweep::Sweep;
use crate::syntax::Diagnostic;

/// Counts the runs of experiments before there are any.
pub(crate) struct RunLimit {
    many: bool,
    runs: u128,
}

impl RunLimit {
    /// A limit on usual runs or, where so `many` are meant, on what fits into memory.
    pub(crate) fn new(many: bool) -> Self {
        RunLimit { many, runs: 0 }
    }

    /// Counts the runs of an experiment, unless they are too many.
    pub(crate) fn admit(
        &mut self,
        name: &str,
        arms: usize,
        sweep: &Sweep,
        seeds: usize,
    ) -> Result<(), Diagnostic> {
        let points = sweep.point_count();
        let runs = (arms as u128).saturating_mul(points).saturating_mul(seeds as u128);
        self.runs = self.runs.saturating_add(runs);
        let most = if self.many { Plan::MAX_RUNS } else { Plan::USUAL_RUNS };
        if self.runs <= most as u128 {
            return Ok(());
        }
        let mut factors = vec![counted(arms as u128, "arm"), counted(seeds as u128, "seed")];
        if !sweep.is_empty() {
            factors.insert(1, counted(points, "point"));
        }
        let mut message = format!("`{name}` is {} ({})", counted(runs, "run"), factors.join(" x "));
        if self.runs != runs {
            message = format!("{message}, {} with the files before it", grouped(self.runs));
        }
        let most = grouped(most as u128);
        let help = match self.many {
            true => format!("no more than {most} can be planned at once"),
            false => format!("more than {most} are taken for a typo, unless you add `--many`"),
        };
        let diagnostic = match &sweep.span {
            Some(span) => Diagnostic::at(span, message),
            None => Diagnostic::without_span(message),
        };
        Err(diagnostic.help(help))
    }
}

fn counted(count: u128, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// 1,000,000
fn grouped(count: u128) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}
