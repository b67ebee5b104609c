//! Expectations over one and two normal variables by Gauss-Legendre panels whose edges lie where
//! the integrand bends.
//!
//! Gauss-Hermite rules fail quietly where an activation has kinks or saturates. Here every kink is
//! the edge of a panel, and around each bend panels grow from its own width, so that an expectation
//! is right to about 1e-12 whatever the variance.

use std::f64::consts::TAU;
use std::sync::OnceLock;

use initializers::Activation;

use crate::derivative::{bend, kinks};

/// Nothing is left of a normal density beyond so many standard deviations: 2e-20.
const END: f64 = 9.5;
const NODES: usize = 16;
/// Bends narrower than this, at variances above 1e6, are taken to be as wide.
const NARROWEST: f64 = 1e-3;

/// What bends in the integrand: where, and over what distance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bend {
    pub(crate) at: f64,
    /// 0 for a kink.
    pub(crate) width: f64,
}

/// Points and weights such that `sum(weight * f(point))` is `E f(z)`, `z ~ N(0, 1)`.
#[derive(Debug, Clone)]
pub(crate) struct Normal(Vec<(f64, f64)>);

impl Normal {
    pub(crate) fn with_bends(bends: &[Bend]) -> Self {
        let mut edges: Vec<f64> = (0..=8).map(|i| END * (f64::from(i) / 4.0 - 1.0)).collect();
        for bend in bends.iter().filter(|bend| bend.at.is_finite()) {
            // What bends as slowly as the density itself is smooth over any panel.
            if bend.width >= 1.0 {
                continue;
            }
            edges.push(bend.at);
            let mut distance = if bend.width > 0.0 { 1.5 * bend.width.max(NARROWEST) } else { END };
            while distance < END {
                edges.extend([bend.at - distance, bend.at + distance]);
                distance *= 2.0;
            }
        }
        edges.retain(|edge| edge.abs() <= END);
        edges.sort_by(f64::total_cmp);
        edges.dedup_by(|a, b| *a - *b < 1e-13);
        let density_at_0 = 1.0 / TAU.sqrt();
        let panel = |ends: &[f64]| {
            let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
            legendre().iter().map(move |&(x, weight)| {
                let z = middle + half * x;
                (z, half * weight * (-0.5 * z * z).exp() * density_at_0)
            })
        };
        Normal(edges.windows(2).flat_map(panel).collect())
    }

    pub(crate) fn expect(&self, mut f: impl FnMut(f64) -> f64) -> f64 {
        self.0.iter().map(|&(z, weight)| weight * f(z)).sum()
    }
}

/// Half waves of a sine that get a panel of their own, at most.
const MOST_WAVES: f64 = 500.0;

/// Where `activation(std * z)` bends.
fn bends(activation: Activation, std: f64) -> impl Iterator<Item = Bend> {
    // A sine has panels of half a wave.
    let wave = match activation {
        Activation::Sine { omega } => std::f64::consts::PI / (omega * std),
        _ => f64::INFINITY,
    };
    let waves = (END / wave).min(MOST_WAVES) as i32;
    let waves = (-waves..=waves).map(move |i| Bend { at: f64::from(i) * wave, width: 0.0 });
    let curved = bend(activation).map(|width| Bend { at: 0.0, width: width / std });
    let kinks = kinks(activation).into_iter().map(move |kink| Bend { at: kink / std, width: 0.0 });
    kinks.chain(curved).chain(waves)
}

/// Values of `f` and their weights, as [`expect`] adds them up.
pub(crate) fn values(
    activation: Activation,
    variance: f64,
    f: impl Fn(f64) -> f64,
) -> Vec<(f64, f64)> {
    let std = variance.max(0.0).sqrt();
    let bends: Vec<Bend> = bends(activation, std).collect();
    let points = Normal::with_bends(&bends).0;
    points.into_iter().map(|(z, weight)| (f(std * z), weight)).collect()
}

/// `E f(x)`, `x ~ N(0, variance)`, of an `f` that bends where the activation does.
pub(crate) fn expect(activation: Activation, variance: f64, f: impl Fn(f64) -> f64) -> f64 {
    if variance <= 0.0 {
        return f(0.0);
    }
    if !variance.is_finite() {
        return f64::NAN;
    }
    let std = variance.sqrt();
    let bends: Vec<Bend> = bends(activation, std).collect();
    Normal::with_bends(&bends).expect(|z| f(std * z))
}

/// Two variables of mean 0: their variances and their correlation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) variances: [f64; 2],
    pub(crate) correlation: f64,
}

/// `E f(x) g(y)` of a normal pair, `f` and `g` bending where the activation does.
pub(crate) fn expect_pair(
    activation: Activation,
    pair: Pair,
    f: impl Fn(f64) -> f64,
    g: impl Fn(f64) -> f64,
) -> f64 {
    if !pair.variances.iter().all(|variance| variance.is_finite()) || pair.correlation.is_nan() {
        return f64::NAN;
    }
    let [first, second] = pair.variances.map(|variance| variance.max(0.0).sqrt());
    let c = pair.correlation.clamp(-1.0, 1.0);
    let rest = ((1.0 - c) * (1.0 + c)).sqrt();
    let of_second: Vec<Bend> = bends(activation, second).collect();
    let mut outer: Vec<Bend> = bends(activation, first).collect();
    // The inner expectation bends there too, smoothed over what the first variable leaves open.
    outer.extend(
        of_second
            .iter()
            .map(|bend| Bend { at: bend.at / c, width: (bend.width.max(rest) / c.abs()).min(END) }),
    );
    if rest < 1e-9 {
        return Normal::with_bends(&outer).expect(|z| f(first * z) * g(second * c * z));
    }
    let mut inner_bends = of_second.clone();
    Normal::with_bends(&outer).expect(|z| {
        let value = f(first * z);
        if value == 0.0 {
            return 0.0;
        }
        for (inner, bend) in inner_bends.iter_mut().zip(&of_second) {
            *inner = Bend { at: (bend.at - c * z) / rest, width: bend.width / rest };
        }
        let inner = Normal::with_bends(&inner_bends);
        value * inner.expect(|w| g(second * (c * z + rest * w)))
    })
}

/// Nodes and weights of the Gauss-Legendre rule on [-1, 1], by Newton's method on the polynomial.
fn legendre() -> &'static [(f64, f64); NODES] {
    static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    RULE.get_or_init(|| {
        let n = NODES as f64;
        std::array::from_fn(|i| {
            let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5));
            let mut slope = 1.0;
            for _ in 0..8 {
                let (mut before, mut value) = (1.0, x);
                for k in 2..=NODES {
                    let k = k as f64;
                    (before, value) =
                        (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
                }
                slope = n * (x * value - before) / (x * x - 1.0);
                x -= value / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_normal_are_exact() {
        let normal = Normal::with_bends(&[]);
        for (power, moment) in [(0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (8, 105.0)] {
            let got = normal.expect(|z| z.powi(power));
            assert!((got - moment).abs() < 1e-12 * moment.max(1.0), "{power}: {got}");
        }
    }

    #[test]
    fn the_product_of_a_pair_is_its_covariance() {
        for c in [-0.999, -0.3, 0.0, 0.4, 0.99, 1.0 - 1e-12, 1.0] {
            let pair = Pair { variances: [2.0, 0.5], correlation: c };
            let got = expect_pair(Activation::Linear, pair, |x| x, |y| y);
            assert!((got - c).abs() < 1e-12, "{c}: {got}");
        }
    }
}
