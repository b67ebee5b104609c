//! What is wrong with a config, said so that a person can mend it: what, where (file, line,
//! column), what was expected, what to do. All diagnostics of a file are told at once.

use std::cell::RefCell;
use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::syntax::source_map::{SourceMap, Span};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    pub(crate) span: Option<Span>,
    pub(crate) label: String,
    pub(crate) is_warning: bool,
}

impl Diagnostic {
    pub(crate) fn at(span: &Span, message: impl Into<String>) -> Self {
        Diagnostic { span: Some(span.clone()), ..Self::without_span(message) }
    }

    pub(crate) fn without_span(message: impl Into<String>) -> Self {
        Diagnostic {
            message: message.into(),
            help: None,
            span: None,
            label: String::new(),
            is_warning: false,
        }
    }

    /// The same as a warning, which refuses nothing.
    pub(crate) fn warning(self) -> Self {
        Diagnostic { is_warning: true, ..self }
    }

    /// What stands beside the marked text.
    pub(crate) fn label(self, label: impl Into<String>) -> Self {
        Diagnostic { label: label.into(), ..self }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Diagnostic { help: Some(help.into()), ..self }
    }

    pub(crate) fn maybe_help(self, help: Option<String>) -> Self {
        Diagnostic { help, ..self }
    }
}

/// Collects diagnostics while a config is read.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(RefCell<Vec<Diagnostic>>);

impl Diagnostics {
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    pub(crate) fn extend(&self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.0.borrow_mut().extend(diagnostics);
    }

    /// What was collected, in the order in which it was found.
    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// Everything that is wrong with a config, with the texts that it is in. Never empty.
#[derive(Debug, Clone)]
pub struct ConfigError {
    /// In the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) sources: SourceMap,
}

/// Of a diagnostic that is in no text.
impl From<Diagnostic> for ConfigError {
    fn from(diagnostic: Diagnostic) -> Self {
        let diagnostics = vec![Diagnostic { span: None, ..diagnostic }];
        ConfigError { diagnostics, sources: SourceMap::default() }
    }
}

impl ConfigError {
    /// The diagnostics as text for a terminal, with colour or without.
    pub fn render(&self, colour: bool) -> String {
        render_all(&self.diagnostics, &self.sources, colour)
    }
}

/// What a person should know about a config that is no error, with the texts that it is in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Warnings {
    diagnostics: Vec<Diagnostic>,
    sources: SourceMap,
}

impl Warnings {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>, sources: SourceMap) -> Self {
        // Without warnings there is nothing to show of the texts.
        let sources = if diagnostics.is_empty() { SourceMap::default() } else { sources };
        Warnings { diagnostics, sources }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The warnings as text for a terminal, with colour or without.
    pub fn render(&self, colour: bool) -> String {
        render_all(&self.diagnostics, &self.sources, colour)
    }
}

fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let rendered: Vec<String> =
        diagnostics.iter().map(|diagnostic| render(&renderer, sources, diagnostic)).collect();
    rendered.join("\n\n")
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for ConfigError {}

fn render(renderer: &Renderer, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let level = if diagnostic.is_warning { Level::WARNING } else { Level::ERROR };
    let title = level.primary_title(&diagnostic.message);
    let mut group = match &diagnostic.span {
        Some(span) => {
            let source = sources.get(span.source);
            // A parser may stop within a character.
            let text = &source.text;
            let range =
                text.floor_char_boundary(span.range.start)..text.ceil_char_boundary(span.range.end);
            let mut annotation = AnnotationKind::Primary.span(range);
            if !diagnostic.label.is_empty() {
                annotation = annotation.label(&diagnostic.label);
            }
            title.element(Snippet::source(text).path(&source.name).annotation(annotation))
        }
        None => Group::with_title(title),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}
