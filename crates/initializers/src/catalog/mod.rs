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
mod parameter;

use parameter::{Arguments, listed};
pub use parameter::{Domain, Parameter, Value};

use crate::Initializer;

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
    build: fn(&Arguments<'_>) -> Result<Initializer, BuildError>,
}

/// A family of initializers: a section of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Every number the same.
    Constant,
    /// One distribution whatever the tensor's fans, and the tutorial's general rule.
    Distribution,
    /// A variance that follows from the fans, the activation or the place in the network.
    VarianceScaling,
    /// Matrices whose numbers depend on each other.
    Structured,
    /// Drawn, then adjusted by what a first batch of data does in the network.
    DataDependent,
    /// What a framework draws when nobody chooses.
    FrameworkDefault,
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
            let value = given.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let Some(value) = value.or(parameter.default.as_ref()) else {
                let message = format!("{} needs {}, {}", self.name, parameter.name, parameter.domain);
                return Err(BuildError::new(parameter.name, message));
            };
            let value = parameter.domain.admit(value).ok_or_else(|| {
                let message = format!("{} must be {}, but is {value}", parameter.name, parameter.domain);
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
            names => format!("{} has no parameter {name}; it takes {}", self.name, listed(names, "and")),
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
        use distributions as d;
        match *self {
            Initializer::Zeros => (&d::ZEROS, vec![]),
            Initializer::Ones => (&d::ONES, vec![]),
            Initializer::Constant { value } => (&d::CONSTANT, vec![value.into()]),
            Initializer::Uniform { min, max } => (&d::UNIFORM, vec![min.into(), max.into()]),
            Initializer::GeneralRule => (&d::GENERAL_RULE, vec![]),
            Initializer::Normal { mean, std } => (&d::NORMAL, vec![mean.into(), std.into()]),
            Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected } => (
                &d::TRUNCATED_NORMAL,
                vec![mean.into(), std.into(), lower.into(), upper.into(), bounds.name().into(), corrected.into()],
            ),
        }
    }
}
