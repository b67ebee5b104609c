//! What a file says beside the settings of its runs: its name, its seeds, its arms.

use crate::settings::TOP_KEYS;
use crate::syntax::{Diagnostic, Diagnostics, Entry, MAX_INTEGER, Span, Spanned, Value, whole};

/// More seeds than this are a typo.
const MAX_SEEDS: u64 = 100_000;

/// Reports a name that cannot be a folder everywhere, and nothing but a folder.
pub(crate) fn check_name(name: &str, of: &str, span: &Span, diagnostics: &Diagnostics) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    let is_fine = !name.is_empty() && name.len() <= 100 && name.chars().all(is_plain);
    if !is_fine || is_reserved(name) || name.starts_with(['.', '-']) || name.ends_with('.') {
        let message = format!("`{}` cannot be the name of {of}", name.escape_debug());
        let help = "names are folders: up to 100 letters, digits, `_`, `-`, `+` and `.`, a letter, \
                    digit or `_` first, and no name that an operating system keeps for itself";
        diagnostics.report(Diagnostic::at(span, message).help(help));
    }
}

/// Whether Windows keeps the name for a device, whatever follows the first dot.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_numbered = |device| {
        stem.strip_prefix(device)
            .is_some_and(|n: &str| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    ["con", "prn", "aux", "nul"].contains(&stem.as_str())
        || is_numbered("com")
        || is_numbered("lpt")
}

/// Reads `seeds`: how many, or which.
pub(crate) fn read_seeds(seeds: Option<&Spanned>, diagnostics: &Diagnostics) -> Vec<u64> {
    let Some(seeds) = seeds else { return vec![0] };
    let Value::List(values) = &seeds.value else {
        return (0..whole(seeds, "seeds", 1..=MAX_SEEDS, diagnostics).unwrap_or(1)).collect();
    };
    if values.is_empty() {
        diagnostics.report(Diagnostic::at(&seeds.span, "`seeds` must name at least one seed"));
    }
    let mut read = Vec::new();
    for value in values {
        let Some(seed) = whole(value, "seeds", 0..=MAX_INTEGER, diagnostics) else { continue };
        if read.contains(&seed) {
            diagnostics.report(Diagnostic::at(&value.span, format!("seed {seed} is there twice")));
        }
        read.push(seed);
    }
    read
}

/// An arm of a file: its name and what differs. A file without arms has one without a name.
pub(crate) type ArmHeader<'a> = Option<(&'a str, &'a Spanned)>;

/// Reads `arms`.
pub(crate) fn read_arms<'a>(
    arms: Option<&'a Entry>,
    diagnostics: &Diagnostics,
) -> Vec<ArmHeader<'a>> {
    let Some(entry) = arms else { return vec![None] };
    let Some(arms) = entry.value.entries().filter(|arms| !arms.is_empty()) else {
        let message = "`arms` must be a table of arms, and hold at least one";
        let help = "write `[arms.NAME]`, and below it what differs from the file's other settings";
        diagnostics.report(Diagnostic::at(&entry.value.span, message).help(help));
        return Vec::new();
    };
    arms.iter().for_each(|arm| check_arm(arm, diagnostics));
    arms.iter()
        .filter(|arm| arm.value.entries().is_some())
        .map(|arm| Some((arm.key.as_str(), &arm.value)))
        .collect()
}

fn check_arm(arm: &Entry, diagnostics: &Diagnostics) {
    check_name(&arm.key, "an arm", &arm.span, diagnostics);
    if arm.value.entries().is_none() {
        let message =
            format!("arm `{}` must be a table, but is {}", arm.key, arm.value.described());
        let help = format!("write `[arms.{}]`, and below it what differs", arm.key);
        diagnostics.report(Diagnostic::at(&arm.value.span, message).help(help));
    }
    for entry in TOP_KEYS.iter().filter_map(|key| arm.value.entry(key)) {
        let message = format!("`{}` belongs to the experiment, not to an arm", entry.key);
        diagnostics.report(Diagnostic::at(&entry.span, message));
    }
}
