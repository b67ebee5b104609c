//! A section's table of fields as data, for the schema, the documentation and the axes of sweeps.

use serde_json::json;

use crate::settings::domain::Domain;
use crate::settings::group::{Form, Group, Row};
use crate::settings::table::{Kinds, Part, Section, Stated, Table};
use crate::syntax::{Diagnostics, toml_strings};

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
            table: None,
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
            table: domain.table().map(|describe| describe()),
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
