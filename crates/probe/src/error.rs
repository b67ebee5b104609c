//! Why a network cannot be probed.

/// Why a network cannot be probed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProbeError {
    /// There is nothing to probe.
    #[error("a network needs at least one layer")]
    NoLayer,
    /// A layer's numbers are not as its shape says, or it does not fit the layer before it.
    #[error("layer {layer} of shape {shape:?} does not fit its numbers or the layer before it")]
    Layer {
        /// The layer, from 1.
        layer: usize,
        /// Its shape.
        shape: [usize; 2],
    },
    /// Images and labels do not belong together.
    #[error("{numbers} numbers are not {labels} images (at least one) of one size")]
    Images {
        /// How many numbers there are.
        numbers: usize,
        /// How many labels.
        labels: usize,
    },
    /// Images of another size.
    #[error("the network takes images of {expected} numbers, but these have {got}")]
    Inputs {
        /// What the first layer takes.
        expected: usize,
        /// What an image has.
        got: usize,
    },
    /// A label beyond the classes.
    #[error("a label is {label}, but the network knows the classes 0 to {}", classes - 1)]
    Label {
        /// The label.
        label: usize,
        /// How many classes the network tells apart.
        classes: usize,
    },
    /// Norms or blocks do not fit the layers.
    #[error("the norms or the blocks do not fit the layers of the network")]
    Parts,
    /// Something is measured on plain networks alone.
    #[error("{what} is measured of networks without norms, skip connections and output scale")]
    NotPlain {
        /// What is measured.
        what: &'static str,
    },
    /// A block of layers that there is not.
    #[error(
        "there is no block from layer {first} to layer {last} of {layers}: it starts before it ends"
    )]
    Block {
        /// Its first layer.
        first: usize,
        /// Its last.
        last: usize,
        /// How many layers there are.
        layers: usize,
    },
}
