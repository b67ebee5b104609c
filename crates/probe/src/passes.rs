//! The two passes of a network on the host: activations, and gradients of each image.

use ndarray::{Array2, Axis};
use theory::derivative;

use crate::network::{Images, Network, rows_of};
use crate::parts::{BlockEnd, NormKind, Normalized};
use crate::statistics::moments;

/// Sums below this part of their terms are rounding.
const ROUNDING: f64 = 1e-13;

/// What the forward pass leaves.
#[derive(Debug, Clone)]
pub(crate) struct Forward {
    /// What enters the activation of each hidden layer, `[images, units]`, after a norm that stands
    /// before it and after the sum of a block that ends so; the last are the logits.
    pub(crate) pre_activations: Vec<Array2<f64>>,
    /// What enters each layer: the inputs, then the outputs of the layers before.
    pub(crate) inputs: Vec<Array2<f64>>,
    /// What the normalization of each hidden layer left; empty without.
    norms: Vec<Normalized>,
    /// The softmax of the logits.
    pub(crate) probabilities: Array2<f64>,
    /// Cross-entropy of each image.
    pub(crate) losses: Vec<f64>,
}

/// Gradients at every layer, first layer first.
#[derive(Debug, Clone)]
pub(crate) struct Pulled {
    pre_activations: Vec<Array2<f64>>,
    /// At the products of the layers, where these are not what enters the activations.
    products: Vec<Array2<f64>>,
}

impl Pulled {
    /// At what enters the activations; the last at the logits.
    pub(crate) fn pre_activations(&self) -> &[Array2<f64>] {
        &self.pre_activations
    }

    /// At the products of the layers, biases included.
    pub(crate) fn products(&self) -> &[Array2<f64>] {
        if self.products.is_empty() { &self.pre_activations } else { &self.products }
    }
}

impl Forward {
    /// Of the first `count` images, or of all. The statistics of a batch stay those of all.
    pub(crate) fn first(&self, count: usize) -> Forward {
        let count = count.clamp(1, self.losses.len());
        let part = |all: &Array2<f64>| rows_of(all, 0..count);
        let norm = |norm: &Normalized| Normalized {
            values: part(&norm.values),
            inverse: norm.inverse.clone(),
        };
        Forward {
            pre_activations: self.pre_activations.iter().map(part).collect(),
            inputs: self.inputs.iter().map(part).collect(),
            norms: self.norms.iter().map(norm).collect(),
            probabilities: part(&self.probabilities),
            losses: self.losses[..count].to_vec(),
        }
    }
}

impl Network {
    pub(crate) fn forward(&self, images: &Images) -> Forward {
        let hidden = self.layers.len() - 1;
        let mut inputs = vec![images.inputs.clone()];
        let mut pre_activations: Vec<Array2<f64>> = Vec::with_capacity(self.layers.len());
        let (mut norms, mut block_input) = (Vec::new(), None);
        for index in 0..hidden {
            if self.parts.starts_block(index) {
                block_input = Some(index);
            }
            let x = self.product(index, &inputs[index]);
            let mut normalized = |x: Array2<f64>, after: bool| match self.parts.norm(index, after) {
                Some(norm) => {
                    let (outputs, left) = norm.forward(&x);
                    norms.push(left);
                    outputs
                }
                None => x,
            };
            let mut pre = normalized(x, false);
            let activated = |x: &Array2<f64>| x.mapv(|x| self.activation.apply(x));
            let is_activated = self.parts.is_activated(index);
            let within = if is_activated { activated(&pre) } else { pre.clone() };
            let mut output = normalized(within, true);
            if let (Some((scale, end)), Some(input)) = (self.parts.ending(index), block_input) {
                output = &inputs[input] + &(output * scale);
                if end == BlockEnd::Sum {
                    (output, pre) = (activated(&output), output);
                }
            }
            inputs.push(output);
            pre_activations.push(pre);
        }
        let logits = self.product(hidden, &inputs[hidden]) * self.parts.output_scale;
        let (probabilities, losses) = softmax(&logits, &images.labels);
        pre_activations.push(logits);
        Forward { pre_activations, inputs, norms, probabilities, losses }
    }

    fn product(&self, index: usize, x: &Array2<f64>) -> Array2<f64> {
        let layer = &self.layers[index];
        let z = x.dot(&layer.weight);
        match &layer.bias {
            Some(bias) => z + bias,
            None => z,
        }
    }

    /// The derivative of the activation at what enters it in the hidden layer at `index`; 1 where
    /// the layer has none.
    pub(crate) fn slopes(&self, index: usize, pre_activations: &Array2<f64>) -> Array2<f64> {
        match self.parts.ending(index) {
            Some((_, BlockEnd::Linear)) => Array2::ones(pre_activations.raw_dim()),
            _ => pre_activations.mapv(|z| derivative(self.activation, z)),
        }
    }

