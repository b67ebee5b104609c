//! What happens to gradients between the backward pass and the step: layers are frozen, gradients
//! are clipped. Each network of a stack has gradients of its own.

use burn::module::{Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use experiment::Settings;
use model::Mlp;

/// The rules of a run's settings.
#[derive(Debug, Clone)]
pub(crate) struct GradientRules {
    /// Indices of layers, from 0, that keep their initial parameters.
    frozen: Vec<usize>,
    clip_norm: Option<f64>,
    clip_value: Option<f64>,
}

impl GradientRules {
    pub(crate) fn of(settings: &Settings) -> Self {
        GradientRules {
            frozen: settings.training.freeze.iter().map(|layer| layer - 1).collect(),
            clip_norm: settings.optimizer.clip_norm,
            clip_value: settings.optimizer.clip_value,
        }
    }

    /// Applies the rules to the gradients of `network`.
    pub(crate) fn apply(&self, network: &Mlp, mut gradients: GradientsParams) -> GradientsParams {
        for &layer in &self.frozen {
            for id in parameters_of_layer(network, layer) {
                gradients.remove::<3>(id);
            }
        }
        if let Some(most) = self.clip_value {
            for_each(network, &mut gradients, |gradient| gradient.clamp(-most, most));
        }
        if let Some(most) = self.clip_norm
            && let Some(norm) = norm(network, &gradients)
        {
            // As PyTorch's `clip_grad_norm_`.
            let factor = norm.add_scalar(1e-6).recip().mul_scalar(most).clamp_max(1.0);
            for_each(network, &mut gradients, |gradient| gradient * factor.clone());
        }
        gradients
    }
}

/// The norm of all gradients of each network together, `[runs, 1, 1]`.
fn norm(network: &Mlp, gradients: &GradientsParams) -> Option<Tensor<3>> {
    let squares = parameters(network)
        .into_iter()
        .filter_map(|id| gradients.get::<3>(id))
        .map(|gradient| (gradient.clone() * gradient).sum_dim(2).sum_dim(1));
    squares.reduce(|sum, square| sum + square).map(Tensor::sqrt)
}

fn for_each(
    network: &Mlp,
    gradients: &mut GradientsParams,
    change: impl Fn(Tensor<3>) -> Tensor<3>,
) {
    for id in parameters(network) {
        if let Some(gradient) = gradients.remove::<3>(id) {
            gradients.register::<3>(id, change(gradient));
        }
    }
}

/// All trained parameters.
fn parameters(network: &Mlp) -> Vec<ParamId> {
    let layers = 0..network.layers.len();
    let of_layers = layers.flat_map(|layer| parameters_of_layer(network, layer));
    of_layers.chain(network.block_scales.iter().map(|scale| scale.id)).collect()
}

/// The parameters of a layer, with those of its activation and its normalization.
fn parameters_of_layer(network: &Mlp, layer: usize) -> Vec<ParamId> {
    let linear = network.layers.get(layer);
    let norm = network.norms.get(layer);
    let hidden = network.layers.len().saturating_sub(1);
    let scalars = &network.scalar_biases;
    let parameters: [Option<&Param<Tensor<3>>>; 7] = [
        linear.map(|linear| &linear.weight),
        linear.and_then(|linear| linear.bias.as_ref()),
        network.slopes.get(layer),
        norm.and_then(|norm| norm.scale.as_ref()),
        norm.and_then(|norm| norm.shift.as_ref()),
        layer.checked_sub(1).and_then(|before| scalars.get(before)),
        if layer < hidden { scalars.get(hidden + layer) } else { None },
    ];
    parameters.into_iter().flatten().map(|parameter| parameter.id).collect()
}
