//! What a table of fields is. A section of a config says once, in [`Section::fields`], what its
//! settings are; reading, resolved output, the JSON schema, the documentation and the axes of
//! sweeps are walks over it.
//!
//! # How to add a setting
//! 1. Give the section's type (`settings/NAME.rs`) a member, and [`Section::fields`] its entry:
//!    key, [`Stated`], how to get it, default, domain, and a line about what it means. The compiler
//!    asks for both. A new setting is [`Stated::UnlessDefault`], so that ids and resolved configs
//!    from before it stay as they are.
//! 2. A choice of words is a `string_enum!` with the domain `Words`. A choice whose members have
//!    parameters of their own is a `kinds!` enumeration, and its entry is [`Table::kinds`];
//!    `optimizer.schedule` is one.
//! 3. What a value needs of other settings is checked in [`Section::check`], or in `Settings`
//!    (`settings/run.rs`) across sections.
//! 4. Write the files that follow from the tables anew:
//!    `UPDATE=1 cargo test -p experiment --test tables`.
//! 5. Use the member where it has its effect. Where it costs time or memory, `plan/cost.rs` and
//!    `settings/memory.rs` say how much.

use crate::settings::domain::Domain;
use crate::settings::group::NumberForm;
use crate::syntax::{Diagnostics, SectionReader, Spanned};

/// Where a resolved config states a setting, and with it the id of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stated {
    /// Whatever its value is: the settings that the first ids were made of.
    Always,
    /// Where it is not at its default.
    UnlessDefault,
    /// Where it is not at its default, and never in the id: it changes none of a run's numbers.
    NotInId,
}

/// A section of a config: a type and the table of its fields.
pub(crate) trait Section: Sized {
    /// What the section is about, in a line.
    const MEANING: &'static str;

    /// Makes the section of its fields, one entry a setting, in the order in which resolved configs
    /// state them.
    fn fields(table: &mut impl Table<Self>) -> Self;

    /// Reports settings of the section that do not go together.
    fn check(&self, _section: &SectionReader<'_>) {}
}

/// A walk over the fields of `S`. Each method returns the value that the walk has for the field: as
/// it was read, as it is in the `S` that is written out, or its default.
pub(crate) trait Table<S> {
    /// A setting.
    fn field<T: Clone + PartialEq>(
        &mut self,
        key: &'static str,
        stated: Stated,
        get: impl Fn(&S) -> T,
        default: T,
        domain: &impl Domain<T>,
        meaning: &'static str,
    ) -> T;

    /// A section within.
    fn section<I: Section>(&mut self, key: &'static str, get: impl Fn(&S) -> &I) -> I;

    /// A part with a grammar of its own.
    fn part<P: Part>(
        &mut self,
        key: &'static str,
        context: &P::Context,
        get: impl Fn(&S) -> &P,
    ) -> P;

    /// A setting with kinds: a bare name, or a table of `kind` and the kind's parameters.
    fn kinds<K: Kinds>(
        &mut self,
        key: &'static str,
        stated: Stated,
        get: impl Fn(&S) -> &K,
        meaning: &'static str,
    ) -> K;

    /// The kind of a section whose own key `kind` (or a bare name in the section's place) decides
    /// what else it has.
    fn kind<K: Kinds>(&mut self, get: impl Fn(&S) -> &K, meaning: &'static str) -> &'static str;

    /// The parameters of the section's kind, beside the section's other fields.
    fn parameters<K: Kinds>(&mut self, kind: &'static str, get: impl Fn(&S) -> &K) -> K;
}

/// Alternatives that each have parameters of their own; made by
/// [`kinds!`](crate::settings::kinds::kinds).
pub(crate) trait Kinds: Clone + PartialEq {
    /// Each kind's name and meaning; the first is the default.
    const KINDS: &'static [(&'static str, &'static str)];

    /// The name of this kind.
    fn kind(&self) -> &'static str;

    /// A value of the kind of that name, from its parameters.
    fn parameters(kind: &'static str, table: &mut impl Table<Self>) -> Self;

    /// The names of all kinds.
    fn names() -> impl Iterator<Item = &'static str> + Clone {
        Self::KINDS.iter().map(|(name, _)| *name)
    }
}

/// A part of a config with a grammar of its own.
pub(crate) trait Part: Clone {
    /// What the part is about, in a line.
    const MEANING: &'static str;
    /// The settings that its own depend on.
    type Context;

    /// Reads it, where it is given.
    fn read(value: Option<&Spanned>, context: &Self::Context, diagnostics: &Diagnostics) -> Self;

    /// Adds its settings, by their names below the part's, to those of a resolved config.
    fn write(&self, context: &Self::Context, add: &mut dyn FnMut(&str, toml::Value));

    /// How the numbers of the setting at that path below the part are written, if it takes some.
    fn number_form(path: &str) -> Option<NumberForm>;
}
