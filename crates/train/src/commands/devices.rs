//! `train devices`: what can compute here.

use experiment::AdapterKind;
use serde_json::json;
use training::{Adapter, BackendError, adapters};

use crate::args::{DevicesArgs, Format};
use crate::exit::{Done, Failure};

/// Prints the CPU, and every graphics adapter with whether it computes where a config names none.
pub(crate) fn devices(args: &DevicesArgs) -> Done {
    let (adapters, default, why_none) = match adapters() {
        Ok((adapters, default)) => {
            let none = adapters.is_empty().then_some(BackendError::NoAdapter);
            (adapters, default, none)
        }
        Err(error @ BackendError::NotBuilt(_)) => (Vec::new(), None, Some(error)),
        Err(error) => return Err(Failure::BadInput(error.to_string())),
    };
    let is_default = |adapter: &Adapter| default.as_ref() == Some(adapter);
    let message = why_none.map(|error| error.to_string());
    if args.format == Format::Json {
        let adapters: Vec<_> = adapters
            .iter()
            .map(|adapter| {
                let Adapter { index, kind, name, api, driver } = adapter;
                let (kind, default) = (kind.name(), is_default(adapter));
                json!({ "device": index, "kind": kind, "name": name, "api": api, "driver": driver, "default": default })
            })
            .collect();
        anstream::println!(
            "{:#}",
            json!({ "cpu": training::cpu(), "adapters": adapters, "message": message })
        );
        return Ok(());
    }
    let bold = anstyle::Style::new().bold();
    anstream::println!("{bold}CPU{bold:#}: {}", training::cpu());
    anstream::println!("  --backend flex     the default");
    anstream::println!("  --backend ndarray  to compare with");
    anstream::println!("\n{bold}Graphics adapters{bold:#}");
    let width = |text: fn(&Adapter) -> &str| {
        adapters.iter().map(|adapter| text(adapter).len()).max().unwrap_or(0)
    };
    let (kinds, names, apis) = (width(|a| a.kind.name()), width(|a| &a.name), width(|a| a.api));
    for adapter in &adapters {
        let Adapter { index, kind, name, api, driver } = adapter;
        let flags = match is_default(adapter) {
            true => "--backend wgpu".to_owned(),
            false => format!("--backend wgpu --device {index}"),
        };
        anstream::println!(
            "  {flags:27}  {:kinds$}  {name:names$}  {api:apis$}  {driver}",
            kind.name()
        );
    }
    if let Some(message) = message {
        anstream::println!("  none: {message}");
    } else if adapters.iter().all(|adapter| adapter.kind == AdapterKind::Cpu) {
        anstream::println!(
            "\nOnly drivers that compute on the CPU, good for tests: the backend flex is faster there."
        );
    }
    Ok(())
}
