//! The learning rate of every parameter at every step.

use burn::module::ParamGroup;
use burn::optim::lr_scheduler::LrSchedulerConfig;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::optim::lr_scheduler::module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig};
use experiment::{Optimizer, RunSpec, Schedule};
use initializers::mup_adam_multiplier;

use super::run_rates::rates_of_runs;

/// The schedule of runs that train as one, for `steps` steps: one learning rate for all parameters
/// or, by muP's rule, separate ones for the weights after the first layer. If the runs have rates
/// of their own, the optimizer applies them, and the schedule is 1.
///
/// # Errors
/// burn refuses the settings.
pub(crate) fn schedule(runs: &[&RunSpec], steps: u64) -> Result<ModuleLrScheduler, String> {
    let settings = &runs[0].settings;
    let optimizer = &settings.optimizer;
    let rate = if rates_of_runs(runs).is_some() { 1.0 } else { optimizer.learning_rate };
    let mut schedule = ModuleLrSchedulerConfig::new(rates(optimizer, rate, steps));
    if let Some(base_width) = optimizer.mup_base_width {
        for (index, layer) in settings.model.targets().iter().enumerate() {
            let multiplier =
                mup_adam_multiplier(base_width, layer).map_err(|error| error.to_string())?;
            if multiplier != 1.0 {
                let weight = ParamGroup::from_path(format!("network.layers.{index}.weight"));
                schedule = schedule.with_group(weight, rates(optimizer, rate * multiplier, steps));
            }
        }
    }
    schedule.init()
}

/// The schedule that starts from `rate`.
fn rates(optimizer: &Optimizer, rate: f64, steps: u64) -> LrSchedulerConfig {
    // burn's schedules count the intervals between the first rate and the last.
    let intervals = (steps as usize).saturating_sub(1).max(1);
    match optimizer.schedule {
        Schedule::Constant => rate.into(),
        Schedule::Linear { end } => {
            LinearLrSchedulerConfig::new(rate, (rate * end).max(f64::MIN_POSITIVE), intervals)
                .into()
        }
        Schedule::Cosine { end } => {
            CosineAnnealingLrSchedulerConfig::new(rate, intervals).with_min_lr(rate * end).into()
        }
        Schedule::Exponential { gamma } => ExponentialLrSchedulerConfig::new(rate, gamma).into(),
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
}
