//! One initializer by a line of TOML, for commands that show it.

use initializers::Initializer;

use crate::overrides::{Overrides, read_overrides};
use crate::settings::read_initializer;
use crate::syntax::{ConfigError, Diagnostic, Diagnostics, SourceMap, parse};

/// The initializer that `text`, a line of TOML such as the catalog's examples, gives to `init`,
/// with `overrides` such as `std=0.1` applied to it.
///
/// # Errors
/// What a config file with that line would be told.
pub fn read_initializer_line(
    text: &str,
    overrides: &Overrides,
) -> Result<Initializer, ConfigError> {
    let mut sources = SourceMap::default();
    let diagnostics = Diagnostics::default();
    let source = sources.add("init", text);
    let flags = read_overrides(overrides, &mut sources, &diagnostics);
    for axis in flags.iter().flat_map(|flag| &flag.axes) {
        let message =
            format!("`{}` takes one value here: there is nothing to sweep over", axis.setting);
        diagnostics.report(Diagnostic::at(&axis.key, message));
    }
    let read = || {
        let mut line = parse(&sources, source).map_err(|error| diagnostics.report(error)).ok()?;
        let mut init = line.remove("init")?.value;
        flags.iter().for_each(|flag| init.apply(&flag.settings, &[]));
        read_initializer(&init, "init", &["kind"], &diagnostics)
    };
    let initializer = read();
    match (initializer, diagnostics.into_vec()) {
        (Some(initializer), list) if list.is_empty() => Ok(initializer),
        (_, diagnostics) => Err(ConfigError { diagnostics, sources }),
    }
}
