//! The settings of a resolved config, by a section's table of fields.

use crate::settings::domain::Domain;
use crate::settings::read::default_of;
use crate::settings::table::{Kinds, Part, Section, Stated, Table};

/// A setting with its value, as a resolved config states it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResolvedSetting {
    /// Its dotted name.
    pub(crate) name: String,
    pub(crate) value: toml::Value,
    /// Whether the id of a run depends on it.
    pub(crate) in_id: bool,
}

/// The settings of a section, each below `path`.
pub(crate) fn write_section<S: Section>(section: &S, path: &str) -> Vec<ResolvedSetting> {
    let mut settings = Vec::new();
    S::fields(&mut Writer { source: section, path: path.to_owned(), settings: &mut settings });
    settings
}

/// The parameters of a kind and its name, as a table.
pub(crate) fn write_kinds<K: Kinds>(value: &K) -> toml::Table {
    let mut settings = Vec::new();
    let mut writer = Writer { source: value, path: String::new(), settings: &mut settings };
    K::parameters(value.kind(), &mut writer);
    let parameters = settings.into_iter().map(|setting| (setting.name, setting.value));
    parameters.chain([("kind".to_owned(), value.kind().into())]).collect()
}

struct Writer<'a, S> {
    source: &'a S,
    path: String,
    settings: &'a mut Vec<ResolvedSetting>,
}

impl<S> Writer<'_, S> {
    fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn add(&mut self, key: &str, value: impl Into<toml::Value>, stated: Stated) {
        let in_id = stated != Stated::NotInId;
        let name = self.name(key);
        self.settings.push(ResolvedSetting { name, value: value.into(), in_id });
    }
}

impl<S> Table<S> for Writer<'_, S> {
    fn field<T: Clone + PartialEq>(
        &mut self,
        key: &'static str,
        stated: Stated,
        get: impl Fn(&S) -> T,
        default: T,
        domain: &impl Domain<T>,
        _meaning: &'static str,
    ) -> T {
        let value = get(self.source);
        if stated == Stated::Always || value != default {
            match domain.write(&value) {
                Some(toml::Value::Table(table)) if domain.table().is_some() => {
                    for (below, value) in table {
                        self.add(&format!("{key}.{below}"), value, stated);
                    }
                }
                Some(value) => self.add(key, value, stated),
                None => {}
            }
        }
        value
    }

    fn section<I: Section>(&mut self, key: &'static str, get: impl Fn(&S) -> &I) -> I {
        let path = self.name(key);
        I::fields(&mut Writer { source: get(self.source), path, settings: self.settings })
    }

    fn part<P: Part>(
        &mut self,
        key: &'static str,
        context: &P::Context,
        get: impl Fn(&S) -> &P,
    ) -> P {
        let part = get(self.source);
        part.write(context, &mut |below, value| {
            self.add(&format!("{key}.{below}"), value, Stated::Always);
        });
        part.clone()
    }

    fn kinds<K: Kinds>(
        &mut self,
        key: &'static str,
        stated: Stated,
        get: impl Fn(&S) -> &K,
        _meaning: &'static str,
    ) -> K {
        let value = get(self.source);
        if stated == Stated::Always || *value != default_of() {
            let path = self.name(key);
            let settings = &mut *self.settings;
            K::parameters(value.kind(), &mut Writer { source: value, path, settings });
            // The ids of version 1 are made in this order: the parameters, then the kind.
            self.add(&format!("{key}.kind"), value.kind(), stated);
        }
        value.clone()
    }

    fn kind<K: Kinds>(&mut self, get: impl Fn(&S) -> &K, _meaning: &'static str) -> &'static str {
        let kind = get(self.source).kind();
        self.add("kind", kind, Stated::Always);
        kind
    }

    fn parameters<K: Kinds>(&mut self, kind: &'static str, get: impl Fn(&S) -> &K) -> K {
        let (source, path) = (get(self.source), self.path.clone());
        K::parameters(kind, &mut Writer { source, path, settings: self.settings })
    }
}
