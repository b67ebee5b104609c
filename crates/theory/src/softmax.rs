//! Cross-entropy at the start: what logits of a given variance cost, and how large its gradient is.

use crate::quadrature::{Bend, Normal};

/// Beyond this variance one logit rules in nearly every image, and what follows is a limit.
const LARGE: f64 = 400.0;

/// The expected loss of cross-entropy on `classes` independent normal logits of variance `q`:
/// `E ln sum exp z`. ln(classes) at 0; for large q, `sqrt(q)` times the expected largest of so many
/// normals.
///
/// By `ln s = integral over t of (exp(-t) - exp(-t s))/t`, which turns the expectation over all
/// logits into one over a single one.
///
/// ```
/// assert!((theory::softmax_loss(0.0, 10) - 10f64.ln()).abs() < 1e-9);
/// // ln C + (1 - 1/C) q/2 to first order.
/// assert!((theory::softmax_loss(0.01, 10) - 10f64.ln() - 0.0045).abs() < 1e-5);
/// ```
pub fn softmax_loss(q: f64, classes: usize) -> f64 {
    if q > LARGE {
        return softmax_loss(LARGE, classes) * (q / LARGE).sqrt();
    }
    over_scales(q, |log_t, mean| (-log_t.exp()).exp() - mean.powi(classes as i32))
}

/// The mean square of an entry of `p - y`, the gradient of one image's loss at the logits, under
/// the same logits: `(1 - 1/C)/C` at 0 (0.09 for ten classes), `2 (1 - 1/C)/C` for large q, which
/// it nears as `1/sqrt(q)`.
///
/// ```
/// assert!((theory::softmax_error(0.0, 10) - 0.09).abs() < 1e-9);
/// assert!((theory::softmax_error(1e9, 10) - 0.18).abs() < 1e-3);
/// ```
pub fn softmax_error(q: f64, classes: usize) -> f64 {
    let c = classes as f64;
    if q > LARGE {
        let limit = 2.0 * (1.0 - 1.0 / c) / c;
        return limit - (limit - softmax_error(LARGE, classes)) * (LARGE / q).sqrt();
    }
    // E p_1^2 is the integral of t E[exp(2 z) exp(-t exp(z))] E[exp(-t exp(z))]^(C-1).
    let std = q.max(0.0).sqrt();
    let square = over_scales(q, |log_t, mean| {
        let first = expect_at(std, log_t, |x| (2.0 * x - x.exp()).exp());
        first * mean.powi(classes as i32 - 1)
    });
    (c * square - 2.0 / c + 1.0) / c
}

/// The integral over `ln t` of `f(ln t, E exp(-t exp z))`, `z ~ N(0, q)`.
fn over_scales(q: f64, f: impl Fn(f64, f64) -> f64) -> f64 {
    if q.is_nan() {
        return f64::NAN;
    }
    let std = q.max(0.0).sqrt();
    // exp(-t s) falls from 1 to 0 around t = 1/s, over a few units of ln t: sums over
    // steps of 0.4 are right to 1e-10.
    const STEP: f64 = 0.4;
    let (low, high) = (-38.0 - 9.5 * std, 5.0 + 9.5 * std);
    let steps = ((high - low) / STEP).ceil() as u32;
    let value = |i: u32| {
        let log_t = low + STEP * f64::from(i);
        f(log_t, expect_at(std, log_t, |x| (-x.exp()).exp()))
    };
    STEP * (0..=steps).map(value).sum::<f64>()
}

/// `E f(ln t + z)`, `z ~ N(0, std^2)`, of an `f` that changes around 0.
fn expect_at(std: f64, log_t: f64, f: impl Fn(f64) -> f64) -> f64 {
    if std < 1e-8 {
        return f(log_t);
    }
    let bend = Bend { at: -log_t / std, width: 1.0 / std };
    Normal::with_bends(&[bend]).expect(|z| f(log_t + std * z))
}
