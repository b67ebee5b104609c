//! `train devices`: what can compute on this machine.

use std::io::Write;

use experiment::AdapterKind;
use serde_json::json;
use training::{Adapter, BackendError, adapters};

use crate::cli::{DevicesArgs, Format};
use crate::exit::{Done, Failure};

/// What was found.
struct Devices {
    adapters: Vec<Adapter>,
    /// The adapter that computes where a config names none.
    default: Option<Adapter>,
    /// Why there is no adapter.
    message: Option<String>,
}

impl Devices {
    fn find() -> Result<Self, Failure> {
        let (adapters, default, error) = match adapters() {
            Ok((adapters, default)) => {
                let none = adapters.is_empty().then_some(BackendError::NoAdapter);
                (adapters, default, none)
            }
            Err(error @ BackendError::NotBuilt(_)) => (Vec::new(), None, Some(error)),
            Err(error) => return Err(Failure::BadInput(error.to_string())),
        };
        Ok(Devices { adapters, default, message: error.map(|error| error.to_string()) })
    }

    fn is_default(&self, adapter: &Adapter) -> bool {
        self.default.as_ref() == Some(adapter)
    }
}

/// Prints the processor and every graphics adapter, with the flags that choose it.
pub(crate) fn devices(args: &DevicesArgs, out: &mut dyn Write) -> Done {
    let devices = Devices::find()?;
    match args.format {
        Format::Json => writeln!(out, "{:#}", as_json(&devices))?,
        Format::Text => print(out, &devices)?,
    }
    Ok(())
}

fn as_json(devices: &Devices) -> serde_json::Value {
    let adapters = devices.adapters.iter().map(|adapter| {
        let Adapter { index, kind, name, api, driver } = adapter;
        json!({
            "device": index, "kind": kind.name(), "name": name, "api": api, "driver": driver,
            "default": devices.is_default(adapter),
        })
    });
    let adapters: Vec<_> = adapters.collect();
    json!({ "cpu": training::cpu(), "adapters": adapters, "message": devices.message })
}

fn print(out: &mut dyn Write, devices: &Devices) -> Done {
    let bold = anstyle::Style::new().bold();
    writeln!(out, "{bold}CPU{bold:#}: {}", training::cpu())?;
    writeln!(out, "  --backend flex     the default")?;
    writeln!(out, "  --backend ndarray  to compare with")?;
    writeln!(out, "\n{bold}Graphics adapters{bold:#}")?;
    let adapters = &devices.adapters;
    let width = |text: fn(&Adapter) -> &str| {
        adapters.iter().map(|adapter| text(adapter).len()).max().unwrap_or(0)
    };
    let (kinds, names, apis) = (width(|a| a.kind.name()), width(|a| &a.name), width(|a| a.api));
    for adapter in adapters {
        let Adapter { index, kind, name, api, driver } = adapter;
        let flags = match devices.is_default(adapter) {
            true => "--backend wgpu".to_owned(),
            false => format!("--backend wgpu --device {index}"),
        };
        let kind = kind.name();
        writeln!(out, "  {flags:27}  {kind:kinds$}  {name:names$}  {api:apis$}  {driver}")?;
    }
    if let Some(message) = &devices.message {
        writeln!(out, "  none: {message}")?;
    } else if adapters.iter().all(|adapter| adapter.kind == AdapterKind::Cpu) {
        writeln!(
            out,
            "\nOnly drivers that compute on the CPU, good for tests: \
             the backend flex is faster there."
        )?;
    }
    Ok(())
}
