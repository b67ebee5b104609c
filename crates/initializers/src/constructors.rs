//! A function for each kind of initializer.
//!
//! Each takes what the kind has no default for; [`Initializer::with`] sets the other parameters.

use crate::activation::Activation;
use crate::catalog::ParameterError;
use crate::framework::Framework;
use crate::gain::Gain;
use crate::initializer::Initializer;
use crate::options::{Bounds, Connections, Family, FanMode, MirroredBase};

const ONE: Gain = Gain::Number(1.0);
const RELU: Gain = Gain::Of(Activation::Relu);

macro_rules! constructors {
    ($($(#[$about:meta])* $name:ident = $init:expr;)+) => {$(
        $(#[$about])*
        pub const fn $name() -> Initializer {
            $init
        }
    )+};
}

constructors! {
    /// Every number 0.
    zeros = Initializer::Zeros;
    /// Every number 1.
    ones = Initializer::Ones;
    /// Uniform within `1 / sqrt(fan_in)`.
    general_rule = Initializer::GeneralRule;
    /// Glorot's (Xavier's) variance, uniform.
    glorot_uniform = Initializer::GlorotUniform { gain: ONE };
    /// Glorot's (Xavier's) variance, normal.
    glorot_normal = Initializer::GlorotNormal { gain: ONE, truncated: false };
    /// He's (Kaiming's) variance, uniform; the gain is the ReLU's.
    he_uniform = Initializer::HeUniform { gain: RELU, mode: FanMode::In };
    /// He's (Kaiming's) variance, normal; the gain is the ReLU's.
    he_normal = Initializer::HeNormal { gain: RELU, mode: FanMode::In, truncated: false };
    /// LeCun's variance, uniform.
    lecun_uniform = Initializer::LecunUniform;
    /// LeCun's variance, truncated normal.
    lecun_normal = Initializer::LecunNormal { truncated: true };
    /// The random walk's gain, normal; for the activation that follows the layer.
    random_walk = Initializer::RandomWalk { gain: Gain::Auto };
    /// Maximal update parametrization, as published.
    mup = Initializer::Mup { gain: ONE, base_width: 1.0 };
    /// The spectral condition for feature learning.
    spectral = Initializer::Spectral { gain: ONE };
    /// AutoInit, for standardized data.
    autoinit = Initializer::AutoInit {
        input_mean: 0.0,
        input_variance: 1.0,
        signal_variance: 1.0,
        distribution: Family::TruncatedNormal,
    };
    /// Orthonormal rows or columns, uniform over all such matrices (Haar).
    orthogonal = Initializer::Orthogonal { gain: ONE };
    /// An orthogonal matrix at the middle of a convolution's kernel, zeros around it.
    delta_orthogonal = Initializer::DeltaOrthogonal { gain: ONE };
    /// Ones on the diagonal; for a convolution, PyTorch's `dirac_`.
    identity = Initializer::Identity { gain: ONE };
    /// 15 normal connections into each unit, the others 0.
    sparse = Initializer::Sparse {
        connections: 15,
        along: Connections::Incoming,
        std: 1.0,
    };
    /// Mirrored orthogonal blocks that make a ReLU network linear at first.
    looks_linear = Initializer::LooksLinear { gain: ONE, base: MirroredBase::Orthogonal };
    /// ZerO: identity and Hadamard matrices.
    zero_hadamard = Initializer::ZeroHadamard { gain: ONE };
    /// Identity plus small noise, for tanh.
    tanh_fixed_point = Initializer::TanhFixedPoint { noise: 0.085 };
    /// A sine of its own for each unit.
    sinusoidal = Initializer::Sinusoidal { gain: ONE };
    /// One positive entry in each unit's weights and bias.
    randomized_asymmetric = Initializer::RandomizedAsymmetric;
    /// Layer-sequential unit variance; what is drawn is its start.
    lsuv = Initializer::Lsuv { tolerance: 0.1, iterations: 10 };
    /// Unit variance for each unit; what is drawn is its start.
    krahenbuhl = Initializer::Krahenbuhl { balance: false, tolerance: 0.01, iterations: 10 };
}

/// What a framework draws for a fully connected layer when no initializer is chosen.
pub const fn framework_default(framework: Framework) -> Initializer {
    Initializer::Framework(framework)
}

/// Every number the same.
///
/// # Errors
/// Where `value` is no finite number.
pub fn constant(value: f64) -> Result<Initializer, ParameterError> {
    validated(Initializer::Constant { value })
}

/// Uniform on `[min, max)`.
///
/// # Errors
/// Where a bound is no finite number, or `min` is not less than `max`.
pub fn uniform(min: f64, max: f64) -> Result<Initializer, ParameterError> {
    validated(Initializer::Uniform { min, max })
}

/// Normal.
///
/// # Errors
/// Where a parameter is no finite number, or `std` is negative.
pub fn normal(mean: f64, std: f64) -> Result<Initializer, ParameterError> {
    validated(Initializer::Normal { mean, std })
}

/// Normal around 0, conditioned on lying within two standard deviations: TensorFlow's
/// `truncated_normal`. `std` is the one before truncation; draws have 0.8796 of it.
///
/// # Errors
/// Where `std` is no finite number, or negative.
pub fn truncated_normal(std: f64) -> Result<Initializer, ParameterError> {
    let (bounds, corrected) = (Bounds::Std, false);
    validated(Initializer::TruncatedNormal {
        mean: 0.0,
        std,
        lower: -2.0,
        upper: 2.0,
        bounds,
        corrected,
    })
}

/// A variance of `scale / fan`.
///
/// # Errors
/// Where `scale` is no finite number, or not positive.
pub fn variance_scaling(
    scale: f64,
    mode: FanMode,
    distribution: Family,
) -> Result<Initializer, ParameterError> {
    validated(Initializer::VarianceScaling { scale, mode, distribution })
}

fn validated(init: Initializer) -> Result<Initializer, ParameterError> {
    init.validate().map(|()| init)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{KINDS, Value};

    #[test]
    fn every_kind_has_a_function_with_its_defaults() {
        let made = [
            zeros(),
            ones(),
            constant(0.1).unwrap(),
            uniform(0.0, 1.0).unwrap(),
            general_rule(),
            normal(0.0, 0.1).unwrap(),
            truncated_normal(0.1).unwrap(),
            variance_scaling(1.0, FanMode::In, Family::TruncatedNormal).unwrap(),
            glorot_uniform(),
            glorot_normal(),
            he_uniform(),
            he_normal(),
            lecun_uniform(),
            lecun_normal(),
            random_walk(),
            mup(),
            spectral(),
            autoinit(),
            orthogonal(),
            delta_orthogonal(),
            identity(),
            sparse(),
            looks_linear(),
            zero_hadamard(),
            tanh_fixed_point(),
            sinusoidal(),
            randomized_asymmetric(),
            lsuv(),
            krahenbuhl(),
            framework_default(Framework::Burn),
            framework_default(Framework::PyTorch),
            framework_default(Framework::Keras),
            framework_default(Framework::Flax),
            framework_default(Framework::Haiku),
            framework_default(Framework::Candle),
            framework_default(Framework::Tch),
        ];
        assert_eq!(made.len(), KINDS.len());
        for (init, kind) in made.iter().zip(KINDS) {
            let required = kind.parameters.iter().filter(|parameter| parameter.default.is_none());
            let given: std::vec::Vec<_> =
                required.map(|parameter| (parameter.name, Value::Real(0.1))).collect();
            assert_eq!(kind.build(&given).as_ref(), Ok(init), "{}", kind.name);
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        assert!(normal(0.0, -1.0).is_err() && normal(f64::NAN, 1.0).is_err());
        assert!(uniform(0.5, 0.5).is_err() && uniform(1.0, 0.0).is_err());
        assert!(constant(f64::INFINITY).is_err() && truncated_normal(-0.1).is_err());
        assert!(variance_scaling(0.0, FanMode::In, Family::Normal).is_err());
        assert!(he_normal().with("gain", -1.0).is_err() && he_normal().with("gian", 1.0).is_err());
    }
}
