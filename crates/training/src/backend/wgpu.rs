//! The devices of the wgpu backend: the adapters that wgpu finds, each opened on demand.
//!
//! burn chooses an adapter by itself and does not say which. So the adapter is chosen here first,
//! and then requested from burn by its API, its kind and its index.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::wgpu::wgpu::{Backend, DeviceType, Instance, InstanceDescriptor};
use burn::tensor::{Device, DeviceKind};
use experiment::{AdapterKind, DeviceChoice};

use super::adapter::Adapter;
use super::selection::{choose, default_adapter};
use crate::error::BackendError;

/// The devices that are open: burn opens each once in a process. The lock is also held while
/// adapters are listed, because the Vulkan loader crashes if several threads make and drop
/// instances.
static OPENED: Mutex<Vec<(Adapter, Device)>> = Mutex::new(Vec::new());

fn opened() -> MutexGuard<'static, Vec<(Adapter, Device)>> {
    OPENED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The adapters of this machine, and the one that computes where a config names none.
pub(super) fn adapters() -> Result<(Vec<Adapter>, Option<Adapter>), BackendError> {
    let _opened = opened();
    let adapters = list();
    let default = match default_adapter(&adapters, variable().as_deref()) {
        Ok(adapter) => Some(adapter.clone()),
        Err(BackendError::NoAdapter) => None,
        Err(error) => return Err(error),
    };
    Ok((adapters, default))
}

/// The device that `choice` means.
pub(super) fn open(choice: DeviceChoice) -> Result<Device, BackendError> {
    let mut opened = opened();
    let adapters = list();
    let adapter = choose(&adapters, choice, variable().as_deref())?;
    if let Some((_, device)) = opened.iter().find(|(other, _)| other == adapter) {
        return Ok(device.clone());
    }
    let refused = |reason: String| BackendError::Refused { adapter: adapter.to_string(), reason };
    let kind = burns_kind(&adapters, adapter)
        .ok_or_else(|| refused("burn reaches only the first adapter of this kind".to_owned()))?;
    let api = APIS
        .into_iter()
        .find(|(_, name, _)| *name == adapter.api)
        .map_or(WgpuBackend::Auto, |(_, _, api)| api);
    let opening = Device::wgpu_options().device_kind(kind).graphics_api(api);
    let device = opening.init().map_err(|error| refused(error.to_string()))?;
    opened.push((adapter.clone(), device.clone()));
    Ok(device)
}

/// The name of the adapter of an open device.
pub(super) fn name(device: &Device) -> String {
    let opened = opened();
    opened
        .iter()
        .find(|(_, other)| other == device)
        .map_or_else(|| format!("{device:?}"), |(adapter, _)| adapter.to_string())
}

fn variable() -> Option<String> {
    std::env::var("CUBECL_WGPU_DEFAULT_DEVICE").ok()
}

/// How burn identifies an adapter within its API: by its kind and, for some kinds, its index.
fn burns_kind(adapters: &[Adapter], adapter: &Adapter) -> Option<DeviceKind> {
    let reached = || adapters.iter().filter(|other| other.api == adapter.api);
    let index =
        reached().filter(|other| other.kind == adapter.kind && other.index < adapter.index).count();
    match adapter.kind {
        AdapterKind::Discrete => Some(DeviceKind::DiscreteGpu(index)),
        AdapterKind::Integrated => Some(DeviceKind::IntegratedGpu(index)),
        AdapterKind::Virtual => Some(DeviceKind::VirtualGpu(index)),
        AdapterKind::Cpu => (index == 0).then_some(DeviceKind::Cpu),
        // burn cannot name these. Its default is one if the API reaches nothing better.
        AdapterKind::Other => {
            let better = |other: &Adapter| {
                matches!(other.kind, AdapterKind::Discrete | AdapterKind::Integrated)
            };
            (index == 0 && !reached().any(better)).then_some(DeviceKind::DefaultDevice)
        }
    }
}

/// The APIs that burn tries, in its order, each with its name.
#[cfg(target_os = "macos")]
const APIS: [(Backend, &str, WgpuBackend); 1] = [(Backend::Metal, "Metal", WgpuBackend::Metal)];
#[cfg(not(target_os = "macos"))]
const APIS: [(Backend, &str, WgpuBackend); 3] = [
    (Backend::Vulkan, "Vulkan", WgpuBackend::Vulkan),
    (Backend::Dx12, "DirectX 12", WgpuBackend::Dx12),
    (Backend::Gl, "OpenGL", WgpuBackend::Gl),
];

fn list() -> Vec<Adapter> {
    let mut adapters = Vec::new();
    for (backend, api, _) in APIS {
        // OpenGL lists the same cards again, with less detail.
        if backend == Backend::Gl
            && adapters.iter().any(|adapter: &Adapter| adapter.kind != AdapterKind::Cpu)
        {
            continue;
        }
        let instance = Instance::new(InstanceDescriptor {
            backends: backend.into(),
            ..InstanceDescriptor::new_without_display_handle()
        });
        for adapter in at_once(instance.enumerate_adapters(backend.into())).unwrap_or_default() {
            let info = adapter.get_info();
            let kind = match info.device_type {
                DeviceType::DiscreteGpu => AdapterKind::Discrete,
                DeviceType::IntegratedGpu => AdapterKind::Integrated,
                DeviceType::VirtualGpu => AdapterKind::Virtual,
                DeviceType::Cpu => AdapterKind::Cpu,
                DeviceType::Other => AdapterKind::Other,
            };
            let driver = [info.driver, info.driver_info].join(" ").trim().to_owned();
            adapters.push(Adapter { index: adapters.len(), kind, name: info.name, api, driver });
        }
    }
    adapters
}

/// The result of a future that is ready at once: only a browser would have to wait.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Tensor;

    use super::super::messages::in_plain_words;

    #[test]
    fn a_lost_adapter_is_reported_in_plain_words() {
        // Not one that `open` opens: other tests use those.
        let (device, setup) = Device::wgpu_options().init_with_setup().unwrap();
        let tensor = Tensor::<1>::ones([8], &device);
        setup.device.destroy();
        // As after a reset by the driver, the device reports the loss when it is next polled.
        let _ = setup.device.poll(burn::tensor::wgpu::wgpu::PollType::Poll);
        let lost = tensor.add_scalar(1).device().sync().unwrap_err();
        let said = in_plain_words(&lost.to_string());
        assert!(said.starts_with("the adapter was lost while it computed"), "{lost}");
    }
}
