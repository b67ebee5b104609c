//! What values a setting takes: reading one, writing it, and saying it to people and to editors.

use std::ops::{Bound, RangeInclusive};

use serde_json::{Value as Json, json};

use crate::settings::group::{Group, NumberForm};
use crate::string_enum::StringEnum;
use crate::syntax::{
    Diagnostic, Diagnostics, MAX_INTEGER, Spanned, Value, expected_whole, list, mistyped, real,
    toml_strings, whole, word,
};

/// The values of type `T` that a setting takes.
pub(crate) trait Domain<T> {
    /// Reads a value of the setting called `name`, or reports what is wrong with it.
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<T>;

    /// The value in TOML; `None` of one that is not given.
    fn write(&self, value: &T) -> Option<toml::Value>;

    /// What it takes, in the words of the documentation.
    fn takes(&self) -> String;

    /// What it takes, as a JSON schema.
    fn schema(&self) -> Json;

    /// What of it is a number: itself (`""`), or keys of a table in its place.
    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        &[]
    }

    /// The table that may stand in its place, if its keys are settings of their own.
    fn table(&self) -> Option<fn() -> Group> {
        None
    }
}

/// True or false.
pub(crate) struct Flag;

impl Domain<bool> for Flag {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<bool> {
        match value.value {
            Value::Bool(flag) => Some(flag),
            _ => mistyped(value, name, "true or false", diagnostics),
        }
    }

    fn write(&self, value: &bool) -> Option<toml::Value> {
        Some((*value).into())
    }

    fn takes(&self) -> String {
        "true or false".into()
    }

    fn schema(&self) -> Json {
        json!({ "type": "boolean" })
    }
}

/// A whole number of a range.
pub(crate) struct Whole(pub(crate) RangeInclusive<u64>);

impl Whole {
    /// At least 1.
    pub(crate) const COUNT: Whole = Whole(1..=MAX_INTEGER);
}

impl Domain<u64> for Whole {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<u64> {
        whole(value, name, self.0.clone(), diagnostics)
    }

    fn write(&self, value: &u64) -> Option<toml::Value> {
        i64::try_from(*value).ok().map(toml::Value::from)
    }

    fn takes(&self) -> String {
        expected_whole(&self.0)
    }

    fn schema(&self) -> Json {
        let mut schema = json!({ "type": "integer", "minimum": self.0.start() });
        if *self.0.end() < MAX_INTEGER {
            schema["maximum"] = json!(self.0.end());
        }
        schema
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        &[("", NumberForm::Whole)]
    }
}

impl Domain<usize> for Whole {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<usize> {
        let number: u64 = self.read(value, name, diagnostics)?;
        usize::try_from(number).ok()
    }

    fn write(&self, value: &usize) -> Option<toml::Value> {
        self.write(&(*value as u64))
    }

    fn takes(&self) -> String {
        Domain::<u64>::takes(self)
    }

    fn schema(&self) -> Json {
        Domain::<u64>::schema(self)
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        Domain::<u64>::numbers(self)
    }
}

/// A finite real number between two bounds.
pub(crate) struct Real(pub(crate) Bound<f64>, pub(crate) Bound<f64>);

impl Real {
    /// Above 0.
    pub(crate) const POSITIVE: Real = Real(Bound::Excluded(0.0), Bound::Unbounded);
    /// 0 or above.
    pub(crate) const NON_NEGATIVE: Real = Real(Bound::Included(0.0), Bound::Unbounded);
    /// From 0 to 1.
    pub(crate) const FRACTION: Real = Real(Bound::Included(0.0), Bound::Included(1.0));
    /// From 0 to below 1: how much of a running mean stays at each step.
    pub(crate) const DECAY: Real = Real(Bound::Included(0.0), Bound::Excluded(1.0));
    /// Above 0, up to 1.
    pub(crate) const FACTOR: Real = Real(Bound::Excluded(0.0), Bound::Included(1.0));

    fn contains(&self, number: f64) -> bool {
        let above = match self.0 {
            Bound::Included(least) => number >= least,
            Bound::Excluded(least) => number > least,
            Bound::Unbounded => true,
        };
        let below = match self.1 {
            Bound::Included(most) => number <= most,
            Bound::Excluded(most) => number < most,
            Bound::Unbounded => true,
        };
        above && below
    }
}

impl Domain<f64> for Real {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<f64> {
        let accepts = |number| self.contains(number);
        real(value, name, &Domain::<f64>::takes(self), accepts, diagnostics)
    }

    fn write(&self, value: &f64) -> Option<toml::Value> {
        Some((*value).into())
    }

