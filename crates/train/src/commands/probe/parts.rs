//! What a network has besides its layers before it trains, as the probe takes it.

use experiment::{Model, Position, Residual};
use probe::{BlockEnd, Blocks, Norm, NormKind, Parts};

/// The norms, the skip connections and the output scale of a network that was not trained yet.
pub(super) fn parts(model: &Model) -> Parts {
    Parts {
        norms: (0..model.hidden.len()).filter_map(|index| norm(model, index)).collect(),
        blocks: blocks(model),
        output_scale: model.output_scale,
    }
}

fn norm(model: &Model, index: usize) -> Option<Norm> {
    use experiment::Norm as Setting;
    let (kind, position, epsilon, affine, scale) = match model.norm {
        Setting::None => return None,
        Setting::Batch { position, epsilon, affine, scale, .. } => {
            (NormKind::Batch, position, epsilon, affine, scale)
        }
        Setting::Layer { position, epsilon, affine, scale } => {
            (NormKind::Layer, position, epsilon, affine, scale)
        }
        Setting::Rms { position, epsilon, affine, scale } => {
            (NormKind::Rms, position, epsilon, affine, scale)
        }
    };
    let is_zero = match model.residual {
        Residual::Identity { block, zero_end, .. } => {
            zero_end && index > 0 && index.is_multiple_of(block)
        }
        _ => false,
    };
    let scale = match (affine, is_zero) {
        (false, _) => 1.0,
        (true, true) => 0.0,
        (true, false) => scale,
    };
    let units = model.hidden[index];
    Some(Norm {
        kind,
        epsilon,
        after_activation: position == Position::After,
        scale: vec![scale; units],
        shift: vec![0.0; units],
    })
}

fn blocks(model: &Model) -> Option<Blocks> {
    use experiment::BlockEnd as Setting;
    let count = model.residual.blocks(&model.hidden);
    let (scale, end) = match model.residual {
        Residual::None => return None,
        Residual::Identity { scale, end, .. } => (scale, end),
        Residual::InverseSqrtDepth { end, .. } => (1.0 / (count as f64).sqrt(), end),
        Residual::ReZero { start, end, .. } | Residual::SkipInit { start, end, .. } => (start, end),
        Residual::Fixup { .. } => (1.0, Setting::Sum),
    };
    Some(Blocks {
        layers: model.residual.block()?,
        scales: vec![scale; count],
        end: match end {
            Setting::Activation => BlockEnd::Activation,
            Setting::Linear => BlockEnd::Linear,
            Setting::Sum => BlockEnd::Sum,
        },
    })
}
