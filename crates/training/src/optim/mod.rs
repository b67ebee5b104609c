//! The experiment's optimizer and its learning rates as burn's.

mod gradients;
mod run_rates;
mod schedule;

use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, LionConfig, ModuleOptimizer, RmsPropConfig, SgdConfig,
};
use experiment::{Algorithm, Backend, RunSpec};
use kernels::FusedAdam;

pub(crate) use gradients::GradientRules;
pub(crate) use run_rates::takes_rates_of_runs;
use run_rates::with_rates_of_runs;
pub(crate) use schedule::schedule;

/// The optimizer, without state, of runs that train as one.
pub(crate) fn optimizer(runs: &[&RunSpec]) -> ModuleOptimizer {
    let settings = &runs[0].settings;
    let optimizer = &settings.optimizer;
    let decay = (optimizer.weight_decay > 0.0)
        .then(|| WeightDecayConfig::new(optimizer.weight_decay as f32));
    match optimizer.algorithm {
        Algorithm::Adam { betas, epsilon } if settings.backend == Backend::Flex => {
            with_rates_of_runs(
                FusedAdam {
                    betas: betas.map(|beta| beta as f32),
                    epsilon: epsilon as f32,
                    weight_decay: optimizer.weight_decay as f32,
                },
                runs,
            )
        }
        Algorithm::Adam { betas: [beta_1, beta_2], epsilon } => {
            let adam = AdamConfig::new().with_beta_1(beta_1 as f32).with_beta_2(beta_2 as f32);
            with_rates_of_runs(
                adam.with_epsilon(epsilon as f32).with_weight_decay(decay).build(),
                runs,
            )
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
            with_rates_of_runs(
                SgdConfig::new().with_weight_decay(decay).with_momentum(momentum).build(),
                runs,
            )
        }
        Algorithm::RmsProp { alpha, epsilon, momentum, centered } => RmsPropConfig::new()
            .with_alpha(alpha as f32)
            .with_epsilon(epsilon as f32)
            .with_momentum(momentum as f32)
            .with_centered(centered)
            .with_weight_decay(decay)
            .init(),
        Algorithm::AdaGrad { epsilon, rate_decay } => AdaGradConfig::new()
            .with_epsilon(epsilon as f32)
            .with_lr_decay(rate_decay)
            .with_weight_decay(decay)
            .init(),
        Algorithm::Lion { betas: [beta_1, beta_2] } => LionConfig::new()
            .with_beta_1(beta_1 as f32)
            .with_beta_2(beta_2 as f32)
            .with_weight_decay(optimizer.weight_decay as f32)
            .init(),
    }
}
