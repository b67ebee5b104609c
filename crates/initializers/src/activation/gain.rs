//! The gains that activations ask for.

use core::f64::consts::SQRT_2;

use super::Activation;
use crate::numeric::normal::normal_density;
use crate::numeric::quadrature::integrate;

impl Activation {
    /// The gain: the factor on `1/sqrt(fan)` that is recommended for weights next to this
    /// activation.
    ///
    /// For `linear`, `sigmoid`, `tanh`, `relu`, `leaky_relu` and `selu` it is the table of
    /// PyTorch's `torch.nn.init.calculate_gain` (a PReLU counts as a leaky ReLU). No table has the
    /// others: theirs is [`Activation::second_moment_gain`], which for `relu` and `leaky_relu`
    /// agrees with the table.
    pub fn gain(self) -> f64 {
        match self {
            Activation::Linear | Activation::Sigmoid => 1.0,
            Activation::Tanh => 5.0 / 3.0,
            Activation::Relu => SQRT_2,
            Activation::LeakyRelu { negative_slope: slope }
            | Activation::Prelu { alpha: slope } => libm::sqrt(2.0 / (1.0 + slope * slope)),
            Activation::Selu => 0.75,
            _ => self.second_moment_gain(),
        }
    }

    /// `1 / sqrt(E[f(z)^2])` for `z ~ N(0, 1)`: the gain with which a wide layer's outputs keep a
    /// second moment of 1 (the argument of He et al. 2015, for any activation).
    ///
    /// ```
    /// use initializers::Activation;
    ///
    /// assert!((Activation::Relu.second_moment_gain() - 2f64.sqrt()).abs() < 1e-9);
    /// assert!((Activation::Tanh.second_moment_gain() - 1.5925).abs() < 1e-4);
    /// ```
    pub fn second_moment_gain(self) -> f64 {
        1.0 / libm::sqrt(self.second_moment(1.0))
    }

    /// `E[f(x)^2]` for `x ~ N(0, variance)`.
    pub(crate) fn second_moment(self, variance: f64) -> f64 {
        let std = libm::sqrt(variance);
        // Where an activation with its usual constants bends or jumps is an edge between panels of
        // 1/64 (for a variance of 1), so the integral is exact to rounding; a jump elsewhere costs
        // a fraction of one panel.
        integrate(-12.0, 12.0, 24 * 64, |z| {
            let y = self.apply(std * z);
            y * y * normal_density(z)
        })
    }
}

#[cfg(test)]
mod tests {
    use core::f64::consts::FRAC_1_SQRT_2;

    use super::*;

    #[test]
    fn gains_are_those_of_the_table() {
        let gain = |text: &str| text.parse::<Activation>().expect(text).gain();
        for (text, expected) in [
            ("linear", 1.0),
            ("sigmoid", 1.0),
            ("tanh", 5.0 / 3.0),
            ("relu", 2f64.sqrt()),
            ("leaky_relu", (2.0 / 1.0001f64).sqrt()),
            ("leaky_relu(0.2)", (2.0 / 1.04f64).sqrt()),
            ("selu", 0.75),
        ] {
            assert_eq!(gain(text), expected, "{text}");
        }
        // PyTorch's own default for nn.Linear: a slope of sqrt(5) makes the general rule.
        assert!((gain("leaky_relu(2.23606797749979)") - (1.0f64 / 3.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn derived_gains_keep_the_second_moment() {
        for activation in Activation::ALL {
            let gain = activation.second_moment_gain();
            assert!(gain.is_finite() && gain > 0.0, "{activation}");
        }
        // E[x^2; |x| > 1/2] = 1 - erf(1/sqrt(8)) + phi(1/2).
        let expected = 1.0 - libm::erf(0.5 * FRAC_1_SQRT_2) + normal_density(0.5);
        assert!(
            (Activation::HardShrink { lambda: 0.5 }.second_moment(1.0) - expected).abs() < 1e-12
        );
        // Self-normalizing: a SELU's second moment is 1 already.
        assert!((Activation::Selu.second_moment_gain() - 1.0).abs() < 1e-6);
    }
}
