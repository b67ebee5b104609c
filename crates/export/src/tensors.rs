//! Weights by name, and which of them are exported.

use std::fmt;
use std::str::FromStr;

use safetensors::{Dtype, SafeTensors};

/// When weights were as they are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Before the first step.
    Initial,
    /// After the last.
    Final,
}

impl Moment {
    /// How it is spelled, in options and in names of files.
    pub fn name(self) -> &'static str {
        match self {
            Moment::Initial => "initial",
            Moment::Final => "final",
        }
    }
}

/// Which weights are exported: `initial`, `final`, `initial,final` or `none`.
///
/// ```
/// use export::{Moment, WeightsChoice};
///
/// let choice: WeightsChoice = "final,initial".parse()?;
/// assert_eq!(choice.moments(), [Moment::Initial, Moment::Final]);
/// assert!("none".parse::<WeightsChoice>()?.moments().is_empty());
/// # Ok::<(), export::UnknownWeights>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightsChoice(Vec<Moment>);

/// A word that names no weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown weights `{0}`: it is `initial`, `final`, `initial,final` or `none`")]
pub struct UnknownWeights(String);

impl WeightsChoice {
    /// The moments, from the first on.
    pub fn moments(&self) -> &[Moment] {
        &self.0
    }
}

impl FromStr for WeightsChoice {
    type Err = UnknownWeights;

    fn from_str(text: &str) -> Result<Self, UnknownWeights> {
        if text == "none" {
            return Ok(WeightsChoice(Vec::new()));
        }
        let moment = |word: &str| match word.trim() {
            "initial" => Ok(Moment::Initial),
            "final" => Ok(Moment::Final),
            _ => Err(UnknownWeights(text.to_owned())),
        };
        let mut moments = text.split(',').map(moment).collect::<Result<Vec<_>, _>>()?;
        moments.sort();
        moments.dedup();
        Ok(WeightsChoice(moments))
    }
}

/// One parameter of a network.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tensor {
    /// Which it is.
    pub(crate) name: ParameterName,
    /// Its sides: `[fan_in, fan_out]` of a weight, one of all others.
    pub(crate) shape: Vec<usize>,
    /// Its numbers, row by row.
    pub(crate) values: Vec<f32>,
}

/// A parameter by its place in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ParameterName {
    /// The weight of a layer, counted from 0.
    Weight(usize),
    /// The bias of a layer.
    Bias(usize),
    /// The slope of the PReLU after a layer.
    Slope(usize),
}

impl ParameterName {
    /// Reads a name of `model.safetensors`.
    fn parse(name: &str) -> Option<Self> {
        match name.split('.').collect::<Vec<_>>()[..] {
            ["layers", index, "weight"] => index.parse().ok().map(ParameterName::Weight),
            ["layers", index, "bias"] => index.parse().ok().map(ParameterName::Bias),
            ["slopes", index] => index.parse().ok().map(ParameterName::Slope),
            _ => None,
        }
    }

    /// The layer that it belongs to, from 0.
    pub(crate) fn layer(self) -> usize {
        let (Self::Weight(layer) | Self::Bias(layer) | Self::Slope(layer)) = self;
        layer
    }
}

/// The name in `model.safetensors`.
impl fmt::Display for ParameterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterName::Weight(layer) => write!(f, "layers.{layer}.weight"),
            ParameterName::Bias(layer) => write!(f, "layers.{layer}.bias"),
            ParameterName::Slope(layer) => write!(f, "slopes.{layer}"),
        }
    }
}

/// The parameters in `bytes`, a `model.safetensors`, layer by layer.
pub(crate) fn read_tensors(bytes: &[u8]) -> Result<Vec<Tensor>, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut tensors = Vec::new();
    for (name, view) in file.iter() {
        let known = ParameterName::parse(name).filter(|name| {
            view.dtype() == Dtype::F32
                && view.shape().len() == 1 + usize::from(matches!(name, ParameterName::Weight(_)))
        });
        let Some(known) = known else {
            let (dtype, shape) = (view.dtype(), view.shape());
            return Err(format!("no layer has a tensor `{name}` of {dtype:?} {shape:?}"));
        };
        let (numbers, _) = view.data().as_chunks::<4>();
        tensors.push(Tensor {
            name: known,
            shape: view.shape().to_vec(),
            values: numbers.iter().copied().map(f32::from_le_bytes).collect(),
        });
    }
    tensors.sort_by_key(|tensor| (tensor.name.layer(), tensor.name));
    Ok(tensors)
}

/// The numbers of a matrix of `[rows, columns]`, column by column: its transpose's, row by row.
pub(crate) fn transposed(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| values[row * columns + column]))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use safetensors::tensor::TensorView;

    use super::*;

    fn file(tensors: &[(&str, Dtype, &[usize])]) -> Vec<u8> {
        let bytes = vec![0; 1024];
        let views = tensors.iter().map(|(name, dtype, shape)| {
            let size = shape.iter().product::<usize>() * dtype.bitsize() / 8;
            (*name, TensorView::new(*dtype, shape.to_vec(), &bytes[..size]).unwrap())
        });
        safetensors::serialize(views, None).unwrap()
    }

    #[test]
    fn parameters_come_layer_by_layer_even_beyond_the_tenth() {
        let names = ["slopes.0", "layers.10.weight", "layers.2.bias", "layers.2.weight"];
        let shapes: [&[usize]; 4] = [&[1], &[2, 3], &[3], &[4, 3]];
        let all: Vec<_> = names.iter().zip(shapes).map(|(n, s)| (*n, Dtype::F32, s)).collect();
        let read = read_tensors(&file(&all)).unwrap();
        let read: Vec<String> = read.iter().map(|tensor| tensor.name.to_string()).collect();
        assert_eq!(read, ["slopes.0", "layers.2.weight", "layers.2.bias", "layers.10.weight"]);
    }

    #[test]
    fn what_is_no_parameter_is_named() {
        let told = |name, dtype, shape: &[usize]| {
            read_tensors(&file(&[(name, dtype, shape)])).unwrap_err()
        };
        assert_eq!(
            told("head.weight", Dtype::F32, &[2, 2]),
            "no layer has a tensor `head.weight` of F32 [2, 2]"
        );
        assert!(told("layers.0.weight", Dtype::F16, &[2, 2]).contains("F16"));
        assert!(told("layers.0.weight", Dtype::F32, &[2]).contains("[2]"));
        assert!(read_tensors(b"no safetensors").is_err());
    }

    #[test]
    fn weights_are_chosen_by_words() {
        let told = "start".parse::<WeightsChoice>().unwrap_err().to_string();
        insta::assert_snapshot!(told, @"unknown weights `start`: it is `initial`, `final`, \
            `initial,final` or `none`");
        assert_eq!("initial, initial".parse(), Ok(WeightsChoice(vec![Moment::Initial])));
        assert!("initial,none".parse::<WeightsChoice>().is_err());
    }

    proptest! {
        #[test]
        fn transposing_twice_changes_nothing(rows in 1..8usize, columns in 1..8usize) {
            let values: Vec<f32> = (0..rows * columns).map(|n| n as f32).collect();
            let turned = transposed(&values, [rows, columns]);
            let second = if rows > 1 { columns } else { 1 };
            prop_assert_eq!(turned.get(1), values.get(second));
            prop_assert_eq!(transposed(&turned, [columns, rows]), values);
        }
    }
}
