//! The maps from one layer of an infinitely wide network to the next, and where they lead.

use initializers::Activation;

use crate::moments::{
    cross_moment, second_moment, slope_cross_moment, slope_second_moment, variance_slope,
};

/// A deep, infinitely wide network, each layer like the others: its activation, and the variances
/// of weights and biases (`sigma_w^2` is the variance of a weight times the fan-in).
///
/// ```
/// use initializers::Activation;
/// use theory::{MeanField, Phase};
///
/// let he = MeanField { activation: Activation::Relu, weight_variance: 2.0, bias_variance: 0.0 };
/// assert_eq!(he.variance(0.7), 0.7);
/// assert_eq!(he.phase(0.7), Phase::Critical);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanField {
    /// What stands between layers.
    pub activation: Activation,
    /// `sigma_w^2`: the variance of a weight times the fan-in.
    pub weight_variance: f64,
    /// `sigma_b^2`: the variance of a bias.
    pub bias_variance: f64,
}

/// On which side of the edge of chaos a network lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Gradients shrink with depth, and inputs grow alike: `chi_1 < 1`.
    Ordered,
    /// Gradients keep their size.
    Critical,
    /// Gradients grow with depth: `chi_1 > 1`.
    Chaotic,
}

impl Phase {
    /// The field's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Ordered => "ordered",
            Phase::Critical => "critical",
            Phase::Chaotic => "chaotic",
        }
    }
}

/// Where the variance of pre-activations goes with depth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// To this variance, which may be 0.
    Finite(f64),
    /// Beyond every bound.
    Infinite,
}

/// Over how many layers a network forgets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthScales {
    /// `xi_q`: layers over which the distance to `q*` falls by e. `None` where it does not.
    pub variance: Option<f64>,
    /// `xi_c`: layers over which the correlation of two inputs comes closer to its limit by e;
    /// `None` where it converges by a power, not exponentially.
    pub correlation: Option<f64>,
    /// `xi_grad`: layers over which a gradient changes by e; `None` where it does not change.
    pub gradient: Option<f64>,
}

/// Chi is taken for 1 when it is as close as this.
const CRITICAL: f64 = 1e-6;

impl MeanField {
    /// The variance map: `sigma_w^2 E phi(z)^2 + sigma_b^2` (Poole et al. 2016, eq. 3).
    ///
    /// ```
    /// use initializers::Activation;
    /// let tanh = theory::MeanField {
    ///     activation: Activation::Tanh, weight_variance: 1.5, bias_variance: 0.1,
    /// };
    /// assert!((tanh.variance(0.520216) - 0.520216).abs() < 1e-5);
    /// ```
    pub fn variance(&self, q: f64) -> f64 {
        self.weight_variance * second_moment(self.activation, q) + self.bias_variance
    }

    /// The correlation map: of two inputs with pre-activations of variances `q` and correlation
    /// `c`, the correlation one layer on (Poole et al. 2016, eq. 5). 1 where nothing is left of
    /// either.
    ///
    /// ```
    /// use initializers::Activation;
    /// let he = theory::MeanField {
    ///     activation: Activation::Relu, weight_variance: 2.0, bias_variance: 0.0,
    /// };
    /// assert!((he.correlation([1.0, 1.0], 0.4) - 0.54413178).abs() < 1e-8);
    /// ```
    pub fn correlation(&self, q: [f64; 2], c: f64) -> f64 {
        let covariance =
            self.weight_variance * cross_moment(self.activation, q, c) + self.bias_variance;
        let norm = (self.variance(q[0]) * self.variance(q[1])).sqrt();
        if norm == 0.0 { 1.0 } else { (covariance / norm).clamp(-1.0, 1.0) }
    }

