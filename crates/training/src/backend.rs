//! Backends by name, as burn devices: which are in this build, on which adapters they compute, and what to type for the
//! one that is not there.

use burn::tensor::Device;
use experiment::{Backend, DeviceChoice, Settings};

use crate::adapter::Adapter;
use crate::learner::CHUNK;
#[cfg(feature = "wgpu")]
use crate::wgpu;

/// The largest buffer that every adapter can bind, in bytes.
pub(crate) const LARGEST_BUFFER: usize = 128 << 20;

/// Why a backend cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The program was built without it.
    #[error(
        "this build has no {0} backend; build it with the cargo feature `{0}`:\n    \
         cargo run -p train --features {0} -- --backend {0} ..."
    )]
    NotBuilt(&'static str),
    /// The machine has no graphics adapter.
    #[error(
        "this machine has no graphics adapter for the wgpu backend\n\
         Install its driver (Debian: mesa-vulkan-drivers has those of AMD and Intel, and one in software), or train \
         with `--backend flex`"
    )]
    NoAdapter,
    /// The machine has graphics adapters, but not this one.
    #[error("{0}")]
    NoSuchAdapter(String),
    /// The adapter is there, and cannot be used.
    #[error(
        "{adapter} cannot be used: {reason}\nTry another one (`train devices` lists them), or `--backend flex`"
    )]
    Refused {
        /// The adapter.
        adapter: String,
        /// burn's or its driver's word on why.
        reason: String,
    },
}

impl BackendError {
    /// Whether it is for the person to put right, not a failure of the machine.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, BackendError::Refused { .. })
    }
}

/// The device of `backend` that `choice` means, without autodiff.
///
/// # Errors
/// The backend is not in this build, or the machine has no such device.
pub fn open_device(backend: Backend, choice: DeviceChoice) -> Result<Device, BackendError> {
    match backend {
        Backend::Flex => Ok(Device::flex()),
        // Deprecated upstream, and kept while burn has it: a second, independent CPU backend to compare with.
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

/// The graphics adapters of this machine, and the one of them that computes where a config names none.
///
/// # Errors
/// This build has no backend that computes on them, or `CUBECL_WGPU_DEFAULT_DEVICE` names one that is not there.
pub fn adapters() -> Result<(Vec<Adapter>, Option<Adapter>), BackendError> {
    #[cfg(feature = "wgpu")]
    return wgpu::adapters();
    #[cfg(not(feature = "wgpu"))]
    Err(BackendError::NotBuilt(Backend::Wgpu.name()))
}

/// How many runs are to train as one where nobody says. A processor is kept busy by one run on each core. A graphics
/// processor waits for its launches, so it gets as many runs as its memory takes: no buffer beyond what every adapter
/// allocates.
pub(crate) fn stack_size(settings: &Settings) -> usize {
    match settings.backend {
        Backend::Flex | Backend::NdArray => 1,
        Backend::Wgpu => {
            let widths = settings.model.widths();
            let weights = widths.windows(2).map(|pair| pair[0] * pair[1]).max().unwrap_or(1);
            let inputs = settings.training.batch_size * widths[0];
            // All runs validate on the same images, so that only what follows the first layer is each run's own.
            let outputs =
                settings.training.batch_size.max(CHUNK) * widths[1..].iter().max().unwrap_or(&1);
            (LARGEST_BUFFER / (size_of::<f32>() * weights.max(inputs).max(outputs))).max(1)
        }
    }
}

/// What the backend's device is called in a record.
pub(crate) fn device_name(backend: Backend, device: &Device) -> String {
    match backend {
        Backend::Flex | Backend::NdArray => "cpu".to_owned(),
        #[cfg(feature = "wgpu")]
        Backend::Wgpu => wgpu::name(device),
        #[cfg(not(feature = "wgpu"))]
        Backend::Wgpu => format!("{device:?}"),
    }
}

/// What ended a run, in words for whoever started it: a GPU backend tells of its troubles with backtraces, to programmers.
pub(crate) fn in_plain_words(message: &str) -> String {
    let bytes_after = |phrase: &str| {
        let (_, rest) = message.split_once(phrase)?;
        rest.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())
    };
    if let Some(bytes) = bytes_after("can't allocate buffer of size") {
        return format!(
            "the adapter's memory takes no single buffer of {bytes} bytes: the network is too wide for it\n\
             Try another adapter (`train devices` lists them), or `--backend flex`"
        );
    }
    if let Some(bytes) = bytes_after("out of device memory allocating") {
        return format!(
            "the adapter's memory is full: {bytes} bytes more were asked for\n\
             Try fewer runs at once (`--jobs 1`, `--stack 10`), another adapter, or `--backend flex`"
        );
    }
    if let Some((_, reason)) = message.split_once("The device is poisoned") {
        let reason = reason.split("Caused by:").nth(1).unwrap_or_default();
        let reason = reason
            .split(['\n', '"'])
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or("no reason given");
        return format!(
            "the adapter was lost while it computed ({reason}); the same command goes on from the last checkpoint"
        );
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_trains_as_many_runs_as_one_as_every_adapters_buffers_hold() {
        let folder = tempfile::tempdir().unwrap();
        let size = |text: &str| {
            let file = folder.path().join("x.toml");
            std::fs::write(&file, text).unwrap();
            let runs = experiment::load(&[file], &experiment::Overrides::default()).unwrap().runs();
            stack_size(&runs[0].settings)
        };
        assert_eq!(size(""), 1);
        // 1,000 validation images x 256 outputs x 4 bytes.
        assert_eq!(size("backend = \"wgpu\""), 131);
        assert_eq!(size("backend = \"wgpu\"\nmodel.hidden = [65536]"), 1);
    }

    #[test]
    fn an_adapters_troubles_are_told_without_backtraces() {
        let large = "An error happened during execution\nCaused by:\n  can't allocate buffer of size: 188160000\n   0: a";
        assert!(
            in_plain_words(large)
                .starts_with("the adapter's memory takes no single buffer of 188160000 bytes:")
        );
        let full = "Caused by:\n  out of device memory allocating 4096 bytes\n   0: frame";
        assert!(in_plain_words(full).starts_with("the adapter's memory is full: 4096 bytes more"));
        let lost = "Caused by:\n  The device is poisoned\nCaused by:\n  Unknown: reset by the driver\n   0: frame";
        assert!(
            in_plain_words(lost).starts_with(
                "the adapter was lost while it computed (Unknown: reset by the driver);"
            )
        );
        assert_eq!(in_plain_words("the disk is full"), "the disk is full");
    }
}
