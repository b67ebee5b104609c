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
        self.describe().0
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
        let (kind, values) = self.describe();
        kind.parameters.iter().map(|parameter| parameter.name).zip(values).collect()
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

    /// The kind, and the values of its parameters in the kind's order.
    fn describe(&self) -> (&'static Kind, Vec<Value>) {
        use {distributions as d, frameworks as f, scaling as v, structured as s};
        match *self {
            Initializer::Zeros => (&d::ZEROS, vec![]),
            Initializer::Ones => (&d::ONES, vec![]),
            Initializer::Constant { value } => (&d::CONSTANT, vec![value.into()]),
            Initializer::Uniform { min, max } => (&d::UNIFORM, vec![min.into(), max.into()]),
            Initializer::GeneralRule => (&d::GENERAL_RULE, vec![]),
            Initializer::Normal { mean, std } => (&d::NORMAL, vec![mean.into(), std.into()]),
            Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected } => (
                &d::TRUNCATED_NORMAL,
                vec![
                    mean.into(),
                    std.into(),
                    lower.into(),
                    upper.into(),
                    bounds.name().into(),
                    corrected.into(),
                ],
            ),
            Initializer::VarianceScaling { scale, mode, distribution } => (
                &v::VARIANCE_SCALING,
                vec![scale.into(), mode.name().into(), distribution.name().into()],
            ),
            Initializer::GlorotUniform { gain } => (&v::GLOROT_UNIFORM, vec![gain.into()]),
            Initializer::GlorotNormal { gain, truncated } => {
                (&v::GLOROT_NORMAL, vec![gain.into(), truncated.into()])
            }
            Initializer::HeUniform { gain, mode } => {
                (&v::HE_UNIFORM, vec![gain.into(), mode.name().into()])
            }
            Initializer::HeNormal { gain, mode, truncated } => {
                (&v::HE_NORMAL, vec![gain.into(), mode.name().into(), truncated.into()])
            }
            Initializer::LecunUniform => (&v::LECUN_UNIFORM, vec![]),
            Initializer::LecunNormal { truncated } => (&v::LECUN_NORMAL, vec![truncated.into()]),
            Initializer::RandomWalk { gain } => (&v::RANDOM_WALK, vec![gain.into()]),
            Initializer::Mup { gain, base_width } => {
                (&v::MUP, vec![gain.into(), base_width.into()])
            }
            Initializer::Spectral { gain } => (&v::SPECTRAL, vec![gain.into()]),
            Initializer::AutoInit { input_mean, input_variance, signal_variance, distribution } => {
                let distribution = distribution.name().into();
                (
                    &v::AUTOINIT,
                    vec![
                        input_mean.into(),
                        input_variance.into(),
                        signal_variance.into(),
                        distribution,
                    ],
                )
            }
            Initializer::Orthogonal { gain } => (&s::ORTHOGONAL, vec![gain.into()]),
            Initializer::DeltaOrthogonal { gain } => (&s::DELTA_ORTHOGONAL, vec![gain.into()]),
            Initializer::Identity { gain } => (&s::IDENTITY, vec![gain.into()]),
            Initializer::Sparse { connections, along, std } => {
                (&s::SPARSE, vec![connections.into(), along.name().into(), std.into()])
            }
            Initializer::LooksLinear { gain, base } => {
                (&s::LOOKS_LINEAR, vec![base.name().into(), gain.into()])
            }
            Initializer::ZeroHadamard { gain } => (&s::ZERO_HADAMARD, vec![gain.into()]),
            Initializer::TanhFixedPoint { noise } => (&s::TANH_FIXED_POINT, vec![noise.into()]),
            Initializer::Sinusoidal { gain } => (&s::SINUSOIDAL, vec![gain.into()]),
            Initializer::RandomizedAsymmetric => (&s::RANDOMIZED_ASYMMETRIC, vec![]),
            Initializer::Lsuv { tolerance, iterations } => {
                (&s::LSUV, vec![tolerance.into(), iterations.into()])
            }
            Initializer::Krahenbuhl { balance, tolerance, iterations } => {
                (&s::KRAHENBUHL, vec![balance.into(), tolerance.into(), iterations.into()])
            }
            Initializer::Custom(_) => (&d::CUSTOM, vec![]),
            Initializer::Framework(framework) => {
                let kind = match framework {
                    Framework::Burn => &f::BURN,
                    Framework::PyTorch => &f::PYTORCH,
                    Framework::Keras => &f::KERAS,
                    Framework::Flax => &f::FLAX,
                    Framework::Haiku => &f::HAIKU,
                    Framework::Candle => &f::CANDLE,
                    Framework::Tch => &f::TCH,
                };
                (kind, vec![])
            }
        }
    }
}
