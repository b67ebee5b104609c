//! What a person is told about a config, for the tests of messages.

use experiment::{ConfigError, Overrides, Plan, load};

/// Loads a config of that text, called `configs/x.toml`, with overrides.
pub(crate) fn load_text(text: &str, set: &[&str]) -> Result<Plan, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    let set = set.iter().map(|text| ("--set".to_owned(), (*text).to_owned())).collect();
    load(&[file], &Overrides { set, ..Overrides::default() })
}

/// What is said about a config of that text. The folder's name, which differs from test to test, is
/// taken out.
pub(crate) fn said(text: &str) -> String {
    said_with(text, &[])
}

pub(crate) fn said_with(text: &str, set: &[&str]) -> String {
    let problems = load_text(text, set).expect_err("the config is wrong");
    let mut rendered = problems.render(false);
    while let Some(end) = rendered.find("/x.toml") {
        let start = rendered[..end].rfind(' ').map_or(0, |space| space + 1);
        rendered.replace_range(start..end + 1, "configs:");
    }
    rendered.replace("configs:", "configs/")
}
