//! Why an initializer cannot fill a tensor.

use alloc::string::String;
use alloc::vec::Vec;

use crate::activation::Activation;
use crate::distribution::DistributionError;
use crate::text::Short;

/// Why an initializer cannot fill a tensor.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages name every field")]
pub enum DrawError {
    /// A parameter is out of its range, or two contradict each other.
    #[error("{kind}: {message}")]
    Parameter { kind: &'static str, message: String },
    /// The distribution that follows from the parameters and the tensor cannot be drawn from.
    #[error("{kind}: {source}")]
    Distribution { kind: &'static str, source: DistributionError },
    /// Numbers would be too large for their type.
    #[error("{kind} gives numbers as large as {}, which {element} cannot hold", Short(*value))]
    TooLarge { kind: &'static str, value: f64, element: &'static str },
    /// The memory to be filled is not the tensor's.
    #[error("the tensor {shape:?} cannot be drawn into a slice of {given} numbers")]
    Length { given: usize, shape: Vec<usize> },
    /// The formula divides by a fan that is zero.
    #[error(
        "{kind} needs fans of at least 1, but those of the tensor {shape:?} are {fan_in} in and \
         {fan_out} out"
    )]
    NoFan { kind: &'static str, shape: Vec<usize>, fan_in: usize, fan_out: usize },
    /// A vector, where only a matrix has a meaning.
    #[error(
        "{kind} fills matrices, but the tensor {shape:?} is a vector: a bias needs another \
         initializer"
    )]
    NotAMatrix { kind: &'static str, shape: Vec<usize> },
    /// A convolution, where only a fully connected layer has a meaning.
    #[error(
        "{kind} fills weights of fully connected layers, but the tensor {shape:?} is a \
         convolution's"
    )]
    NotFullyConnected { kind: &'static str, shape: Vec<usize> },
    /// The initializer depends on where the layer stands in its network.
    #[error(
        "{kind} depends on the layer's position in the network, which the tensor {shape:?} does \
         not tell: give it with `at_layer(index, count)`"
    )]
    NoPosition { kind: &'static str, shape: Vec<usize> },
    /// Layers without an index would all get the same numbers.
    #[error(
        "a layer is drawn from the stream of its index in the network, which the tensor {shape:?} \
         does not tell: give it with `at_layer(index, count)`"
    )]
    NoStream { kind: &'static str, shape: Vec<usize> },
    /// Mirrored units come in pairs.
    #[error(
        "{kind} pairs the units of hidden layers, so their widths must be even, but one of them \
         is {width}"
    )]
    OddWidth { kind: &'static str, width: usize },
    /// More connections are asked for than there are.
    #[error(
        "{kind} is to keep {connections} {along} connections, but the tensor {shape:?} has only \
         {available}"
    )]
    TooManyConnections {
        kind: &'static str,
        connections: usize,
        along: &'static str,
        available: usize,
        shape: Vec<usize>,
    },
    /// The paper has no gain for the activation.
    #[error(
        "{kind} has a gain of its own for linear and relu only; for {activation} give gain as a \
         number"
    )]
    NoGain { kind: &'static str, activation: Activation },
    /// An activation around the layer has constants out of their range.
    #[error("the constants of the activation {activation:?} at the tensor {shape:?} are wrong")]
    Activation { activation: Activation, shape: Vec<usize> },
    /// Layers can be rescaled against each other only where the activation is homogeneous.
    #[error(
        "{kind} with `balance` rescales layers against each other, which {activation} does not \
         let through; linear, relu, leaky_relu and prelu do"
    )]
    NotHomogeneous { kind: &'static str, activation: Activation },
    /// All of its numbers would be 0.
    #[error("{kind} needs a side longer than 2, but the tensor is {shape:?}")]
    TooSmall { kind: &'static str, shape: Vec<usize> },
}

impl DrawError {
    /// The error of an initializer of that kind whose distribution cannot be drawn from.
    pub fn from_distribution(kind: &'static str, source: DistributionError) -> Self {
        DrawError::Distribution { kind, source }
    }
}
