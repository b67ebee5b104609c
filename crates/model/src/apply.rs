//! Initializers applied to the parameters of any burn program: to one parameter, to one layer, or
//! to every fully connected and convolutional layer of a module.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::nn::Linear;
use burn::nn::conv::{Conv1d, Conv2d, Conv3d};
use burn::tensor::{Tensor, TensorData};
use initializers::{Activation, DrawError, Initializer, Stream, Target};

use crate::weights::draw_layer;

/// Why parameters cannot be filled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ApplyError {
    /// The initializer has no meaning for the tensor.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// An initializer has no meaning for a layer of a module.
    #[error("{path}: {source}")]
    Layer {
        /// The layer's path in the module.
        path: String,
        /// What is wrong.
        source: DrawError,
    },
    /// The target describes another tensor.
    #[error("the parameter has the shape {parameter:?}, but its target {target:?}")]
    Shape {
        /// The parameter's shape.
        parameter: Vec<usize>,
        /// The target's.
        target: Vec<usize>,
    },
}

/// [`Initializer`]s on burn's parameters, layers and modules.
///
/// A filled parameter keeps its id, its device, its element type and whether it is trained. An
/// initializer that [needs a first batch](Initializer::needs_first_batch) fills in only its start.
pub trait Apply {
    /// Fills a parameter from `stream`; `target` describes the tensor and its position in the
    /// network.
    ///
    /// ```
    /// use burn::module::Param;
    /// use burn::tensor::{Device, Tensor};
    /// use model::Apply;
    /// use model::init::{Initializer, Purpose, Stream, Target};
    ///
    /// let table = Tensor::<2>::zeros([1000, 64], &Device::flex());
    /// let table = Param::from_tensor(table);
    /// let normal = Initializer::Normal { mean: 0.0, std: 0.02 };
    /// let mut stream = Stream::new(0, Purpose::Weights, [0, 0]);
    /// let table = normal.fill(table, &Target::linear(1000, 64), &mut stream)?;
    /// # Ok::<(), model::ApplyError>(())
    /// ```
    ///
    /// # Errors
    /// The initializer has no meaning for the tensor, or the target describes another tensor.
    fn fill<const D: usize>(
        &self,
        parameter: Param<Tensor<D>>,
        target: &Target,
        stream: &mut Stream,
    ) -> Result<Param<Tensor<D>>, ApplyError>;

    /// Fills the weight of a layer, and its bias from `bias` or, if that is `None`, from the
    /// weight's [default](Initializer::default_bias). `target` is the [layer's](Layer::target),
    /// with its index in the network: the streams are keyed by `seed` and that index.
    ///
    /// ```
    /// use burn::nn::conv::Conv2dConfig;
    /// use burn::tensor::Device;
    /// use model::init::{Activation, catalog};
    /// use model::{Apply, Layer};
    ///
    /// let he = catalog::find("he_normal").ok_or("in the table")?.build(&[])?;
    /// let conv = Conv2dConfig::new([3, 64], [5, 5]).init(&Device::flex());
    /// let target = conv.target().at(0, 2).before(Activation::Relu);
    /// assert_eq!((target.fan_in, target.fan_out), (3 * 5 * 5, 64 * 5 * 5));
    /// let conv = he.fill_layer(conv, None, &target, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Apply::fill`].
    fn fill_layer<L: Layer>(
        &self,
        layer: L,
        bias: Option<&Initializer>,
        target: &Target,
        seed: u64,
    ) -> Result<L, ApplyError>;

    /// Fills every layer of a module as [`fill_module_with`] does: weights from this initializer,
    /// biases from its [default](Initializer::default_bias).
    ///
    /// ```
    /// use burn::nn::{Linear, LinearConfig};
    /// use burn::tensor::Device;
    /// use model::Apply;
    /// use model::init::{Activation, catalog};
    ///
    /// let orthogonal = catalog::find("orthogonal").ok_or("in the table")?.build(&[])?;
    /// let layer = |_| LinearConfig::new(64, 64).init(&Device::flex());
    /// let layers: Vec<Linear> = (0..3).map(layer).collect();
    /// let layers = orthogonal.fill_module(layers, Activation::Tanh, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The initializer has no meaning for a layer.
    fn fill_module<M: Module>(
        &self,
        module: M,
        activation: Activation,
        seed: u64,
    ) -> Result<M, ApplyError>;
}

