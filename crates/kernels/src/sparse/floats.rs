//! What bytes are to a network.

/// The float of each byte, `(byte - mean) / std`, and by how much it exceeds the background's.
#[derive(Debug)]
pub(super) struct Floats {
    /// The float of each byte.
    pub(super) of_byte: [f32; 256],
    /// By how much the float of each byte exceeds that of the background.
    pub(super) above: [f32; 256],
}

impl Floats {
    pub(super) fn new(mean: f32, std: f32) -> Self {
        let of_byte = std::array::from_fn(|byte| (byte as f32 - mean) / std);
        let background: f32 = of_byte[0];
        Floats { of_byte, above: of_byte.map(|float| float - background) }
    }

    /// The float of the background.
    pub(super) fn background(&self) -> f32 {
        self.of_byte[0]
    }
}
