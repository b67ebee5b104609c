//! The list of kinds, and what belongs to an initializer in it.

use alloc::vec;
use alloc::vec::Vec;

use super::kind::{Kind, ParameterError};
use super::parameter::Value;
use super::{distributions, frameworks, scaling, structured};
use crate::framework::Framework;
use crate::initializer::Initializer;

/// Every kind, by category.
pub static KINDS: &[&Kind] = &[
    &distributions::ZEROS,
    &distributions::ONES,
    &distributions::CONSTANT,
    &distributions::UNIFORM,
    &distributions::GENERAL_RULE,
    &distributions::NORMAL,
    &distributions::TRUNCATED_NORMAL,
    &scaling::VARIANCE_SCALING,
    &scaling::GLOROT_UNIFORM,
    &scaling::GLOROT_NORMAL,
    &scaling::HE_UNIFORM,
    &scaling::HE_NORMAL,
    &scaling::LECUN_UNIFORM,
    &scaling::LECUN_NORMAL,
    &scaling::RANDOM_WALK,
    &scaling::MUP,
    &scaling::SPECTRAL,
    &scaling::AUTOINIT,
    &structured::ORTHOGONAL,
    &structured::DELTA_ORTHOGONAL,
    &structured::IDENTITY,
    &structured::SPARSE,
    &structured::LOOKS_LINEAR,
    &structured::ZERO_HADAMARD,
    &structured::TANH_FIXED_POINT,
    &structured::SINUSOIDAL,
    &structured::RANDOMIZED_ASYMMETRIC,
    &structured::LSUV,
    &structured::KRAHENBUHL,
    &frameworks::BURN,
    &frameworks::PYTORCH,
    &frameworks::KERAS,
    &frameworks::FLAX,
    &frameworks::HAIKU,
    &frameworks::CANDLE,
    &frameworks::TCH,
];

/// The kind of that name or alias.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name || kind.aliases.contains(&name))
}