    /// `chi_1 = sigma_w^2 E phi'(z)^2` at variance `q`: the growth per layer of the variance of
    /// gradients (Schoenholz et al. 2017), with the derivative that backpropagation takes.
    ///
    /// ```
    /// use initializers::Activation;
    /// let tanh = theory::MeanField {
    ///     activation: Activation::Tanh, weight_variance: 1.5, bias_variance: 0.1,
    /// };
    /// assert!((tanh.chi_1(0.520216) - 0.877513).abs() < 1e-6);
    /// ```
    pub fn chi_1(&self, q: f64) -> f64 {
        self.weight_variance * slope_second_moment(self.activation, q)
    }

    /// `chi_par = V'(q)`, the slope of the variance map: below 1 at a fixed point that attracts.
    ///
    /// ```
    /// use initializers::Activation;
    /// let tanh = theory::MeanField {
    ///     activation: Activation::Tanh, weight_variance: 1.5, bias_variance: 0.1,
    /// };
    /// assert!((-1.0 / tanh.chi_parallel(0.520216).ln() - 1.3356).abs() < 1e-4);
    /// ```
    pub fn chi_parallel(&self, q: f64) -> f64 {
        self.weight_variance * variance_slope(self.activation, q)
    }

    /// `q*`: where the variance goes with depth from a start of `q`. The map grows with `q`, so it
    /// is the nearest fixed point on the side to which the first step leads.
    ///
    /// ```
    /// use initializers::Activation;
    /// use theory::Limit;
    /// let tanh = theory::MeanField {
    ///     activation: Activation::Tanh, weight_variance: 2.5, bias_variance: 0.1,
    /// };
    /// let Limit::Finite(q) = tanh.fixed_point(1.0) else { panic!("it is finite") };
    /// assert!((q - 1.149093).abs() < 1e-6);
    /// ```
    pub fn fixed_point(&self, q: f64) -> Limit {
        let change = |q: f64| self.variance(q) - q;
        let first = change(q);
        if !first.is_finite() {
            return Limit::Infinite;
        }
        if first.abs() <= 1e-12 * q {
            return Limit::Finite(q);
        }
        let (mut near, mut far) = (q, q);
        if first > 0.0 {
            while change(far) > 0.0 {
                (near, far) = (far, if far == 0.0 { 1e-9 } else { 2.0 * far });
                if far > 1e15 {
                    return Limit::Infinite;
                }
            }
        } else {
            while change(far) < 0.0 {
                (near, far) = (far, 0.5 * far);
                if far < 1e-15 {
                    return Limit::Finite(0.0);
                }
            }
        }
        let sign = first.signum();
        for _ in 0..200 {
            let middle = 0.5 * (near + far);
            if middle == near || middle == far {
                break;
            }
            if change(middle) * sign > 0.0 { near = middle } else { far = middle }
        }
        Limit::Finite(0.5 * (near + far))
    }

