//! The experiment's optimizer and its learning rates as burn's.

mod gradients;
mod layer_rates;
mod muon;
mod rate_plan;
mod run_rates;
mod schedule;

use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, LionConfig, ModuleOptimizer, RmsPropConfig, SgdConfig,
};
use experiment::{Algorithm, Backend, RunSpec, Settings};
use kernels::FusedAdam;

pub(crate) use gradients::GradientRules;
use muon::StackedMuon;
pub(crate) use run_rates::takes_rates_of_runs;
use run_rates::with_rates_of_runs;
pub(crate) use schedule::schedule;

/// The optimizer, without state, of runs that train as one.
pub(crate) fn optimizer(runs: &[&RunSpec]) -> ModuleOptimizer {
    let settings = &runs[0].settings;
    let weight_decay = settings.optimizer.weight_decay;
    let decay = (weight_decay > 0.0).then(|| WeightDecayConfig::new(weight_decay as f32));
    match settings.optimizer.algorithm {
        Algorithm::Adam { betas, epsilon } => adam(runs, betas, epsilon),
        Algorithm::AdamW { betas, epsilon } => adamw(betas, epsilon, weight_decay).init(),
        Algorithm::Sgd { momentum, nesterov } => {
            let momentum = (momentum > 0.0).then(|| {
                let config = MomentumConfig::new().with_momentum(momentum).with_dampening(0.0);
                config.with_nesterov(nesterov)
            });
            let sgd = SgdConfig::new().with_weight_decay(decay).with_momentum(momentum);
            with_rates_of_runs(sgd.build(), runs)
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
            .with_weight_decay(weight_decay as f32)
            .init(),
        Algorithm::Muon { momentum, nesterov } => {
            let muon = StackedMuon::new(momentum, nesterov, weight_decay);
            let others = adamw([0.9, 0.999], 1e-8, weight_decay).init();
            others.with_group(ParamGroup::from_paths(weights_between_hidden(settings)), muon, None)
        }
    }
}

fn adam(runs: &[&RunSpec], betas: [f64; 2], epsilon: f64) -> ModuleOptimizer {
    let settings = &runs[0].settings;
    let weight_decay = settings.optimizer.weight_decay;
    let [beta_1, beta_2] = betas.map(|beta| beta as f32);
    if settings.backend == Backend::Flex {
        let adam = FusedAdam {
            betas: [beta_1, beta_2],
            epsilon: epsilon as f32,
            weight_decay: weight_decay as f32,
        };
        return with_rates_of_runs(adam, runs);
    }
    let decay = (weight_decay > 0.0).then(|| WeightDecayConfig::new(weight_decay as f32));
    let adam = AdamConfig::new().with_beta_1(beta_1).with_beta_2(beta_2);
    with_rates_of_runs(adam.with_epsilon(epsilon as f32).with_weight_decay(decay).build(), runs)
}

fn adamw([beta_1, beta_2]: [f64; 2], epsilon: f64, weight_decay: f64) -> AdamWConfig {
    AdamWConfig::new()
        .with_beta_1(beta_1 as f32)
        .with_beta_2(beta_2 as f32)
        .with_epsilon(epsilon as f32)
        .with_weight_decay(weight_decay as f32)
}

/// The paths of the weights between two hidden layers.
fn weights_between_hidden(settings: &Settings) -> Vec<String> {
    let hidden = settings.model.hidden.len();
    (1..hidden).map(|layer| format!("network.layers.{layer}.weight")).collect()
}
