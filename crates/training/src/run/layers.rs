//! Measures each layer while it trains: weights, gradients, updates, activations. Nothing that
//! trains is changed, and no random number of a run is drawn.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use experiment::{Every, Settings};
use kernels::{ChangeSums, Numbers, squared_distance, sum_of_squares};
use model::{HiddenLayer, Inputs, LayerWeights};
use probe::{Activity, sample_images};
use record::{LayerQuantity, LayerRow};

use crate::burn_glue::Classifier;
use crate::data::Images;

/// What layers are measured with.
pub(super) struct LayerProbe {
    every: Every,
    /// The images of activations, which all networks share.
    images: Inputs,
    /// The initial weights of each layer, of all runs.
    start: Vec<Numbers>,
}

/// A step that is measured: what is known before its update.
pub(super) struct MeasuredStep {
    /// The weights of each layer, of all runs.
    weights: Vec<Numbers>,
    /// Of each run, of each layer.
    rows: Vec<Vec<LayerRow>>,
}

impl LayerProbe {
    /// What the settings ask for, of runs with these initial weights; `None` if they ask for
    /// nothing.
    pub(super) fn of(
        settings: &Settings,
        training: &Images,
        start: &[Vec<LayerWeights>],
    ) -> Option<Self> {
        let recording = &settings.record;
        if !recording.layers {
            return None;
        }
        let images = training.gather(&[&sample_images(training.len(), recording.images)]).images;
        let start = weights(&Classifier::new(start, settings, training.device()));
        Some(LayerProbe { every: recording.every, images, start })
    }

    pub(super) fn is_due(&self, step: u64) -> bool {
        self.every.is_due(step)
    }

    /// Measures networks before an update.
    pub(super) fn before_update(&self, networks: &Classifier) -> MeasuredStep {
        let networks = networks.valid();
        let weights = weights(&networks);
        let hidden: Vec<Hidden> =
            networks.network.hidden_layers(self.images.clone()).iter().map(Hidden::of).collect();
        let (runs, layers) = (networks.runs(), weights.len());
        let row = |run: usize, layer: usize| {
            let row = change_since_start(part(&weights[layer], run, runs), {
                part(&self.start[layer], run, runs)
            });
            match hidden.get(layer) {
                Some(hidden) => with_activity(row, hidden.activity(&networks, run, runs)),
                None => row,
            }
        };
        let rows = (0..runs).map(|run| (0..layers).map(|layer| row(run, layer)).collect());
        MeasuredStep { rows: rows.collect(), weights }
    }
}

impl MeasuredStep {
    /// Takes the gradients of the step's loss, before anything is done to them.
    pub(super) fn take_gradients(&mut self, networks: &Classifier, gradients: &GradientsParams) {
        let runs = self.rows.len();
        for (layer, of) in networks.network.layers.iter().enumerate() {
            let Some(gradient) = gradients.get::<3>(of.weight.id) else { continue };
            // Let go before the step: it would not change in place what is held.
            let gradient = Numbers::of(&gradient);
            for (run, rows) in self.rows.iter_mut().enumerate() {
                let numbers = part(&gradient, run, runs);
                let rms = rms(sum_of_squares(numbers), numbers.len() as f64);
                rows[layer] = rows[layer].with(LayerQuantity::GradientRms, rms);
            }
        }
    }

    /// The rows of each run, now that the update is made.
    pub(super) fn after_update(self, networks: &Classifier) -> Vec<Vec<LayerRow>> {
        let MeasuredStep { weights: before, mut rows } = self;
        let (after, runs) = (weights(&networks.valid()), rows.len());
        for (run, rows) in rows.iter_mut().enumerate() {
            for (layer, row) in rows.iter_mut().enumerate() {
                let (a, b) = (part(&before[layer], run, runs), part(&after[layer], run, runs));
                let count = a.len() as f64;
                *row = row.with(LayerQuantity::UpdateRms, rms(squared_distance(a, b), count));
            }
        }
        rows
    }

    /// The rows of each run after its last step: there is no update any more.
    pub(super) fn without_update(self) -> Vec<Vec<LayerRow>> {
        self.rows
    }
}

/// What a hidden layer of all runs makes of the images.
struct Hidden {
    pre_activation: Numbers,
    activation: Numbers,
    units: usize,
}

impl Hidden {
    fn of(layer: &HiddenLayer) -> Self {
        let [_, _, units] = layer.activation.dims();
        let numbers = |tensor: &Tensor<3>| Numbers::of(tensor);
        Hidden {
            pre_activation: numbers(&layer.pre_activation),
            activation: numbers(&layer.activation),
            units,
        }
    }

    fn activity(&self, networks: &Classifier, run: usize, runs: usize) -> Option<Activity> {
        let activation = networks.network.activation();
        let (pre, post) =
            (part(&self.pre_activation, run, runs), part(&self.activation, run, runs));
        Activity::of(activation, pre, post, self.units)
    }
}

/// The weights of each layer, of all runs.
fn weights(networks: &Classifier) -> Vec<Numbers> {
    networks.network.layers.iter().map(|layer| Numbers::of(&layer.weight.val())).collect()
}

/// The numbers of one run of `runs`.
fn part(numbers: &[f32], run: usize, runs: usize) -> &[f32] {
    let length = numbers.len() / runs.max(1);
    &numbers[run * length..][..length]
}

fn rms(sum_of_squares: f64, count: f64) -> f64 {
    (sum_of_squares / count).sqrt()
}

fn change_since_start(weight: &[f32], start: &[f32]) -> LayerRow {
    let count = weight.len() as f64;
    let sums = ChangeSums::of(weight, start);
    LayerRow::default()
        .with(LayerQuantity::WeightRms, rms(sums.weight, count))
        .with(LayerQuantity::Distance, rms(sums.distance, count))
        .with(LayerQuantity::StartCosine, sums.product / (sums.weight * sums.start).sqrt())
}

fn with_activity(row: LayerRow, activity: Option<Activity>) -> LayerRow {
    let Some(activity) = activity else { return row };
    row.with(LayerQuantity::ActivationMean, activity.mean)
        .with(LayerQuantity::ActivationRms, activity.rms)
        .with(LayerQuantity::Off, activity.off)
        .with(LayerQuantity::Dead, activity.dead)
        .with(LayerQuantity::Saturated, activity.saturated.unwrap_or(f64::NAN))
        .with(LayerQuantity::EffectiveRank, activity.effective_rank)
}
