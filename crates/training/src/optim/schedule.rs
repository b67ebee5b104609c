//! The learning rate of every parameter at every step.

use std::f64::consts::PI;

use burn::module::ParamGroup;
use burn::optim::LearningRate;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::optim::lr_scheduler::module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig};
use burn::optim::lr_scheduler::{LrScheduler, LrSchedulerConfig, LrSchedulerRecord};
use experiment::{Optimizer, RunSpec, Schedule, Settings};
use initializers::mup_adam_multiplier;

use super::run_rates::rates_of_runs;

/// The schedule of runs that train as one, for `steps` steps: one learning rate for all parameters,
/// or separate ones for some layers. If the runs have rates of their own, the optimizer applies
/// them, and the schedule is 1.
///
/// # Errors
/// burn refuses the settings.
pub(crate) fn schedule(runs: &[&RunSpec], steps: u64) -> Result<ModuleLrScheduler, String> {
    let settings = &runs[0].settings;
    let rate = match rates_of_runs(runs) {
        Some(_) => 1.0,
        None => settings.optimizer.learning_rate,
    };
    let plan = |factor: f64| RatePlan::new(&settings.optimizer, rate * factor, steps);
    let factors = rate_factors(settings)?;
    let plans = || std::iter::once(1.0).chain(factors.iter().map(|(_, factor)| *factor)).map(plan);
    if plans().any(|plan| plan.needs_own_scheduler()) {
        let base = ModuleLrScheduler::new(plan(1.0));
        return Ok(factors.into_iter().fold(base, |schedule, (path, factor)| {
            schedule.with_group(ParamGroup::from_path(path), plan(factor))
        }));
    }
    let base = ModuleLrSchedulerConfig::new(plan(1.0).for_burn());
    let with_groups = factors.into_iter().fold(base, |schedule, (path, factor)| {
        schedule.with_group(ParamGroup::from_path(path), plan(factor).for_burn())
    });
    with_groups.init()
}

/// The factors of the learning rate that are not 1, by the path of the parameter: muP's of weights,
/// and the settings' of layers.
fn rate_factors(settings: &Settings) -> Result<Vec<(String, f64)>, String> {
    let mut factors = Vec::new();
    for (layer, target) in settings.model.targets().iter().enumerate() {
        let of_layer = settings.optimizer.layer_rates.get(layer).copied().unwrap_or(1.0);
        let base_width = settings.optimizer.mup_base_width;
        let of_width = match base_width {
            Some(width) => mup_adam_multiplier(width, target).map_err(|error| error.to_string())?,
            None => 1.0,
        };
        for (path, factor) in [
            (format!("network.layers.{layer}.weight"), of_layer * of_width),
            (format!("network.layers.{layer}.bias"), of_layer),
            (format!("network.slopes.{layer}"), of_layer),
            (format!("network.norms.{layer}.scale"), of_layer),
            (format!("network.norms.{layer}.shift"), of_layer),
        ] {
            if factor != 1.0 {
                factors.push((path, factor));
            }
        }
    }
    Ok(factors)
}

/// Learning rates as a function of the step.
#[derive(Debug, Clone)]
struct RatePlan {
    rate: f64,
    schedule: Schedule,
    /// Steps in which the rate rises to `rate`; the schedule follows.
    warmup: u64,
    steps: u64,
    /// The next step.
    step: u64,
}

impl RatePlan {
    fn new(optimizer: &Optimizer, rate: f64, steps: u64) -> Self {
        let Optimizer { schedule, warmup, .. } = optimizer;
        RatePlan { rate, schedule: schedule.clone(), warmup: *warmup, steps, step: 0 }
    }

    /// Whether burn has no such schedule, or not for this rate.
    fn needs_own_scheduler(&self) -> bool {
        use Schedule::{Constant, Cosine, Exponential, Linear};
        let burn_has_it =
            matches!(self.schedule, Constant | Linear { .. } | Cosine { .. } | Exponential { .. });
        let takes_rate = self.schedule == Constant || self.rate <= 1.0;
        self.warmup > 0 || !burn_has_it || !takes_rate
    }

    /// Steps between the first rate of the schedule and the last.
    fn intervals(&self) -> u64 {
        self.steps.saturating_sub(self.warmup).saturating_sub(1).max(1)
    }

    /// burn's schedule.
    fn for_burn(&self) -> LrSchedulerConfig {
        let (rate, intervals) = (self.rate, self.intervals() as usize);
        match self.schedule {
            Schedule::Linear { end } => {
                let last = (rate * end).max(f64::MIN_POSITIVE);
                LinearLrSchedulerConfig::new(rate, last, intervals).into()
            }
            Schedule::Cosine { end } => CosineAnnealingLrSchedulerConfig::new(rate, intervals)
                .with_min_lr(rate * end)
                .into(),
            Schedule::Exponential { gamma } => {
                ExponentialLrSchedulerConfig::new(rate, gamma).into()
            }
            _ => rate.into(),
        }
    }