    fn takes(&self) -> String {
        let above = match self.0 {
            Bound::Included(least) => format!(">= {least}"),
            Bound::Excluded(least) => format!("> {least}"),
            Bound::Unbounded => String::new(),
        };
        let below = match self.1 {
            Bound::Included(most) => format!("<= {most}"),
            Bound::Excluded(most) => format!("< {most}"),
            Bound::Unbounded => String::new(),
        };
        match (self.0, self.1) {
            (Bound::Unbounded, Bound::Unbounded) => "a number".into(),
            (Bound::Included(least), Bound::Included(most)) => {
                format!("a number from {least} to {most}")
            }
            (Bound::Unbounded, _) => format!("a number {below}"),
            (_, Bound::Unbounded) => format!("a number {above}"),
            _ => format!("a number {above} and {below}"),
        }
    }

    fn schema(&self) -> Json {
        let mut schema = json!({ "type": "number" });
        match self.0 {
            Bound::Included(least) => schema["minimum"] = least.into(),
            Bound::Excluded(least) => schema["exclusiveMinimum"] = least.into(),
            Bound::Unbounded => {}
        }
        match self.1 {
            Bound::Included(most) => schema["maximum"] = most.into(),
            Bound::Excluded(most) => schema["exclusiveMaximum"] = most.into(),
            Bound::Unbounded => {}
        }
        schema
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        &[("", NumberForm::Real)]
    }
}

/// A number that 32 bits, in which networks compute, hold as one of the domain too: 1e-60 would be
/// 0.
pub(crate) struct In32Bits(pub(crate) Real);

impl Domain<f64> for In32Bits {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<f64> {
        let number = self.0.read(value, name, diagnostics)?;
        let narrow = f64::from(number as f32);
        if narrow.is_finite() && self.0.contains(narrow) {
            return Some(number);
        }
        let what = if narrow == 0.0 { "0" } else { "infinite" };
        let message = format!("`{name}` is {}, which is {what} in 32 bits", value.described());
        diagnostics.report(Diagnostic::at(&value.span, message));
        None
    }

    fn write(&self, value: &f64) -> Option<toml::Value> {
        self.0.write(value)
    }

    fn takes(&self) -> String {
        Domain::<f64>::takes(&self.0)
    }

    fn schema(&self) -> Json {
        self.0.schema()
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        self.0.numbers()
    }
}

/// Two numbers of one domain, as a list.
pub(crate) struct Pair(pub(crate) Real);

impl Domain<[f64; 2]> for Pair {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<[f64; 2]> {
        let takes = self.takes();
        let of = takes.trim_start_matches("a list of ");
        let values = list(value, name, of, diagnostics)?;
        if values.len() != 2 {
            let message = format!("`{name}` must be {takes}, but has {}", values.len());
            diagnostics.report(Diagnostic::at(&value.span, message));
            return None;
        }
        let mut numbers = values.iter().map(|value| self.0.read(value, name, diagnostics));
        let (first, second) = (numbers.next()?, numbers.next()?);
        Some([first?, second?])
    }

    fn write(&self, value: &[f64; 2]) -> Option<toml::Value> {
        Some(value.to_vec().into())
    }

    fn takes(&self) -> String {
        let number = Domain::<f64>::takes(&self.0);
        number.replacen("a number", "a list of two numbers", 1)
    }

    fn schema(&self) -> Json {
        let items = self.0.schema();
        json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": items })
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        self.0.numbers()
    }
}

/// One of the words of an enumeration.
pub(crate) struct Words;

impl<W: StringEnum> Domain<W> for Words {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<W> {
        let words: Vec<&'static str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        let word = word(value, name, &words, diagnostics)?;
        W::WORDS.iter().find(|(other, _)| *other == word).map(|(_, value)| *value)
    }

    fn write(&self, value: &W) -> Option<toml::Value> {
        Some(value.word().into())
    }

    fn takes(&self) -> String {
        let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        toml_strings(&words)
    }

    fn schema(&self) -> Json {
        let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        json!({ "enum": words })
    }
}

/// A value of the inner domain, or none.
pub(crate) struct Maybe<D>(pub(crate) D);

impl<T, D: Domain<T>> Domain<Option<T>> for Maybe<D> {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Option<T>> {
        self.0.read(value, name, diagnostics).map(Some)
    }

    fn write(&self, value: &Option<T>) -> Option<toml::Value> {
        value.as_ref().and_then(|value| self.0.write(value))
    }

    fn takes(&self) -> String {
        self.0.takes()
    }

    fn schema(&self) -> Json {
        self.0.schema()
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        self.0.numbers()
    }
}
