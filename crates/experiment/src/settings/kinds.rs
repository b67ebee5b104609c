//! Enumerations whose members have parameters of their own, declared together with the table of
//! these.

/// Declares an enumeration of kinds: each with its word, and with its parameters as `name: Type =
/// default, domain, stated;`. The comments are the documentation, here and for those who write
/// configs.
macro_rules! kinds {
    (
        $(#[$about:meta])*
        pub enum $Name:ident {
            $(
                $(#[doc = $meaning:literal])+
                $Kind:ident = $word:literal $({
                    $(
                        $(#[doc = $doc:literal])+
                        $field:ident: $Type:ty = $default:expr, $domain:expr, $stated:expr;
                    )+
                })?
            )+
        }
    ) => {
        $(#[$about])*
        pub enum $Name {
            $(
                $(#[doc = $meaning])+
                $Kind $({ $( $(#[doc = $doc])+ $field: $Type, )+ })?,
            )+
        }

        impl $crate::settings::table::Kinds for $Name {
            const KINDS: &'static [(&'static str, &'static str)] =
                &[$(($word, concat!($($meaning),+))),+];

            fn kind(&self) -> &'static str {
                match self {
                    $($Name::$Kind { .. } => $word,)+
                }
            }

            #[allow(unreachable_patterns)] // where there is one kind
            fn parameters(
                kind: &'static str,
                table: &mut impl $crate::settings::table::Table<Self>,
            ) -> Self {
                match kind {
                    $($word => $Name::$Kind $({
                        $($field: table.field(
                            stringify!($field),
                            $stated,
                            |value| match value {
                                $Name::$Kind { $field, .. } => $field.clone(),
                                _ => $default,
                            },
                            $default,
                            &$domain,
                            concat!($($doc),+),
                        ),)+
                    })?,)+
                    _ => unreachable!("a kind is one of the table's"),
                }
            }
        }
    };
}
pub(crate) use kinds;
