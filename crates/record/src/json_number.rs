//! Numbers in JSON, which has no infinity and no NaN: these are the strings that the CSV files use.

use serde::{Deserialize, Deserializer, Serializer, de::Error};
use serde_json::Value;

/// A number as the JSON of a record has it: `inf`, `-inf` and `NaN` are strings.
pub fn json_number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or_else(|| value.to_string().into(), Value::Number)
}

/// For `#[serde(with)]`.
pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        serializer.serialize_f64(*value)
    } else {
        serializer.serialize_str(&value.to_string())
    }
}

/// For `#[serde(with)]`. Some records of version 0.1 have null for a number that is not finite.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64().ok_or_else(|| D::Error::custom("not a number")),
        Value::String(text) => text.parse().map_err(D::Error::custom),
        Value::Null => Ok(f64::NAN),
        other => Err(D::Error::custom(format!("expected a number, found {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    #[derive(Serialize, serde::Deserialize)]
    struct One(#[serde(with = "super")] f64);

    #[test]
    fn every_number_reads_back_as_it_was_written() {
        for value in [0.1, -0.0, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let text = serde_json::to_string(&One(value)).unwrap();
            assert_eq!(text, json_number(value).to_string());
            let One(back) = serde_json::from_str(&text).unwrap();
            assert!(back == value || back.is_nan() && value.is_nan(), "{text}");
        }
        assert!(serde_json::from_str::<One>("null").unwrap().0.is_nan());
        assert!(serde_json::from_str::<One>("true").is_err());
    }
}
