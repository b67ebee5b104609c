//! The initializers as values: the numbers that each draws for a tensor, and the tensors that it has a meaning for.

use crate::catalog::Category;
use crate::scaling::{autoinit_std, general_rule, mup_std, random_walk_gain, spectral_std};
use crate::word::words;
use crate::{
    Activation, Base, Connections, Fan, Form, Framework, Gain, Law, Stream, Target, structured,
};

/// How the numbers of one tensor are drawn.
///
/// A value is what a person asks for; [`catalog`](crate::catalog) has each one's formula, parameters and source, and
/// builds it from a file's values.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the table documents every parameter, once")]
pub enum Initializer {
    /// Every number 0.
    Zeros,
    /// Every number 1.
    Ones,
    /// Every number the same.
    Constant { value: f64 },
    /// Uniform on `[min, max)`.
    Uniform { min: f64, max: f64 },
    /// Uniform on `[-1/sqrt(n), 1/sqrt(n))` with n = fan-in: the tutorial's general rule.
    GeneralRule,
    /// Normal.
    Normal { mean: f64, std: f64 },
    /// Normal, conditioned on lying within bounds; see [`Initializer::truncated_normal`] for the tutorial's.
    TruncatedNormal { mean: f64, std: f64, lower: f64, upper: f64, bounds: Bounds, corrected: bool },

    /// A variance of `scale / fan`, in any form.
    VarianceScaling { scale: f64, mode: Fan, distribution: Form },
    /// Glorot's (Xavier's) variance, uniform.
    GlorotUniform { gain: Gain },
    /// Glorot's (Xavier's) variance, normal.
    GlorotNormal { gain: Gain, truncated: bool },
    /// He's (Kaiming's) variance, uniform.
    HeUniform { gain: Gain, mode: Fan },
    /// He's (Kaiming's) variance, normal.
    HeNormal { gain: Gain, mode: Fan, truncated: bool },
    /// LeCun's variance, uniform.
    LecunUniform,
    /// LeCun's variance, normal.
    LecunNormal { truncated: bool },
    /// The random walk's gain, normal.
    RandomWalk { gain: Gain },
    /// Maximal update parametrization; [`mup_adam_multiplier`](crate::mup_adam_multiplier) has its learning rates.
    Mup { gain: Gain, base_width: f64 },
    /// The spectral condition for feature learning.
    Spectral { gain: Gain },
    /// AutoInit: a variance from the moments of the layer's inputs.
    AutoInit { input_mean: f64, input_variance: f64, signal_variance: f64, distribution: Form },

    /// Orthonormal rows or columns, uniform over all such matrices (Haar).
    Orthogonal { gain: Gain },
    /// Ones on the diagonal.
    Identity { gain: Gain },
    /// A fixed number of non-zero weights a unit.
    Sparse { connections: usize, along: Connections, std: f64 },
    /// Mirrored blocks that make a ReLU network linear at first.
    LooksLinear { gain: Gain, base: Base },
    /// ZerO: identity and Hadamard matrices.
    ZeroHadamard { gain: Gain },
    /// Identity plus small noise, for tanh.
    TanhFixedPoint { noise: f64 },
    /// A sine of its own for each unit.
    Sinusoidal { gain: Gain },
    /// One positive entry in each unit's weights and bias.
    RandomizedAsymmetric,

    /// Layer-sequential unit variance; draws its base, an orthogonal matrix.
    Lsuv { tolerance: f64, iterations: usize },
    /// Unit variance for each unit, then equal rates of change; draws its base, standard normal numbers.
    Krahenbuhl { balance: bool, tolerance: f64, iterations: usize },

    /// A framework's default.
    Framework(Framework),
}

words! {
    /// What the bounds of a truncated normal mean.
    Bounds {
        /// Standard deviations (before truncation) from the mean, as in TensorFlow and JAX.
        Std = "std",
        /// The numbers themselves, as in PyTorch.
        Absolute = "absolute",
    }
}

