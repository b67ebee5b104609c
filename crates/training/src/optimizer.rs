//! The experiment's optimizer and schedule as burn's.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer, SgdConfig};
use experiment::{Algorithm, Backend, Optimizer, Schedule};

use crate::adam::FusedAdam;

/// The optimizer, without state, for that backend.
pub(crate) fn optimizer(optimizer: &Optimizer, backend: Backend) -> ModuleOptimizer {
    let decay = (optimizer.weight_decay > 0.0).then(|| WeightDecayConfig::new(optimizer.weight_decay as f32));
    match optimizer.algorithm {
        Algorithm::Adam { betas, epsilon } if backend != Backend::Wgpu => ModuleOptimizer::from(FusedAdam {
            betas: betas.map(|beta| beta as f32),
            epsilon: epsilon as f32,
            weight_decay: optimizer.weight_decay as f32,
        }),
        Algorithm::Adam { betas: [beta_1, beta_2], epsilon } => AdamConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .with_weight_decay(decay)
            .init(),
        Algorithm::AdamW { betas: [beta_1, beta_2], epsilon } => AdamWConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_epsilon(epsilon as f32)
            .with_weight_decay(optimizer.weight_decay as f32)
            .init(),
        Algorithm::Sgd { momentum, nesterov } => {
            let momentum = (momentum > 0.0)
                .then(|| MomentumConfig::new().with_momentum(momentum).with_dampening(0.0).with_nesterov(nesterov));
            SgdConfig::new().with_weight_decay(decay).with_momentum(momentum).init()
        }
    }
}

/// The learning rates of a run of `steps` steps.
///
/// # Errors
/// burn's word on why it cannot be.
pub(crate) fn schedule(optimizer: &Optimizer, steps: u64) -> Result<ModuleLrScheduler, String> {
    let rate = optimizer.learning_rate;
    // burn's schedules count from the first rate to the last: one step fewer than there are steps.
    let intervals = (steps as usize).saturating_sub(1).max(1);
    match optimizer.schedule {
        Schedule::Constant => Ok(rate.into()),
        Schedule::Linear { end } => {
            LinearLrSchedulerConfig::new(rate, (rate * end).max(f64::MIN_POSITIVE), intervals).init()
        }
        Schedule::Cosine { end } => {
            CosineAnnealingLrSchedulerConfig::new(rate, intervals).with_min_lr(rate * end).init()
        }
        Schedule::Exponential { gamma } => ExponentialLrSchedulerConfig::new(rate, gamma).init(),
    }
}
