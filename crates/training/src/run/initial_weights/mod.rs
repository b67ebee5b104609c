//! The weights that a run starts from: drawn by its initializers, by the rules of its
//! parametrization and of its skip connections; or read from a file. Then scaled and shuffled.

mod from_file;
mod rules;

use std::path::Path;

use experiment::RunSpec;
use initializers::{Purpose, Stream};
use model::{LayerWeights, complete_layers, draw_layers};
use rand::seq::SliceRandom;

use crate::data::{Images, first_batch};
use crate::error::RunError;

/// Streams that shuffle the numbers of weights; index = [layer, 0].
const PERMUTATION: Purpose = Purpose::named("permute");

/// The initial weights. A batch of the training images completes those that depend on data; the
/// images are asked for only then.
///
/// # Errors
/// An initializer has no meaning for its layer, or for this batch; there are no images; or the file
/// has other layers.
pub(crate) fn draw_weights(
    spec: &RunSpec,
    training: impl FnOnce() -> Result<Images, RunError>,
) -> Result<Vec<LayerWeights>, RunError> {
    let settings = &spec.settings;
    let mut layers = match &settings.init.from {
        Some(path) => from_file::read_weights(Path::new(path), settings)
            .map_err(|reason| RunError::BadInput(format!("init.from = {path:?}: {reason}")))?,
        None => drawn_by_initializers(spec, training)?,
    };
    let factor = settings.init.factor;
    if factor != 1.0 {
        layers.iter_mut().for_each(|layer| scale(&mut layer.weight, factor));
    }
    if settings.init.permute {
        for (layer, index) in layers.iter_mut().zip(0..) {
            layer.weight.shuffle(&mut Stream::new(spec.seed.weights, PERMUTATION, [index, 0]));
        }
    }
    Ok(layers)
}

/// Draws the weights; a batch of training images completes those that depend on data.
fn drawn_by_initializers(
    spec: &RunSpec,
    training: impl FnOnce() -> Result<Images, RunError>,
) -> Result<Vec<LayerWeights>, RunError> {
    let settings = &spec.settings;
    let weight = |layer: usize| &settings.init.layer(layer + 1).weight;
    let init = |layer: usize| {
        let bias = settings.model.bias.then(|| settings.init.layer(layer + 1).bias.clone());
        (weight(layer).clone(), bias)
    };
    let mut layers = draw_layers(&settings.model.targets(), init, spec.seed.weights)
        .map_err(|error| RunError::BadInput(error.to_string()))?;
    if (0..layers.len()).any(|layer| weight(layer).needs_first_batch()) {
        let training = training()?;
        let inputs = training.inputs(&first_batch(spec.seed.weights, training.len()));
        complete_layers(&mut layers, weight, settings.model.activation, &inputs)
            .map_err(|error| RunError::BadInput(error.to_string()))?;
    }
    rules::apply(&mut layers, settings).map_err(RunError::BadInput)?;
    Ok(layers)
}

fn scale(numbers: &mut [f32], factor: f64) {
    numbers.iter_mut().for_each(|number| *number = (f64::from(*number) * factor) as f32);
}
