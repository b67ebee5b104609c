//! Initializers applied to the parameters of any burn program: to one parameter, to one layer, or to every fully connected
//! and convolutional layer of a module.

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
    /// The target is another tensor's.
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
/// What is filled keeps its id, its device, its type of numbers and whether it is trained. Of an initializer that [needs a
/// first batch](Initializer::needs_first_batch) it is the start that is drawn.
pub trait Apply {
    /// Fills a parameter from `stream`; `target` says what tensor of what network it is.
    ///
    /// ```
    /// use burn::module::Param;
    /// use burn::tensor::{Device, Tensor};
    /// use model::Apply;
    /// use model::init::{Initializer, Purpose, Stream, Target};
    ///
    /// let table: Param<Tensor<2>> = Param::from_tensor(Tensor::zeros([1000, 64], &Device::flex()));
    /// let normal = Initializer::Normal { mean: 0.0, std: 0.02 };
    /// let table = normal.fill(table, &Target::linear(1000, 64), &mut Stream::new(0, Purpose::Weights, [0, 0]))?;
    /// # Ok::<(), model::ApplyError>(())
    /// ```
    ///
    /// # Errors
    /// Where the initializer has no meaning for the tensor, or the target is another's.
    fn fill<const D: usize>(
        &self,
        parameter: Param<Tensor<D>>,
        target: &Target,
        stream: &mut Stream,
    ) -> Result<Param<Tensor<D>>, ApplyError>;

    /// Fills the weight of a layer, and its bias from `bias` or, where that is `None`, from the weight's
    /// [default](Initializer::default_bias). `target` is the [layer's](Layer::target), at its place in its network: the
    /// streams are those of `seed` and of that place.
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

    /// Fills every layer of a module as [`fill_module_with`] does: the weights from this initializer, the biases from its
    /// [default](Initializer::default_bias).
    ///
    /// ```
    /// use burn::nn::{Linear, LinearConfig};
    /// use burn::tensor::Device;
    /// use model::Apply;
    /// use model::init::{Activation, catalog};
    ///
    /// let orthogonal = catalog::find("orthogonal").ok_or("in the table")?.build(&[])?;
    /// let layers: Vec<Linear> = (0..3).map(|_| LinearConfig::new(64, 64).init(&Device::flex())).collect();
    /// let layers = orthogonal.fill_module(layers, Activation::Tanh, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the initializer has no meaning for a layer.
    fn fill_module<M: Module>(
        &self,
        module: M,
        activation: Activation,
        seed: u64,
    ) -> Result<M, ApplyError>;
}

/// Fills every fully connected and convolutional layer of a module (burn's `Linear`, `Conv1d`, `Conv2d`, `Conv3d`, however
/// deep they lie), in the order of its fields; everything else stays as it is.
///
/// `rule` is asked for each weight and each bias, by its path (`encoder.layers.0.weight`) and its target, and answers with
/// an initializer, or with `None` for one that is to stay as it is; a bias is told by [`Target::is_vector`]. The module is
/// taken to be a chain: `activation` follows each layer but the last. A module does not tell a convolution's groups, so the
/// fan-out of one that has several counts all its output channels; [`Apply::fill_layer`] knows them.
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::Device;
/// use model::fill_module_with;
/// use model::init::{Activation, Initializer};
///
/// let layers: Vec<Linear> = (0..3).map(|_| LinearConfig::new(8, 8).init(&Device::flex())).collect();
/// let layers = fill_module_with(layers, Activation::Relu, 0, |path, target| match path {
///     "0.weight" => None,
///     _ if target.is_vector() => Some(Initializer::Zeros),
///     _ => Some(Initializer::truncated_normal(0.1)),
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
    mut rule: impl FnMut(&str, &Target) -> Option<Initializer>,
) -> Result<M, ApplyError> {
    let mut found = Found::default();
    module.visit(&mut found);
    let count = found.layers.len();
    let mut numbers = HashMap::new();
    for (place, FoundLayer { path, target, has_bias }) in found.layers.into_iter().enumerate() {
        let between = |is_end: bool| if is_end { Activation::Linear } else { activation };
        let target =
            target.at(place, count).after(between(place == 0)).before(between(place + 1 == count));
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

/// A layer of burn's with a weight and, it may be, a bias.
pub trait Layer: Sized {
    /// The weight as initializers see it, its fans and layout included: the only layer of its network, fed with data and
    /// followed by a ReLU. [`Target::at`], [`Target::after`] and [`Target::before`] say where it stands.
    fn target(&self) -> Target;

    /// Whether it has a bias.
    fn has_bias(&self) -> bool;

    /// The layer with these numbers, each list in row-major order; `None` leaves a parameter as it is.
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

/// Where a traversal of a module is: the names down to a parameter, and the type that holds the last of them.
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
struct Found {
    path: Path,
    layers: Vec<FoundLayer>,
}

#[derive(Debug)]
struct FoundLayer {
    path: String,
    target: Target,
    has_bias: bool,
}

impl ModuleVisitor for Found {
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
