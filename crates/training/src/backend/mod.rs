//! Backends by name as burn devices: which ones this build has, and on which adapters they compute.

mod adapter;
mod messages;
#[cfg(any(feature = "wgpu", test))]
mod selection;
#[cfg(feature = "wgpu")]
mod wgpu;

use burn::tensor::Device;
use experiment::{Backend, DeviceChoice};

use crate::error::BackendError;

pub use adapter::Adapter;
pub(crate) use messages::in_plain_words;

/// The largest buffer that every adapter can bind, in bytes.
pub(crate) const LARGEST_BUFFER: usize = 128 << 20;

/// The device of `backend` that `choice` means, without autodiff.
///
/// # Errors
/// The backend is not in this build, or the machine has no such device.
pub fn open_device(backend: Backend, choice: DeviceChoice) -> Result<Device, BackendError> {
    match backend {
        Backend::Flex => Ok(Device::flex()),
        // Deprecated in burn. Kept as a second, independent CPU backend to compare with.
        #[allow(deprecated)]
        Backend::NdArray => Ok(Device::ndarray()),
        #[cfg(feature = "wgpu")]
        Backend::Wgpu => wgpu::open(choice),
        #[cfg(not(feature = "wgpu"))]
        Backend::Wgpu => {
            let _ = choice;
            Err(BackendError::NotBuilt(Backend::Wgpu.name()))
        }
    }
}

/// The graphics adapters of this machine, and the one that computes where a config names none.
///
/// # Errors
/// This build has no backend for them, or `CUBECL_WGPU_DEFAULT_DEVICE` names a missing one.
pub fn adapters() -> Result<(Vec<Adapter>, Option<Adapter>), BackendError> {
    #[cfg(feature = "wgpu")]
    return wgpu::adapters();
    #[cfg(not(feature = "wgpu"))]
    Err(BackendError::NotBuilt(Backend::Wgpu.name()))
}

/// The name of the backend's device in a record.
pub(crate) fn device_name(backend: Backend, device: &Device) -> String {
    match backend {
        Backend::Flex | Backend::NdArray => "cpu".to_owned(),
        #[cfg(feature = "wgpu")]
        Backend::Wgpu => wgpu::name(device),
        #[cfg(not(feature = "wgpu"))]
        Backend::Wgpu => format!("{device:?}"),
    }
}
