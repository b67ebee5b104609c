//! The network and the images on the host, in 64 bits.

use std::ops::Range;

use initializers::Activation;
use ndarray::{Array1, Array2, ArrayView1, Axis, Slice};

use crate::ProbeError;
use crate::parts::Parts;

/// The numbers of one fully connected layer, as a program has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerWeights<'a> {
    /// `[fan_in, fan_out]`.
    pub shape: [usize; 2],
    /// The weight, row-major: a row for each input.
    pub weight: &'a [f32],
    /// The bias, one number for each output, where the layer has one.
    pub bias: Option<&'a [f32]>,
}

/// Fully connected layers with an activation between them; the last one's outputs are logits.
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) layers: Vec<Layer>,
    pub(crate) activation: Activation,
    pub(crate) parts: Parts,
}

#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// `[fan_in, fan_out]`.
    pub(crate) weight: Array2<f64>,
    pub(crate) bias: Option<Array1<f64>>,
}

impl Layer {
    /// Whether all units have the same weights and biases.
    pub(crate) fn has_equal_units(&self) -> bool {
        let alike = |numbers: ArrayView1<f64>| numbers.iter().all(|x| *x == numbers[0]);
        self.weight.axis_iter(Axis(0)).all(alike) && self.bias.iter().all(|bias| alike(bias.view()))
    }
}

/// Images and their classes.
#[derive(Debug, Clone)]
pub struct Images {
    /// `[images, inputs]`.
    pub(crate) inputs: Array2<f64>,
    pub(crate) labels: Vec<usize>,
}

impl Images {
    /// Images, of which `inputs` holds the numbers, one image after another.
    ///
    /// # Errors
    /// Where there is no image, or the numbers do not divide into as many images as there are
    /// labels.
    pub fn new(inputs: &[f32], labels: &[u16]) -> Result<Self, ProbeError> {
        let error = || ProbeError::Images { numbers: inputs.len(), labels: labels.len() };
        if labels.is_empty() || inputs.is_empty() || !inputs.len().is_multiple_of(labels.len()) {
            return Err(error());
        }
        let shape = [labels.len(), inputs.len() / labels.len()];
        let numbers = inputs.iter().copied().map(f64::from).collect();
        let inputs = Array2::from_shape_vec(shape, numbers).map_err(|_| error())?;
        Ok(Images { inputs, labels: labels.iter().copied().map(usize::from).collect() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none; [`Images::new`] makes no such set.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The first `count` of them, or all.
    pub fn first(&self, count: usize) -> Images {
        self.range(0..count.clamp(1, self.len()))
    }

    /// Those of `range`, in their order.
    pub(crate) fn range(&self, range: Range<usize>) -> Images {
        Images { inputs: rows_of(&self.inputs, range.clone()), labels: self.labels[range].to_vec() }
    }
}

impl Network {
    /// The network of these weights.
    ///
    /// # Errors
    /// Where there is no layer, or a layer does not fit the one before it.
    pub fn new(layers: &[LayerWeights<'_>], activation: Activation) -> Result<Self, ProbeError> {
        let mut own = Vec::with_capacity(layers.len());
        for (index, layer) in layers.iter().enumerate() {
            let wrong = || ProbeError::Layer { layer: index + 1, shape: layer.shape };
            let fits = index == 0 || layers[index - 1].shape[1] == layer.shape[0];
            if !fits || layer.shape.contains(&0) {
                return Err(wrong());
            }
            let weight = layer.weight.iter().copied().map(f64::from).collect();
            let weight = Array2::from_shape_vec(layer.shape, weight).map_err(|_| wrong())?;
            let bias: Option<Array1<f64>> =
                layer.bias.map(|bias| bias.iter().copied().map(f64::from).collect());
            if bias.as_ref().is_some_and(|bias| bias.len() != layer.shape[1]) {
                return Err(wrong());
            }
            own.push(Layer { weight, bias });
        }
        if own.is_empty() {
            return Err(ProbeError::NoLayer);
        }
        Ok(Network { layers: own, activation, parts: Parts::default() })
    }

    /// The same layers with normalization, skip connections and a factor of the logits.
    ///
    /// # Errors
    /// Where these do not fit the layers.
    pub fn with_parts(self, parts: Parts) -> Result<Self, ProbeError> {
        let outputs = self.layers.iter().map(|layer| layer.weight.ncols());
        let widths: Vec<usize> = std::iter::once(self.inputs()).chain(outputs).collect();
        parts.check(&widths)?;
        Ok(Network { parts, ..self })
    }

    /// Whether it has nothing but layers and activation.
    pub(crate) fn is_plain(&self) -> bool {
        self.parts == Parts::default()
    }

    /// That it has nothing but layers and activation, which `what` is for.
    pub(crate) fn check_plain(&self, what: &'static str) -> Result<(), ProbeError> {
        if self.is_plain() { Ok(()) } else { Err(ProbeError::NotPlain { what }) }
    }

    /// Numbers of an image.
    pub fn inputs(&self) -> usize {
        self.layers[0].weight.nrows()
    }

    /// Classes.
    pub fn classes(&self) -> usize {
        self.layers[self.layers.len() - 1].weight.ncols()
    }

    /// Whether every weight and bias is a finite number.
    pub fn is_finite(&self) -> bool {
        let finite = |layer: &Layer| {
            layer.weight.iter().all(|w| w.is_finite())
                && layer.bias.iter().flatten().all(|b| b.is_finite())
        };
        self.layers.iter().all(finite) && self.parts.is_finite()
    }

    /// Whether images have as many numbers as the network takes, and labels are classes of it.
    pub(crate) fn check(&self, images: &Images) -> Result<(), ProbeError> {
        let inputs = images.inputs.ncols();
        if inputs != self.inputs() {
            return Err(ProbeError::Inputs { expected: self.inputs(), got: inputs });
        }
        match images.labels.iter().find(|&&label| label >= self.classes()) {
            Some(&label) => Err(ProbeError::Label { label, classes: self.classes() }),
            None => Ok(()),
        }
    }
}

/// Some rows of a matrix.
pub(crate) fn rows_of(matrix: &Array2<f64>, rows: Range<usize>) -> Array2<f64> {
    matrix.slice_axis(Axis(0), Slice::from(rows)).to_owned()
}
