//! Histograms of activations and gradients, a row an arm, a panel a layer.

use probe::{Histogram, LayerMeasures, short};

use super::{Inside, InsideArm};
use crate::picture::{HistogramPanel, HistogramRow, Picture, small_multiples};

/// What is distributed.
pub(super) struct Distribution {
    pub(super) file: &'static str,
    title: &'static str,
    panel: fn(&LayerMeasures) -> Option<HistogramPanel>,
}

pub(super) const ALL: [&Distribution; 2] = [
    &Distribution { file: "activations", title: "Activations by layer", panel: activations },
    &Distribution {
        file: "gradients",
        title: "Gradients at the pre-activations by layer",
        panel: gradients,
    },
];

impl Inside {
    /// Of the first seed of each arm; nothing where no arm has any.
    pub(super) fn distributions(&self, what: &Distribution) -> Option<Picture> {
        let row = |arm: &&InsideArm| {
            let (_, measures) = arm.probe.measures.first()?;
            let panels: Vec<HistogramPanel> =
                measures.layers.iter().filter_map(what.panel).collect();
            let (label, look) = (arm.label.clone(), arm.look);
            (!panels.is_empty()).then_some(HistogramRow { label, look, panels })
        };
        let arms = self.shown();
        let rows: Vec<HistogramRow> = arms.iter().filter_map(row).collect();
        let seed = arms.first()?.probe.measures[0].0;
        let subtitle = format!(
            "{}, of which seed {seed} is shown; each panel on scales of its own; zeros are told, \
             not drawn",
            self.scope()
        );
        (!rows.is_empty()).then(|| small_multiples(what.title, &subtitle, &rows))
    }
}

fn activations(layer: &LayerMeasures) -> Option<HistogramPanel> {
    let activation = layer.activation.as_ref()?;
    let rms = format!("rms {}", short(activation.rms));
    Some(panel(layer, &activation.values, activation.off, &rms))
}

/// Where an activation of ReLU is 0, so is the gradient.
fn gradients(layer: &LayerMeasures) -> Option<HistogramPanel> {
    let off = layer.activation.as_ref().map_or(0.0, |activation| activation.off);
    Some(panel(layer, &layer.gradients, off, &format!("rms {}", short(layer.gradient_rms))))
}

/// The histogram without the share that is exactly 0: one bar would hide all others.
fn panel(layer: &LayerMeasures, of: &Histogram, zeros: f64, note: &str) -> HistogramPanel {
    let mut counts = of.counts.clone();
    if let Some(bin) = bin_of_zero(of) {
        let total: u64 = counts.iter().sum();
        counts[bin] = counts[bin].saturating_sub((zeros * total as f64).round() as u64);
    }
    let zeros = match zeros {
        0.0 => String::new(),
        zeros => format!("{} % zeros, ", short(100.0 * zeros)),
    };
    HistogramPanel {
        name: format!("Layer {}", layer.layer),
        note: format!("{zeros}{note}"),
        low: of.min,
        high: of.max,
        counts,
    }
}

/// The bin that holds 0, if any does.
fn bin_of_zero(of: &Histogram) -> Option<usize> {
    if !(of.min <= 0.0 && 0.0 <= of.max && of.min < of.max) || of.counts.is_empty() {
        return None;
    }
    let bin = (-of.min * of.counts.len() as f64 / (of.max - of.min)) as usize;
    Some(bin.min(of.counts.len() - 1))
}
