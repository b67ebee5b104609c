//! A section's table of fields as data, for the schema, the documentation and the axes of sweeps.

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, NumberForm};
use crate::settings::table::{Kinds, Part, Section, Stated, Table};
use crate::syntax::{Diagnostics, quoted_list, toml_strings};

/// A section of a config.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What it is about.
    pub(crate) meaning: &'static str,
    /// Its kinds, where it has some: each name with its meaning.
    pub(crate) kinds: &'static [(&'static str, &'static str)],
    pub(crate) rows: Vec<Row>,
}

/// A key of a section.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) meaning: &'static str,
    /// The kinds of the section that have it; all, where it is empty.
    pub(crate) kinds: Vec<&'static str>,
    /// The default in TOML, once for each kind of the section: `None` where there is none.
    pub(crate) defaults: Vec<Option<toml::Value>>,
    pub(crate) form: Form,
}

/// What a key holds.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// A value, or a list of them.
    Value {
        /// What it takes, in words.
        takes: String,
        schema: Json,
        /// What of it is a number: itself (`""`), or keys of a table in its place.
        numbers: &'static [(&'static str, NumberForm)],
    },
    Section(Group),
    /// A bare name, or a table of `kind` and parameters.
    Kinds(Group),
    Part {
        number_form: fn(&str) -> Option<NumberForm>,
    },
}

/// The table of fields of a section.
pub(crate) fn describe<S: Section>() -> Group {
    let mut describer = Describer::default();
    S::fields(&mut describer);
    for (kind, _) in describer.kinds.iter().skip(1) {
        describer.begin(kind);
        S::fields(&mut describer);
    }
    describer.into_group(S::MEANING)
}

/// The table of parameters of all kinds.
pub(crate) fn describe_kinds<K: Kinds>(meaning: &'static str) -> Group {
    let mut describer = Describer { kinds: K::KINDS, ..Describer::default() };
    describer.add_kind::<K>(meaning);
    for (kind, _) in K::KINDS {
        describer.begin(kind);
        K::parameters(kind, &mut describer);
    }
    describer.into_group(meaning)
}

impl Group {
    /// The key of that name.
    pub(crate) fn row(&self, key: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == key)
    }

    /// How the numbers of the setting at the dotted `path` are written, if it takes some.
    pub(crate) fn number_form(&self, path: &str) -> Option<NumberForm> {
        let (key, below) = path.split_once('.').unwrap_or((path, ""));
        match &self.row(key)?.form {
            Form::Value { numbers, .. } => {
                numbers.iter().find(|(path, _)| *path == below).map(|(_, form)| *form)
            }
            Form::Section(group) | Form::Kinds(group) => group.number_form(below),
            Form::Part { number_form } => number_form(below),
        }
    }

    /// "`momentum` belongs to the kind `sgd`", of a key that only some kinds have.
    pub(crate) fn kinds_with(&self, key: &str) -> Option<String> {
        let kinds = &self.row(key)?.kinds;
        let names = quoted_list(kinds.iter().copied(), "and");
        let kinds = match kinds.len() {
            0 => return None,
            1 => format!("the kind {names}"),
            _ => format!("the kinds {names}"),
        };
        Some(format!("`{key}` belongs to {kinds}"))
    }
}

impl Row {
    /// Its default, if it is the same for all kinds.
    pub(crate) fn default(&self) -> Option<&toml::Value> {
        let first = self.defaults.first()?.as_ref()?;
        self.defaults.iter().all(|default| default.as_ref() == Some(first)).then_some(first)
    }

    /// Its meaning, after the kinds that have it.
    pub(crate) fn described(&self) -> String {
        match self.kinds.as_slice() {
            [] => self.meaning.trim().to_owned(),
            kinds => format!("{}: {}", kinds.join(", "), self.meaning.trim()),
        }
    }
}

