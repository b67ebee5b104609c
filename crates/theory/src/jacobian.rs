//! The spectrum of the Jacobian of a deep, infinitely wide, square network, by free probability
//! (Pennington, Schoenholz and Ganguli 2017, 2018).

use initializers::Activation;

use crate::derivative::derivative;
use crate::moments::slope_moment;
use crate::quadrature::values;

/// How the square weight matrices are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matrices {
    /// Independent normal entries (or any others of mean 0: only their variance enters).
    Gaussian,
    /// `sigma_w` times an orthogonal matrix.
    Orthogonal,
}

/// A Jacobian `D_L W_L ... D_1 W_1` of `depth` layers, all at variance `q`.
///
/// ```
/// use initializers::Activation;
/// use theory::{Jacobian, Matrices};
///
/// let linear = Jacobian {
///     activation: Activation::Linear, matrices: Matrices::Gaussian,
///     weight_variance: 1.0, q: 1.0, depth: 1,
/// };
/// assert!((linear.largest() - 2.0).abs() < 1e-6);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jacobian {
    /// The activation whose derivatives stand in `D`.
    pub activation: Activation,
    /// How weights are drawn.
    pub matrices: Matrices,
    /// `sigma_w^2`.
    pub weight_variance: f64,
    /// The variance of the pre-activations.
    pub q: f64,
    /// How many layers.
    pub depth: usize,
}

impl Jacobian {
    /// The mean squared singular value: `chi_1^L`.
    ///
    /// ```
    /// use initializers::Activation;
    /// use theory::{Jacobian, Matrices};
    /// let general_rule = Jacobian {
    ///     activation: Activation::Relu, matrices: Matrices::Gaussian,
    ///     weight_variance: 1.0 / 3.0, q: 1.0, depth: 2,
    /// };
    /// assert!((general_rule.mean_square() - 1.0 / 36.0).abs() < 1e-12);
    /// ```
    pub fn mean_square(&self) -> f64 {
        let chi = self.weight_variance * slope_moment(self.activation, self.q, 1);
        chi.powi(self.depth as i32)
    }

    /// The variance of a squared singular value over its squared mean: `L (mu_2/mu_1^2 - 1 - s_1)`
    /// with `mu_k = E phi'^(2k)`, `s_1` 0 for orthogonal matrices and -1 for Gaussian ones
    /// (Pennington, Schoenholz and Ganguli 2018).
    ///
    /// ```
    /// use initializers::Activation;
    /// use theory::{Jacobian, Matrices};
    /// let relu = |matrices| Jacobian {
    ///     activation: Activation::Relu, matrices, weight_variance: 2.0, q: 1.0, depth: 4,
    /// };
    /// assert!((relu(Matrices::Orthogonal).relative_variance() - 4.0).abs() < 1e-9);
    /// assert!((relu(Matrices::Gaussian).relative_variance() - 8.0).abs() < 1e-9);
    /// ```
    pub fn relative_variance(&self) -> f64 {
        let [first, second] = [1, 2].map(|k| slope_moment(self.activation, self.q, k));
        let of_matrices = match self.matrices {
            Matrices::Gaussian => 1.0,
            Matrices::Orthogonal => 0.0,
        };
        self.depth as f64 * (second / (first * first) - 1.0 + of_matrices)
    }

