//! Initializers applied to the parameters of any burn program: to one parameter, to one layer, or
//! to every layer of a module.

mod layer;
mod module;
mod parameter;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use initializers::{Activation, DrawError, Initializer, SpecError, Stream, TensorSpec};

pub use layer::Layer;
pub use module::fill_module_with;
use parameter::put;

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
    /// A layer cannot be what it seems to be.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The spec is another tensor's.
    #[error("the parameter has the shape {parameter:?}, but its spec {spec:?}")]
    Shape {
        /// The parameter's shape.
        parameter: Vec<usize>,
        /// The spec's.
        spec: Vec<usize>,
    },
}

/// [`Initializer`]s on burn's parameters, layers and modules.
///
/// What is filled keeps its id, its device, its type of numbers and whether it is trained. Of an
/// initializer that [needs a first batch](Initializer::needs_first_batch) it is the start that is
/// drawn.
pub trait Apply {
    /// Fills a parameter from `stream`; `spec` says what tensor of what network it is.
    ///
    /// ```
    /// use burn::module::Param;
    /// use burn::tensor::{Device, Tensor};
    /// use model::Apply;
    /// use model::init::{Stream, TensorSpec, normal};
    ///
    /// let zeros = Tensor::zeros([1000, 64], &Device::flex());
    /// let table: Param<Tensor<2>> = Param::from_tensor(zeros);
    /// let mut stream = Stream::named(0, "table");
    /// let table = normal(0.0, 0.02)?.fill(table, &TensorSpec::embedding(1000, 64), &mut stream)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the initializer has no meaning for the tensor, or the spec is another's.
    fn fill<const D: usize>(
        &self,
        parameter: Param<Tensor<D>>,
        spec: &TensorSpec,
        stream: &mut Stream,
    ) -> Result<Param<Tensor<D>>, ApplyError>;

    /// Fills the weight of a layer, and its bias from `bias` or, where that is `None`, from the
    /// weight's [default](Initializer::default_bias). `spec` is the [layer's](Layer::spec), with
    /// its position in its network: the streams are those of `seed` and of its index.
    ///
    /// ```
    /// use burn::nn::conv::Conv2dConfig;
    /// use burn::tensor::Device;
    /// use model::init::{Activation, he_normal};
    /// use model::{Apply, Layer};
    ///
    /// let conv = Conv2dConfig::new([3, 64], [5, 5]).init(&Device::flex());
    /// let spec = conv.spec()?.at_layer(0, 2).with_activation(Activation::Relu);
    /// assert_eq!((spec.fan_in(), spec.fan_out()), (3 * 5 * 5, 64 * 5 * 5));
    /// let conv = he_normal().fill_layer(conv, None, &spec, 0)?;
    /// # Ok::<(), model::ApplyError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Apply::fill`].
    fn fill_layer<L: Layer>(
        &self,
        layer: L,
        bias: Option<&Initializer>,
        spec: &TensorSpec,
        seed: u64,
    ) -> Result<L, ApplyError>;

    /// Fills every layer of a module as [`fill_module_with`] does: the weights from this
    /// initializer, the biases from its [default](Initializer::default_bias). Embeddings stay as
    /// they are.
    ///
    /// ```
    /// use burn::nn::{Linear, LinearConfig};
    /// use burn::tensor::Device;
    /// use model::Apply;
    /// use model::init::{Activation, orthogonal};
    ///
    /// let linear = || LinearConfig::new(64, 64).init(&Device::flex());
    /// let layers: Vec<Linear> = vec![linear(), linear(), linear()];
    /// let layers = orthogonal().fill_module(layers, Activation::Tanh, 0)?;
    /// # Ok::<(), model::ApplyError>(())
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

impl Apply for Initializer {
    fn fill<const D: usize>(
        &self,
        parameter: Param<Tensor<D>>,
        spec: &TensorSpec,
        stream: &mut Stream,
    ) -> Result<Param<Tensor<D>>, ApplyError> {
        same_shape(&parameter.dims(), spec)?;
        Ok(put(parameter, self.draw(spec, stream)?))
    }

    fn fill_layer<L: Layer>(
        &self,
        layer: L,
        bias: Option<&Initializer>,
        spec: &TensorSpec,
        seed: u64,
    ) -> Result<L, ApplyError> {
        same_shape(layer.spec()?.shape(), spec)?;
        let default = self.default_bias();
        let bias = layer.has_bias().then(|| bias.unwrap_or(&default));
        let (weight, bias) = draw_layer(Some(self), bias, spec, seed)?;
        Ok(layer.filled(weight, bias))
    }

    fn fill_module<M: Module>(
        &self,
        module: M,
        activation: Activation,
        seed: u64,
    ) -> Result<M, ApplyError> {
        let bias = self.default_bias();
        fill_module_with(module, activation, seed, |_, spec| match spec {
            spec if spec.is_embedding() => None,
            spec if spec.is_bias() => Some(bias.clone()),
            _ => Some(self.clone()),
        })
    }
}

fn same_shape(parameter: &[usize], spec: &TensorSpec) -> Result<(), ApplyError> {
    if parameter == spec.shape() {
        return Ok(());
    }
    Err(ApplyError::Shape { parameter: parameter.to_vec(), spec: spec.shape().to_vec() })
}