    /// `c*`: to what the correlation of two inputs goes with depth, at the fixed point `q`. 1
    /// unless the slope of the correlation map there is above 1.
    ///
    /// ```
    /// use initializers::Activation;
    /// let tanh = theory::MeanField {
    ///     activation: Activation::Tanh, weight_variance: 4.0, bias_variance: 0.1,
    /// };
    /// assert!((tanh.correlation_limit(2.268195) - 0.285524).abs() < 1e-5);
    /// ```
    pub fn correlation_limit(&self, q: f64) -> f64 {
        let variance = self.variance(q);
        let slope = if variance == 0.0 { 0.0 } else { self.chi_1(q) * q / variance };
        if slope <= 1.0 + CRITICAL && !crate::jumps(self.activation) {
            return 1.0;
        }
        let change = |c: f64| self.correlation([q, q], c) - c;
        let (mut low, mut high) = (0.0, 1.0 - 1e-9);
        if change(low) <= 0.0 {
            return low;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if change(middle) > 0.0 { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// The phase where variances go from `q`: by `chi_1` at the limit, or at a variance of 1e15
    /// where they grow without bound.
    ///
    /// ```
    /// use initializers::Activation;
    /// let general_rule = theory::MeanField {
    ///     activation: Activation::Relu, weight_variance: 1.0 / 3.0, bias_variance: 0.0,
    /// };
    /// assert_eq!(general_rule.phase(0.1), theory::Phase::Ordered);
    /// ```
    pub fn phase(&self, q: f64) -> Phase {
        let chi = self.chi_1(self.limit(q));
        if (chi - 1.0).abs() <= CRITICAL {
            Phase::Critical
        } else if chi < 1.0 {
            Phase::Ordered
        } else {
            Phase::Chaotic
        }
    }

    /// The depth scales where variances go from `q` (Schoenholz et al. 2017): `xi_q = -1/ln
    /// chi_par`, `xi_c = -1/ln` of the slope of the correlation map at `c*`, `xi_grad = 1/|ln
    /// chi_1|`. Networks train up to a depth of about `6 xi_c` (their fig. 5).
    ///
    /// ```
    /// use initializers::Activation;
    /// let tanh = theory::MeanField {
    ///     activation: Activation::Tanh, weight_variance: 2.5, bias_variance: 0.1,
    /// };
    /// let scales = tanh.depth_scales(1.0);
    /// assert!((scales.correlation.ok_or("finite")? - 13.460).abs() < 1e-3);
    /// assert!((scales.gradient.ok_or("finite")? - 10.512).abs() < 1e-3);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn depth_scales(&self, q: f64) -> DepthScales {
        let q = self.limit(q);
        let chi = self.chi_1(q);
        let c = self.correlation_limit(q);
        let variance = self.variance(q);
        let slope = self.weight_variance * slope_cross_moment(self.activation, [q, q], c);
        let slope = if variance == 0.0 { slope } else { slope * q / variance };
        let falling = |rate: f64| (rate > 0.0 && rate < 1.0 - CRITICAL).then(|| -1.0 / rate.ln());
        DepthScales {
            variance: falling(self.chi_parallel(q)),
            correlation: falling(slope),
            gradient: (chi > 0.0 && (chi - 1.0).abs() > CRITICAL).then(|| 1.0 / chi.ln().abs()),
        }
    }

    fn limit(&self, q: f64) -> f64 {
        match self.fixed_point(q) {
            Limit::Finite(q) => q,
            Limit::Infinite => 1e15,
        }
    }
}

/// A point of the critical line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CriticalPoint {
    /// The fixed point there.
    pub q: f64,
    /// `sigma_w^2`.
    pub weight_variance: f64,
    /// `sigma_b^2`.
    pub bias_variance: f64,
}

/// The points of the critical line, `chi_1 = 1`, at which the fixed point is one of `fixed_points`:
/// `sigma_w^2 = 1/E phi'^2`, `sigma_b^2 = q - sigma_w^2 E phi^2`. Points that would need a negative
/// variance are left out; ReLU and its like have one point, (2/(1 + a^2), 0), for every `q`.
///
/// ```
/// use initializers::Activation;
///
/// let line = theory::critical_line(Activation::Tanh, &[0.805799]);
/// assert!((line[0].weight_variance - 1.986073).abs() < 1e-5);
/// assert!((line[0].bias_variance - 0.1).abs() < 1e-5);
/// ```
pub fn critical_line(activation: Activation, fixed_points: &[f64]) -> Vec<CriticalPoint> {
    let point = |&q: &f64| {
        let weight_variance = 1.0 / slope_second_moment(activation, q);
        let bias_variance = q - weight_variance * second_moment(activation, q);
        // Rounding must not drop the point of an activation that keeps every variance.
        let bias_variance = if bias_variance.abs() < 1e-12 * q { 0.0 } else { bias_variance };
        (bias_variance >= 0.0 && weight_variance.is_finite()).then_some(CriticalPoint {
            q,
            weight_variance,
            bias_variance,
        })
    };
    fixed_points.iter().filter_map(point).collect()
}
