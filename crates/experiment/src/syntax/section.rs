//! Reading a table key by key: whatever was not asked for is unknown.

use std::cell::RefCell;

use crate::syntax::diagnostics::{Diagnostic, Diagnostics};
use crate::syntax::source_map::Span;
use crate::syntax::suggestions::{did_you_mean, quoted_list};
use crate::syntax::value::{Entry, Spanned, Value};

/// A table being read.
pub(crate) struct SectionReader<'a> {
    path: String,
    entries: &'a [Entry],
    asked: RefCell<Vec<&'static str>>,
    pub(crate) diagnostics: &'a Diagnostics,
}

impl<'a> SectionReader<'a> {
    /// The section at the dotted `path`; empty where there is none. A value that is no table is
    /// reported.
    pub(crate) fn new(
        section: Option<&'a Spanned>,
        path: impl Into<String>,
        diagnostics: &'a Diagnostics,
    ) -> Self {
        let path = path.into();
        let entries = match section {
            Some(Spanned { value: Value::Table(entries), .. }) => entries.as_slice(),
            Some(Spanned { span, .. }) => {
                let diagnostic = Diagnostic::at(span, format!("`{path}` must be a table"))
                    .help(format!("write its settings below `[{path}]`"));
                diagnostics.report(diagnostic);
                &[]
            }
            None => &[],
        };
        SectionReader { path, entries, asked: RefCell::default(), diagnostics }
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &'static str) -> Option<&'a Spanned> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Where `key` stands.
    pub(crate) fn key_span(&self, key: &str) -> Option<&'a Span> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.span)
    }

    /// The dotted name of `key`.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The dotted path of the section.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Reports every key that nobody asked for; `others` are known too, though not asked for here.
    /// `hint` may know what to say of a key that is not known.
    pub(crate) fn finish(self, others: &[&'static str], hint: impl Fn(&str) -> Option<String>) {
        let mut asked = self.asked.into_inner();
        asked.extend(others);
        let within =
            if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
        for entry in self.entries.iter().filter(|entry| !asked.contains(&entry.key.as_str())) {
            let known = || asked.iter().copied();
            let help = hint(&entry.key).or_else(|| did_you_mean(&entry.key, known()));
            let help = help
                .unwrap_or_else(|| format!("known keys{within}: {}", quoted_list(known(), "and")));
            let message = format!("unknown key `{}`{within}", entry.key);
            self.diagnostics.report(Diagnostic::at(&entry.span, message).help(help));
        }
    }
}
