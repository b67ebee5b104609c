//! `backend` and `device`: what computes, and on which device.

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Whole, Words};
use crate::string_enum::{StringEnum, string_enum};
use crate::syntax::{Diagnostics, MAX_INTEGER, Spanned, Value, toml_strings};

string_enum! {
    /// What computes.
    pub enum Backend {
        /// burn's CPU backend with SIMD kernels: the fastest on a CPU.
        Flex = "flex",
        /// burn's older CPU backend, on the crate `ndarray`.
        NdArray = "ndarray",
        /// burn's GPU backend on WebGPU: Vulkan, Metal or DirectX 12.
        Wgpu = "wgpu",
    }
}

/// Which of a machine's graphics adapters computes. Backends that compute on the CPU know the one
/// device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The best that there is.
    #[default]
    Best,
    /// The one of this number in the list of adapters, from 0.
    Index(u64),
    /// The first of this kind.
    Kind(AdapterKind),
}

string_enum! {
    /// What sort of thing a graphics adapter is; listed in the order in which they are preferred.
    pub enum AdapterKind {
        /// A card with a memory of its own.
        Discrete = "discrete",
        /// Part of the processor.
        Integrated = "integrated",
        /// What its driver does not say.
        Other = "other",
        /// A share of another machine's.
        Virtual = "virtual",
        /// A driver that computes on the CPU.
        Cpu = "cpu",
    }
}

/// A device, by the number of its adapter or by its kind.
pub(crate) struct Devices;

const INDICES: Whole = Whole(0..=MAX_INTEGER);

impl Domain<DeviceChoice> for Devices {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<DeviceChoice> {
        match value.value {
            Value::Text(_) => Words.read(value, name, diagnostics).map(DeviceChoice::Kind),
            _ => INDICES.read(value, name, diagnostics).map(DeviceChoice::Index),
        }
    }

    fn write(&self, value: &DeviceChoice) -> Option<toml::Value> {
        match value {
            DeviceChoice::Best => None,
            DeviceChoice::Index(index) => INDICES.write(index),
            DeviceChoice::Kind(kind) => Words.write(kind),
        }
    }

    fn takes(&self) -> String {
        let words: Vec<&str> = AdapterKind::WORDS.iter().map(|(word, _)| *word).collect();
        format!("a number in `train devices`, or {}", toml_strings(&words))
    }

    fn schema(&self) -> Json {
        let index = Domain::<u64>::schema(&INDICES);
        json!({ "anyOf": [index, Domain::<AdapterKind>::schema(&Words)] })
    }
}
