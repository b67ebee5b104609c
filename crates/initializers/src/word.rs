//! Enumerations whose variants are words in a file.

/// A value out of a short list, each of which has a name.
pub(crate) trait Word: Copy + 'static {
    /// The names, the usual one first.
    const NAMES: &'static [&'static str];

    /// The value of that name.
    fn named(name: &str) -> Option<Self>;
}

/// Declares an enumeration, each variant with its word; the first is the usual one.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// The name as TOML files give it.
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl $crate::word::Word for $name {
            const NAMES: &'static [&'static str] = &[$($word),+];

            fn named(name: &str) -> Option<Self> {
                match name {
                    $($word => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use words;
