//! The natural logarithm, so that it runs in vector units.

/// `ln x` for `x > 0`, with the bits of [`libm::log`]: the same algorithm (FreeBSD's `e_log.c`,
/// error less than 1 ulp), without its branches.
#[inline(always)]
pub(crate) fn log(x: f64) -> f64 {
    const LN2_HI: f64 = 6.931_471_803_691_238e-1;
    const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
    const LG: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    /// The high word of `sqrt(2) / 2`.
    const SQRT_HALF: u64 = 0x3fe6_a09e << 32;
    const ONE: u64 = 0x3ff0_0000 << 32;
    const EXPONENT: u64 = 0xfff << 52;

    // A subnormal number is scaled up.
    let is_subnormal = x < f64::MIN_POSITIVE;
    let (x, scale) = if is_subnormal { (x * TWO_TO_54, 54.0) } else { (x, 0.0) };
    // x = 2^k (1 + f), sqrt(2) / 2 < 1 + f < sqrt(2).
    let bits = x.to_bits() + (ONE - SQRT_HALF);
    let k = exponent(bits) - scale;
    let f = f64::from_bits((bits & !EXPONENT) + SQRT_HALF) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let t1 = w * (LG[1] + w * (LG[3] + w * LG[5]));
    let t2 = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])));
    s * (half_square + (t2 + t1)) + k * LN2_LO - half_square + f + k * LN2_HI
}

const TWO_TO_54: f64 = (1u64 << 54) as f64;

/// The exponent of a float by its bits, less its bias.
#[inline(always)]
fn exponent(bits: u64) -> f64 {
    // The mantissa of 2^52 holds the exponent as a whole number, without a conversion of integers.
    const TWO_TO_52: f64 = (1u64 << 52) as f64;
    f64::from_bits(TWO_TO_52.to_bits() | bits >> 52) - (TWO_TO_52 + 1023.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;

    #[test]
    fn logarithms_have_the_bits_of_libm() {
        let mut stream = Stream::named(0, "logarithms");
        for i in 0..200_000 {
            let u = stream.uniform();
            // Every binade down to the least number.
            let x = [u, u * 0.075, libm::pow(2.0, -1074.0 * u), 0.5 - 0.25 * u][i % 4];
            assert_eq!(log(x).to_bits(), libm::log(x).to_bits(), "{x:e}");
        }
        for x in [f64::MIN_POSITIVE, f64::MIN_POSITIVE.next_down(), 5e-324, 0.5f64.sqrt(), 0.75] {
            assert_eq!(log(x).to_bits(), libm::log(x).to_bits(), "{x:e}");
        }
    }
}
