//! The final weights as a safetensors file, which every framework reads.

use burn::tensor::Tensor;

use crate::burn_glue::Classifier;
use crate::error::RunError;

/// The weights of a stack of one, by burn's paths: `layers.0.weight`, `[fan_in, fan_out]`, and so
/// on, with the running statistics of norms. They have no axis of runs.
///
/// # Errors
/// The format cannot hold them.
pub(crate) fn safetensors(classifier: &Classifier) -> Result<Vec<u8>, RunError> {
    let failed = |error: &dyn std::fmt::Display| {
        RunError::Failed(format!("cannot write the weights: {error}"))
    };
    let mut tensors = Vec::new();
    let mut add = |name: String, tensor: Tensor<3>, rank: usize| {
        let data = tensor.into_data();
        let shape: Vec<usize> = data.shape().iter().copied().skip(3 - rank).collect();
        let bytes: Vec<u8> = data.iter::<f32>().flat_map(f32::to_le_bytes).collect();
        tensors.push((name, shape, bytes));
    };
    for (index, layer) in classifier.network.layers.iter().enumerate() {
        add(format!("layers.{index}.weight"), layer.effective_weight(), 2);
        if let Some(bias) = &layer.bias {
            add(format!("layers.{index}.bias"), bias.val(), 1);
        }
    }
    for (index, slope) in classifier.network.slopes.iter().enumerate() {
        add(format!("slopes.{index}"), slope.val(), 1);
    }
    for (index, norm) in classifier.network.norms.iter().enumerate() {
        for (name, tensor) in norm.tensors() {
            add(format!("norms.{index}.{name}"), tensor, 1);
        }
    }
    for (index, scale) in classifier.network.block_scales.iter().enumerate() {
        add(format!("block_scales.{index}"), scale.val(), 1);
    }
    for (index, bias) in classifier.network.scalar_biases.iter().enumerate() {
        add(format!("scalar_biases.{index}"), bias.val(), 1);
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            let view =
                safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes);
            view.map(|view| (name.as_str(), view))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| failed(&error))?;
    safetensors::serialize(views, None).map_err(|error| failed(&error))
}
