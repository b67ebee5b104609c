//! Maps of a sweep: of one axis over its values and the layers, of two axes over both.

use probe::ArmProbe;

use super::{Inside, InsideArm};
use crate::picture::{Colours, HeatMap, HeatPanel, HeatSide, Picture, heat_map};

/// Arms that have a map.
const ARMS: usize = 6;

/// A quantity by layer, over one axis.
const OVER_LAYERS: [(&str, &str, &str, &str); 2] = [
    ("signal-map", "pre_activation_rms", "Signal", "rms of the pre-activations"),
    ("gradient-map", "gradient_rms", "Gradient", "rms of an image's gradient"),
];

/// A quantity of a network, over two axes.
struct OfNetwork {
    file: &'static str,
    title: &'static str,
    quantity: &'static str,
    colours: Colours,
    value: fn(&ArmProbe) -> f64,
}

const OF_NETWORK: [OfNetwork; 3] = [
    OfNetwork {
        file: "signal-map",
        title: "Signal: the last layer's over the first's",
        quantity: "rms of pre-activations, last / first",
        colours: Colours::AroundOne,
        value: |probe| {
            let of = |layer| probe.mean(Some(layer), "pre_activation_rms");
            of(probe.layer_count()) / of(1)
        },
    },
    OfNetwork {
        file: "gradient-map",
        title: "Gradient: the first layer's over the last's",
        quantity: "rms of gradients, first / last",
        colours: Colours::AroundOne,
        value: |probe| 1.0 / probe.gradient_ratio(),
    },
    OfNetwork {
        file: "cosine-map",
        title: "How alike two images are to the last hidden layer",
        quantity: "mean cosine",
        colours: Colours::Linear,
        value: |probe| probe.mean(Some(probe.layer_count().saturating_sub(1)), "cosine"),
    },
];

impl Inside {
    /// The maps, with a name each; none without axes, or of more than two.
    pub(super) fn sweep_maps(&self) -> Vec<(&'static str, Picture)> {
        match self.axes.len() {
            1 => OVER_LAYERS.iter().map(|what| (what.0, self.over_layers(*what))).collect(),
            2 => OF_NETWORK.iter().map(|what| (what.file, self.over_axes(what))).collect(),
            _ => Vec::new(),
        }
    }

    /// The arms with their points, and what is left out.
    fn swept_arms(&self) -> (Vec<(&str, Vec<&InsideArm>)>, String) {
        let mut arms: Vec<(&str, Vec<&InsideArm>)> = Vec::new();
        for point in &self.arms {
            match arms.iter_mut().find(|(arm, _)| *arm == point.arm) {
                Some((_, points)) => points.push(point),
                None => arms.push((&point.arm, vec![point])),
            }
        }
        let all = arms.len();
        arms.truncate(ARMS);
        let left_out =
            if all > ARMS { format!(" The first {ARMS} of {all} arms.") } else { String::new() };
        (arms, left_out)
    }

    fn over_layers(&self, (_, name, title, quantity): (&str, &str, &str, &str)) -> Picture {
        let (arms, left_out) = self.swept_arms();
        let axis = &self.axes[0];
        let layers = self.arms.iter().map(|arm| arm.probe.layer_count()).max().unwrap_or(0);
        let panel = |(arm, points): &(&str, Vec<&InsideArm>)| {
            let row = |index: usize| {
                let point = points.iter().find(|point| point.at == [index]);
                let value = |layer| point.map_or(f64::NAN, |at| at.probe.mean(Some(layer), name));
                (1..=layers).map(value).collect()
            };
            HeatPanel { label: (*arm).to_owned(), rows: (0..axis.values.len()).map(row).collect() }
        };
        heat_map(&HeatMap {
            title: &format!("{title} over layers and {}", axis.name),
            subtitle: &self.scope_of_all(),
            across: HeatSide {
                name: "Layer",
                labels: (1..=layers).map(|layer| layer.to_string()).collect(),
            },
            up: HeatSide { name: &axis.name, labels: axis.values.clone() },
            quantity,
            colours: Colours::Logarithmic,
            panels: arms.iter().map(panel).collect(),
            note: &format!("Empty: 0, not finite, or no such layer.{left_out}"),
        })
    }

    fn over_axes(&self, what: &OfNetwork) -> Picture {
        let (arms, left_out) = self.swept_arms();
        let [across, up] = [0, 1].map(|i| &self.axes[i]);
        let panel = |(arm, points): &(&str, Vec<&InsideArm>)| {
            let cell = |column: usize, row: usize| {
                let point = points.iter().find(|point| point.at == [column, row]);
                point.map_or(f64::NAN, |point| (what.value)(&point.probe))
            };
            let row = |row| (0..across.values.len()).map(|column| cell(column, row)).collect();
            HeatPanel { label: (*arm).to_owned(), rows: (0..up.values.len()).map(row).collect() }
        };
        heat_map(&HeatMap {
            title: what.title,
            subtitle: &self.scope_of_all(),
            across: HeatSide { name: &across.name, labels: across.values.clone() },
            up: HeatSide { name: &up.name, labels: up.values.clone() },
            quantity: what.quantity,
            colours: what.colours,
            panels: arms.iter().map(panel).collect(),
            note: &format!("Empty: 0, not finite, or not looked into.{left_out}"),
        })
    }
}
