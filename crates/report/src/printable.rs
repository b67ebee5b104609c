//! Text that can be shown: no control character reaches a terminal, an SVG or an HTML document.

use std::borrow::Cow;

/// `text` with a replacement character in place of each that does not print: control characters but
/// for line breaks and tabs, marks that turn the direction of writing, and what XML does not allow.
///
/// ```
/// assert_eq!(report::printable("Adam with $\u{8}eta_1$"), "Adam with $\u{FFFD}eta_1$");
/// assert_eq!(report::printable("größer → 1\n"), "größer → 1\n");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(prints) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if prints(c) { c } else { '\u{FFFD}' }).collect())
}

/// `text` as [`printable`] gives it, on one line.
pub(crate) fn one_line(text: &str) -> String {
    let text = printable(text);
    text.chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

fn prints(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        // Line and paragraph separators; marks, embeddings and isolates of direction.
        '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' => false,
        '\u{FFFE}' | '\u{FFFF}' => false,
        _ => !c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printable_has_no_control_characters(text in any::<String>()) {
            let shown = printable(&text);
            prop_assert!(shown.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
            prop_assert_eq!(shown.chars().count(), text.chars().count());
            prop_assert_eq!(printable(&shown), shown.clone());
            let line = one_line(&text);
            let breaks = line.contains(['\n', '\r', '\t', '\u{1b}']);
            prop_assert!(!breaks);
        }
    }
}