impl Initializer {
    /// Its kind. A custom initializer has one that [`KINDS`] does not list.
    pub fn kind(&self) -> &'static Kind {
        use {distributions as d, scaling as v, structured as s};
        match *self {
            Initializer::Zeros => &d::ZEROS,
            Initializer::Ones => &d::ONES,
            Initializer::Constant { .. } => &d::CONSTANT,
            Initializer::Uniform { .. } => &d::UNIFORM,
            Initializer::GeneralRule => &d::GENERAL_RULE,
            Initializer::Normal { .. } => &d::NORMAL,
            Initializer::TruncatedNormal { .. } => &d::TRUNCATED_NORMAL,
            Initializer::VarianceScaling { .. } => &v::VARIANCE_SCALING,
            Initializer::GlorotUniform { .. } => &v::GLOROT_UNIFORM,
            Initializer::GlorotNormal { .. } => &v::GLOROT_NORMAL,
            Initializer::HeUniform { .. } => &v::HE_UNIFORM,
            Initializer::HeNormal { .. } => &v::HE_NORMAL,
            Initializer::LecunUniform => &v::LECUN_UNIFORM,
            Initializer::LecunNormal { .. } => &v::LECUN_NORMAL,
            Initializer::RandomWalk { .. } => &v::RANDOM_WALK,
            Initializer::Mup { .. } => &v::MUP,
            Initializer::Spectral { .. } => &v::SPECTRAL,
            Initializer::AutoInit { .. } => &v::AUTOINIT,
            Initializer::Orthogonal { .. } => &s::ORTHOGONAL,
            Initializer::DeltaOrthogonal { .. } => &s::DELTA_ORTHOGONAL,
            Initializer::Identity { .. } => &s::IDENTITY,
            Initializer::Sparse { .. } => &s::SPARSE,
            Initializer::LooksLinear { .. } => &s::LOOKS_LINEAR,
            Initializer::ZeroHadamard { .. } => &s::ZERO_HADAMARD,
            Initializer::TanhFixedPoint { .. } => &s::TANH_FIXED_POINT,
            Initializer::Sinusoidal { .. } => &s::SINUSOIDAL,
            Initializer::RandomizedAsymmetric => &s::RANDOMIZED_ASYMMETRIC,
            Initializer::Lsuv { .. } => &s::LSUV,
            Initializer::Krahenbuhl { .. } => &s::KRAHENBUHL,
            Initializer::Custom(_) => &d::CUSTOM,
            Initializer::Framework(framework) => kind_of_framework(framework),
        }
    }

    /// The name of its kind; a custom initializer's own.
    pub fn name(&self) -> &'static str {
        match self {
            Initializer::Custom(custom) => custom.name(),
            init => init.kind().name,
        }
    }

    /// Its parameters, defaults included: `kind().build(&parameters())` is the same value.
    pub fn parameters(&self) -> Vec<(&'static str, Value)> {
        self.kind().parameters.iter().map(|parameter| parameter.name).zip(self.values()).collect()
    }

    /// The same initializer with another value of one parameter.
    ///
    /// ```
    /// use initializers::he_normal;
    ///
    /// let init = he_normal().with("gain", "leaky_relu(0.2)")?.with("mode", "fan_out")?;
    /// assert!(init.with("mode", "fan").is_err());
    /// # Ok::<(), initializers::ParameterError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Kind::build`].
    pub fn with(&self, name: &str, value: impl Into<Value>) -> Result<Self, ParameterError> {
        let mut parameters: Vec<(&str, Value)> = self.parameters();
        parameters.retain(|(other, _)| *other != name);
        parameters.push((name, value.into()));
        self.kind().build(&parameters)
    }

    /// Whether every parameter is in its range and none contradicts another.
    ///
    /// # Errors
    /// As [`Kind::build`].
    pub fn validate(&self) -> Result<(), ParameterError> {
        match self {
            Initializer::Custom(_) => Ok(()),
            init => init.kind().build(&init.parameters()).map(|_| ()),
        }
    }

    /// The values of its parameters, in its kind's order.
    fn values(&self) -> Vec<Value> {
        macro_rules! values {
            ($($value:ident),*) => { vec![$($value.into()),*] };
        }
        match *self {
            Initializer::Constant { value } => values![value],
            Initializer::Uniform { min, max } => values![min, max],
            Initializer::Normal { mean, std } => values![mean, std],
            Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected } => {
                values![mean, std, lower, upper, bounds, corrected]
            }
            Initializer::VarianceScaling { scale, mode, distribution } => {
                values![scale, mode, distribution]
            }
            Initializer::GlorotUniform { gain }
            | Initializer::RandomWalk { gain }
            | Initializer::Spectral { gain }
            | Initializer::Orthogonal { gain }
            | Initializer::DeltaOrthogonal { gain }
            | Initializer::Identity { gain }
            | Initializer::ZeroHadamard { gain }
            | Initializer::Sinusoidal { gain } => values![gain],
            Initializer::GlorotNormal { gain, truncated } => values![gain, truncated],
            Initializer::HeUniform { gain, mode } => values![gain, mode],
            Initializer::HeNormal { gain, mode, truncated } => values![gain, mode, truncated],
            Initializer::LecunNormal { truncated } => values![truncated],
            Initializer::Mup { gain, base_width } => values![gain, base_width],
            Initializer::AutoInit { input_mean, input_variance, signal_variance, distribution } => {
                values![input_mean, input_variance, signal_variance, distribution]
            }
            Initializer::Sparse { connections, along, std } => values![connections, along, std],
            Initializer::LooksLinear { gain, base } => values![base, gain],
            Initializer::TanhFixedPoint { noise } => values![noise],
            Initializer::Lsuv { tolerance, iterations } => values![tolerance, iterations],
            Initializer::Krahenbuhl { balance, tolerance, iterations } => {
                values![balance, tolerance, iterations]
            }
            _ => values![],
        }
    }
}

fn kind_of_framework(framework: Framework) -> &'static Kind {
    match framework {
        Framework::Burn => &frameworks::BURN,
        Framework::PyTorch => &frameworks::PYTORCH,
        Framework::Keras => &frameworks::KERAS,
        Framework::Flax => &frameworks::FLAX,
        Framework::Haiku => &frameworks::HAIKU,
        Framework::Candle => &frameworks::CANDLE,
        Framework::Tch => &frameworks::TCH,
    }
}
