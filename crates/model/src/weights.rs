//! A network's weights on the host: drawn from keyed streams, before any device sees them.

use initializers::{DrawError, Initializer, LayerDraw, Purpose, Stream, Target};

/// The weight and the bias of one fully connected layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerWeights {
    /// `[fan_in, fan_out]`.
    pub shape: [usize; 2],
    /// The weight, row-major: a row for each input.
    pub weight: Vec<f32>,
    /// The bias, one number for each output, where the layer has one.
    pub bias: Option<Vec<f32>>,
}

/// Draws the layers whose weights are `targets`. `init` gives each layer, by its place from 0, its initializer for the
/// weight and, where it has a bias, for the bias.
///
/// Each tensor has a stream of its own, keyed by (seed, the layer of its target, tensor): changing one layer's initializer
/// leaves the numbers of the others as they were.
///
/// # Errors
/// Where an initializer has no meaning for its tensor.
pub fn draw_layers(
    targets: &[Target],
    init: impl Fn(usize) -> (Initializer, Option<Initializer>),
    seed: u64,
) -> Result<Vec<LayerWeights>, DrawError> {
    let draw = |(layer, target): (usize, &Target)| {
        let (weight, bias) = init(layer);
        let (weight, bias) = draw_layer(Some(&weight), bias.as_ref(), target, seed)?;
        Ok(LayerWeights {
            shape: [target.fan_in, target.fan_out],
            weight: weight.unwrap_or_default(),
            bias,
        })
    };
    targets.iter().enumerate().map(draw).collect()
}

/// A tensor's numbers, where they are drawn at all.
type Numbers = Option<Vec<f32>>;

/// The numbers of a weight and of a bias, each only where there is an initializer for it; both together where they have
/// one law.
pub(crate) fn draw_layer(
    weight: Option<&Initializer>,
    bias: Option<&Initializer>,
    target: &Target,
    seed: u64,
) -> Result<(Numbers, Numbers), DrawError> {
    if let (Some(weight), Some(bias)) = (weight, bias) {
        let LayerDraw { weight, bias } = weight.draw_layer(Some(bias), target, seed)?;
        return Ok((Some(weight), Some(bias)));
    }
    let stream = |tensor| Stream::new(seed, Purpose::Weights, [target.layer as u64, tensor]);
    let weight = weight.map(|weight| weight.draw(target, &mut stream(0))).transpose()?;
    Ok((weight, bias.map(|bias| bias.draw(&target.bias(), &mut stream(1))).transpose()?))
}
