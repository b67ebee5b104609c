//! The one table of initializers: names, parameters, formulas, sources. Parsing, messages, `train inits`, the docs page
//! and the editor's schema all read it.
//!
//! ```
//! use initializers::Initializer;
//! use initializers::catalog::{self, Value};
//!
//! let kind = catalog::find("truncated_normal").ok_or("in the table")?;
//! let init = kind.build(&[("std", Value::Real(0.1))])?;
//! assert_eq!(init, Initializer::truncated_normal(0.1));
//! assert_eq!(kind.build(&init.parameters())?, init);
//!
//! let error = kind.build(&[("std", Value::Real(-0.1))]).unwrap_err();
//! assert_eq!(error.parameter, "std");
//! assert_eq!(error.to_string(), "std must be a number >= 0, but is -0.1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod distributions;
mod frameworks;
mod markdown;
mod parameter;
mod scaling;
mod structured;

pub use markdown::markdown;

use parameter::{Arguments, listed};
pub use parameter::{Domain, Parameter, Value};

use crate::{Framework, Initializer};

/// One kind of initializer: a row of the table.
#[derive(Debug)]
pub struct Kind {
    /// Its name in TOML.
    pub name: &'static str,
    /// Other names that it answers to.
    pub aliases: &'static [&'static str],
    /// The family that it belongs to.
    pub category: Category,
    /// What it is, in a sentence or a few.
    pub summary: &'static str,
    /// What it draws, in one line.
    pub formula: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// The paper or library whose semantics it follows.
    pub source: &'static str,
    /// A line of TOML that uses it.
    pub example: &'static str,
    build: Build,
}

/// How a row makes an initializer of values that its parameters' domains have admitted.
type Build = fn(&Arguments<'_>) -> Result<Initializer, BuildError>;

/// A family of initializers: a section of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Every number the same.
    Constant,
    /// One distribution whatever the tensor, and the tutorial's general rule.
    Distribution,
    /// A variance that follows from the fans, the activation or the place in the network.
    VarianceScaling,
    /// Matrices whose numbers depend on each other.
    Structured,
    /// Drawn, then completed by what a first batch of data does in the network.
    DataDependent,
    /// What a framework draws when nobody chooses.
    FrameworkDefault,
}

impl Category {
    /// Every category, in the table's order.
    pub const ALL: [Category; 6] = [
        Category::Constant,
        Category::Distribution,
        Category::VarianceScaling,
        Category::Structured,
        Category::DataDependent,
        Category::FrameworkDefault,
    ];

    /// The heading of its section.
    pub const fn title(self) -> &'static str {
        match self {
            Category::Constant => "Constants",
            Category::Distribution => "Distributions",
            Category::VarianceScaling => "Variance scaling",
            Category::Structured => "Structured matrices",
            Category::DataDependent => "Data-dependent",
            Category::FrameworkDefault => "Framework defaults",
        }
    }
}

/// Why a kind cannot be built from the values given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct BuildError {
    /// The parameter at fault: one of those given, or the one that is missing.
    pub parameter: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl BuildError {
    fn new(parameter: &str, message: impl Into<String>) -> Self {
        BuildError { parameter: parameter.to_owned(), message: message.into() }
    }
}

/// The table.
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

impl Kind {
    /// An initializer of this kind from the parameters given; defaults fill the others.
    ///
    /// # Errors
    /// A missing or unknown parameter, one outside its domain, or two that contradict each other.
    pub fn build(&self, given: &[(&str, Value)]) -> Result<Initializer, BuildError> {
        for (name, _) in given {
            if !self.parameters.iter().any(|parameter| parameter.name == *name) {
                return Err(BuildError::new(name, self.unknown_parameter(name)));
            }
        }
        let mut values = Vec::with_capacity(self.parameters.len());
        for parameter in self.parameters {
            let value =
                given.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let Some(value) = value.or(parameter.default.as_ref()) else {
                let message =
                    format!("{} needs {}, {}", self.name, parameter.name, parameter.domain);
                return Err(BuildError::new(parameter.name, message));
            };
            let value = parameter.domain.admit(value).ok_or_else(|| {
                let message =
                    format!("{} must be {}, but is {value}", parameter.name, parameter.domain);
                BuildError::new(parameter.name, message)
            })?;
            values.push((parameter.name, value));
        }
        (self.build)(&Arguments(&values))
    }

    /// Whether a name alone says everything: no parameter must be given.
    pub fn has_defaults(&self) -> bool {
        self.parameters.iter().all(|parameter| parameter.default.is_some())
    }

    fn unknown_parameter(&self, name: &str) -> String {
        let names: Vec<_> = self.parameters.iter().map(|parameter| parameter.name).collect();
        match names.as_slice() {
            [] => format!("{} takes no parameters, but {name} is given", self.name),
            names => {
                format!("{} has no parameter {name}; it takes {}", self.name, listed(names, "and"))
            }
        }
    }
}

impl Initializer {
    /// The row of the table that this initializer belongs to.
    pub fn kind(&self) -> &'static Kind {
        self.describe().0
    }

    /// Its parameters as a file would give them, defaults included: `kind().build(&parameters())` is the same value.
    pub fn parameters(&self) -> Vec<(&'static str, Value)> {
        let (kind, values) = self.describe();
        kind.parameters.iter().map(|parameter| parameter.name).zip(values).collect()
    }

    /// The row of the table, and the values of its parameters in the row's order.
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
