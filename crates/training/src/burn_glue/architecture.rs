//! The settings of a network as the crate `model` has them.

use experiment::{Model, Position};
use model::{Architecture, BlockEnd, Norm, NormKind, Parametrization, Residual};

/// What a network has besides its layers.
pub(super) fn architecture(model: &Model) -> Architecture {
    use experiment::Parametrization as Setting;
    Architecture {
        activation: model.activation,
        norm: norm(&model.norm),
        residual: residual(model),
        output_scale: model.output_scale,
        parametrization: match (model.parametrization, model.base_width) {
            (Setting::Mup, Some(base_width)) => Parametrization::Mup { base_width },
            (Setting::Ntk, _) => Parametrization::Ntk,
            (Setting::Standard | Setting::Mup, _) => Parametrization::Standard,
        },
    }
}

fn norm(norm: &experiment::Norm) -> Option<Norm> {
    use experiment::Norm as Setting;
    let (kind, position, epsilon, affine, scale) = match *norm {
        Setting::None => return None,
        Setting::Batch { position, epsilon, momentum, affine, scale } => {
            (NormKind::Batch { momentum }, position, epsilon, affine, scale)
        }
        Setting::Layer { position, epsilon, affine, scale } => {
            (NormKind::Layer, position, epsilon, affine, scale)
        }
        Setting::Rms { position, epsilon, affine, scale } => {
            (NormKind::Rms, position, epsilon, affine, scale)
        }
    };
    let after_activation = position == Position::After;
    Some(Norm { kind, epsilon, after_activation, scale: affine.then_some(scale) })
}

fn residual(model: &Model) -> Option<Residual> {
    use experiment::Residual as Setting;
    let of = |block, scale, end| Residual {
        block,
        scale,
        trained: false,
        end: match end {
            experiment::BlockEnd::Activation => BlockEnd::Activation,
            experiment::BlockEnd::Linear => BlockEnd::Linear,
            experiment::BlockEnd::Sum => BlockEnd::Sum,
        },
        zero_end: false,
        scalar_biases: false,
    };
    Some(match model.residual {
        Setting::None => return None,
        Setting::Identity { block, scale, end, zero_end } => {
            Residual { zero_end, ..of(block, scale, end) }
        }
        Setting::InverseSqrtDepth { block, end } => {
            let blocks = model.residual.blocks(&model.hidden);
            of(block, 1.0 / (blocks as f64).sqrt(), end)
        }
        Setting::ReZero { block, start, end } | Setting::SkipInit { block, start, end } => {
            Residual { trained: true, ..of(block, start, end) }
        }
        Setting::Fixup { block } => Residual {
            trained: true,
            scalar_biases: true,
            ..of(block, 1.0, experiment::BlockEnd::Sum)
        },
    })
}
