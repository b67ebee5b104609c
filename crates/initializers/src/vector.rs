//! Loops compiled for the widest vector instructions that the processor has.
//!
//! What runs here adds and multiplies in an order that the source fixes, so its bits are the same
//! whatever the width of the vectors.

/// Runs `work` with them. It must be a closure that is always inlined, as must be all that it
/// calls: what is not is compiled for any processor.
#[inline]
pub(crate) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    vectorized_with(
        #[inline(always)]
        |_| work(),
    )
}

/// [`vectorized`], the closure being told whether the processor multiplies and adds at once.
/// Elsewhere that takes a function call.
#[inline]
pub(crate) fn vectorized_with<R>(work: impl FnOnce(bool) -> R) -> R {
    #[cfg(feature = "simd")]
    return pulp::Arch::new().dispatch(Work(work));
    #[cfg(not(feature = "simd"))]
    work(false)
}

#[cfg(feature = "simd")]
struct Work<F>(F);

#[cfg(feature = "simd")]
impl<R, F: FnOnce(bool) -> R> pulp::WithSimd for Work<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> R {
        (self.0)(!S::IS_SCALAR && cfg!(any(target_arch = "x86_64", target_arch = "aarch64")))
    }
}

/// The square root, rounded correctly.
#[inline(always)]
pub(crate) fn sqrt(x: f64) -> f64 {
    // `libm` takes one instruction too, but one that the compiler cannot widen.
    #[cfg(feature = "simd")]
    return x.sqrt();
    #[cfg(not(feature = "simd"))]
    libm::sqrt(x)
}

/// `a b + c`, rounded once.
#[inline(always)]
pub(crate) fn fma(a: f64, b: f64, c: f64) -> f64 {
    #[cfg(feature = "simd")]
    return a.mul_add(b, c);
    #[cfg(not(feature = "simd"))]
    libm::fma(a, b, c)
}
