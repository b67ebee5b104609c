//! What is wrong with a config, said so that a person can mend it: what, where (file, line, column), what was expected,
//! what to do. All problems of a file are told at once.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::sources::{Sources, Span};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    pub(crate) span: Option<Span>,
    pub(crate) label: String,
}

impl Problem {
    pub(crate) fn at(span: &Span, message: impl Into<String>) -> Self {
        Problem {
            message: message.into(),
            help: None,
            span: Some(span.clone()),
            label: String::new(),
        }
    }

    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Problem { message: message.into(), help: None, span: None, label: String::new() }
    }

    /// What stands beside the marked place.
    pub(crate) fn label(self, label: impl Into<String>) -> Self {
        Problem { label: label.into(), ..self }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Problem { help: Some(help.into()), ..self }
    }

    pub(crate) fn maybe_help(self, help: Option<String>) -> Self {
        Problem { help, ..self }
    }
}

/// Everything that is wrong, with the texts that it stands in. Never empty.
#[derive(Debug, Clone)]
pub struct Problems {
    /// In the order in which they were found.
    pub list: Vec<Problem>,
    pub(crate) sources: Sources,
}

/// Of a problem that stands in no text.
impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems { list: vec![Problem { span: None, ..problem }], sources: Sources::default() }
    }
}

impl Problems {
    /// The problems as text for a terminal, with colour or without.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let rendered: Vec<String> =
            self.list.iter().map(|problem| self.render_one(&renderer, problem)).collect();
        rendered.join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, problem: &Problem) -> String {
        let mut group = match &problem.span {
            Some(span) => {
                let source = self.sources.get(span.source);
                // A parser may stop within a character.
                let text = &source.text;
                let range = text.floor_char_boundary(span.range.start)
                    ..text.ceil_char_boundary(span.range.end);
                let mut annotation = AnnotationKind::Primary.span(range);
                if !problem.label.is_empty() {
                    annotation = annotation.label(&problem.label);
                }
                let snippet =
                    Snippet::source(&source.text).path(&source.name).annotation(annotation);
                Level::ERROR.primary_title(&problem.message).element(snippet)
            }
            None => {
                annotate_snippets::Group::with_title(Level::ERROR.primary_title(&problem.message))
            }
        };
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// "did you mean `x`?", where one of `names` is near to `name`.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let name = name.to_lowercase();
    // A single slip of the fingers leaves a short name little in common with itself.
    let is_slip = |candidate: &str| name.len() > 2 && strsim::osa_distance(&name, candidate) == 1;
    let similarity = |candidate: &str| {
        if is_slip(candidate) { 1.0 } else { strsim::jaro_winkler(&name, candidate) }
    };
    names
        .into_iter()
        .map(|candidate| (similarity(candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// "`a`, `b` and `c`".
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, joined_by: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {joined_by} {last}", others.join(", ")),
        None => String::new(),
    }
}
