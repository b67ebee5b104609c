//! The types of numbers that a tensor may hold.

/// A type of numbers that draws come in: `f32`, `f64`, and with the feature `half` `half::f16` and
/// `half::bf16`.
///
/// A distribution's numbers are computed in `f64`. An `f32` is that rounded; an `f16` or a `bf16`
/// is the `f32` rounded, so a draw equals the cast of the `f32` draw (but for a uniform's upper
/// bound, which stays excluded).
pub trait Element: Copy + Default + PartialOrd + Send + Sync + sealed::Sealed + 'static {
    /// The largest number of the type.
    #[doc(hidden)]
    const LARGEST: f64;

    /// The type's name.
    #[doc(hidden)]
    const NAME: &'static str;

    /// Whether the type has far fewer digits than `f64`.
    #[doc(hidden)]
    const IS_COARSE: bool;

    /// Whether both are the same number, to the bit; NaN is no number.
    #[doc(hidden)]
    fn is(self, other: Self) -> bool;

    /// The nearest number of the type.
    #[doc(hidden)]
    fn from_f64(number: f64) -> Self;

    /// The number before the one nearest to `bound`.
    #[doc(hidden)]
    fn below(bound: f64) -> Self;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for f32 {}
impl Element for f32 {
    const LARGEST: f64 = f32::MAX as f64;
    const NAME: &'static str = "f32";
    const IS_COARSE: bool = true;

    #[inline]
    fn is(self, other: Self) -> bool {
        self.to_bits() == other.to_bits() && self == other
    }

    #[inline]
    fn from_f64(number: f64) -> Self {
        number as f32
    }

    fn below(bound: f64) -> Self {
        (bound as f32).next_down()
    }
}

impl sealed::Sealed for f64 {}
impl Element for f64 {
    const LARGEST: f64 = f64::MAX;
    const NAME: &'static str = "f64";
    const IS_COARSE: bool = false;

    #[inline]
    fn is(self, other: Self) -> bool {
        self.to_bits() == other.to_bits() && self == other
    }

    #[inline]
    fn from_f64(number: f64) -> Self {
        number
    }

    fn below(bound: f64) -> Self {
        bound.next_down()
    }
}

#[cfg(feature = "half")]
mod half_precision {
    use half::{bf16, f16};

    use super::{Element, sealed};

    macro_rules! half_precision {
        ($type:ident, $name:literal) => {
            impl sealed::Sealed for $type {}
            impl Element for $type {
                const LARGEST: f64 = $type::MAX.to_f64_const();
                const NAME: &'static str = $name;
                const IS_COARSE: bool = true;

                #[inline]
                fn is(self, other: Self) -> bool {
                    self.to_bits() == other.to_bits() && self == other
                }

                #[inline]
                fn from_f64(number: f64) -> Self {
                    $type::from_f32(number as f32)
                }

                fn below(bound: f64) -> Self {
                    let nearest = $type::from_f64(bound);
                    let bits = nearest.to_bits();
                    if nearest > $type::ZERO {
                        $type::from_bits(bits - 1)
                    } else if nearest < $type::ZERO {
                        $type::from_bits(bits + 1)
                    } else {
                        -$type::from_bits(1)
                    }
                }
            }
        };
    }

    half_precision!(f16, "f16");
    half_precision!(bf16, "bf16");
}