/// Fills every fully connected and convolutional layer of a module (burn's `Linear`, `Conv1d`,
/// `Conv2d`, `Conv3d`, at any depth), in the order of its fields. Everything else stays as it is.
///
/// `rule` is called for each weight and bias with its path (`encoder.layers.0.weight`) and target;
/// it gives the initializer, or `None` to keep the parameter. [`Target::is_vector`] tells a bias.
/// The module is taken as a chain: `activation` follows each layer but the last. A module does not
/// tell the groups of a convolution, so its fan-out counts all output channels;
/// [`Apply::fill_layer`] knows the groups.
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::Device;
/// use model::fill_module_with;
/// use model::init::{Activation, Initializer};
///
/// let layer = |_| LinearConfig::new(8, 8).init(&Device::flex());
/// let layers: Vec<Linear> = (0..3).map(layer).collect();
/// let layers = fill_module_with(layers, Activation::Relu, 0, |path, target| match path {
///     "0.weight" => None,
///     _ if target.is_vector() => Some(Initializer::Zeros),
///     _ => Some(Initializer::truncated_normal(0.1)),
/// })?;
/// # Ok::<(), model::ApplyError>(())
/// ```
///
/// # Errors
/// An initializer has no meaning for its tensor.
pub fn fill_module_with<M: Module>(
    module: M,
    activation: Activation,
    seed: u64,
    mut rule: impl FnMut(&str, &Target) -> Option<Initializer>,
) -> Result<M, ApplyError> {
    let mut finder = LayerFinder::default();
    module.visit(&mut finder);
    let count = finder.layers.len();
    let mut numbers = HashMap::new();
    for (index, FoundLayer { path, target, has_bias }) in finder.layers.into_iter().enumerate() {
        let between = |is_end: bool| if is_end { Activation::Linear } else { activation };
        let target =
            target.at(index, count).after(between(index == 0)).before(between(index + 1 == count));
        let of_layer =
            |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let [weight_path, bias_path] = ["weight", "bias"].map(of_layer);
        let weight = rule(&weight_path, &target);
        let bias = if has_bias { rule(&bias_path, &target.bias()) } else { None };
        let (weight, bias) = draw_layer(weight.as_ref(), bias.as_ref(), &target, seed)
            .map_err(|source| ApplyError::Layer { path, source })?;
        numbers.extend(weight.map(|weight| (weight_path, weight)));
        numbers.extend(bias.map(|bias| (bias_path, bias)));
    }
    Ok(module.map(&mut Fill { numbers, path: Path::default() }))
}

impl Apply for Initializer {
    fn fill<const D: usize>(
        &self,
        parameter: Param<Tensor<D>>,
        target: &Target,
        stream: &mut Stream,
    ) -> Result<Param<Tensor<D>>, ApplyError> {
        same_shape(&parameter.dims(), target)?;
        Ok(put(parameter, self.draw(target, stream)?))
    }

    fn fill_layer<L: Layer>(
        &self,
        layer: L,
        bias: Option<&Initializer>,
        target: &Target,
        seed: u64,
    ) -> Result<L, ApplyError> {
        same_shape(&layer.target().shape, target)?;
        let default = self.default_bias();
        let bias = layer.has_bias().then(|| bias.unwrap_or(&default));
        let (weight, bias) = draw_layer(Some(self), bias, target, seed)?;
        Ok(layer.filled(weight, bias))
    }

    fn fill_module<M: Module>(
        &self,
        module: M,
        activation: Activation,
        seed: u64,
    ) -> Result<M, ApplyError> {
        let bias = self.default_bias();
        let init = |target: &Target| if target.is_vector() { bias.clone() } else { self.clone() };
        fill_module_with(module, activation, seed, |_, target| Some(init(target)))
    }
}

