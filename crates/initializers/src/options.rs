//! The choices that initializers offer: fans, families of distributions, what bounds and
//! connections mean.

use crate::string_enum::string_enum;

string_enum! {
    /// What the bounds of a truncated normal mean.
    Bounds {
        /// Standard deviations (before truncation) from the mean, as in TensorFlow and JAX.
        Std = "std",
        /// The numbers themselves, as in PyTorch.
        Absolute = "absolute",
    }
}

impl Bounds {
    /// The bounds as standard deviations from the mean.
    pub(crate) fn in_standard_deviations(
        self,
        mean: f64,
        std: f64,
        lower: f64,
        upper: f64,
    ) -> (f64, f64) {
        match self {
            Bounds::Std => (lower, upper),
            Bounds::Absolute => ((lower - mean) / std, (upper - mean) / std),
        }
    }
}

string_enum! {
    /// Which number of connections a variance is divided by.
    FanMode {
        /// Connections into a unit: keeps the variance of activations.
        In = "fan_in",
        /// Connections out of a unit: keeps the variance of gradients.
        Out = "fan_out",
        /// Arithmetic mean of the two.
        Average = "fan_avg",
        /// Geometric mean of the two.
        GeometricAverage = "fan_geo_avg",
    }
}

string_enum! {
    /// The family of a distribution around 0 whose standard deviation is given.
    Family {
        /// Normal, truncated at two standard deviations and widened so that draws have the given
        /// one.
        TruncatedNormal = "truncated_normal",
        /// Normal.
        Normal = "normal",
        /// Uniform.
        Uniform = "uniform",
    }
}

impl Family {
    /// A normal, truncated or not.
    pub(crate) fn normal(truncated: bool) -> Self {
        if truncated { Family::TruncatedNormal } else { Family::Normal }
    }
}

string_enum! {
    /// Which connections of a sparse matrix are counted.
    Connections {
        /// Those into each unit, as Martens counts them.
        Incoming = "incoming",
        /// Those out of each input, as PyTorch's `sparse_` counts them (columns of `[out, in]`).
        Outgoing = "outgoing",
    }
}

string_enum! {
    /// The matrix that looks-linear initialization mirrors.
    MirroredBase {
        /// Orthogonal: the network starts as an isometry.
        Orthogonal = "orthogonal",
        /// Normal with variance 1 / fan-in.
        Normal = "normal",
    }
}
