//! The arms on the phase plane of mean-field theory.

use initializers::Activation;
use probe::{InnerLayers, short};

use super::{Inside, InsideArm};
use crate::picture::{PhasePlane, PhasePoint, Picture, phase_plane};

impl Inside {
    /// The arms on the plane of their weights' and biases' variances; none where no arm has inner
    /// layers that theory knows, or where arms differ in their activation.
    pub(super) fn plane(&self) -> Option<Picture> {
        let arms = self.shown();
        let on_plane: Vec<(&InsideArm, &InnerLayers)> = arms
            .iter()
            .filter_map(|arm| Some((*arm, arm.probe.theory.expectation()?.inner.as_ref()?)))
            .filter(|(_, inner)| inner.weight_variance > 0.0)
            .collect();
        let activation = on_plane.first()?.0.probe.context.activation;
        if on_plane.iter().any(|(arm, _)| arm.probe.context.activation != activation) {
            return None;
        }
        let critical = critical_line(activation);
        let points = on_plane.iter().map(|(arm, inner)| PhasePoint {
            label: &arm.label,
            look: arm.look,
            x: inner.weight_variance.sqrt(),
            y: inner.bias_variance.sqrt(),
        });
        let start = critical.first().map_or("–".to_owned(), |(x, _)| short(*x));
        let left_out = match arms.len() - on_plane.len() {
            0 => String::new(),
            1 => " One arm is not on the plane: its weights are not random of mean 0.".to_owned(),
            many => format!(" {many} arms are not on it: weights not random of mean 0."),
        };
        Some(phase_plane(&PhasePlane {
            title: &format!("Order and chaos: {activation}"),
            subtitle: "the layers between the first and the last",
            x_name: "σ_w",
            y_name: "σ_b",
            critical: &critical,
            regions: ["ordered: gradients shrink", "chaotic: gradients grow"],
            points: points.collect(),
            logarithmic_x: true,
            note: &format!(
                "σ_w²: variance of a weight times fan-in; σ_b²: of a bias. The line starts at \
                 σ_w = {start}.{left_out}"
            ),
        }))
    }
}

/// The critical line as pairs of σ_w and σ_b.
fn critical_line(activation: Activation) -> Vec<(f64, f64)> {
    let fixed_points: Vec<f64> = (-120..=30).map(|i| 10f64.powf(f64::from(i) / 30.0)).collect();
    let mut line: Vec<(f64, f64)> = theory::critical_line(activation, &fixed_points)
        .iter()
        .map(|point| (point.weight_variance.sqrt(), point.bias_variance.sqrt()))
        .collect();
    line.dedup();
    line
}
