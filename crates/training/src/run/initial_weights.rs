//! The weights that a run starts from: drawn by its initializers or read from a file, then scaled.

use std::path::Path;

use experiment::{Init, Residual, RunSpec, Settings};
use model::{LayerWeights, complete_layers, draw_layers};
use safetensors::SafeTensors;

use crate::data::{Images, first_batch};
use crate::error::RunError;

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
        Some(path) => read_weights(Path::new(path), settings)
            .map_err(|reason| RunError::BadInput(format!("init.from = {path:?}: {reason}")))?,
        None => drawn_by_initializers(spec, training)?,
    };
    let Init { factor, .. } = settings.init;
    if factor != 1.0 {
        let weights = layers.iter_mut().flat_map(|layer| &mut layer.weight);
        weights.for_each(|weight| *weight = (f64::from(*weight) * factor) as f32);
    }
    zero_ends_of_blocks(&mut layers, settings);
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
    let mut layers = draw_layers(&settings.model.targets(), init, spec.seed)
        .map_err(|error| RunError::BadInput(error.to_string()))?;
    if (0..layers.len()).any(|layer| weight(layer).needs_first_batch()) {
        let training = training()?;
        let inputs = training.inputs(&first_batch(spec.seed, training.len()));
        complete_layers(&mut layers, weight, settings.model.activation, &inputs)
            .map_err(|error| RunError::BadInput(error.to_string()))?;
    }
    Ok(layers)
}

/// Sets the last layer of each residual block to 0, if blocks are to start as the identity and have
/// no normalization whose scale starts at 0 instead.
fn zero_ends_of_blocks(layers: &mut [LayerWeights], settings: &Settings) {
    let Residual::Identity { block, zero_end: true, .. } = settings.model.residual else { return };
    if settings.model.norm.has_scale() {
        return;
    }
    let hidden = settings.model.hidden.len();
    for layer in layers[..hidden].iter_mut().skip(block).step_by(block) {
        layer.weight.fill(0.0);
        layer.bias.iter_mut().for_each(|bias| bias.fill(0.0));
    }
}

/// Reads the layers of a safetensors file, or of the one in a run's directory.
fn read_weights(path: &Path, settings: &Settings) -> Result<Vec<LayerWeights>, String> {
    let file = if path.is_dir() { path.join("model.safetensors") } else { path.to_owned() };
    let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| error.to_string())?;
    let read = |name: String, shape: &[usize]| {
        let tensor = tensors.tensor(&name).map_err(|_| format!("it has no tensor `{name}`"))?;
        if tensor.dtype() != safetensors::Dtype::F32 || tensor.shape() != shape {
            return Err(format!(
                "its tensor `{name}` is {:?} {:?}, but the network needs F32 {shape:?}",
                tensor.dtype(),
                tensor.shape(),
            ));
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        Ok(numbers.iter().map(|&number| f32::from_le_bytes(number)).collect())
    };
    let layer = |(index, pair): (usize, &[usize])| {
        let bias = || read(format!("layers.{index}.bias"), &pair[1..]);
        Ok(LayerWeights {
            shape: [pair[0], pair[1]],
            weight: read(format!("layers.{index}.weight"), pair)?,
            bias: settings.model.bias.then(bias).transpose()?,
        })
    };
    settings.model.widths().windows(2).enumerate().map(layer).collect()
}