impl Bounds {
    /// The bounds as standard deviations from the mean.
    pub(crate) fn in_standard_deviations(
        self,
        mean: f64,
        std: f64,
        lower: f64,
        upper: f64,
    ) -> (f64, f64) {
        match self {
            Bounds::Std => (lower, upper),
            Bounds::Absolute => ((lower - mean) / std, (upper - mean) / std),
        }
    }
}

/// Why an initializer cannot fill a tensor.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages name every field")]
pub enum DrawError {
    /// The formula divides by a fan that is zero.
    #[error(
        "{kind} needs fans of at least 1, but those of the tensor {shape:?} are {fan_in} in and {fan_out} out"
    )]
    NoFan { kind: &'static str, shape: Vec<usize>, fan_in: usize, fan_out: usize },
    /// A vector, where only a matrix has a meaning.
    #[error(
        "{kind} fills matrices, but the tensor {shape:?} is a vector: a bias needs another initializer"
    )]
    NotAMatrix { kind: &'static str, shape: Vec<usize> },
    /// A convolution, where only a fully connected layer has a meaning.
    #[error(
        "{kind} fills weights of fully connected layers, but the tensor {shape:?} is a convolution's"
    )]
    NotFullyConnected { kind: &'static str, shape: Vec<usize> },
    /// Mirrored units come in pairs.
    #[error(
        "{kind} pairs the units of hidden layers, so their widths must be even, but one of them is {width}"
    )]
    OddWidth { kind: &'static str, width: usize },
    /// More connections are asked for than there are.
    #[error(
        "{kind} is to keep {connections} {along} connections, but the tensor {shape:?} has only {available}"
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
        "{kind} has a gain of its own for linear and relu only; for {activation} give gain as a number"
    )]
    NoGain { kind: &'static str, activation: Activation },
    /// Layers can be rescaled against each other only where the activation lets a factor through.
    #[error(
        "{kind} with `balance` rescales layers against each other, which {activation} does not let through; linear, relu, \
         leaky_relu and prelu do"
    )]
    NotHomogeneous { kind: &'static str, activation: Activation },
    /// All of its numbers would be 0.
    #[error("{kind} needs a side longer than 2, but the tensor is {shape:?}")]
    TooSmall { kind: &'static str, shape: Vec<usize> },
}

impl Initializer {
    /// A normal around 0, redrawn beyond two standard deviations: TensorFlow's `truncated_normal`, the tutorial's. `std`
    /// is the one before truncation; what is drawn has 0.8796 of it.
    pub const fn truncated_normal(std: f64) -> Self {
        Initializer::TruncatedNormal {
            mean: 0.0,
            std,
            lower: -2.0,
            upper: 2.0,
            bounds: Bounds::Std,
            corrected: false,
        }
    }

    /// Draws every number of `target` from `stream`, in row-major order of its shape.
    ///
    /// Of an initializer that [needs a first batch](Initializer::needs_first_batch), this is what it starts from; of
    /// [`Initializer::RandomizedAsymmetric`], the weight alone: [`Initializer::draw_layer`] draws its bias too.
    ///
    /// # Errors
    /// When the initializer has no meaning for the tensor; see [`DrawError`].
    pub fn draw(&self, target: &Target, stream: &mut Stream) -> Result<Vec<f32>, DrawError> {
        self.check(target)?;
        if let Some(law) = self.independent(target)? {
            return Ok(law.draw(target.len(), stream));
        }
        Ok(match *self {
            Initializer::Orthogonal { gain } => {
                structured::orthogonal(gain.value(target), target, stream)
            }
            Initializer::Identity { gain } => structured::identity(gain.value(target), target),
            Initializer::Sparse { connections, along, std } => {
                structured::sparse(connections, along, std, target, stream)
            }
            Initializer::LooksLinear { gain, base } => {
                structured::looks_linear(gain.value(target), base, target, stream)
            }
            Initializer::ZeroHadamard { gain } => {
                structured::zero_hadamard(gain.value(target), target)
            }
            Initializer::TanhFixedPoint { noise } => {
                structured::tanh_fixed_point(noise, target, stream)
            }
            Initializer::Sinusoidal { gain } => structured::sinusoidal(gain.value(target), target),
            Initializer::RandomizedAsymmetric => {
                structured::randomized_asymmetric(target, stream).0
            }
            Initializer::Lsuv { .. } => structured::orthogonal(1.0, target, stream),
            _ => unreachable!("{} has a law", self.kind().name),
        })
    }

    /// Whether the initializer has a meaning for the tensor: what [`Initializer::draw`] would answer, without drawing.
    ///
    /// # Errors
    /// As [`Initializer::draw`].
    pub fn check(&self, target: &Target) -> Result<(), DrawError> {
        let kind = self.kind();
        let shape = || target.shape.clone();
        let reads_fans = !matches!(kind.category, Category::Constant | Category::Distribution)
            || *self == Initializer::GeneralRule;
        let (fan_in, fan_out) = (target.fan_in, target.fan_out);
        if reads_fans && (fan_in == 0 || fan_out == 0) {
            return Err(DrawError::NoFan { kind: kind.name, shape: shape(), fan_in, fan_out });
        }
        let fills_matrices =
            matches!(kind.category, Category::Structured | Category::DataDependent);
        if fills_matrices && target.is_vector() {
            return Err(DrawError::NotAMatrix { kind: kind.name, shape: shape() });
        }
        let (inputs, outputs) = target.matrix();
        match *self {
            Initializer::RandomWalk { gain } => {
                random_walk_gain(kind.name, gain, target).map(|_| ())
            }
            Initializer::Sparse { .. }
            | Initializer::LooksLinear { .. }
            | Initializer::ZeroHadamard { .. }
            | Initializer::TanhFixedPoint { .. }
                if !target.kernel().is_empty() =>
            {
                Err(DrawError::NotFullyConnected { kind: kind.name, shape: shape() })
            }
            Initializer::Sparse { connections, along, .. }
                if connections > along.available(target) =>
            {
                let (available, along) = (along.available(target), along.name());
                Err(DrawError::TooManyConnections {
                    kind: kind.name,
                    connections,
                    along,
                    available,
                    shape: shape(),
                })
            }
            Initializer::LooksLinear { .. } if !target.is_first() && inputs % 2 == 1 => {
                Err(DrawError::OddWidth { kind: kind.name, width: inputs })
            }
            Initializer::LooksLinear { .. } if !target.is_last() && outputs % 2 == 1 => {
                Err(DrawError::OddWidth { kind: kind.name, width: outputs })
            }
            Initializer::Krahenbuhl { balance: true, .. } => {
                let around = [target.preceding, target.activation];
                match around.into_iter().find(|activation| !activation.is_homogeneous()) {
                    Some(activation) => {
                        Err(DrawError::NotHomogeneous { kind: kind.name, activation })
                    }
                    None => Ok(()),
                }
            }
            Initializer::Sinusoidal { .. } if inputs.max(outputs) <= 2 => {
                Err(DrawError::TooSmall { kind: kind.name, shape: shape() })
            }
            _ => Ok(()),
        }
    }

    /// The distribution of the tensor's numbers, where they are independent and alike and the tensor is one that the
    /// initializer has a meaning for.
    pub fn law(&self, target: &Target) -> Option<Law> {
        self.check(target).and_then(|()| self.independent(target)).ok().flatten()
    }

    /// The standard deviation of the tensor's numbers where it is known: that of the [law](Initializer::law), or of an
    /// entry of a random matrix. `None` where the matrix is no random one around a common mean, and where data decide.
    pub fn std(&self, target: &Target) -> Option<f64> {
        self.check(target).ok()?;
        match *self {
            _ if self.needs_first_batch() => None,
            Initializer::Orthogonal { gain } => {
                Some(structured::orthogonal_std(gain.value(target), target))
            }
            Initializer::Sparse { connections, along, std } => {
                Some(std * (connections as f64 / along.available(target) as f64).sqrt())
            }
            Initializer::LooksLinear { gain, base } => {
                Some(structured::looks_linear_std(gain.value(target), base, target))
            }
            Initializer::Sinusoidal { gain } => {
                Some(structured::sinusoidal_std(gain.value(target), target))
            }
            Initializer::RandomizedAsymmetric => {
                Some(structured::randomized_asymmetric_std(target))
            }
            _ => self.law(target).map(|law| law.std()),
        }
    }

    /// The initializer of the bias where none is named: the one that belongs to a framework's default, the weight's own
    /// for [`Initializer::RandomizedAsymmetric`] (a law of both, which [`Initializer::draw_layer`] draws), else zeros.
    pub fn default_bias(&self) -> Initializer {
        match self {
            Initializer::Framework(framework) => framework.bias(),
            Initializer::RandomizedAsymmetric => self.clone(),
            _ => Initializer::Zeros,
        }
    }

    /// Whether what is drawn is only a start: forward passes of a first batch of data complete it.
    pub fn needs_first_batch(&self) -> bool {
        matches!(self, Initializer::Lsuv { .. } | Initializer::Krahenbuhl { .. })
    }

    /// The law of the numbers, `None` for structured matrices. The tensor has been checked.
    fn independent(&self, target: &Target) -> Result<Option<Law>, DrawError> {
        let fan_std = |gain: f64, mode: Fan| gain / mode.of(target).sqrt();
        Ok(Some(match *self {
            Initializer::Zeros => Law::Constant { value: 0.0 },
            Initializer::Ones => Law::Constant { value: 1.0 },
            Initializer::Constant { value } => Law::Constant { value },
            Initializer::Uniform { min, max } => Law::Uniform { min, max },
            Initializer::GeneralRule => general_rule(target),
            Initializer::Normal { mean, std } => Law::normal(mean, std),
            Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected } => {
                let (lower, upper) = bounds.in_standard_deviations(mean, std, lower, upper);
                Law::truncated_normal(mean, std, lower, upper, corrected)
            }
            Initializer::VarianceScaling { scale, mode, distribution } => {
                distribution.law(fan_std(scale.sqrt(), mode))
            }
            Initializer::GlorotUniform { gain } => {
                Form::Uniform.law(fan_std(gain.value(target), Fan::Average))
            }
            Initializer::GlorotNormal { gain, truncated } => {
                Form::normal(truncated).law(fan_std(gain.value(target), Fan::Average))
            }
            Initializer::HeUniform { gain, mode } => {
                Form::Uniform.law(fan_std(gain.value(target), mode))
            }
            Initializer::HeNormal { gain, mode, truncated } => {
                Form::normal(truncated).law(fan_std(gain.value(target), mode))
            }
            Initializer::LecunUniform => Form::Uniform.law(fan_std(1.0, Fan::In)),
            Initializer::LecunNormal { truncated } => {
                Form::normal(truncated).law(fan_std(1.0, Fan::In))
            }
            Initializer::RandomWalk { gain } => Form::Normal
                .law(fan_std(random_walk_gain(self.kind().name, gain, target)?, Fan::In)),
            Initializer::Mup { gain, base_width } => {
                Form::Normal.law(mup_std(gain.value(target), base_width, target))
            }
            Initializer::Spectral { gain } => {
                Form::Normal.law(spectral_std(gain.value(target), target))
            }
            Initializer::AutoInit { input_mean, input_variance, signal_variance, distribution } => {
                distribution.law(autoinit_std(input_mean, input_variance, signal_variance, target))
            }
            Initializer::Krahenbuhl { .. } => Law::normal(0.0, 1.0),
            Initializer::Framework(framework) => framework.law(target),
            _ => return Ok(None),
        }))
    }
}
