//! Backends by name, as burn devices: which are in this build, and what to type for the one that is not.

use burn::tensor::Device;
use experiment::{Backend, Settings};

use crate::learner::CHUNK;

/// Why a backend cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The program was built without it.
    #[error(
        "this build has no {0} backend; build it with the cargo feature `{0}`:\n    \
         cargo run -p train --features {0} -- --backend {0} ..."
    )]
    NotBuilt(&'static str),
    /// There is no device for it.
    #[error(
        "no graphics adapter for the wgpu backend: {0}\n\
         Install a driver (Debian: mesa-vulkan-drivers has one in software), or train with `--backend flex`"
    )]
    NoAdapter(String),
}

/// The device of `backend`, without autodiff.
///
/// # Errors
/// The backend is not in this build, or the machine has no device for it.
pub fn open_device(backend: Backend) -> Result<Device, BackendError> {
    match backend {
        Backend::Flex => Ok(Device::flex()),
        // Deprecated upstream, and kept while burn has it: a second, independent CPU backend to compare with.
        #[allow(deprecated)]
        Backend::NdArray => Ok(Device::ndarray()),
        #[cfg(feature = "wgpu")]
        Backend::Wgpu => open_wgpu(),
        #[cfg(not(feature = "wgpu"))]
        Backend::Wgpu => Err(BackendError::NotBuilt("wgpu")),
    }
}

/// Opens the default adapter. burn panics where there is none, and a panic is the only word it has for that.
#[cfg(feature = "wgpu")]
fn open_wgpu() -> Result<Device, BackendError> {
    use burn::tensor::{DeviceKind, Tensor};
    let probe = || {
        let device = Device::wgpu(DeviceKind::DefaultDevice);
        Tensor::<1>::zeros([1], &device).into_data();
        device
    };
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let probed = std::panic::catch_unwind(probe);
    std::panic::set_hook(hook);
    probed.map_err(|panic| BackendError::NoAdapter(crate::run::panic_message(&*panic)))
}

/// How many runs are to train as one where nobody says. A processor is kept busy by one run on each core. A graphics
/// processor waits for its launches, so it gets as many runs as its memory takes: no buffer beyond what every adapter
/// allocates.
pub(crate) fn stack_size(settings: &Settings) -> usize {
    const LARGEST_BUFFER: usize = 128 << 20;
    match settings.backend {
        Backend::Flex | Backend::NdArray => 1,
        Backend::Wgpu => {
            let widths = settings.model.widths();
            let weights = widths.windows(2).map(|pair| pair[0] * pair[1]).max().unwrap_or(1);
            let widest = widths.iter().copied().max().unwrap_or(1);
            let batch = settings.training.batch_size.max(CHUNK) * widest;
            (LARGEST_BUFFER / (size_of::<f32>() * weights.max(batch))).max(1)
        }
    }
}

/// What the backend's device is called in a record.
pub(crate) fn device_name(backend: Backend, device: &Device) -> String {
    match backend {
        Backend::Flex | Backend::NdArray => "cpu".to_owned(),
        Backend::Wgpu => format!("{device:?}"),
    }
}
