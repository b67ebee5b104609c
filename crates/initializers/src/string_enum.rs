//! `string_enum!`: enumerations whose variants have names in text.

/// A value out of a short list, each of which has a name.
pub(crate) trait StringEnum: Copy + 'static {
    /// The names, the default first.
    const NAMES: &'static [&'static str];

    /// The value of that name.
    fn from_name(name: &str) -> Option<Self>;
}

/// Declares an enumeration, each variant with its name; the first is the default.
macro_rules! string_enum {
    ($(#[$about:meta])* $name:ident {
        $($(#[$meaning:meta])* $variant:ident = $text:literal,)+
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// The name, as [the catalog](crate::catalog) has it.
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }
        }

        impl From<$name> for $crate::catalog::Value {
            fn from(value: $name) -> Self {
                value.name().into()
            }
        }

        impl $crate::string_enum::StringEnum for $name {
            const NAMES: &'static [&'static str] = &[$($text),+];

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use string_enum;