/// A layer of burn's with a weight and, optionally, a bias.
pub trait Layer: Sized {
    /// The weight as initializers see it, with fans and layout: the only layer of its network, fed
    /// with data and followed by a ReLU. [`Target::at`], [`Target::after`] and [`Target::before`]
    /// change that.
    fn target(&self) -> Target;

    /// Whether it has a bias.
    fn has_bias(&self) -> bool;

    /// The layer with these numbers, each list in row-major order; `None` leaves a parameter as it
    /// is.
    fn filled(self, weight: Option<Vec<f32>>, bias: Option<Vec<f32>>) -> Self;
}

macro_rules! layers {
    ($($layer:ident: $target:expr,)*) => {$(
        impl Layer for $layer {
            fn target(&self) -> Target {
                $target(self)
            }

            fn has_bias(&self) -> bool {
                self.bias.is_some()
            }

            fn filled(self, weight: Option<Vec<f32>>, bias: Option<Vec<f32>>) -> Self {
                let mut layer = self;
                layer.weight = put_some(layer.weight, weight);
                layer.bias = layer.bias.map(|old| put_some(old, bias));
                layer
            }
        }
    )*};
}

layers! {
    Linear: |layer: &Linear| of_linear(&layer.weight.dims()),
    Conv1d: |layer: &Conv1d| of_convolution(&layer.weight.dims(), layer.groups),
    Conv2d: |layer: &Conv2d| of_convolution(&layer.weight.dims(), layer.groups),
    Conv3d: |layer: &Conv3d| of_convolution(&layer.weight.dims(), layer.groups),
}

fn of_linear(shape: &[usize]) -> Target {
    Target::linear(shape[0], shape[1])
}

fn of_convolution(shape: &[usize], groups: usize) -> Target {
    Target::conv([shape[1] * groups, shape[0]], groups, &shape[2..])
}

fn same_shape(parameter: &[usize], target: &Target) -> Result<(), ApplyError> {
    if parameter == target.shape {
        return Ok(());
    }
    Err(ApplyError::Shape { parameter: parameter.to_vec(), target: target.shape.clone() })
}

/// The parameter with other numbers.
fn put<const D: usize>(parameter: Param<Tensor<D>>, numbers: Vec<f32>) -> Param<Tensor<D>> {
    parameter.map(|old| {
        let data = TensorData::new(numbers, old.dims());
        Tensor::from_data(data, (&old.device(), old.dtype()))
            .set_require_grad(old.is_require_grad())
    })
}

fn put_some<const D: usize>(
    parameter: Param<Tensor<D>>,
    numbers: Option<Vec<f32>>,
) -> Param<Tensor<D>> {
    match numbers {
        Some(numbers) => put(parameter, numbers),
        None => parameter,
    }
}

/// The position of a traversal in a module: the names down to a parameter, each with the type that
/// contains it.
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
struct LayerFinder {
    path: Path,
    layers: Vec<FoundLayer>,
}

#[derive(Debug)]
struct FoundLayer {
    path: String,
    target: Target,
    has_bias: bool,
}

impl ModuleVisitor for LayerFinder {
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
        match (name.as_str(), container.strip_prefix("Struct:"), D) {
            ("weight", Some("Linear"), 2) => {
                self.layers.push(FoundLayer { path, target: of_linear(&shape), has_bias: false });
            }
            ("weight", Some("Conv1d"), 3)
            | ("weight", Some("Conv2d"), 4)
            | ("weight", Some("Conv3d"), 5) => {
                self.layers.push(FoundLayer {
                    path,
                    target: of_convolution(&shape, 1),
                    has_bias: false,
                });
            }
            ("bias", Some(_), 1) => {
                // A layer's bias comes right after its weight.
                if let Some(layer) = self.layers.last_mut().filter(|layer| layer.path == path) {
                    layer.has_bias = true;
                }
            }
            _ => {}
        }
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
