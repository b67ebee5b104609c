//! What a network has besides layers and activation: normalization, skip connections, a factor of
//! the logits.

use ndarray::{Array1, Array2, ArrayView1, Axis, Zip};

use crate::ProbeError;

/// What a network has besides its layers and its activation.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The normalization of each hidden layer; empty without.
    pub norms: Vec<Norm>,
    /// Skip connections around blocks of hidden layers.
    pub blocks: Option<Blocks>,
    /// The factor of the logits.
    pub output_scale: f64,
}

impl Default for Parts {
    /// Nothing: the plain network.
    fn default() -> Self {
        Parts { norms: Vec::new(), blocks: None, output_scale: 1.0 }
    }
}

/// The normalization of a hidden layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// Over what it normalizes.
    pub kind: NormKind,
    /// Added to the variance (or mean square) under the root.
    pub epsilon: f64,
    /// Whether it stands after the activation instead of before it.
    pub after_activation: bool,
    /// The factor of each unit (gamma).
    pub scale: Vec<f64>,
    /// What is added to each unit (beta).
    pub shift: Vec<f64>,
}

/// Over what a normalization computes its statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
    /// Each unit over the images that are looked at, as training sees a batch (Ioffe & Szegedy
    /// 2015).
    Batch,
    /// Each image over the units (Ba, Kiros & Hinton 2016).
    Layer,
    /// Each image over the units, without a mean (Zhang & Sennrich 2019).
    Rms,
}

/// Skip connections: the first hidden layer stands alone, and the others form blocks. A block `F`
/// gives `x + scale * F(x)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Blocks {
    /// Hidden layers in a block.
    pub layers: usize,
    /// The scale of each block.
    pub scales: Vec<f64>,
    /// Where a block's last activation stands.
    pub end: BlockEnd,
}

/// Where the last activation of a block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockEnd {
    /// In the block, after its last layer.
    Activation,
    /// Nowhere: the block ends with a product.
    Linear,
    /// After the sum of the block and its input.
    Sum,
}

impl Parts {
    /// Whether they are of a network whose layers have these widths, from the inputs on.
    pub(crate) fn check(&self, widths: &[usize]) -> Result<(), ProbeError> {
        let hidden = &widths[1..widths.len() - 1];
        let of_units =
            |norm: &Norm, &units: &usize| norm.scale.len() == units && norm.shift.len() == units;
        let norms = self.norms.is_empty()
            || self.norms.len() == hidden.len()
                && self.norms.iter().zip(hidden).all(|(norm, units)| of_units(norm, units));
        let blocks = self.blocks.as_ref().is_none_or(|blocks| {
            blocks.layers * blocks.scales.len() + 1 == hidden.len()
                && hidden.iter().all(|units| *units == hidden[0])
        });
        if norms && blocks { Ok(()) } else { Err(ProbeError::Parts) }
    }

    /// The norm of the hidden layer at `index`, if it stands there.
    pub(crate) fn norm(&self, index: usize, after_activation: bool) -> Option<&Norm> {
        self.norms.get(index).filter(|norm| norm.after_activation == after_activation)
    }

    /// Whether the hidden layer at `index` begins a block.
    pub(crate) fn starts_block(&self, index: usize) -> bool {
        let begins = |blocks: &Blocks| index > 0 && (index - 1).is_multiple_of(blocks.layers);
        self.blocks.as_ref().is_some_and(begins)
    }

    /// The scale and the kind of end of the block that ends with the hidden layer at `index`.
    pub(crate) fn ending(&self, index: usize) -> Option<(f64, BlockEnd)> {
        let blocks = self.blocks.as_ref()?;
        let ends = index > 0 && index.is_multiple_of(blocks.layers);
        ends.then(|| (blocks.scales[index / blocks.layers - 1], blocks.end))
    }

    /// Whether the hidden layer at `index` has its activation within the block.
    pub(crate) fn is_activated(&self, index: usize) -> bool {
        self.ending(index).is_none_or(|(_, end)| end == BlockEnd::Activation)
    }

    /// Whether every parameter is a finite number.
    pub(crate) fn is_finite(&self) -> bool {
        let norm = |norm: &Norm| norm.scale.iter().chain(&norm.shift).all(|x| x.is_finite());
        let scales = self.blocks.iter().flat_map(|blocks| &blocks.scales);
        self.norms.iter().all(norm) && scales.into_iter().all(|scale| scale.is_finite())
    }
}

/// What a normalization leaves for the way back.
#[derive(Debug, Clone)]
pub(crate) struct Normalized {
    /// Its outputs before scale and shift, `[images, units]`.
    pub(crate) values: Array2<f64>,
    /// What it multiplied by: for each image, or for each unit by batch normalization.
    pub(crate) inverse: Array1<f64>,
}

impl Norm {
    fn axis(&self) -> Axis {
        if self.kind == NormKind::Batch { Axis(0) } else { Axis(1) }
    }

    /// The outputs for `x`, `[images, units]`, and what the way back needs.
    pub(crate) fn forward(&self, x: &Array2<f64>) -> (Array2<f64>, Normalized) {
        let mut values = x.clone();
        let mut inverse = Vec::new();
        // Lanes along the axis of the statistics: an image, or a unit over the images.
        for mut lane in values.lanes_mut(self.axis()) {
            let n = lane.len() as f64;
            if self.kind != NormKind::Rms {
                let mean = lane.sum() / n;
                lane.mapv_inplace(|x| x - mean);
            }
            let factor = 1.0 / (lane.dot(&lane) / n + self.epsilon).sqrt();
            lane.mapv_inplace(|x| x * factor);
            inverse.push(factor);
        }
        let mut outputs = values.clone();
        for mut row in outputs.axis_iter_mut(Axis(0)) {
            row *= &ArrayView1::from(&self.scale);
            row += &ArrayView1::from(&self.shift);
        }
        (outputs, Normalized { values, inverse: inverse.into() })
    }

    /// Pulls gradients back from the outputs to the inputs. There are `per_image` rows of them for
    /// each image. The statistics of a batch are constants where they are `held`.
    pub(crate) fn backward(
        &self,
        of: &Normalized,
        mut gradient: Array2<f64>,
        per_image: usize,
        held: bool,
    ) -> Array2<f64> {
        for mut row in gradient.axis_iter_mut(Axis(0)) {
            row *= &ArrayView1::from(&self.scale);
        }
        if self.kind == NormKind::Batch {
            if !held {
                let lanes = gradient.lanes_mut(Axis(0)).into_iter();
                let values = of.values.lanes(Axis(0)).into_iter();
                lanes.zip(values).for_each(|(mut lane, values)| self.project(&mut lane, values));
            }
            for mut row in gradient.axis_iter_mut(Axis(0)) {
                row *= &of.inverse;
            }
        } else {
            for (row, mut lane) in gradient.axis_iter_mut(Axis(0)).enumerate() {
                let image = row / per_image;
                self.project(&mut lane, of.values.row(image));
                lane *= of.inverse[image];
            }
        }
        gradient
    }

    /// Takes away what the statistics of a lane undo.
    fn project(&self, gradient: &mut ndarray::ArrayViewMut1<'_, f64>, values: ArrayView1<'_, f64>) {
        let n = values.len() as f64;
        let mean = if self.kind == NormKind::Rms { 0.0 } else { gradient.sum() / n };
        let along = gradient.dot(&values) / n;
        Zip::from(gradient).and(values).for_each(|g, &value| *g -= mean + value * along);
    }
}
