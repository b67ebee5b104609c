//! Learning rates of layers: muP's, and those of the settings.

use experiment::{Parametrization, Settings};
use initializers::mup_adam_multiplier;

/// The factors of the learning rate that are not 1, by the path of the parameter.
///
/// # Errors
/// muP has no rule for a layer.
pub(super) fn rate_factors(settings: &Settings) -> Result<Vec<(String, f64)>, String> {
    let of_width = width_factors(settings)?;
    let hidden = settings.model.hidden.len();
    let mut factors = Vec::new();
    for (layer, [weight, bias]) in of_width.into_iter().enumerate() {
        let own = settings.optimizer.layer_rates.get(layer).copied().unwrap_or(1.0);
        let mut add = |path: String, factor: f64| {
            if factor != 1.0 {
                factors.push((format!("network.{path}"), factor));
            }
        };
        add(format!("layers.{layer}.weight"), own * weight);
        add(format!("layers.{layer}.bias"), own * bias);
        add(format!("slopes.{layer}"), own);
        add(format!("norms.{layer}.scale"), own * bias);
        add(format!("norms.{layer}.shift"), own * bias);
        if layer > 0 {
            add(format!("scalar_biases.{}", layer - 1), own);
        }
        if layer < hidden {
            add(format!("scalar_biases.{}", hidden + layer), own);
        }
    }
    Ok(factors)
}

/// By width, for each layer: the factor of its weight's rate, and that of its bias's.
fn width_factors(settings: &Settings) -> Result<Vec<[f64; 2]>, String> {
    if let (Parametrization::Mup, Some(base_width)) =
        (settings.model.parametrization, settings.model.base_width)
    {
        let factors = settings.mup_rates(base_width);
        return Ok(factors.into_iter().map(|rates| [rates.weight, rates.bias]).collect());
    }
    let targets = settings.model.targets();
    let factors = targets.iter().map(|target| match settings.optimizer.mup_base_width {
        Some(width) => Ok([mup_adam_multiplier(width, target).map_err(|e| e.to_string())?, 1.0]),
        None => Ok([1.0; 2]),
    });
    factors.collect()
}
