//! An axis of a sweep: its values in order, and how each is written.

use std::cmp::Ordering;
use std::collections::HashSet;

use record::Scale;
use serde_json::Value;

use crate::natural::natural_order;
use crate::number::shortest;
use crate::settings::written;

/// A setting that a sweep varies.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// The setting's dotted name: `init.std`.
    pub setting: String,
    /// How its values are spaced.
    pub scale: Scale,
    /// Its values: numbers from the smallest to the largest, words by the alphabet.
    pub values: Vec<Value>,
    /// How each value is written: numbers with as few digits as tell them apart, three at least.
    pub labels: Vec<String>,
    /// Settings that vary with it one to one, as zipped axes do; they are told by its values.
    pub along: Vec<String>,
}

impl SweepAxis {
    /// The axis of `setting` with these values, of which each may come several times.
    pub(crate) fn new(
        setting: String,
        scale: Scale,
        values: impl IntoIterator<Item = Value>,
    ) -> Self {
        let mut seen = HashSet::new();
        let mut values: Vec<Value> =
            values.into_iter().filter(|value| seen.insert(key(value))).collect();
        values.sort_by(order);
        let fits = |value: &Value| match scale {
            Scale::Linear => value.as_f64().is_some(),
            Scale::Log => value.as_f64().is_some_and(|number| number > 0.0),
            Scale::Listed => true,
        };
        let scale = if values.iter().all(fits) { scale } else { Scale::Listed };
        let labels = labels(&values);
        SweepAxis { setting, scale, values, labels, along: Vec::new() }
    }

    /// Where `value` is among the values.
    pub(crate) fn index(&self, value: &Value) -> Option<usize> {
        self.values.binary_search_by(|other| order(other, value)).ok()
    }

    /// Whether distances on the axis mean anything.
    pub(crate) fn is_numeric(&self) -> bool {
        self.scale != Scale::Listed
    }

    /// The value of this index on a numeric axis; on others the index itself.
    pub(crate) fn number(&self, index: usize) -> f64 {
        let number = self.values.get(index).and_then(Value::as_f64);
        number.filter(|_| self.is_numeric()).unwrap_or(index as f64)
    }

    /// The setting, with those that vary along.
    pub(crate) fn name(&self) -> String {
        match self.along.as_slice() {
            [] => self.setting.clone(),
            along => format!("{} (with {})", self.setting, along.join(", ")),
        }
    }
}

/// What makes two values the same: 1 and 1.0 are.
fn key(value: &Value) -> String {
    match value.as_f64() {
        Some(number) => (number + 0.0).to_string(),
        None => value.to_string(),
    }
}

/// Truth values, then numbers, words and lists, each in their own order.
fn order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    };
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => {
            let number = |value: &Value| value.as_f64().unwrap_or(0.0) + 0.0;
            number(a).total_cmp(&number(b))
        }
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => natural_order(a, b),
        (Value::Array(a), Value::Array(b)) => {
            let unequal = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
            unequal.unwrap_or(a.len().cmp(&b.len()))
        }
        _ => rank(a).cmp(&rank(b)).then_with(|| a.to_string().cmp(&b.to_string())),
    }
}

fn labels(values: &[Value]) -> Vec<String> {
    (3..18)
        .map(|digits| values.iter().map(|value| label(value, digits)).collect::<Vec<_>>())
        .find(|labels| labels.iter().collect::<HashSet<_>>().len() == labels.len())
        .unwrap_or_else(|| values.iter().map(written).collect())
}

/// A value with so many significant digits, where it is a number with more.
fn label(value: &Value, digits: usize) -> String {
    match value {
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or_else(String::new, |x| shortest(x, digits))
        }
        other => written(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn axis(scale: Scale, values: Value) -> SweepAxis {
        SweepAxis::new("a.b".into(), scale, values.as_array().unwrap().clone())
    }

    #[test]
    fn numbers_are_ordered_by_size_and_written_with_the_digits_that_tell_them_apart() {
        let log = axis(
            Scale::Log,
            json!([1, 0.021544346900318832, 1e-5, 0.1, 1.0, 0.00046415888336127773]),
        );
        assert_eq!(log.labels, ["1e-5", "0.000464", "0.0215", "0.1", "1"]);
        assert_eq!(axis(Scale::Linear, json!([0.30001, 0.30002])).labels, ["0.30001", "0.30002"]);
        assert_eq!(axis(Scale::Linear, json!([12345678, 64])).labels, ["64", "12345678"]);
    }

    #[test]
    fn lists_are_ordered_by_their_numbers_and_words_by_the_alphabet() {
        let lists = axis(Scale::Listed, json!([[256, 128], [64], [64, 32]]));
        assert_eq!(lists.labels, ["[64]", "[64,32]", "[256,128]"]);
        assert_eq!(
            axis(Scale::Listed, json!(["relu", "gelu", true, false])).labels,
            ["false", "true", "gelu", "relu"]
        );
    }

    #[test]
    fn an_axis_that_cannot_be_spaced_as_it_says_is_a_list() {
        assert_eq!(axis(Scale::Log, json!([0.0, 1.0])).scale, Scale::Listed);
        assert_eq!(axis(Scale::Linear, json!([1, "rule"])).scale, Scale::Listed);
    }

    proptest! {
        #[test]
        fn every_value_is_found_again_and_no_two_are_written_alike(
            numbers in prop::collection::vec(prop_oneof![any::<f64>(), -3.0..3.0], 1..40),
        ) {
            let finite = numbers.iter().filter_map(|x| serde_json::Number::from_f64(*x));
            let values: Vec<Value> = finite.map(Value::Number).collect();
            let axis = SweepAxis::new("a".into(), Scale::Linear, values.clone());
            prop_assert!(values.iter().all(|value| axis.index(value).is_some()));
            let labels: HashSet<_> = axis.labels.iter().collect();
            prop_assert_eq!(labels.len(), axis.values.len());
        }
    }
}
