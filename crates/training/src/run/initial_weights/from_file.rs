//! Initial weights from a safetensors file.

use std::path::Path;

use experiment::Settings;
use model::LayerWeights;
use safetensors::SafeTensors;

/// Reads the layers of a safetensors file, or of the one in a run's directory.
pub(super) fn read_weights(path: &Path, settings: &Settings) -> Result<Vec<LayerWeights>, String> {
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
