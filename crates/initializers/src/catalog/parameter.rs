//! Parameters of the catalog's kinds: their values, the domains that admit them, and reading them
//! when a kind is built.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::gain::Gain;
use crate::string_enum::StringEnum;
use crate::text::listed;

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A real number.
    Real(f64),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Bool(bool),
    /// A name out of a list, an activation, or `auto`.
    Text(Cow<'static, str>),
}

impl Value {
    /// A text of the catalog's own.
    pub(super) const fn text(text: &'static str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Real(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<Gain> for Value {
    fn from(gain: Gain) -> Self {
        match gain {
            Gain::Number(gain) => gain.into(),
            Gain::Of(_) | Gain::Auto => gain.to_string().into(),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<&'static str> for Value {
    fn from(value: &'static str) -> Self {
        Value::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(value.into())
    }
}

/// A text in quotes, a real number with its point.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // `{:?}` keeps the point of 1.0, so that a number stays a float when it is read again.
            Value::Real(value) if value.is_finite() => write!(f, "{value:?}"),
            Value::Real(value) => write!(f, "{}", value.to_string().to_lowercase()),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Text(value) => write!(f, "{value:?}"),
        }
    }
}

/// Up to it every whole number is an `f64`.
const LARGEST_COUNT: f64 = (1u64 << 53) as f64;

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// Any finite real number.
    Real,
    /// A real number, `inf` and `-inf` among them.
    Extended,
    /// A finite real number >= 0.
    NonNegative,
    /// A finite real number > 0.
    Positive,
    /// A whole number >= 1.
    Count,
    /// True or false.
    Bool,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// A number > 0, an activation as text, or `auto`: a [`Gain`].
    Gain,
}

impl Domain {
    /// The value as the domain holds it, if it admits it: a whole number where a real one is
    /// expected becomes real, and the other way round.
    pub fn admit(self, value: &Value) -> Option<Value> {
        let real = |test: fn(f64) -> bool| match *value {
            Value::Real(x) if x.is_finite() && test(x) => Some(Value::Real(x)),
            Value::Integer(n) if test(n as f64) => Some(Value::Real(n as f64)),
            _ => None,
        };
        match self {
            Domain::Real => real(|_| true),
            Domain::Extended => match *value {
                Value::Real(x) if x.is_infinite() => Some(Value::Real(x)),
                _ => real(|_| true),
            },
            Domain::NonNegative => real(|x| x >= 0.0),
            Domain::Positive => real(|x| x > 0.0),
            Domain::Count => match *value {
                Value::Integer(n @ 1..) => Some(Value::Integer(n)),
                // A count may be written as 4.0, as JSON's integers may.
                Value::Real(x) if (1.0..=LARGEST_COUNT).contains(&x) && x == libm::trunc(x) => {
                    Some(Value::Integer(x as i64))
                }
                _ => None,
            },
            Domain::Bool => matches!(value, Value::Bool(_)).then(|| value.clone()),
            Domain::Choice(names) => {
                matches!(value, Value::Text(name) if names.contains(&name.as_ref()))
                    .then(|| value.clone())
            }
            Domain::Gain => match value {
                Value::Text(text) => text.parse::<Gain>().ok().map(Value::from),
                _ => Domain::Positive.admit(value),
            },
        }
    }
}

/// As a sentence goes on: "std must be ...".
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Real => f.write_str("a number"),
            Domain::Extended => f.write_str("a number, inf or -inf"),
            Domain::NonNegative => f.write_str("a number >= 0"),
            Domain::Positive => f.write_str("a number > 0"),
            Domain::Count => f.write_str("a whole number >= 1"),
            Domain::Bool => f.write_str("true or false"),
            Domain::Choice(names) => {
                let quoted: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
                f.write_str(&listed(&quoted, "or"))
            }
            Domain::Gain => f.write_str("a number > 0, an activation or \"auto\""),
        }
    }
}

/// One parameter of a kind of initializer.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub domain: Domain,
    /// The value where none is given; `None` where one must be given.
    pub default: Option<Value>,
    /// What it means.
    pub meaning: &'static str,
}

impl Parameter {
    /// A parameter that must be given.
    pub(super) const fn required(
        name: &'static str,
        domain: Domain,
        meaning: &'static str,
    ) -> Self {
        Parameter { name, domain, default: None, meaning }
    }

    /// A number with a default.
    pub(super) const fn real(
        name: &'static str,
        domain: Domain,
        default: f64,
        meaning: &'static str,
    ) -> Self {
        Parameter { name, domain, default: Some(Value::Real(default)), meaning }
    }

    /// A flag that is false unless given.
    pub(super) const fn flag(name: &'static str, meaning: &'static str) -> Self {
        Parameter { name, domain: Domain::Bool, default: Some(Value::Bool(false)), meaning }
    }

    /// A whole number >= 1 with a default.
    pub(super) const fn count(name: &'static str, default: i64, meaning: &'static str) -> Self {
        Parameter { name, domain: Domain::Count, default: Some(Value::Integer(default)), meaning }
    }

    /// A name out of a list whose first is the default.
    pub(super) const fn choice<C: StringEnum>(name: &'static str, meaning: &'static str) -> Self {
        Parameter {
            name,
            domain: Domain::Choice(C::NAMES),
            default: Some(Value::text(C::NAMES[0])),
            meaning,
        }
    }

    /// A gain, 1 unless given.
    pub(super) const fn gain() -> Self {
        Parameter::gain_or(Value::Real(1.0))
    }

    /// A gain with another default.
    pub(super) const fn gain_or(default: Value) -> Self {
        let meaning = "factor on the numbers: a number, an activation's gain, or that of the \
                       activation that follows the layer (\"auto\")";
        Parameter { name: "gain", domain: Domain::Gain, default: Some(default), meaning }
    }
}

/// The values of a kind's parameters, each admitted by its domain.
///
/// A kind reads only parameters that it declares, by their type; anything else is an error in the
/// catalog, which the test that builds every kind would meet.
pub(super) struct Arguments<'a>(pub(super) &'a [(&'static str, Value)]);

impl Arguments<'_> {
    fn value(&self, name: &str) -> &Value {
        match self.0.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => value,
            None => unreachable!("the catalog declares {name}"),
        }
    }

    pub(super) fn real(&self, name: &str) -> f64 {
        match *self.value(name) {
            Value::Real(value) => value,
            _ => unreachable!("the catalog declares {name} a number"),
        }
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match *self.value(name) {
            Value::Bool(value) => value,
            _ => unreachable!("the catalog declares {name} true or false"),
        }
    }

    pub(super) fn count(&self, name: &str) -> usize {
        match *self.value(name) {
            Value::Integer(value) => usize::try_from(value).unwrap_or(usize::MAX),
            _ => unreachable!("the catalog declares {name} a whole number"),
        }
    }

    pub(super) fn choice<C: StringEnum>(&self, name: &str) -> C {
        match self.value(name) {
            Value::Text(text) => C::from_name(text)
                .unwrap_or_else(|| unreachable!("the catalog admits the names of {name}")),
            _ => unreachable!("the catalog declares {name} a choice"),
        }
    }

    pub(super) fn gain(&self) -> Gain {
        match self.value("gain") {
            Value::Real(gain) => Gain::Number(*gain),
            Value::Text(text) => {
                text.parse().unwrap_or_else(|_| unreachable!("the catalog admits gains"))
            }
            _ => unreachable!("the catalog declares gain a gain"),
        }
    }
}
