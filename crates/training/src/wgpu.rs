//! The wgpu backend's devices: the adapters that wgpu finds, opened one by one. burn would choose by itself, without a
//! word on what it chose, so that the adapter is found first and then asked of burn by its API, its kind and its place.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::wgpu::wgpu::{Backend, DeviceType, Instance, InstanceDescriptor};
use burn::tensor::{Device, DeviceKind};
use experiment::{AdapterKind, DeviceChoice};

use crate::adapter::Adapter;
use crate::backend::BackendError;
use crate::choice::{choose, default_adapter};

/// The devices that were opened: burn opens each once in a process. Held while adapters are listed too, since the Vulkan
/// loader crashes where instances come and go on several threads.
static OPENED: Mutex<Vec<(Adapter, Device)>> = Mutex::new(Vec::new());

fn opened() -> MutexGuard<'static, Vec<(Adapter, Device)>> {
    OPENED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The adapters of this machine, and the one that computes where a config names none.
pub(crate) fn adapters() -> Result<(Vec<Adapter>, Option<Adapter>), BackendError> {
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
pub(crate) fn open(choice: DeviceChoice) -> Result<Device, BackendError> {
    let mut opened = opened();
    let adapters = list();
    let adapter = choose(&adapters, choice, variable().as_deref())?;
    if let Some((_, device)) = opened.iter().find(|(other, _)| other == adapter) {
        return Ok(device.clone());
    }
    let refused = |reason: String| BackendError::Refused { adapter: adapter.to_string(), reason };
    let kind = burns_kind(&adapters, adapter).ok_or_else(|| {
        refused("burn reaches the first only of those that are no cards".to_owned())
    })?;
    let api = APIS
        .into_iter()
        .find(|(_, name, _)| *name == adapter.api)
        .map_or(WgpuBackend::Auto, |(_, _, api)| api);
    let opening = Device::wgpu_options().device_kind(kind).graphics_api(api);
    let device = opening.init().map_err(|error| refused(error.to_string()))?;
    opened.push((adapter.clone(), device.clone()));
    Ok(device)
}

/// The adapter of a device that was opened here.
pub(crate) fn name(device: &Device) -> String {
    let opened = opened();
    opened
        .iter()
        .find(|(_, other)| other == device)
        .map_or_else(|| format!("{device:?}"), |(adapter, _)| adapter.to_string())
}

fn variable() -> Option<String> {
    std::env::var("CUBECL_WGPU_DEFAULT_DEVICE").ok()
}

/// How burn is asked for an adapter of its API: by its kind, and by its place among those of the kind where it counts them.
fn burns_kind(adapters: &[Adapter], adapter: &Adapter) -> Option<DeviceKind> {
    let reached = || adapters.iter().filter(|other| other.api == adapter.api);
    let place =
        reached().filter(|other| other.kind == adapter.kind && other.index < adapter.index).count();
    match adapter.kind {
        AdapterKind::Discrete => Some(DeviceKind::DiscreteGpu(place)),
        AdapterKind::Integrated => Some(DeviceKind::IntegratedGpu(place)),
        AdapterKind::Virtual => Some(DeviceKind::VirtualGpu(place)),
        AdapterKind::Cpu => (place == 0).then_some(DeviceKind::Cpu),
        // It has no word for these, but its default is one where the API reaches nothing better.
        AdapterKind::Other => {
            let better = |other: &Adapter| {
                matches!(other.kind, AdapterKind::Discrete | AdapterKind::Integrated)
            };
            (place == 0 && !reached().any(better)).then_some(DeviceKind::DefaultDevice)
        }
    }
}

/// The APIs that burn tries, in its order.
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
        // OpenGL reaches the cards of the others again, under a poorer name.
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

/// What a future has to say when it is first asked: only in a browser would there be something to wait for.
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

    use crate::backend::in_plain_words;

    #[test]
    fn a_lost_adapter_is_told_in_plain_words() {
        // Not one of those that `open` opens, which other tests use.
        let (device, setup) = Device::wgpu_options().init_with_setup().unwrap();
        let tensor = Tensor::<1>::ones([8], &device);
        setup.device.destroy();
        // As when a driver resets a card, the device tells of it when it is next asked how far it is.
        let _ = setup.device.poll(burn::tensor::wgpu::wgpu::PollType::Poll);
        let lost = tensor.add_scalar(1).device().sync().unwrap_err();
        let said = in_plain_words(&lost.to_string());
        assert!(said.starts_with("the adapter was lost while it computed"), "{lost}");
    }
}
