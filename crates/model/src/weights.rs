//! A network's weights on the host: drawn from keyed streams before any device has them.

use initializers::{DrawError, Initializer, LayerDraw, Purpose, Stream, TensorSpec};

/// The weight and the bias of one fully connected layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerWeights {
    /// `[fan_in, fan_out]`.
    pub shape: [usize; 2],
    /// The weight, row-major: a row for each input.
    pub weight: Vec<f32>,
    /// The bias, one number for each output, if the layer has one.
    pub bias: Option<Vec<f32>>,
}

/// Draws the layers whose weights are `targets`. `init` gives the initializer of each layer's
/// weight and, if it has one, bias, by the layer's index from 0.
///
/// Each tensor has its own stream, keyed by (seed, the layer of its target, tensor). So another
/// initializer for one layer leaves the numbers of the others as they were.
///
/// # Errors
/// An initializer has no meaning for its tensor.
pub fn draw_layers(
    targets: &[TensorSpec],
    init: impl Fn(usize) -> (Initializer, Option<Initializer>),
    seed: u64,
) -> Result<Vec<LayerWeights>, DrawError> {
    let draw = |(layer, target): (usize, &TensorSpec)| {
        let (weight, bias) = init(layer);
        let (weight, bias) = draw_layer(Some(&weight), bias.as_ref(), target, seed)?;
        Ok(LayerWeights {
            shape: [target.fan_in(), target.fan_out()],
            weight: weight.unwrap_or_default(),
            bias,
        })
    };
    targets.iter().enumerate().map(draw).collect()
}

/// The numbers of a tensor, if they are drawn.
type Numbers = Option<Vec<f32>>;

/// The numbers of a weight and of a bias, each if it has an initializer. Some initializers draw
/// both together.
pub(crate) fn draw_layer(
    weight: Option<&Initializer>,
    bias: Option<&Initializer>,
    target: &TensorSpec,
    seed: u64,
) -> Result<(Numbers, Numbers), DrawError> {
    if let (Some(weight), Some(bias)) = (weight, bias) {
        let LayerDraw { weight, bias, .. } = weight.draw_layer(Some(bias), target, seed)?;
        return Ok((Some(weight), Some(bias)));
    }
    let Some(position) = target.position() else {
        return Err(DrawError::NoStream { kind: "a layer", shape: target.shape().to_vec() });
    };
    let stream = |tensor| Stream::new(seed, Purpose::WEIGHTS, [position.index as u64, tensor]);
    let weight = weight.map(|weight| weight.draw(target, &mut stream(0))).transpose()?;
    Ok((weight, bias.map(|bias| bias.draw(&target.bias(), &mut stream(1))).transpose()?))
}