    /// The largest singular value: the root of the least value, over `m > 0`, of the inverse moment
    /// transform of `J J^T`, `(1+m)/(m S(m))`. The S-transform of a product is the product of those
    /// of its factors: `1/(sigma_w^2 (1+m))` for Gaussian matrices, `1/sigma_w^2` for orthogonal
    /// ones, and for `D^2` that of the distribution of `phi'(z)^2` (Pennington et al. 2017, section
    /// 3).
    ///
    /// ```
    /// use initializers::Activation;
    /// use theory::{Jacobian, Matrices};
    /// let relu = |matrices| Jacobian {
    ///     activation: Activation::Relu, matrices, weight_variance: 2.0, q: 1.0, depth: 4,
    /// };
    /// assert!((relu(Matrices::Orthogonal).largest() - 3.0792).abs() < 1e-4);
    /// assert!((relu(Matrices::Gaussian).largest() - 4.6753).abs() < 1e-4);
    /// ```
    pub fn largest(&self) -> f64 {
        if self.weight_variance == 0.0 || self.depth == 0 {
            return if self.depth == 0 { 1.0 } else { 0.0 };
        }
        let slopes = Slopes::of(self.activation, self.q);
        let log_edge = |log_m: f64| {
            let m = log_m.exp();
            let of_matrices = match self.matrices {
                Matrices::Gaussian => (1.0 + m).ln(),
                Matrices::Orthogonal => 0.0,
            };
            let layer = self.weight_variance.ln() + of_matrices + slopes.inverse_s(m).ln();
            ((1.0 + m) / m).ln() + self.depth as f64 * layer
        };
        let (mut low, mut high) = (-40.0, 40.0);
        // Golden section: the function falls to its minimum and rises from it.
        let golden = 0.5 * (5f64.sqrt() - 1.0);
        let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
        let (mut at_a, mut at_b) = (log_edge(a), log_edge(b));
        while high - low > 1e-9 {
            if at_a <= at_b {
                (high, b, at_b) = (b, a, at_a);
                a = high - golden * (high - low);
                at_a = log_edge(a);
            } else {
                (low, a, at_a) = (a, b, at_b);
                b = low + golden * (high - low);
                at_b = log_edge(b);
            }
        }
        (0.5 * at_a.min(at_b)).exp()
    }
}

/// The distribution of `x = phi'(z)^2`.
enum Slopes {
    /// Either of two values, each with probability 1/2.
    Two([f64; 2]),
    /// 1 with this probability, else 0.
    On(f64),
    /// Values and weights, and the largest of the values.
    Many(Vec<(f64, f64)>, f64),
}

impl Slopes {
    fn of(activation: Activation, q: f64) -> Self {
        match activation {
            Activation::Linear => Slopes::Two([1.0, 1.0]),
            Activation::Relu => Slopes::On(0.5),
            Activation::LeakyRelu { negative_slope: slope }
            | Activation::Prelu { alpha: slope } => Slopes::Two([slope * slope, 1.0]),
            Activation::Relu6
            | Activation::ThresholdedRelu { .. }
            | Activation::Hardtanh { .. }
            | Activation::HardShrink { .. }
            | Activation::SoftShrink { .. }
            | Activation::Shrink { .. } => Slopes::On(slope_moment(activation, q, 1)),
            _ => {
                let values = values(activation, q, |x| derivative(activation, x).powi(2));
                let top = values.iter().map(|(x, _)| *x).fold(f64::MIN_POSITIVE, f64::max);
                Slopes::Many(values, top)
            }
        }
    }

    /// `1/S(m)`: `m y/(1+m)` at the `y` above all `x` where the moment transform, `E x/(y - x)`, is
    /// `m`.
    fn inverse_s(&self, m: f64) -> f64 {
        let y = match self {
            Slopes::On(probability) => return (probability + m) / (1.0 + m),
            Slopes::Two([a, b]) => {
                // (a (y-b) + b (y-a))/2 = m (y-a)(y-b), its discriminant without cancellation.
                let p = (a + b) * (m + 0.5);
                let root = ((a - b).powi(2) * m * (m + 1.0) + 0.25 * (a + b).powi(2)).sqrt();
                (p + root) / (2.0 * m)
            }
            Slopes::Many(values, top) => {
                let transform =
                    |y: f64| values.iter().map(|(x, weight)| weight * x / (y - x)).sum::<f64>();
                // y = top (1 + exp(s)).
                let (mut low, mut high) = (-36.0, 60.0);
                for _ in 0..60 {
                    let middle: f64 = 0.5 * (low + high);
                    if transform(top * (1.0 + middle.exp())) > m {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                top * (1.0 + (0.5 * (low + high)).exp())
            }
        };
        m / (1.0 + m) * y
    }
}
