//! One kind of initializer: its entry in the catalog, and building an initializer from parameters.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::parameter::{Arguments, Parameter, Value};
use crate::initializer::Initializer;
use crate::text::listed;

/// One kind of initializer: an entry of the catalog.
#[derive(Debug)]
#[non_exhaustive]
pub struct Kind {
    /// Its name.
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
    /// An example, as a configuration file writes it: `init = ...`.
    pub example: &'static str,
    pub(super) build: Build,
}

/// How a kind makes an initializer of values that its parameters' domains have admitted.
pub(super) type Build = fn(&Arguments<'_>) -> Result<Initializer, ParameterError>;

/// A family of initializers: a section of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Category {
    /// Every number the same.
    Constant,
    /// One distribution whatever the tensor, and the general rule.
    Distribution,
    /// A variance that follows from the fans, the activation or the position in the network.
    VarianceScaling,
    /// Matrices whose numbers depend on each other.
    Structured,
    /// Drawn, then completed by what a first batch of data does in the network.
    DataDependent,
    /// What a framework draws when no initializer is chosen.
    FrameworkDefault,
    /// Functions of one's own; the catalog lists none.
    Custom,
}

impl Category {
    /// Every category that the catalog has kinds of, in its order.
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
            Category::Custom => "Custom",
        }
    }
}

/// Why an initializer cannot have the parameters given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ParameterError {
    /// The parameter at fault: one of those given, or the one that is missing.
    pub parameter: String,
    /// What is wrong and what is expected.
    pub message: String,
}

impl ParameterError {
    pub(super) fn new(parameter: &str, message: impl Into<String>) -> Self {
        ParameterError { parameter: parameter.to_owned(), message: message.into() }
    }
}

impl Kind {
    /// An initializer of this kind from the parameters given; defaults fill the others.
    ///
    /// # Errors
    /// A missing or unknown parameter, one outside its domain, or two that contradict each other.
    pub fn build(&self, given: &[(&str, Value)]) -> Result<Initializer, ParameterError> {
        for (name, _) in given {
            if !self.parameters.iter().any(|parameter| parameter.name == *name) {
                return Err(ParameterError::new(name, self.unknown_parameter(name)));
            }
        }
        let mut values = Vec::with_capacity(self.parameters.len());
        for parameter in self.parameters {
            let value =
                given.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let Some(value) = value.or(parameter.default.as_ref()) else {
                let message =
                    format!("{} needs {}, {}", self.name, parameter.name, parameter.domain);
                return Err(ParameterError::new(parameter.name, message));
            };
            let value = parameter.domain.admit(value).ok_or_else(|| {
                let message =
                    format!("{} must be {}, but is {value}", parameter.name, parameter.domain);
                ParameterError::new(parameter.name, message)
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
