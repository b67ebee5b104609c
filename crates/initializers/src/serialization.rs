//! Initializers, activations and gains with `serde`.
//!
//! An initializer is a table of its kind and every parameter, `{ "kind": "normal", "mean": 0.0,
//! "std": 0.1 }`, or the kind's name alone where all parameters have defaults. An activation and a
//! gain are what their text says; a gain may be a number.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::activation::Activation;
use crate::catalog::{self, Value};
use crate::gain::Gain;
use crate::initializer::Initializer;

impl Serialize for Initializer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Initializer::Custom(custom) = self {
            let message = "is a function, which cannot be serialized";
            return Err(S::Error::custom(alloc::format!("{} {message}", custom.name())));
        }
        let parameters = self.parameters();
        let mut map = serializer.serialize_map(Some(1 + parameters.len()))?;
        map.serialize_entry("kind", self.name())?;
        for (name, value) in parameters {
            match value {
                Value::Real(value) => map.serialize_entry(name, &value)?,
                Value::Integer(value) => map.serialize_entry(name, &value)?,
                Value::Bool(value) => map.serialize_entry(name, &value)?,
                Value::Text(value) => map.serialize_entry(name, &*value)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Initializer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InitializerVisitor)
    }
}

struct InitializerVisitor;

impl<'de> Visitor<'de> for InitializerVisitor {
    type Value = Initializer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an initializer, or a table of its kind and parameters")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Initializer, E> {
        build(name, &[]).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Initializer, A::Error> {
        let mut kind: Option<String> = None;
        let mut parameters: Vec<(String, Value)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "kind" {
                kind = Some(map.next_value()?);
            } else {
                parameters.push((name, map.next_value()?));
            }
        }
        let kind = kind.ok_or_else(|| A::Error::missing_field("kind"))?;
        build(&kind, &parameters).map_err(A::Error::custom)
    }
}

fn build(kind: &str, parameters: &[(String, Value)]) -> Result<Initializer, String> {
    let Some(kind) = catalog::find(kind) else {
        return Err(alloc::format!("there is no initializer {kind:?}"));
    };
    let given: Vec<_> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    kind.build(&given).map_err(|error| error.to_string())
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text, true or false")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Real(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value).map(Value::Integer).map_err(E::custom)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(String::from(value).into()))
    }
}

impl Serialize for Activation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Activation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Gain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Gain::Number(gain) => serializer.serialize_f64(*gain),
            gain => serializer.collect_str(gain),
        }
    }
}

impl<'de> Deserialize<'de> for Gain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Real(gain) => Ok(Gain::Number(gain)),
            Value::Integer(gain) => Ok(Gain::Number(gain as f64)),
            Value::Text(text) => text.parse().map_err(D::Error::custom),
            Value::Bool(_) => Err(D::Error::custom("a gain is a number or a text")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constructors::{he_normal, normal};

    #[test]
    fn an_initializer_is_what_it_was() {
        for kind in catalog::KINDS {
            let required = kind.parameters.iter().filter(|parameter| parameter.default.is_none());
            let given: Vec<_> =
                required.map(|parameter| (parameter.name, Value::Real(0.1))).collect();
            let init = kind.build(&given).unwrap();
            let text = serde_json::to_string(&init).unwrap();
            assert_eq!(serde_json::from_str::<Initializer>(&text).unwrap(), init, "{text}");
        }
        assert_eq!(serde_json::from_str::<Initializer>("\"he_normal\"").unwrap(), he_normal());
        let table = r#"{ "std": 1, "kind": "normal" }"#;
        assert_eq!(serde_json::from_str::<Initializer>(table).unwrap(), normal(0.0, 1.0).unwrap());
        for wrong in
            ["\"he\"", "\"normal\"", r#"{ "std": 1 }"#, r#"{ "kind": "normal", "std": -1 }"#]
        {
            assert!(serde_json::from_str::<Initializer>(wrong).is_err(), "{wrong}");
        }
        assert!(serde_json::to_string(&Initializer::custom("mine", |_, _, _| ())).is_err());
    }

    #[test]
    fn activations_and_gains_are_their_text() {
        let leaky: Activation = serde_json::from_str("\"leaky_relu(0.2)\"").unwrap();
        assert_eq!(serde_json::to_string(&leaky).unwrap(), "\"leaky_relu(0.2)\"");
        for gain in [Gain::Number(0.5), Gain::Of(leaky), Gain::Auto] {
            let text = serde_json::to_string(&gain).unwrap();
            assert_eq!(serde_json::from_str::<Gain>(&text).unwrap(), gain);
        }
    }
}
