//! The network on the host, in 64 bits, and its two passes: activations and per-image gradients.

use std::ops::Range;

use initializers::Activation;
use ndarray::{Array1, Array2, ArrayView1, Axis, Slice, Zip};
use theory::derivative;

use crate::ProbeError;

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

/// What the forward pass leaves.
#[derive(Debug, Clone)]
pub(crate) struct Forward {
    /// The pre-activations of each layer, `[images, units]`; the last are the logits.
    pub(crate) pre_activations: Vec<Array2<f64>>,
    /// What enters each layer: the inputs, then the activations.
    pub(crate) inputs: Vec<Array2<f64>>,
    /// The softmax of the logits.
    pub(crate) probabilities: Array2<f64>,
    /// Cross-entropy of each image.
    pub(crate) losses: Vec<f64>,
}

impl Forward {
    /// Of the first `count` images, or of all.
    pub(crate) fn first(&self, count: usize) -> Forward {
        let count = count.clamp(1, self.losses.len());
        let part = |all: &Array2<f64>| rows_of(all, 0..count);
        Forward {
            pre_activations: self.pre_activations.iter().map(part).collect(),
            inputs: self.inputs.iter().map(part).collect(),
            probabilities: part(&self.probabilities),
            losses: self.losses[..count].to_vec(),
        }
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
        Ok(Network { layers: own, activation })
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
        self.layers.iter().all(finite)
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

    pub(crate) fn forward(&self, images: &Images) -> Forward {
        let mut inputs = vec![images.inputs.clone()];
        let mut pre_activations: Vec<Array2<f64>> = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            let mut z = inputs[index].dot(&layer.weight);
            if let Some(bias) = &layer.bias {
                z += bias;
            }
            if index + 1 < self.layers.len() {
                inputs.push(z.mapv(|z| self.activation.apply(z)));
            }
            pre_activations.push(z);
        }
        let logits = &pre_activations[self.layers.len() - 1];
        let (probabilities, losses) = softmax(logits, &images.labels);
        Forward { pre_activations, inputs, probabilities, losses }
    }

    /// The derivative of the activation at each pre-activation of a hidden layer.
    pub(crate) fn slopes(&self, pre_activations: &Array2<f64>) -> Array2<f64> {
        pre_activations.mapv(|z| derivative(self.activation, z))
    }

    /// The gradient of each image's own loss at the pre-activations of every layer, first layer
    /// first.
    pub(crate) fn errors(&self, forward: &Forward, labels: &[usize]) -> Vec<Array2<f64>> {
        let mut error = forward.probabilities.clone();
        for (mut row, &label) in error.axis_iter_mut(Axis(0)).zip(labels) {
            row[label] -= 1.0;
        }
        self.pulled_back(&forward.pre_activations, error)
    }

    /// `last`, a gradient at the logits of each image, pulled back to every layer's
    /// pre-activations.
    fn pulled_back(&self, pre_activations: &[Array2<f64>], last: Array2<f64>) -> Vec<Array2<f64>> {
        let mut errors = vec![last];
        for index in (0..self.layers.len() - 1).rev() {
            let next = &self.layers[index + 1].weight;
            let mut error = errors[errors.len() - 1].dot(&next.t());
            Zip::from(&mut error)
                .and(&pre_activations[index])
                .for_each(|error, &z| *error *= derivative(self.activation, z));
            errors.push(error);
        }
        errors.reverse();
        errors
    }
}

/// Some rows of a matrix.
pub(crate) fn rows_of(matrix: &Array2<f64>, rows: Range<usize>) -> Array2<f64> {
    matrix.slice_axis(Axis(0), Slice::from(rows)).to_owned()
}

/// Probabilities and cross-entropies of logits.
fn softmax(logits: &Array2<f64>, labels: &[usize]) -> (Array2<f64>, Vec<f64>) {
    let mut probabilities = logits.clone();
    let mut losses = Vec::with_capacity(labels.len());
    for (mut row, &label) in probabilities.axis_iter_mut(Axis(0)).zip(labels) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|z| z - largest);
        let own = row[label];
        row.mapv_inplace(f64::exp);
        let sum = row.sum();
        losses.push(sum.ln() - own);
        row.mapv_inplace(|e| e / sum);
    }
    (probabilities, losses)
}
