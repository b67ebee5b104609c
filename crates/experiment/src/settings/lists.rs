//! Domains of lists, and of a count that may be "all".

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Real, Whole};
use crate::settings::group::NumberForm;
use crate::syntax::{Diagnostic, Diagnostics, Spanned, Value, list};

/// A count of images, or "all".
pub(crate) struct CountOrAll;

const ALL: &str = "all";

impl Domain<usize> for CountOrAll {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<usize> {
        match &value.value {
            Value::Text(text) if text == ALL => Some(usize::MAX),
            _ => Whole::COUNT.read(value, name, diagnostics),
        }
    }

    fn write(&self, value: &usize) -> Option<toml::Value> {
        match *value {
            usize::MAX => Some(ALL.into()),
            count => Whole::COUNT.write(&count),
        }
    }

    fn takes(&self) -> String {
        format!("{}, or `\"{ALL}\"`", Domain::<usize>::takes(&Whole::COUNT))
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [Domain::<usize>::schema(&Whole::COUNT), { "enum": [ALL] }] })
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        &[("", NumberForm::Whole)]
    }
}

/// A list of numbers from 1, each larger than the one before.
pub(crate) struct Indices;

impl Domain<Vec<usize>> for Indices {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<usize>> {
        let values = list(value, name, "whole numbers of at least 1", diagnostics)?;
        let read =
            |value: &Spanned| -> Option<usize> { Whole::COUNT.read(value, name, diagnostics) };
        let numbers: Vec<usize> = values.iter().filter_map(read).collect();
        if !numbers.is_sorted_by(|a, b| a < b) {
            let message = format!("`{name}` must be in ascending order, each number once");
            diagnostics.report(Diagnostic::at(&value.span, message));
        }
        Some(numbers)
    }

    fn write(&self, value: &Vec<usize>) -> Option<toml::Value> {
        Some(value.iter().map(|&number| number as i64).collect::<Vec<_>>().into())
    }

    fn takes(&self) -> String {
        "a list of whole numbers of at least 1, in ascending order".into()
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "items": Domain::<usize>::schema(&Whole::COUNT) })
    }
}

/// A list of numbers of one domain.
pub(crate) struct ListOf(pub(crate) Real);

impl Domain<Vec<f64>> for ListOf {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<f64>> {
        let takes = Domain::<f64>::takes(&self.0);
        let values = list(value, name, &format!("numbers, each {takes}"), diagnostics)?;
        Some(values.iter().filter_map(|value| self.0.read(value, name, diagnostics)).collect())
    }

    fn write(&self, value: &Vec<f64>) -> Option<toml::Value> {
        Some(value.clone().into())
    }

    fn takes(&self) -> String {
        format!("a list, each {}", Domain::<f64>::takes(&self.0))
    }

    fn schema(&self) -> Json {
        json!({ "type": "array", "items": Domain::<f64>::schema(&self.0) })
    }
}

/// A list of counts.
pub(crate) struct Counts;

impl Domain<Vec<usize>> for Counts {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<usize>> {
        let values = list(value, name, "whole numbers of at least 1", diagnostics)?;
        let read = |value: &Spanned| Whole::COUNT.read(value, name, diagnostics);
        Some(values.iter().filter_map(read).collect())
    }

    fn write(&self, value: &Vec<usize>) -> Option<toml::Value> {
        Indices.write(value)
    }

    fn takes(&self) -> String {
        "a list of whole numbers of at least 1".into()
    }

    fn schema(&self) -> Json {
        Indices.schema()
    }
}

/// A list of at least two different classes; an empty one stands for all.
pub(crate) struct Classes;

impl Domain<Vec<usize>> for Classes {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<usize>> {
        let values = list(value, name, "classes", diagnostics)?;
        let read = |value: &Spanned| -> Option<usize> {
            Whole(0..=LARGEST_CLASS).read(value, name, diagnostics)
        };
        let classes: Vec<usize> = values.iter().filter_map(read).collect();
        let twice = (1..classes.len()).find(|&index| classes[..index].contains(&classes[index]));
        let message = match (twice, values.len()) {
            (Some(index), _) => format!("`{name}` has the class {} twice", classes[index]),
            (None, 1) => format!("`{name}` must have two classes or more, to be told apart"),
            _ => return Some(classes),
        };
        diagnostics.report(Diagnostic::at(&value.span, message));
        None
    }

    fn write(&self, value: &Vec<usize>) -> Option<toml::Value> {
        Indices.write(value)
    }

    fn takes(&self) -> String {
        "a list of at least two different whole numbers".into()
    }

    fn schema(&self) -> Json {
        let class = Domain::<u64>::schema(&Whole(0..=LARGEST_CLASS));
        json!({ "type": "array", "items": class, "uniqueItems": true })
    }
}

/// A set has at most 1,000 classes.
const LARGEST_CLASS: u64 = 999;