    /// The gradient of each image's own loss at every layer. With batch normalization an image is
    /// in the loss of the others, so it is the gradient of the sum of the losses.
    ///
    /// Where terms cancel all gradients of a layer but for rounding, they are 0, and so are those
    /// below: an image's errors sum to 0, so rows of equal weights pass nothing on.
    pub(crate) fn errors(&self, forward: &Forward, labels: &[usize]) -> Pulled {
        let mut error = forward.probabilities.clone();
        for (mut row, &label) in error.axis_iter_mut(Axis(0)).zip(labels) {
            row[label] -= 1.0;
        }
        let mut pulled = self.pulled_back(forward, error, false);
        if self.is_plain() {
            self.clear_rounding(&mut pulled.pre_activations);
        }
        pulled
    }

    fn clear_rounding(&self, errors: &mut [Array2<f64>]) {
        let rms = |numbers: &Array2<f64>| moments(numbers)[1].sqrt();
        for index in (0..self.layers.len() - 1).rev() {
            let next = &self.layers[index + 1].weight;
            let bound = rms(&errors[index + 1]) * rms(next) * (next.ncols() as f64).sqrt();
            if rms(&errors[index]) <= ROUNDING * bound {
                errors[..=index].iter_mut().for_each(|error| error.fill(0.0));
            }
        }
    }

    /// `last`, gradients at the logits, an equal number for each image one after another, pulled
    /// back to every layer. The statistics of a batch are constants where they are `held`.
    pub(crate) fn pulled_back(&self, forward: &Forward, last: Array2<f64>, held: bool) -> Pulled {
        let per_image = last.nrows() / forward.losses.len();
        let hidden = self.layers.len() - 1;
        let times_slopes = |gradient: &mut Array2<f64>, index: usize| {
            let slopes = self.slopes(index, &forward.pre_activations[index]);
            times_rows(gradient, &slopes, per_image);
        };
        let at_logits = last.clone();
        let mut at_product = last * self.parts.output_scale;
        let mut pre_activations = vec![at_logits];
        let mut products = Vec::new();
        let mut skipped: Option<Array2<f64>> = None;
        for index in (0..hidden).rev() {
            let mut gradient = at_product.dot(&self.layers[index + 1].weight.t());
            if self.parts.starts_block(index + 1)
                && let Some(skipped) = skipped.take()
            {
                gradient += &skipped;
            }
            products.push(at_product);
            let mut at_pre = None;
            if let Some((scale, end)) = self.parts.ending(index) {
                if end == BlockEnd::Sum {
                    times_slopes(&mut gradient, index);
                    at_pre = Some(gradient.clone());
                }
                skipped = Some(gradient.clone());
                gradient *= scale;
            }
            if let Some(norm) = self.parts.norm(index, true) {
                gradient = norm.backward(&forward.norms[index], gradient, per_image, held);
            }
            if self.parts.is_activated(index) {
                times_slopes(&mut gradient, index);
            }
            pre_activations.push(at_pre.unwrap_or_else(|| gradient.clone()));
            if let Some(norm) = self.parts.norm(index, false) {
                gradient = norm.backward(&forward.norms[index], gradient, per_image, held);
            }
            at_product = gradient;
        }
        products.push(at_product);
        pre_activations.reverse();
        products.reverse();
        if self.is_plain() {
            products.clear();
        }
        Pulled { pre_activations, products }
    }

    /// Whether an image is in the gradients of another's loss.
    pub(crate) fn mixes_images(&self) -> bool {
        self.parts.norms.iter().any(|norm| norm.kind == NormKind::Batch)
    }
}

