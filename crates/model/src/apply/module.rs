//! Initializers applied to every layer of a module.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;
use initializers::{Activation, Initializer, SpecError, TensorSpec};

use super::layer::{convolution, embedding, linear, transposed};
use super::parameter::put_some;
use super::{ApplyError, same_shape};
use crate::weights::draw_layer;

/// Fills the layers of a module, however deep they lie, in the order of its fields: burn's
/// `Linear`, `Embedding`, and convolutions, transposed and deformable ones included. What is built
/// of these is filled too, such as attention, LSTM and GRU; scales and shifts of norms stay as they
/// are.
///
/// `rule` is asked for each weight and each bias, by its path (`encoder.layers.0.weight`) and its
/// spec. It answers with an initializer, or with `None` for one that is to stay as it is;
/// [`TensorSpec::is_bias`] tells a bias. The module is taken to be a chain: `activation` follows
/// each layer but the last.
///
/// A module does not tell a convolution's groups (but for a transposed one with a bias). `rule` may
/// set them for a weight, with [`TensorSpec::in_groups`].
/// [`Apply::fill_layer`](super::Apply::fill_layer) knows them.
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::Device;
/// use model::fill_module_with;
/// use model::init::{Activation, he_normal, zeros};
///
/// let linear = || LinearConfig::new(8, 8).init(&Device::flex());
/// let layers: Vec<Linear> = vec![linear(), linear(), linear()];
/// let layers = fill_module_with(layers, Activation::Relu, 0, |path, spec| match path {
///     "0.weight" => None,
///     _ if spec.is_bias() => Some(zeros()),
///     _ => Some(he_normal()),
/// })?;
/// # Ok::<(), model::ApplyError>(())
/// ```
///
/// # Errors
/// Where an initializer has no meaning for its tensor.
pub fn fill_module_with<M: Module>(
    module: M,
    activation: Activation,
    seed: u64,
    mut rule: impl FnMut(&str, &mut TensorSpec) -> Option<Initializer>,
) -> Result<M, ApplyError> {
    let mut layers = Layers::default();
    module.visit(&mut layers);
    let count = layers.found.len();
    let mut numbers = HashMap::new();
    for (index, layer) in layers.found.into_iter().enumerate() {
        let mut spec = layer.spec()?.in_chain(index, count, activation);
        let FoundLayer { path, bias: biases, .. } = layer;
        let of_layer =
            |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let [weight_path, bias_path] = ["weight", "bias"].map(of_layer);
        let weight = rule(&weight_path, &mut spec);
        let mut bias_spec = spec.bias();
        if let Some(biases) = biases {
            same_shape(&[biases], &bias_spec)?;
        }
        let bias = biases.and_then(|_| rule(&bias_path, &mut bias_spec));
        let (weight, bias) = draw_layer(weight.as_ref(), bias.as_ref(), &spec, seed)
            .map_err(|source| ApplyError::Layer { path, source })?;
        numbers.extend(weight.map(|weight| (weight_path, weight)));
        numbers.extend(bias.map(|bias| (bias_path, bias)));
    }
    Ok(module.map(&mut Fill { numbers, path: Path::default() }))
}

/// Where a traversal of a module is: the names down to a parameter, and the type that holds the
/// last of them.
#[derive(Debug, Default)]
struct Path(Vec<(String, String)>);

impl Path {
    fn enter(&mut self, name: &str, container: &str) {
        self.0.push((name.to_owned(), container.to_owned()));
    }

    fn exit(&mut self) {
        self.0.pop();
    }

    fn dotted(&self, depth: usize) -> String {
        self.0.iter().take(depth).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// The layers of a module, found by the names of their types.
#[derive(Debug, Default)]
struct Layers {
    path: Path,
    found: Vec<FoundLayer>,
}

#[derive(Debug)]
struct FoundLayer {
    path: String,
    spec: TensorSpec,
    /// How many numbers the bias has.
    bias: Option<usize>,
}

impl FoundLayer {
    /// The weight's. Of a transposed convolution's channels out the weight tells one group's, the
    /// bias all.
    fn spec(&self) -> Result<TensorSpec, SpecError> {
        let units = self.spec.bias().len();
        match self.bias {
            Some(biases) if biases != units && units > 0 => {
                self.spec.clone().in_groups(biases / units)
            }
            _ => Ok(self.spec.clone()),
        }
    }
}

impl ModuleVisitor for Layers {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let Some((name, container)) = self.path.0.last() else { return };
        let path = self.path.dotted(self.path.0.len() - 1);
        let shape = parameter.dims();
        let container = container.strip_prefix("Struct:").unwrap_or_default();
        let spec = match (name.as_str(), container) {
            ("weight", "Linear") => Ok(linear(&shape)),
            ("weight", "Embedding") => Ok(embedding(&shape)),
            ("weight", "Conv1d" | "Conv2d" | "Conv3d" | "DeformConv2d") => convolution(&shape, 1),
            ("weight", "ConvTranspose1d" | "ConvTranspose2d" | "ConvTranspose3d") => {
                transposed(&shape, 1)
            }
            ("bias", _) => {
                // A layer's bias comes right after its weight.
                if let Some(layer) = self.found.last_mut().filter(|layer| layer.path == path) {
                    layer.bias = Some(shape.iter().product());
                }
                return;
            }
            _ => return,
        };
        // Channels always divide into one group.
        self.found.extend(spec.ok().map(|spec| FoundLayer { path, spec, bias: None }));
    }
}

/// Puts numbers into the parameters of their paths.
struct Fill {
    numbers: HashMap<String, Vec<f32>>,
    path: Path,
}

impl ModuleMapper for Fill {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let numbers = self.numbers.remove(&self.path.dotted(usize::MAX));
        put_some(parameter, numbers)
    }
}
