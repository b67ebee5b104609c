//! Reading a section by its table of fields.

use crate::settings::describe::{describe, describe_kinds};
use crate::settings::domain::Domain;
use crate::settings::table::{Kinds, Part, Section, Stated, Table};
use crate::syntax::{Diagnostics, SectionReader, Spanned, Value, word};

/// Reads the section at the dotted `path`; what is not given is at its default. `others` are keys
/// of its table that are known, and read elsewhere.
pub(crate) fn read_section<S: Section>(
    value: Option<&Spanned>,
    path: &str,
    others: &[&'static str],
    diagnostics: &Diagnostics,
) -> S {
    let mut reader = Reader::new(value, path, diagnostics);
    let settings = S::fields(&mut reader);
    settings.check(&reader.section);
    if let Some(stray) = reader.bare_kind {
        SectionReader::new(Some(stray), path, diagnostics);
    }
    reader.section.finish(others, |key| describe::<S>().kinds_with(key));
    settings
}

/// The first kind, with its parameters at their defaults.
pub(crate) fn default_of<K: Kinds>() -> K {
    let diagnostics = Diagnostics::default();
    K::parameters(K::KINDS[0].0, &mut Reader::new(None, "", &diagnostics))
}

/// Reads a bare name, or a table of `kind` and its parameters; the first kind where there is none.
pub(crate) fn read_kinds<K: Kinds>(
    value: Option<&Spanned>,
    path: &str,
    diagnostics: &Diagnostics,
) -> K {
    let mut reader = Reader::new(value, path, diagnostics);
    let kind = reader.read_kind::<K>(path);
    let value = K::parameters(kind, &mut reader);
    reader.section.finish(&[], |key| describe_kinds::<K>("").kinds_with(key));
    value
}

struct Reader<'a> {
    section: SectionReader<'a>,
    /// A string that stands where a table is expected, until a kind of that name is asked for.
    bare_kind: Option<&'a Spanned>,
}

impl<'a> Reader<'a> {
    fn new(value: Option<&'a Spanned>, path: &str, diagnostics: &'a Diagnostics) -> Self {
        let is_text = |value: &&Spanned| matches!(value.value, Value::Text(_));
        let bare_kind = value.filter(is_text);
        let table = value.filter(|value| !is_text(value));
        Reader { section: SectionReader::new(table, path, diagnostics), bare_kind }
    }

    fn read_kind<K: Kinds>(&mut self, path: &str) -> &'static str {
        let given = self.section.get("kind");
        let (given, name) = match self.bare_kind.take() {
            Some(bare) => (Some(bare), path.to_owned()),
            None => (given, self.section.name("kind")),
        };
        let names: Vec<&'static str> = K::names().collect();
        let kind = given.and_then(|given| word(given, &name, &names, self.section.diagnostics));
        kind.unwrap_or(names[0])
    }
}

impl<S> Table<S> for Reader<'_> {
    fn field<T: Clone + PartialEq>(
        &mut self,
        key: &'static str,
        _stated: Stated,
        _get: impl Fn(&S) -> T,
        default: T,
        domain: &impl Domain<T>,
        _meaning: &'static str,
    ) -> T {
        let section = &self.section;
        let value = section.get(key);
        value
            .and_then(|value| domain.read(value, &section.name(key), section.diagnostics))
            .unwrap_or(default)
    }

    fn section<I: Section>(&mut self, key: &'static str, _get: impl Fn(&S) -> &I) -> I {
        let path = self.section.name(key);
        read_section(self.section.get(key), &path, &[], self.section.diagnostics)
    }

    fn part<P: Part>(
        &mut self,
        key: &'static str,
        context: &P::Context,
        _get: impl Fn(&S) -> &P,
    ) -> P {
        P::read(self.section.get(key), context, self.section.diagnostics)
    }

    fn kinds<K: Kinds>(
        &mut self,
        key: &'static str,
        _stated: Stated,
        _get: impl Fn(&S) -> &K,
        _meaning: &'static str,
    ) -> K {
        let path = self.section.name(key);
        read_kinds(self.section.get(key), &path, self.section.diagnostics)
    }

    fn kind<K: Kinds>(&mut self, _get: impl Fn(&S) -> &K, _meaning: &'static str) -> &'static str {
        let path = self.section.path().to_owned();
        self.read_kind::<K>(&path)
    }

    fn parameters<K: Kinds>(&mut self, kind: &'static str, _get: impl Fn(&S) -> &K) -> K {
        K::parameters(kind, self)
    }
}