/// Multiplies `per_image` rows for each image by the image's row of `factors`.
fn times_rows(rows: &mut Array2<f64>, factors: &Array2<f64>, per_image: usize) {
    for (index, mut row) in rows.axis_iter_mut(Axis(0)).enumerate() {
        row *= &factors.row(index / per_image);
    }
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

#[cfg(test)]
mod tests {
    use initializers::Activation;

    use super::*;
    use crate::network::LayerWeights;
    use crate::parts::{Blocks, Norm, Parts};

    const WIDTHS: [usize; 5] = [4, 3, 3, 3, 2];
    const IMAGES: usize = 5;

    fn numbers(count: usize, start: usize) -> Vec<f32> {
        (start..start + count).map(|k| (12.9898 * (k as f64 + 0.3)).sin() as f32).collect()
    }

    fn images() -> Images {
        Images::new(&numbers(IMAGES * WIDTHS[0], 500), &[0, 1, 1, 0, 1]).unwrap()
    }

    fn network(norm: Option<(NormKind, bool)>, end: Option<(usize, BlockEnd)>) -> Network {
        let parameters: Vec<_> = WIDTHS
            .windows(2)
            .enumerate()
            .map(|(layer, pair)| {
                let start = 100 * layer;
                (
                    [pair[0], pair[1]],
                    numbers(pair[0] * pair[1], start),
                    numbers(pair[1], start + 50),
                )
            })
            .collect();
        let layers: Vec<LayerWeights<'_>> = parameters
            .iter()
            .map(|(shape, weight, bias)| LayerWeights { shape: *shape, weight, bias: Some(bias) })
            .collect();
        let norms = norm.map(|(kind, after_activation)| Norm {
            kind,
            epsilon: 1e-3,
            after_activation,
            scale: vec![0.8, 1.2, -0.5],
            shift: vec![0.1, 0.0, 0.3],
        });
        let parts = Parts {
            norms: norms.map_or_else(Vec::new, |norm| vec![norm; 3]),
            blocks: end.map(|(layers, end)| Blocks { layers, scales: vec![0.7; 2 / layers], end }),
            output_scale: 1.5,
        };
        let network = Network::new(&layers, Activation::Tanh).unwrap();
        network.with_parts(parts).unwrap()
    }

    fn every_network() -> Vec<Network> {
        let kinds = [NormKind::Batch, NormKind::Layer, NormKind::Rms];
        let norms = kinds.into_iter().flat_map(|kind| [Some((kind, false)), Some((kind, true))]);
        let ends = [BlockEnd::Activation, BlockEnd::Linear, BlockEnd::Sum];
        let ends = ends.into_iter().flat_map(|end| [Some((1, end)), Some((2, end))]);
        let ends: Vec<_> = ends.chain([None]).collect();
        let norms: Vec<_> = norms.chain([None]).collect();
        let all = norms.iter().flat_map(|norm| ends.iter().map(|end| network(*norm, *end)));
        all.collect()
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let (images, h) = (images(), 1e-6);
        for network in every_network() {
            let forward = network.forward(&images);
            let errors = network.errors(&forward, &images.labels);
            let loss = |network: &Network| network.forward(&images).losses.iter().sum::<f64>();
            for layer in 0..network.layers.len() {
                let gradient = forward.inputs[layer].t().dot(&errors.products()[layer]);
                for ((row, column), expected) in gradient.indexed_iter() {
                    let moved = |by: f64| {
                        let mut moved = network.clone();
                        moved.layers[layer].weight[[row, column]] += by;
                        loss(&moved)
                    };
                    let slope = (moved(h) - moved(-h)) / (2.0 * h);
                    let parts = &network.parts;
                    assert!(
                        (slope - expected).abs() < 1e-6,
                        "{layer} {slope} {expected} {parts:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_jacobian_is_the_slope_of_the_logits_by_the_image() {
        let (images, h) = (images(), 1e-6);
        for network in every_network().into_iter().filter(|network| !network.mixes_images()) {
            let forward = network.forward(&images);
            let gradients = network.logit_gradients(&forward);
            let jacobian = gradients[0].dot(&network.layers[0].weight.t());
            let logits = |images: &Images| network.forward(images).pre_activations[3].clone();
            for input in 0..WIDTHS[0] {
                let moved = |by: f64| {
                    let mut moved = images.clone();
                    moved.inputs.column_mut(input).mapv_inplace(|x| x + by);
                    logits(&moved)
                };
                let slopes = (moved(h) - moved(-h)) / (2.0 * h);
                for ((image, class), slope) in slopes.indexed_iter() {
                    let expected = jacobian[[image * WIDTHS[4] + class, input]];
                    assert!((slope - expected).abs() < 1e-6, "{:?}", network.parts);
                }
            }
        }
    }

    #[test]
    fn what_the_next_layer_sees_is_the_norms_output() {
        let network = network(Some((NormKind::Layer, true)), None);
        let forward = network.forward(&images());
        let Norm { scale, shift, .. } = &network.parts.norms[0];
        for row in forward.inputs[1].axis_iter(Axis(0)) {
            let of = |(unit, x): (usize, &f64)| (x - shift[unit]) / scale[unit];
            let values: Vec<f64> = row.iter().enumerate().map(of).collect();
            assert!(values.iter().sum::<f64>().abs() < 1e-9, "{values:?}");
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let plain = network(None, None);
        let short = Parts {
            norms: network(Some((NormKind::Rms, false)), None).parts.norms,
            ..Parts::default()
        };
        let short = Parts { norms: short.norms[..2].to_vec(), ..short };
        assert!(plain.clone().with_parts(short).is_err());
        let blocks = Blocks { layers: 2, scales: vec![1.0; 2], end: BlockEnd::Sum };
        let parts = Parts { blocks: Some(blocks), ..Parts::default() };
        assert!(plain.with_parts(parts).is_err());
    }
}
