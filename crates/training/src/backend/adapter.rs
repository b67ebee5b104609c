//! A graphics adapter of this machine, as wgpu describes it.

use std::fmt;

use experiment::AdapterKind;

/// A graphics adapter of this machine. A card appears once for each API that reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its index in the list of adapters, from 0.
    pub index: usize,
    /// Its kind.
    pub kind: AdapterKind,
    /// Its name.
    pub name: String,
    /// The API that reaches it: Vulkan, Metal, DirectX 12 or OpenGL.
    pub api: &'static str,
    /// Its driver, with the driver's version.
    pub driver: String,
}

/// "Radeon RX 7600 (Vulkan, radv Mesa 24.1.0)": its name in a record.
impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.name, self.api, self.driver)
    }
}
