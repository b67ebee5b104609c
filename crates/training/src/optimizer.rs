//! The experiment's optimizer and schedule as burn's.

use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::lr_scheduler::LrSchedulerConfig;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::optim::lr_scheduler::module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer, SgdConfig};
use experiment::{Algorithm, Backend, Optimizer, RunSpec, Schedule};
use initializers::mup_adam_multiplier;
use kernels::FusedAdam;

use crate::rates::RateOfEach;

/// The optimizer, without state, of runs that train as one.
pub(crate) fn optimizer(runs: &[RunSpec]) -> ModuleOptimizer {
    let settings = &runs[0].settings;
    let optimizer = &settings.optimizer;
    let decay = (optimizer.weight_decay > 0.0)
        .then(|| WeightDecayConfig::new(optimizer.weight_decay as f32));
    match optimizer.algorithm {
        Algorithm::Adam { betas, epsilon } if settings.backend == Backend::Flex => with_rates(
            FusedAdam {
                betas: betas.map(|beta| beta as f32),
                epsilon: epsilon as f32,
                weight_decay: optimizer.weight_decay as f32,
            },
            runs,
        ),
        Algorithm::Adam { betas: [beta_1, beta_2], epsilon } => {
            let adam = AdamConfig::new().with_beta_1(beta_1 as f32).with_beta_2(beta_2 as f32);
            with_rates(adam.with_epsilon(epsilon as f32).with_weight_decay(decay).build(), runs)
        }
        Algorithm::AdamW { betas: [beta_1, beta_2], epsilon } => AdamWConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .with_weight_decay(optimizer.weight_decay as f32)
            .init(),
        Algorithm::Sgd { momentum, nesterov } => {
            let momentum = (momentum > 0.0).then(|| {
                MomentumConfig::new()
                    .with_momentum(momentum)
                    .with_dampening(0.0)
                    .with_nesterov(nesterov)
            });
            with_rates(
                SgdConfig::new().with_weight_decay(decay).with_momentum(momentum).build(),
                runs,
            )
        }
    }
}

/// Whether runs of a stack may differ in their learning rates: where a run's rate is one number, and all that it touches
/// is the size of the step.
pub(crate) fn takes_own_rates(optimizer: &Optimizer) -> bool {
    !matches!(optimizer.algorithm, Algorithm::AdamW { .. })
        && optimizer.weight_decay == 0.0
        && optimizer.schedule == Schedule::Constant
        && optimizer.mup_base_width.is_none()
}

/// The learning rates of the runs, where they are not all the same.
fn own_rates(runs: &[RunSpec]) -> Option<Vec<f64>> {
    let rates: Vec<f64> = runs.iter().map(|run| run.settings.optimizer.learning_rate).collect();
    rates.iter().any(|rate| *rate != rates[0]).then_some(rates)
}

fn with_rates(inner: impl burn::optim::Optimizer, runs: &[RunSpec]) -> ModuleOptimizer {
    match own_rates(runs) {
        Some(rates) => RateOfEach { inner, rates }.into(),
        None => inner.into(),
    }
}

/// The learning rates of runs of `steps` steps that train as one: one for all parameters or, by muP's rule, others for the
/// weights after the first layer. Where the runs have rates of their own, the optimizer has them, and the schedule is 1.
///
/// # Errors
/// burn's word on why it cannot be.
pub(crate) fn schedule(runs: &[RunSpec], steps: u64) -> Result<ModuleLrScheduler, String> {
    let settings = &runs[0].settings;
    let optimizer = &settings.optimizer;
    let rate = if own_rates(runs).is_some() { 1.0 } else { optimizer.learning_rate };
    let mut schedule = ModuleLrSchedulerConfig::new(rates(optimizer, rate, steps));
    if let Some(base_width) = optimizer.mup_base_width {
        for layer in settings.model.targets() {
            let multiplier = mup_adam_multiplier(base_width, &layer);
            if multiplier != 1.0 {
                let weight =
                    ParamGroup::from_path(format!("network.layers.{}.weight", layer.layer));
                schedule = schedule.with_group(weight, rates(optimizer, rate * multiplier, steps));
            }
        }
    }
    schedule.init()
}

/// The schedule that starts from `rate`.
fn rates(optimizer: &Optimizer, rate: f64, steps: u64) -> LrSchedulerConfig {
    // burn's schedules count from the first rate to the last: one step fewer than there are steps.
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
        let mut schedule = schedule(&[run(text)], steps).unwrap();
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
    fn one_rate_serves_all_parameters() {
        assert_eq!(rates_of("", 2), [[0.001; 4]; 2]);
    }

    #[test]
    fn mups_rates_of_weights_shrink_with_the_width_whatever_the_schedule() {
        let text = "[optimizer]\nlearning_rate = 0.01\nmup_base_width = 64\n";
        assert_eq!(rates_of(text, 1), [[0.01, 0.0025, 0.005, 0.01]]);
        let rates = rates_of(&format!("{text}schedule = {{ kind = \"linear\", end = 0.5 }}"), 3);
        for (rate, expected) in rates[2].iter().zip([0.005, 0.00125, 0.0025, 0.005]) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }
}
