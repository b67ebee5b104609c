//! An estimate of how long runs will take: the cost of their settings, at the rate of recorded
//! runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use experiment::{Backend, Overrides, RunSpec, load};
use record::{RunRecord, Status};

/// Seconds for each unit of cost where no record says better: the tutorial's run with the backend
/// flex, on one core of the machine of docs/benchmarks.md.
const SECONDS: f64 = 2e-11;
/// So many records say how fast the machine is.
const SAMPLE: usize = 40;

/// Seconds for each unit of [`Settings::cost`](experiment::Settings::cost), backend by backend.
#[derive(Debug, Default)]
pub(super) struct Rates {
    seen: BTreeMap<&'static str, Vec<f64>>,
}

impl Rates {
    /// Learns from a run and its record. Interrupted runs are left out: their seconds are those of
    /// several machines, or of several loads.
    pub(super) fn learn(&mut self, spec: &RunSpec, record: &RunRecord) {
        let seconds = record.provenance.training_seconds;
        if record.status == Status::Finished
            && record.provenance.resumed.is_empty()
            && seconds > 0.0
        {
            let rates = self.seen.entry(spec.settings.backend.name()).or_default();
            rates.push(seconds / spec.settings.cost());
        }
    }

    /// Learns from some of the records below a folder, whatever they are of.
    pub(super) fn sample(&mut self, folder: &Path) {
        let Ok(found) = record::find_runs(folder) else { return };
        for directory in found.iter().step_by(found.len().div_ceil(SAMPLE).max(1)) {
            let Ok(record) = record::read_record(directory) else { continue };
            let Ok(plan) = load(&[directory.join("config.toml")], &Overrides::default()) else {
                continue;
            };
            plan.runs()
                .iter()
                .filter(|spec| spec.id() == record.id)
                .for_each(|spec| self.learn(spec, &record));
        }
    }

    /// How many runs were learned from.
    pub(super) fn runs(&self) -> usize {
        self.seen.values().map(Vec::len).sum()
    }

    /// How long a run will train.
    pub(super) fn seconds(&self, spec: &RunSpec) -> f64 {
        spec.settings.cost() * self.rate(spec.settings.backend)
    }

    /// The median of what was seen with the backend, or with any.
    fn rate(&self, backend: Backend) -> f64 {
        let mut rates = match self.seen.get(backend.name()) {
            Some(rates) => rates.clone(),
            None => self.seen.values().flatten().copied().collect(),
        };
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or(SECONDS)
    }
}

/// Runs that take so long, side by side.
pub(super) fn side_by_side(seconds: &[f64], jobs: usize) -> Duration {
    let longest = seconds.iter().copied().fold(0.0, f64::max);
    let all = (seconds.iter().sum::<f64>() / jobs as f64).max(longest);
    Duration::try_from_secs_f64(all).unwrap_or(Duration::MAX)
}

/// "40 s", "12 min", "3.5 h", "2.1 days": no more than an estimate is worth.
pub(super) fn roughly(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        ..1.0 => "a second".to_owned(),
        ..90.0 => format!("{seconds:.0} s"),
        ..5_400.0 => format!("{:.0} min", seconds / 60.0),
        ..172_800.0 => format!("{:.1} h", seconds / 3_600.0),
        ..63_072_000.0 => format!("{:.1} days", seconds / 86_400.0),
        _ => format!("{:.0} years", seconds / 31_536_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_exact_as_estimates_are() {
        let said = |seconds| roughly(Duration::from_secs_f64(seconds));
        assert_eq!([said(0.2), said(40.4), said(700.0)], ["a second", "40 s", "12 min"]);
        assert_eq!([said(12_600.0), said(200_000.0), said(1e9)], ["3.5 h", "2.3 days", "32 years"]);
    }

    #[test]
    fn many_runs_share_the_cores_and_a_long_one_has_one() {
        assert_eq!(side_by_side(&[1.0; 10], 2).as_secs(), 5);
        assert_eq!(side_by_side(&[1.0, 8.0], 4).as_secs(), 8);
        assert_eq!(side_by_side(&[f64::INFINITY], 4), Duration::MAX);
    }
}