#[derive(Default)]
struct Describer {
    kinds: &'static [(&'static str, &'static str)],
    /// The kind of this pass over the fields; none before the first is known.
    kind: &'static str,
    rows: Vec<Row>,
    /// Rows that only this pass has met so far, and that have no place among the others yet.
    new: Vec<Row>,
}

impl Describer {
    fn add(
        &mut self,
        key: &'static str,
        meaning: &'static str,
        default: Option<toml::Value>,
        form: impl FnOnce() -> Form,
    ) {
        let Some(index) = self.rows.iter().position(|row| row.key == key) else {
            let (kinds, defaults) = (vec![self.kind], vec![default]);
            self.new.push(Row { key, meaning, kinds, defaults, form: form() });
            return;
        };
        self.rows[index].kinds.push(self.kind);
        self.rows[index].defaults.push(default);
        self.insert_new(index);
    }

    /// Puts the rows that this pass has met first before the row at `index`, which others have met.
    fn insert_new(&mut self, index: usize) {
        self.rows.splice(index..index, self.new.drain(..));
    }

    /// Begins the pass over the fields of a kind.
    fn begin(&mut self, kind: &'static str) {
        self.insert_new(self.rows.len());
        self.kind = kind;
    }

    fn add_kind<K: Kinds>(&mut self, meaning: &'static str) {
        let names: Vec<&str> = K::names().collect();
        let default = toml::Value::from(names[0]);
        self.add("kind", meaning, Some(default), || Form::Value {
            takes: toml_strings(&names),
            schema: json!({ "enum": names }),
            numbers: &[],
        });
    }

    fn into_group(mut self, meaning: &'static str) -> Group {
        self.insert_new(self.rows.len());
        let count = self.kinds.len().max(1);
        for row in &mut self.rows {
            // What stands before the kind is read once in each pass, and so for all kinds.
            if row.kinds.len() == count || row.key == "kind" {
                row.kinds.clear();
            }
        }
        Group { meaning, kinds: self.kinds, rows: self.rows }
    }
}

impl<S> Table<S> for Describer {
    fn field<T: Clone + PartialEq>(
        &mut self,
        key: &'static str,
        _stated: Stated,
        _get: impl Fn(&S) -> T,
        default: T,
        domain: &impl Domain<T>,
        meaning: &'static str,
    ) -> T {
        self.add(key, meaning, domain.write(&default), || Form::Value {
            takes: domain.takes(),
            schema: domain.schema(),
            numbers: domain.numbers(),
        });
        default
    }

    fn section<I: Section>(&mut self, key: &'static str, _get: impl Fn(&S) -> &I) -> I {
        self.add(key, I::MEANING, None, || Form::Section(describe::<I>()));
        I::fields(&mut Describer::default())
    }

    fn part<P: Part>(
        &mut self,
        key: &'static str,
        context: &P::Context,
        _get: impl Fn(&S) -> &P,
    ) -> P {
        self.add(key, P::MEANING, None, || Form::Part { number_form: P::number_form });
        P::read(None, context, &Diagnostics::default())
    }

    fn kinds<K: Kinds>(
        &mut self,
        key: &'static str,
        _stated: Stated,
        _get: impl Fn(&S) -> &K,
        meaning: &'static str,
    ) -> K {
        let kind = K::KINDS[0].0;
        let default = Some(toml::Value::from(kind));
        self.add(key, meaning, default, || Form::Kinds(describe_kinds::<K>(meaning)));
        K::parameters(kind, &mut Describer::default())
    }

    fn kind<K: Kinds>(&mut self, _get: impl Fn(&S) -> &K, meaning: &'static str) -> &'static str {
        if self.kinds.is_empty() {
            self.kinds = K::KINDS;
            self.kind = K::KINDS[0].0;
        }
        self.add_kind::<K>(meaning);
        self.kind
    }

    fn parameters<K: Kinds>(&mut self, kind: &'static str, _get: impl Fn(&S) -> &K) -> K {
        K::parameters(kind, self)
    }
}
