//! Enumerations whose members are words in a config.

/// One of a few values, each with its word.
pub(crate) trait StringEnum: Copy + PartialEq + 'static {
    /// Every value by its word; the first is the usual one.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of this value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

/// Declares an enumeration, each member with its word.
macro_rules! string_enum {
    (
        $(#[$about:meta])*
        pub enum $Name:ident { $($(#[$meaning:meta])* $Member:ident = $word:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $Name {
            $($(#[$meaning])* $Member,)+
        }

        impl $Name {
            /// Every value by its name, in the order in which lists show them.
            pub const ALL: [(&'static str, $Name); [$($word),+].len()] =
                [$(($word, $Name::$Member)),+];

            /// Its name in TOML.
            pub fn name(self) -> &'static str {
                $crate::string_enum::StringEnum::word(self)
            }
        }

        impl $crate::string_enum::StringEnum for $Name {
            const WORDS: &'static [(&'static str, Self)] = &Self::ALL;
        }
    };
}
pub(crate) use string_enum;
