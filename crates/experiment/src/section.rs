//! Reading a table key by key: each key is asked for by its type and range, and whatever was not asked for is
//! unknown. Problems are collected, so that a person sees all of them at once.

use std::cell::RefCell;

use crate::problem::{Problem, did_you_mean, listed};
use crate::sources::Span;
use crate::tree::{Entry, Node, Tree};

/// Where problems go while a config is read.
pub(crate) type Found = RefCell<Vec<Problem>>;

/// A table being read.
pub(crate) struct Section<'a> {
    name: &'a str,
    entries: &'a [Entry],
    asked: RefCell<Vec<&'static str>>,
    found: &'a Found,
}

impl<'a> Section<'a> {
    /// The section called `name` of a parent; empty where it is missing. A value that is no table is a problem.
    pub(crate) fn of(node: Option<&'a Node>, name: &'a str, found: &'a Found) -> Self {
        let entries = match node.map(|node| (&node.tree, &node.span)) {
            Some((Tree::Table(entries), _)) => entries.as_slice(),
            Some((_, span)) => {
                let problem = Problem::at(span, format!("`{name}` must be a table"))
                    .help(format!("write its settings below `[{name}]`"));
                found.borrow_mut().push(problem);
                &[]
            }
            None => &[],
        };
        Section { name, entries, asked: RefCell::default(), found }
    }

    pub(crate) fn report(&self, problem: Problem) {
        self.found.borrow_mut().push(problem);
    }

    /// The value of `key`, whatever it is.
    pub(crate) fn node(&self, key: &'static str) -> Option<&'a Node> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.entries.iter().find(|entry| entry.name == key).map(|entry| &entry.node)
    }

    /// Where `key` stands.
    pub(crate) fn key_span(&self, key: &str) -> Option<&'a Span> {
        self.entries.iter().find(|entry| entry.name == key).map(|entry| &entry.span)
    }

    fn mistyped<T>(&self, key: &str, node: &Node, expected: &str) -> Option<T> {
        let message =
            format!("`{}` must be {expected}, but is {}", self.dotted(key), node.described());
        self.report(Problem::at(&node.span, message));
        None
    }

    fn dotted(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    pub(crate) fn bool(&self, key: &'static str, default: bool) -> bool {
        let value = self.node(key).and_then(|node| match node.tree {
            Tree::Bool(value) => Some(value),
            _ => self.mistyped(key, node, "true or false"),
        });
        value.unwrap_or(default)
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<(&'a str, &'a Span)> {
        self.node(key).and_then(|node| match &node.tree {
            Tree::Text(value) => Some((value.as_str(), &node.span)),
            _ => self.mistyped(key, node, "a string"),
        })
    }

    /// A whole number between `min` and `max`.
    pub(crate) fn integer(&self, key: &'static str, min: u64, max: u64) -> Option<u64> {
        let node = self.node(key)?;
        self.integer_of(key, node, min, max)
    }

    pub(crate) fn integer_of(&self, key: &str, node: &Node, min: u64, max: u64) -> Option<u64> {
        let expected = match max {
            u64::MAX | MAX_INTEGER => format!("a whole number of at least {min}"),
            _ => format!("a whole number from {min} to {max}"),
        };
        match node.tree {
            Tree::Integer(value) => match u64::try_from(value) {
                Ok(value) if (min..=max).contains(&value) => Some(value),
                _ => self.mistyped(key, node, &expected),
            },
            _ => self.mistyped(key, node, &expected),
        }
    }

    /// A finite real number that `accepts` takes; `expected` says which those are.
    pub(crate) fn real(
        &self,
        key: &'static str,
        default: f64,
        expected: &str,
        accepts: impl Fn(f64) -> bool,
    ) -> f64 {
        let value = self.node(key).and_then(|node| self.real_of(key, node, expected, accepts));
        value.unwrap_or(default)
    }

    pub(crate) fn real_of(
        &self,
        key: &str,
        node: &Node,
        expected: &str,
        accepts: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        let value = match node.tree {
            Tree::Integer(value) => value as f64,
            Tree::Real(value) => value,
            _ => return self.mistyped(key, node, expected),
        };
        if value.is_finite() && accepts(value) {
            Some(value)
        } else {
            self.mistyped(key, node, expected)
        }
    }

    pub(crate) fn list(&self, key: &'static str, of: &str) -> Option<(&'a [Node], &'a Span)> {
        self.node(key).and_then(|node| match &node.tree {
            Tree::List(values) => Some((values.as_slice(), &node.span)),
            _ => self.mistyped(key, node, &format!("a list of {of}")),
        })
    }

    /// One of the words that `choices` pairs with values.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &'static str,
        default: T,
        choices: &[(&'static str, T)],
    ) -> T {
        let Some((word, span)) = self.text(key) else { return default };
        match choices.iter().find(|(name, _)| *name == word) {
            Some((_, value)) => *value,
            None => {
                let names = || choices.iter().map(|(name, _)| *name);
                let message = format!("`{}` cannot be `{}`", self.dotted(key), word.escape_debug());
                let problem = Problem::at(span, message)
                    .label(format!("expected {}", listed(names(), "or")))
                    .maybe_help(did_you_mean(word, names()));
                self.report(problem);
                default
            }
        }
    }

    /// Reports every key that nobody asked for; `others` are known too, though not asked for here.
    pub(crate) fn finish(self, others: &[&'static str]) {
        let mut asked = self.asked.into_inner();
        asked.extend(others);
        for entry in self.entries.iter().filter(|entry| !asked.contains(&entry.name.as_str())) {
            let place =
                if self.name.is_empty() { String::new() } else { format!(" in `{}`", self.name) };
            let help = did_you_mean(&entry.name, asked.iter().copied()).unwrap_or_else(|| {
                format!("known keys{place}: {}", listed(asked.iter().copied(), "and"))
            });
            let problem =
                Problem::at(&entry.span, format!("unknown key `{}`{place}", entry.name)).help(help);
            self.found.borrow_mut().push(problem);
        }
    }
}

/// The largest whole number that TOML can write.
pub(crate) const MAX_INTEGER: u64 = i64::MAX as u64;
