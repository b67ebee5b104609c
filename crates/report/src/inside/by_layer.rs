//! Signal and gradient by layer beside theory, and the singular values of the Jacobian.

use probe::Measures;

use super::{Inside, InsideArm};
use crate::picture::{self, Chart, ChartAxis, ChartLine, ChartPoint, Picture, Spacing};
use crate::terminal_chart;

/// A quantity by layer.
pub(super) struct ByLayer {
    pub(super) file: &'static str,
    name: &'static str,
    title: &'static str,
    axis: &'static str,
}

pub(super) const ALL: [&ByLayer; 2] = [
    &ByLayer {
        file: "signal",
        name: "pre_activation_rms",
        title: "Signal by layer",
        axis: "rms of the pre-activations",
    },
    &ByLayer {
        file: "gradient",
        name: "gradient_rms",
        title: "Gradient by layer",
        axis: "rms of an image's gradient there",
    },
];

/// Singular values below this part of the largest are rounding.
const ROUNDING: f64 = 1e-8;

impl Inside {
    pub(super) fn by_layer(&self, what: &ByLayer) -> Picture {
        let (scope, arms) = (self.scope(), self.shown());
        let note = note(&arms, what);
        picture::chart(&chart(&arms, what, &scope, &note))
    }

    pub(super) fn by_layer_in_terminal(&self, what: &ByLayer, width: usize) -> String {
        let chart = terminal_chart(&chart(&self.shown(), what, "", ""), width);
        if chart.is_empty() { chart } else { format!("{}\n{chart}", what.title) }
    }

    pub(super) fn singular_values(&self) -> Picture {
        let arms = self.shown();
        let all = |arm: &InsideArm| {
            let values = |rank: usize| {
                let of = |measures: &Measures| {
                    let values = &measures.jacobian.singular_values;
                    let value = values.get(rank).filter(|value| **value > ROUNDING * values[0]);
                    value.copied().unwrap_or(f64::NAN)
                };
                let of_seeds: Vec<f64> = arm.probe.measures.iter().map(|(_, m)| of(m)).collect();
                point((rank + 1) as f64, &of_seeds)
            };
            let ranks = arm.probe.measures[0].1.jacobian.singular_values.len();
            (0..ranks).map(values).collect()
        };
        let lines = arms.iter().map(|arm| ChartLine {
            label: &arm.label,
            look: arm.look,
            points: all(arm),
            theory: Vec::new(),
        });
        picture::chart(&Chart {
            title: "Singular values of the Jacobian of the logits by the inputs",
            subtitle: &self.scope(),
            x: ChartAxis { name: "Rank", spacing: Spacing::Whole },
            y: ChartAxis { name: "singular value", spacing: Spacing::Logarithmic },
            lines: lines.collect(),
            levels: vec![(1.0, "1: lengths are kept")],
            note: "Each the mean over images. Band: smallest to largest seed. Not drawn: 0, and \
                   what rounding leaves of it.",
        })
    }
}

fn chart<'a>(
    arms: &[&'a InsideArm],
    what: &ByLayer,
    subtitle: &'a str,
    note: &'a str,
) -> Chart<'a> {
    let lines = arms.iter().map(|arm| ChartLine {
        label: &arm.label,
        look: arm.look,
        points: points(arm, what),
        theory: theory(arm, what),
    });
    Chart {
        title: what.title,
        subtitle,
        x: ChartAxis { name: "Layer", spacing: Spacing::Whole },
        y: ChartAxis { name: what.axis, spacing: Spacing::Logarithmic },
        lines: lines.collect(),
        levels: Vec::new(),
        note,
    }
}

fn points(arm: &InsideArm, what: &ByLayer) -> Vec<ChartPoint> {
    let layers = 1..=arm.probe.layer_count();
    layers.map(|layer| point(layer as f64, &arm.probe.values(Some(layer), what.name))).collect()
}

/// The mean of the seeds, with the smallest and the largest of several.
fn point(x: f64, values: &[f64]) -> ChartPoint {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let y = values.iter().sum::<f64>() / values.len() as f64;
    ChartPoint { x, y, band: (values.len() > 1).then_some((low, high)) }
}

fn theory(arm: &InsideArm, what: &ByLayer) -> Vec<ChartPoint> {
    let Some(expectation) = arm.probe.theory.expectation() else { return Vec::new() };
    let quantities = expectation.quantities.iter().filter(|quantity| quantity.name == what.name);
    let point = |quantity: &probe::ExpectedQuantity| {
        let band = quantity.expected.band.map(|[low, high]| (low, high));
        Some(ChartPoint { x: quantity.layer? as f64, y: quantity.expected.value, band })
    };
    quantities.filter_map(point).collect()
}

/// What lines, bands and whiskers are, and which arms have no place on a logarithmic axis.
fn note(arms: &[&InsideArm], what: &ByLayer) -> String {
    let mut note = String::new();
    if arms.iter().any(|arm| arm.probe.theory.expectation().is_some()) {
        note += "Dashed: theory, with the band of 95 % of such networks. ";
    }
    if arms.iter().any(|arm| arm.probe.measures.len() > 1) {
        note += "Whiskers and bands without it: smallest to largest seed. ";
    }
    let has_no_place = |arm: &&&InsideArm| {
        points(arm, what).iter().all(|point| !(point.y > 0.0 && point.y.is_finite()))
    };
    let unplaced: Vec<&str> =
        arms.iter().filter(has_no_place).map(|arm| arm.label.as_str()).collect();
    match unplaced.as_slice() {
        [] => {}
        [one] => note += &format!("Not drawn: {one}, 0 or not finite."),
        more => note += &format!("Not drawn: {} starts, 0 or not finite.", more.len()),
    }
    note
}
