//! What parametrizations and skip connections make of drawn weights.

use experiment::{Parametrization, Residual, Settings};
use model::LayerWeights;

use super::scale;

/// Applies the rules of the settings to drawn weights.
///
/// # Errors
/// An initializer has no standard deviation that muP could scale.
pub(super) fn apply(layers: &mut [LayerWeights], settings: &Settings) -> Result<(), String> {
    if let (Parametrization::Mup, Some(base_width)) =
        (settings.model.parametrization, settings.model.base_width)
    {
        let factors = settings.mup_starts(base_width).map_err(|(layer, kind)| {
            format!("layer {layer}: `{kind}` has no standard deviation that muP could scale")
        })?;
        for (layer, factors) in layers.iter_mut().zip(factors) {
            scale(&mut layer.weight, factors.weight);
            layer.bias.iter_mut().for_each(|bias| scale(bias, factors.bias));
        }
    }
    match settings.model.residual {
        // Where blocks have no normalization whose scale starts at 0 instead.
        Residual::Identity { block, zero_end: true, .. } if !settings.model.norm.has_scale() => {
            zero_ends_of_blocks(layers, block);
        }
        Residual::Fixup { block } => {
            let blocks = settings.model.residual.blocks(&settings.model.hidden);
            fixup(layers, block, blocks);
        }
        _ => {}
    }
    Ok(())
}

/// Sets the last layer of each residual block to 0, so that blocks start as the identity.
fn zero_ends_of_blocks(layers: &mut [LayerWeights], block: usize) {
    let hidden = layers.len() - 1;
    layers[..hidden].iter_mut().skip(block).step_by(block).for_each(zero);
}

/// Zhang, Dauphin & Ma 2019 (Fixup, 1901.09321), section 3: the last layer and that of each block
/// start at 0, the others of a block at `blocks^(-1/(2 block - 2))` times what was drawn.
fn fixup(layers: &mut [LayerWeights], block: usize, blocks: usize) {
    let factor = (blocks as f64).powf(-1.0 / (2.0 * block as f64 - 2.0));
    let hidden = layers.len() - 1;
    layers[1..hidden].iter_mut().for_each(|layer| scale(&mut layer.weight, factor));
    zero_ends_of_blocks(layers, block);
    zero(&mut layers[hidden]);
}

fn zero(layer: &mut LayerWeights) {
    layer.weight.fill(0.0);
    layer.bias.iter_mut().for_each(|bias| bias.fill(0.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ones(count: usize) -> Vec<LayerWeights> {
        let layer = |_| LayerWeights { shape: [1, 1], weight: vec![1.0], bias: Some(vec![1.0]) };
        (0..count).map(layer).collect()
    }

    fn weights(layers: &[LayerWeights]) -> Vec<f32> {
        layers.iter().map(|layer| layer.weight[0]).collect()
    }

    #[test]
    fn fixup_scales_blocks_by_their_number_and_zeroes_their_ends_and_the_last_layer() {
        // The first layer, four blocks of two, the last layer: 4^(-1/2).
        let mut layers = ones(10);
        fixup(&mut layers, 2, 4);
        assert_eq!(weights(&layers), [1.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0]);
        // Two blocks of three: 2^(-1/4).
        let mut layers = ones(8);
        fixup(&mut layers, 3, 2);
        let scaled = 0.5f32.powf(0.25);
        assert_eq!(weights(&layers), [1.0, scaled, scaled, 0.0, scaled, scaled, 0.0, 0.0]);
    }
}
