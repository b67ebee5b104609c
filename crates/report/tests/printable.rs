//! No control character reaches a terminal, an SVG or an HTML document, whatever a record says.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic.rs"]
mod synthetic;

use std::sync::LazyLock;

use proptest::prelude::*;
use report::table::{Format, Options, render};
use report::{Metric, Study, Warning, page, picture};
use synthetic::Synthetic;

static STUDY: LazyLock<Study> = LazyLock::new(|| {
    let root = tempfile::tempdir().unwrap();
    let (experiment, title) = ("starts", "Starts");
    let arms = vec!["normal", "uniform_neg1_1"];
    Synthetic { experiment, title, arms, seeds: 2, steps: 4, diverges: None }
        .write(root.path())
        .unwrap();
    Study::load(&[root.path().to_owned()], Metric::default()).unwrap()
});

/// Text as an attacker, or a mistaken escape in TOML, would have it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202e}\u{2066}\u{ffff}<>&\"'a-c]{0,12}",
        Just("Adam with $\u{8}eta_1 = 0.5$".to_owned()),
        Just("\u{1b}[31mred\u{1b}]0;title\u{7}".to_owned()),
    ]
}

fn is_clean(text: &str) -> bool {
    let is_mark = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let unwanted = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_mark(c);
    !text.chars().any(|c| unwanted(c) || c == '\u{FFFF}' || c == '\u{FFFE}')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_control_character_is_shown(title in text(), label in text(), value in text()) {
        let mut study = STUDY.clone();
        study.title.clone_from(&title);
        study.arms[0].label.clone_from(&label);
        study.arms[0].settings.insert(value.clone(), value.clone().into());
        study.shared.insert(value.clone(), value.clone().into());
        study.origin.provenances[0].host.clone_from(&value);
        study.warnings.push(Warning { directory: value.clone().into(), reason: value });
        let comparison = study.compare();
        for format in Format::ALL {
            let text = render(&study, &comparison, Options { format, ..Options::default() });
            prop_assert!(is_clean(&text), "{:?}", text);
        }
        for (_, picture) in picture::all(&study, &comparison) {
            prop_assert!(is_clean(picture.svg()));
            prop_assert!(picture.png().is_ok());
        }
        prop_assert!(is_clean(&page::render(&study)));
        prop_assert!(is_clean(&study.warnings[0].to_string()));
    }
}