    /// The rate at `step` over the rate of the settings.
    fn factor(&self, step: u64) -> f64 {
        if step < self.warmup {
            return (step + 1) as f64 / self.warmup as f64;
        }
        let step = step - self.warmup;
        let part = step as f64 / self.intervals() as f64;
        match &self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Linear { end } => 1.0 + (end - 1.0) * part,
            Schedule::Cosine { end } => cosine(1.0, *end, part),
            Schedule::Exponential { gamma } => gamma.powf(step as f64),
            Schedule::Step { every, gamma } => gamma.powf((step / every) as f64),
            Schedule::MultiStep { milestones, gamma } => {
                let passed = milestones.iter().filter(|&&at| at as u64 <= step).count();
                gamma.powf(passed as f64)
            }
            Schedule::OneCycle { rise, start, end } => {
                one_cycle(step as f64, self.intervals() as f64, [*rise, *start, *end])
            }
        }
    }
}

/// The steps of `torch.optim.lr_scheduler.OneCycleLR`, of which `last` is the last.
fn one_cycle(step: f64, last: f64, [rise, start, end]: [f64; 3]) -> f64 {
    let top = (rise * (last + 1.0) - 1.0).max(0.0);
    if step < top {
        cosine(start, 1.0, step / top)
    } else if last > top {
        cosine(1.0, end, (step - top) / (last - top))
    } else {
        1.0
    }
}

/// From `first` to `last` along half a cosine; `part` is from 0 to 1.
fn cosine(first: f64, last: f64, part: f64) -> f64 {
    last + (first - last) * (1.0 + (PI * part).cos()) / 2.0
}

impl LrScheduler for RatePlan {
    fn step(&mut self) -> LearningRate {
        self.step += 1;
        self.rate * self.factor(self.step - 1)
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("step", self.step)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        self.step = record.scalar("step").unwrap_or(self.step);
    }
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use experiment::{Overrides, load};

    use super::*;

    fn run(text: &str) -> RunSpec {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, text).unwrap();
        load(&[file], &Overrides::default()).unwrap().runs().remove(0)
    }

    /// The learning rates of the three weights and of the second bias, step after step.
    fn rates_of(text: &str, steps: u64) -> Vec<[f64; 4]> {
        let mut schedule = schedule(&[&run(text)], steps).unwrap();
        let mut step = || {
            let rates = schedule.step();
            let rate = |path: &str| {
                rates.lr_from_param(ParamId::new(), Some(&format!("network.layers.{path}")))
            };
            ["0.weight", "1.weight", "2.weight", "1.bias"].map(rate)
        };
        (0..steps).map(|_| step()).collect()
    }

    #[test]
    fn one_rate_applies_to_all_parameters() {
        assert_eq!(rates_of("", 2), [[0.001; 4]; 2]);
    }

    #[test]
    fn mups_rates_of_weights_shrink_with_width_under_any_schedule() {
        let text = "[optimizer]\nlearning_rate = 0.01\nmup_base_width = 64\n";
        assert_eq!(rates_of(text, 1), [[0.01, 0.0025, 0.005, 0.01]]);
        let rates = rates_of(&format!("{text}schedule = {{ kind = \"linear\", end = 0.5 }}"), 3);
        for (rate, expected) in rates[2].iter().zip([0.005, 0.00125, 0.0025, 0.005]) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }

    fn factors_of(schedule: &str, steps: u64) -> Vec<f64> {
        let text = format!("[optimizer]\nlearning_rate = 2.0\n{schedule}");
        rates_of(&text, steps).into_iter().map(|rates| rates[0] / 2.0).collect()
    }

    fn assert_close(factors: &[f64], expected: &[f64]) {
        assert_eq!(factors.len(), expected.len());
        for (factor, expected) in factors.iter().zip(expected) {
            assert!((factor - expected).abs() < 1e-9, "{factors:?}");
        }
    }

    #[test]
    fn rates_above_1_follow_every_schedule() {
        let linear = factors_of("schedule = { kind = \"linear\", end = 0.5 }", 3);
        assert_close(&linear, &[1.0, 0.75, 0.5]);
        assert_close(&factors_of("schedule = \"cosine\"", 3), &[1.0, 0.5, 0.0]);
        let exponential = "schedule = { kind = \"exponential\", gamma = 0.5 }";
        assert_close(&factors_of(exponential, 3), &[1.0, 0.5, 0.25]);
    }

    #[test]
    fn steps_and_milestones_multiply_the_rate() {
        let step = "schedule = { kind = \"step\", every = 2, gamma = 0.1 }";
        assert_close(&factors_of(step, 5), &[1.0, 1.0, 0.1, 0.1, 0.01]);
        let multistep = "schedule = { kind = \"multistep\", milestones = [1, 3], gamma = 0.5 }";
        assert_close(&factors_of(multistep, 4), &[1.0, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn a_warmup_rises_in_equal_steps_and_the_schedule_follows() {
        let warmup = "warmup = 2\nschedule = \"linear\"";
        assert_close(&factors_of(warmup, 5), &[0.5, 1.0, 1.0, 0.5, 0.0]);
    }

    #[test]
    fn layers_may_have_rates_of_their_own() {
        let text = "optimizer.learning_rate = 0.01\noptimizer.layer_rates = [1.0, 0.5, 0.1]\n";
        assert_eq!(rates_of(text, 1), [[0.01, 0.005, 0.001, 0.005]]);
    }
}
