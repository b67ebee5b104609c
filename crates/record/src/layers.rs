//! `layers.safetensors`: what happened inside each layer, step by step, in typed columns.
//!
//! A file of the [safetensors] format, which every framework reads: `step`, of 64-bit whole numbers,
//! and one tensor of 32-bit floats, `[rows, layers]`, for each [`LayerQuantity`].
//!
//! [safetensors]: https://github.com/huggingface/safetensors

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// What is measured of a layer at a step. All are of its weight, biases left out, or of what its
/// activation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerQuantity {
    /// Root mean square of the weights.
    WeightRms,
    /// Root mean square of the gradient of the batch's loss by the weights, before it is clipped.
    GradientRms,
    /// Root mean square of the step's change of the weights.
    UpdateRms,
    /// Root mean square of the weights less those that the run started from.
    Distance,
    /// Cosine of the angle between the weights and those that the run started from.
    StartCosine,
    /// Mean of the activations.
    ActivationMean,
    /// Root mean square of the activations.
    ActivationRms,
    /// Share of the activations that is exactly 0.
    Off,
    /// Share of the units through which no image's gradient passes.
    Dead,
    /// Share of the activations that is saturated; NaN where the activation is not bounded.
    Saturated,
    /// Exponential of the entropy of the activations' singular values.
    EffectiveRank,
}

impl LayerQuantity {
    /// All of them, in the order of the file.
    pub const ALL: [LayerQuantity; 11] = [
        LayerQuantity::WeightRms,
        LayerQuantity::GradientRms,
        LayerQuantity::UpdateRms,
        LayerQuantity::Distance,
        LayerQuantity::StartCosine,
        LayerQuantity::ActivationMean,
        LayerQuantity::ActivationRms,
        LayerQuantity::Off,
        LayerQuantity::Dead,
        LayerQuantity::Saturated,
        LayerQuantity::EffectiveRank,
    ];

    /// Its name: that of its tensor.
    pub fn name(self) -> &'static str {
        match self {
            LayerQuantity::WeightRms => "weight_rms",
            LayerQuantity::GradientRms => "gradient_rms",
            LayerQuantity::UpdateRms => "update_rms",
            LayerQuantity::Distance => "distance",
            LayerQuantity::StartCosine => "start_cosine",
            LayerQuantity::ActivationMean => "activation_mean",
            LayerQuantity::ActivationRms => "activation_rms",
            LayerQuantity::Off => "off",
            LayerQuantity::Dead => "dead",
            LayerQuantity::Saturated => "saturated",
            LayerQuantity::EffectiveRank => "effective_rank",
        }
    }
}

/// What is measured of one layer at one step, by [`LayerQuantity`]; NaN where there is nothing to
/// measure: the last layer has no activation, and after the last step there is no gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerRow([f32; LayerQuantity::ALL.len()]);

impl Default for LayerRow {
    fn default() -> Self {
        LayerRow([f32::NAN; LayerQuantity::ALL.len()])
    }
}

impl LayerRow {
    /// The value of a quantity.
    pub fn get(&self, quantity: LayerQuantity) -> f32 {
        self.0[quantity as usize]
    }

    /// The same row with another value of a quantity.
    #[must_use]
    pub fn with(mut self, quantity: LayerQuantity, value: f64) -> Self {
        self.0[quantity as usize] = value as f32;
        self
    }

    /// The update over the weight, both by their root mean squares, as a power of ten: what
    /// training that goes well keeps near -3.
    ///
    /// ```
    /// use record::{LayerQuantity, LayerRow};
    ///
    /// let row = LayerRow::default().with(LayerQuantity::WeightRms, 0.5);
    /// let row = row.with(LayerQuantity::UpdateRms, 0.0005);
    /// assert!((row.update_ratio() + 3.0).abs() < 1e-6);
    /// ```
    pub fn update_ratio(&self) -> f32 {
        (self.get(LayerQuantity::UpdateRms) / self.get(LayerQuantity::WeightRms)).log10()
    }
}

/// What happened inside each layer of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSeries {
    layers: usize,
    steps: Vec<u64>,
    /// Row after row, in each of them layer after layer.
    rows: Vec<LayerRow>,
}

impl LayerSeries {
    /// A series of so many layers, without a row.
    pub fn new(layers: usize) -> Self {
        LayerSeries { layers, steps: Vec::new(), rows: Vec::new() }
    }

    /// Adds what was measured at a step, layer after layer.
    ///
    /// # Panics
    /// If it is not of as many layers as the series.
    pub fn push(&mut self, step: u64, layers: &[LayerRow]) {
        assert_eq!(layers.len(), self.layers, "a row has every layer");
        self.steps.push(step);
        self.rows.extend_from_slice(layers);
    }

    /// Takes away what was measured after so many steps.
    pub fn truncate(&mut self, steps: u64) {
        let kept = self.steps.partition_point(|step| *step <= steps);
        self.steps.truncate(kept);
        self.rows.truncate(kept * self.layers);
    }

