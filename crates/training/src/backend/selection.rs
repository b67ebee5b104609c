//! The selection of the graphics adapter that computes.

use experiment::{AdapterKind, DeviceChoice};

use super::adapter::Adapter;
use crate::error::BackendError;

/// The adapter that computes where a config names none: the first of the best kind, among those of
/// the first API that reaches hardware. burn's variable, `CUBECL_WGPU_DEFAULT_DEVICE`, may name
/// another.
///
/// # Errors
/// There is no adapter, or not the one that the variable names.
pub(crate) fn default_adapter<'a>(
    adapters: &'a [Adapter],
    variable: Option<&str>,
) -> Result<&'a Adapter, BackendError> {
    let hardware = adapters.iter().find(|adapter| adapter.kind != AdapterKind::Cpu);
    let api =
        hardware.or(adapters.first()).map(|adapter| adapter.api).ok_or(BackendError::NoAdapter)?;
    let reached = adapters.iter().filter(|adapter| adapter.api == api);
    match variable {
        None => reached.min_by_key(|adapter| rank(adapter.kind)).ok_or(BackendError::NoAdapter),
        Some(variable) => {
            let named = parse_variable(variable)
                .and_then(|(kind, index)| reached.filter(|a| a.kind == kind).nth(index));
            named.ok_or_else(|| {
                no_such(
                    format!("CUBECL_WGPU_DEFAULT_DEVICE names {variable:?}, which is no device"),
                    adapters,
                )
            })
        }
    }
}

/// The adapter that `choice` means.
///
/// # Errors
/// There is no adapter, or none of that index or kind.
pub(crate) fn choose<'a>(
    adapters: &'a [Adapter],
    choice: DeviceChoice,
    variable: Option<&str>,
) -> Result<&'a Adapter, BackendError> {
    if adapters.is_empty() {
        return Err(BackendError::NoAdapter);
    }
    match choice {
        DeviceChoice::Best => default_adapter(adapters, variable),
        DeviceChoice::Index(index) => {
            let found = adapters.iter().find(|adapter| adapter.index as u64 == index);
            found.ok_or_else(|| no_such(format!("there is no device {index}"), adapters))
        }
        DeviceChoice::Kind(kind) => {
            let found = adapters.iter().find(|adapter| adapter.kind == kind);
            found.ok_or_else(|| {
                no_such(format!("there is no device of the kind `{}`", kind.name()), adapters)
            })
        }
    }
}

fn rank(kind: AdapterKind) -> Option<usize> {
    AdapterKind::ALL.iter().position(|(_, other)| *other == kind)
}

/// Reads `Cpu`, `DiscreteGpu(0)` and the like: a kind, and an index among the adapters of that
/// kind.
fn parse_variable(text: &str) -> Option<(AdapterKind, usize)> {
    if text == "Cpu" {
        return Some((AdapterKind::Cpu, 0));
    }
    let (kind, index) = text.strip_suffix(')')?.split_once('(')?;
    let kind = match kind {
        "DiscreteGpu" => AdapterKind::Discrete,
        "IntegratedGpu" => AdapterKind::Integrated,
        "VirtualGpu" => AdapterKind::Virtual,
        "Other" => AdapterKind::Other,
        _ => return None,
    };
    Some((kind, index.parse().ok()?))
}

fn no_such(what: String, adapters: &[Adapter]) -> BackendError {
    let lines = adapters.iter().map(|a| format!("\n  {}  {}  {a}", a.index, a.kind.name()));
    BackendError::NoSuchAdapter(format!("{what}\nthis machine has:{}", lines.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapters(kinds: &[(AdapterKind, &'static str)]) -> Vec<Adapter> {
        let adapter = |(index, &(kind, api)): (usize, &(AdapterKind, &'static str))| Adapter {
            index,
            kind,
            name: format!("Card {index}"),
            api,
            driver: "drv 1.0".to_owned(),
        };
        kinds.iter().enumerate().map(adapter).collect()
    }

    #[test]
    fn the_best_kind_of_the_first_api_with_hardware_is_the_default() {
        use AdapterKind::{Cpu, Discrete, Integrated};
        let default = |kinds: &[(AdapterKind, &'static str)]| {
            default_adapter(&adapters(kinds), None).map(|a| a.index)
        };
        assert_eq!(default(&[(Cpu, "Vulkan")]), Ok(0));
        assert_eq!(
            default(&[
                (Cpu, "Vulkan"),
                (Integrated, "Vulkan"),
                (Discrete, "Vulkan"),
                (Discrete, "OpenGL")
            ]),
            Ok(2)
        );
        assert_eq!(default(&[(Cpu, "Vulkan"), (Integrated, "OpenGL")]), Ok(1));
        assert_eq!(default(&[]), Err(BackendError::NoAdapter));
    }

    #[test]
    fn an_index_a_kind_or_burns_variable_chooses_another() {
        use AdapterKind::{Cpu, Discrete, Integrated};
        let adapters = adapters(&[
            (Discrete, "Vulkan"),
            (Discrete, "Vulkan"),
            (Integrated, "Vulkan"),
            (Cpu, "Vulkan"),
        ]);
        let chosen =
            |choice, variable| choose(&adapters, choice, variable).map(|adapter| adapter.index);
        assert_eq!(chosen(DeviceChoice::Best, None), Ok(0));
        assert_eq!(chosen(DeviceChoice::Index(1), None), Ok(1));
        assert_eq!(chosen(DeviceChoice::Kind(Cpu), Some("DiscreteGpu(1)")), Ok(3));
        assert_eq!(chosen(DeviceChoice::Best, Some("DiscreteGpu(1)")), Ok(1));
        assert_eq!(chosen(DeviceChoice::Best, Some("Cpu")), Ok(3));
        assert!(chosen(DeviceChoice::Best, Some("Cpu(0)")).is_err());
    }

    #[test]
    fn a_missing_adapter_is_answered_with_the_list_of_those_there_are() {
        let adapters = adapters(&[(AdapterKind::Discrete, "Vulkan"), (AdapterKind::Cpu, "Vulkan")]);
        let said = |choice| choose(&adapters, choice, None).unwrap_err().to_string();
        assert_eq!(
            said(DeviceChoice::Index(7)),
            "there is no device 7\nthis machine has:\n  0  discrete  Card 0 (Vulkan, drv 1.0)\n  \
             1  cpu  Card 1 (Vulkan, drv 1.0)"
        );
        assert!(
            said(DeviceChoice::Kind(AdapterKind::Virtual))
                .starts_with("there is no device of the kind `virtual`\n")
        );
    }
}
