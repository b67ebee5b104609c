//! What a file says beside the settings of its runs: its name, its title, its arms.

use crate::settings::{Settings, TOP_KEYS};
use crate::syntax::{Diagnostic, Diagnostics, Entry, SourceMap, Span, Spanned, Value, text};

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

/// Reads `title`. Control characters would break what shows it: each becomes the escape that makes
/// it, which is most often what was meant, as in `"$\beta$"`.
pub(crate) fn read_title(title: Option<&Spanned>, diagnostics: &Diagnostics) -> Option<String> {
    let value = title?;
    let title = text(value, "title", diagnostics)?;
    let is_shown = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    if title.chars().all(is_shown) {
        return Some(title.to_owned());
    }
    let shown: String =
        title.chars().map(|c| if is_shown(c) { c.to_string() } else { escape(c) }).collect();
    let message = format!("`title` has control characters, and is shown as `{shown}`");
    let help = "in \"...\" a backslash makes a special character of what follows: write '...', \
                or two backslashes";
    diagnostics.report(Diagnostic::at(&value.span, message).help(help).warning());
    Some(shown)
}

/// A character as TOML writes it.
fn escape(c: char) -> String {
    match c {
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        c => format!("\\u{:04X}", u32::from(c)),
    }
}

/// An arm of a file: its name and what differs. A file without arms has one without either.
pub(crate) struct ArmHeader {
    pub(crate) name: Option<String>,
    pub(crate) difference: Option<Spanned>,
}

/// Reads `arms`.
pub(crate) fn read_arms(
    arms: Option<Entry>,
    sources: &SourceMap,
    diagnostics: &Diagnostics,
) -> Vec<ArmHeader> {
    let Some(entry) = arms else { return vec![ArmHeader { name: None, difference: None }] };
    let span = entry.value.span.clone();
    let arms = match entry.value.value {
        Value::Table(arms) if !arms.is_empty() => arms,
        _ => {
            let message = "`arms` must be a table of arms, and hold at least one";
            let help =
                "write `[arms.NAME]`, and below it what differs from the file's other settings";
            diagnostics.report(Diagnostic::at(&span, message).help(help));
            return Vec::new();
        }
    };
    let mut read: Vec<ArmHeader> = Vec::new();
    for mut arm in arms {
        check_arm(&arm, diagnostics);
        split_names(&mut arm, sources, diagnostics);
        let mut names = read.iter().filter_map(|other| other.name.as_deref());
        if let Some(other) = names.find(|name| name.eq_ignore_ascii_case(&arm.key)) {
            let message =
                format!("the arms `{other}` and `{}` differ in the case of letters only", arm.key);
            let help = "they are one folder where case does not count, and would write the same \
                        records: rename one of them";
            diagnostics.report(Diagnostic::at(&arm.span, message).help(help));
        }
        if arm.value.entries().is_some() {
            read.push(ArmHeader { name: Some(arm.key), difference: Some(arm.value) });
        }
    }
    read
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

/// Takes tables out of an arm that are no settings but the rest of its name: `[arms.uniform_0.1]`
/// is an arm `uniform_0` with a table `1`.
fn split_names(arm: &mut Entry, sources: &SourceMap, diagnostics: &Diagnostics) {
    let Value::Table(entries) = &mut arm.value.value else { return };
    let (name, span) = (&arm.key, &arm.span);
    let text = &sources.get(span.source).text;
    entries.retain(|entry| {
        let is_table = entry.value.entries().is_some();
        let gap = text.get(span.range.end..entry.span.range.start);
        let follows = entry.span.source == span.source && gap.is_some_and(|gap| gap.trim() == ".");
        if !is_table || !follows || Settings::is_like_a_key(&entry.key) {
            return true;
        }
        let whole = format!("{name}.{}", entry.key);
        let message = format!("arm `{name}` has no setting `{}`", entry.key);
        let help = format!("quote a name with a dot in it: `[arms.\"{whole}\"]`");
        diagnostics.report(Diagnostic::at(&entry.span, message).help(help));
        false
    });
}
