//! Values as written, each with its place; parsing them out of TOML, and laying one tree over another (an arm over its
//! file's base, a flag over both).

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Problem;
use crate::sources::{Sources, Span};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) tree: Tree,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// A value that no setting takes: a date, or a number beyond 64 bits.
    Other(&'static str),
}

/// A key with its place, and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) node: Node,
}

/// Settings of which only one may be given: an overlay that gives one takes the other away.
const EXCLUSIVE: [(&str, &str); 2] = [("epochs", "max_steps"), ("max_steps", "epochs")];

/// Parses the text of `source`.
pub(crate) fn parse(sources: &Sources, source: usize) -> Result<Node, Problem> {
    let text = &sources.get(source).text;
    let table = DeTable::parse(text).map_err(|error| {
        let span = Span { source, range: error.span().unwrap_or(0..0) };
        Problem::at(&span, format!("not valid TOML: {}", error.message()))
    })?;
    let span = Span { source, range: table.span() };
    Ok(Node { span, tree: table_of(table.into_inner(), source) })
}

fn table_of(table: DeTable<'_>, source: usize) -> Tree {
    let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
        let span = Span { source, range: key.span() };
        let name: std::borrow::Cow<'_, str> = key.into_inner();
        Entry { name: name.into_owned(), span, node: node_of(value, source) }
    };
    Tree::Table(table.into_iter().map(entry).collect())
}

fn node_of(value: Spanned<DeValue<'_>>, source: usize) -> Node {
    let span = Span { source, range: value.span() };
    let tree = match value.into_inner() {
        DeValue::Boolean(value) => Tree::Bool(value),
        DeValue::Integer(value) => match i64::from_str_radix(value.as_str(), value.radix()) {
            Ok(value) => Tree::Integer(value),
            Err(_) => Tree::Other("a number beyond 64 bits"),
        },
        DeValue::Float(value) => match value.as_str().parse() {
            Ok(value) => Tree::Real(value),
            Err(_) => Tree::Other("a number that cannot be read"),
        },
        DeValue::String(value) => Tree::Text(value.into_owned()),
        DeValue::Array(values) => {
            Tree::List(values.into_iter().map(|value| node_of(value, source)).collect())
        }
        DeValue::Table(table) => table_of(table, source),
        DeValue::Datetime(_) => Tree::Other("a date"),
    };
    Node { span, tree }
}

impl Node {
    /// The value as a message speaks of it.
    pub(crate) fn described(&self) -> String {
        match &self.tree {
            Tree::Bool(value) => value.to_string(),
            Tree::Integer(value) => value.to_string(),
            Tree::Real(value) => value.to_string(),
            Tree::Text(text) if text.len() <= 30 => format!("{text:?}"),
            Tree::Text(_) => "a string".into(),
            Tree::List(_) => "a list".into(),
            Tree::Table(_) => "a table".into(),
            Tree::Other(what) => (*what).into(),
        }
    }

    /// The value in TOML; of what no setting takes, its description.
    pub(crate) fn to_value(&self) -> toml::Value {
        match &self.tree {
            Tree::Bool(value) => (*value).into(),
            Tree::Integer(value) => (*value).into(),
            Tree::Real(value) => (*value).into(),
            Tree::Text(text) => text.as_str().into(),
            Tree::List(values) => toml::Value::Array(values.iter().map(Node::to_value).collect()),
            Tree::Table(entries) => toml::Value::Table(
                entries.iter().map(|entry| (entry.name.clone(), entry.node.to_value())).collect(),
            ),
            Tree::Other(what) => (*what).into(),
        }
    }

    /// The entries of a table.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.tree {
            Tree::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry called `name`, of a table.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        match &self.tree {
            Tree::Table(entries) => entries.iter().find(|entry| entry.name == name),
            _ => None,
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|entry| &entry.node)
    }

    /// Takes the entry called `name` out of a table.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Entry> {
        match &mut self.tree {
            Tree::Table(entries) => entries
                .iter()
                .position(|entry| entry.name == name)
                .map(|place| entries.remove(place)),
            _ => None,
        }
    }

    /// Lays `over` over this value. Tables merge key by key; anything else is replaced, and so is a table by one that
    /// names a `kind`, since the parameters of one kind mean nothing to another.
    pub(crate) fn overlay(&mut self, over: &Node) {
        let bare_kind = matches!(self.tree, Tree::Text(_)) && over.get("kind").is_none();
        if let (Tree::Text(kind), Tree::Table(_), true) = (&self.tree, &over.tree, bare_kind) {
            // `init = "normal"`, overlaid by `init.std = 0.1`.
            let name = Node { span: self.span.clone(), tree: Tree::Text(kind.clone()) };
            self.tree = Tree::Table(vec![Entry {
                name: "kind".into(),
                span: self.span.clone(),
                node: name,
            }]);
        }
        match (&mut self.tree, &over.tree) {
            (Tree::Table(base), Tree::Table(entries)) if over.get("kind").is_none() => {
                for entry in entries {
                    for (given, other) in EXCLUSIVE {
                        if entry.name == given {
                            base.retain(|entry| entry.name != other);
                        }
                    }
                    match base.iter_mut().find(|old| old.name == entry.name) {
                        Some(old) => {
                            old.span = entry.span.clone();
                            old.node.overlay(&entry.node);
                        }
                        None => base.push(entry.clone()),
                    }
                }
            }
            _ => *self = over.clone(),
        }
    }
}