    /// How many layers there are.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// At which steps they were measured, from 0: before the update of that step. The last one may
    /// be the number of steps that were made: after all of them.
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    /// What was measured of a layer, from 0, at each of the steps.
    pub fn of_layer(&self, layer: usize) -> impl ExactSizeIterator<Item = &LayerRow> + Clone {
        self.rows.iter().skip(layer).step_by(self.layers.max(1))
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// The format cannot hold them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let steps: Vec<u8> = self.steps.iter().flat_map(|step| step.to_le_bytes()).collect();
        let shape = vec![self.steps.len(), self.layers];
        let columns: Vec<(&str, Vec<u8>)> = LayerQuantity::ALL
            .into_iter()
            .map(|quantity| {
                let values = self.rows.iter().map(|row| row.get(quantity));
                (quantity.name(), values.flat_map(f32::to_le_bytes).collect())
            })
            .collect();
        let mut views = vec![(STEP, TensorView::new(Dtype::U64, vec![self.steps.len()], &steps))];
        for (name, bytes) in &columns {
            views.push((*name, TensorView::new(Dtype::F32, shape.clone(), bytes)));
        }
        let views: Vec<_> = views
            .into_iter()
            .map(|(name, view)| view.map(|view| (name, view)))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let format = HashMap::from([("format".to_owned(), FORMAT.to_owned())]);
        safetensors::serialize(views, Some(format)).map_err(|error| error.to_string())
    }

    /// The series in the file's bytes. A quantity that is not there is NaN, and one that is not
    /// known is passed over.
    ///
    /// # Errors
    /// They are not such a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
        let step = tensors.tensor(STEP).map_err(|_| format!("it has no tensor `{STEP}`"))?;
        if step.dtype() != Dtype::U64 || step.shape().len() != 1 {
            return Err(format!("its tensor `{STEP}` is no list of whole numbers"));
        }
        let (steps, _) = step.data().as_chunks::<8>();
        let steps: Vec<u64> = steps.iter().map(|&step| u64::from_le_bytes(step)).collect();
        let mut layers = None;
        let mut rows = Vec::new();
        for quantity in LayerQuantity::ALL {
            let Ok(column) = tensors.tensor(quantity.name()) else { continue };
            let of_layers = match column.shape() {
                [count, layers] if *count == steps.len() => *layers,
                _ => 0,
            };
            let layers = *layers.get_or_insert(of_layers);
            if column.dtype() != Dtype::F32 || of_layers != layers || layers == 0 {
                return Err(format!("its tensor `{}` has another shape", quantity.name()));
            }
            rows.resize(steps.len() * layers, LayerRow::default());
            let (values, _) = column.data().as_chunks::<4>();
            for (row, &value) in rows.iter_mut().zip(values) {
                row.0[quantity as usize] = f32::from_le_bytes(value);
            }
        }
        let layers = layers.ok_or("it has no column")?;
        Ok(LayerSeries { layers, steps, rows })
    }
}

/// The tensor of the steps.
const STEP: &str = "step";
/// What the file says it is.
const FORMAT: &str = "kindling-layers-1";

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> LayerSeries {
        let mut series = LayerSeries::new(2);
        for step in [0, 10, 20] {
            let row = |layer: f64| {
                let row = LayerRow::default().with(LayerQuantity::WeightRms, 0.1 + layer);
                row.with(LayerQuantity::UpdateRms, step as f64)
            };
            series.push(step, &[row(0.0), row(1.0)]);
        }
        series
    }

    fn bits(series: &LayerSeries) -> Vec<u32> {
        series.rows.iter().flat_map(|row| row.0.map(f32::to_bits)).collect()
    }

    #[test]
    fn a_series_reads_back_to_the_same_bits() {
        let written = series();
        let read = LayerSeries::from_bytes(&written.to_bytes().unwrap()).unwrap();
        assert_eq!((read.layers(), read.steps()), (2, written.steps()));
        assert_eq!(bits(&read), bits(&written));
        let second: Vec<f32> =
            read.of_layer(1).map(|row| row.get(LayerQuantity::WeightRms)).collect();
        assert_eq!(second, [1.1; 3]);
        assert!(read.of_layer(0).all(|row| row.get(LayerQuantity::Dead).is_nan()));
    }

    #[test]
    fn a_file_that_is_cut_or_of_something_else_is_refused_without_a_panic() {
        let bytes = series().to_bytes().unwrap();
        assert!((0..bytes.len()).all(|end| LayerSeries::from_bytes(&bytes[..end]).is_err()));
        let none: Vec<(&str, TensorView<'_>)> = Vec::new();
        let other = safetensors::serialize(none, None).unwrap();
        assert_eq!(LayerSeries::from_bytes(&other).unwrap_err(), "it has no tensor `step`");
    }

    #[test]
    fn what_was_measured_after_a_step_is_taken_away() {
        let mut cut = series();
        cut.truncate(10);
        assert_eq!(cut.steps(), [0, 10]);
        assert_eq!(cut.of_layer(1).len(), 2);
    }
}
