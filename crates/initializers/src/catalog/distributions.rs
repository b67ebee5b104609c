//! Rows of the table: constants and plain distributions, the tutorial's own.

use super::parameter::{Domain, Parameter};
use super::{BuildError, Category, Kind};
use crate::law::mass;
use crate::{Bounds, Initializer};

pub(super) static ZEROS: Kind = Kind {
    name: "zeros",
    aliases: &[],
    category: Category::Constant,
    summary: "All zeros: every unit of a layer stays the same, so the network learns only its output bias.",
    formula: "W = 0",
    parameters: &[],
    source: "every framework",
    example: r#"init = "zeros""#,
    build: |_| Ok(Initializer::Zeros),
};

pub(super) static ONES: Kind = Kind {
    name: "ones",
    aliases: &[],
    category: Category::Constant,
    summary: "All ones: every unit of a layer stays the same, and activations grow with each layer's fan-in.",
    formula: "W = 1",
    parameters: &[],
    source: "every framework",
    example: r#"init = "ones""#,
    build: |_| Ok(Initializer::Ones),
};

pub(super) static CONSTANT: Kind = Kind {
    name: "constant",
    aliases: &[],
    category: Category::Constant,
    summary: "Every number the same.",
    formula: "W = value",
    parameters: &[Parameter::required("value", Domain::Real, "the number")],
    source: "every framework",
    example: r#"init = { kind = "constant", value = 0.01 }"#,
    build: |given| Ok(Initializer::Constant { value: given.real("value") }),
};

pub(super) static UNIFORM: Kind = Kind {
    name: "uniform",
    aliases: &["random_uniform"],
    category: Category::Distribution,
    summary: "Uniform between two numbers. The defaults are the tutorial's baseline.",
    formula: "W ~ U[min, max)",
    parameters: &[
        Parameter::real("min", Domain::Real, 0.0, "lower bound, included"),
        Parameter::real("max", Domain::Real, 1.0, "upper bound, excluded"),
    ],
    source: "every framework; defaults of TensorFlow's random_uniform",
    example: r#"init = { kind = "uniform", min = -0.1, max = 0.1 }"#,
    build: |given| {
        let (min, max) = (given.real("min"), given.real("max"));
        if min == max {
            let message = format!(
                "min and max are both {min}: for one number everywhere, use the kind \"constant\""
            );
            return Err(BuildError::new("max", message));
        }
        if min > max {
            return Err(BuildError::new(
                "min",
                format!("min must be less than max, but {min} > {max}"),
            ));
        }
        Ok(Initializer::Uniform { min, max })
    },
};

pub(super) static GENERAL_RULE: Kind = Kind {
    name: "general_rule",
    aliases: &[],
    category: Category::Distribution,
    summary: "The tutorial's general rule: uniform within one over the root of the number of inputs.",
    formula: "W ~ U[-y, y), y = 1/sqrt(fan_in)",
    parameters: &[],
    source: "Glorot & Bengio 2010, Eq. (1)",
    example: r#"init = "general_rule""#,
    build: |_| Ok(Initializer::GeneralRule),
};

pub(super) static NORMAL: Kind = Kind {
    name: "normal",
    aliases: &["random_normal"],
    category: Category::Distribution,
    summary: "Normal around a mean.",
    formula: "W ~ N(mean, std^2)",
    parameters: &[
        Parameter::real("mean", Domain::Real, 0.0, "mean"),
        Parameter::required("std", Domain::NonNegative, "standard deviation"),
    ],
    source: "every framework",
    example: r#"init = { kind = "normal", std = 0.1 }"#,
    build: |given| Ok(Initializer::Normal { mean: given.real("mean"), std: given.real("std") }),
};

pub(super) static TRUNCATED_NORMAL: Kind = Kind {
    name: "truncated_normal",
    aliases: &[],
    category: Category::Distribution,
    summary: "Normal, conditioned on lying within bounds. As it stands it is TensorFlow's and JAX's: bounds at two \
              standard deviations, and `std` is the one before truncation, so that what is drawn has 0.8796 std. With \
              `corrected = true` what is drawn has `std`, as inside the variance scaling of JAX and Keras; with \
              `bounds = \"absolute\"` it is PyTorch's `trunc_normal_`, whose bounds are the numbers themselves.",
    formula: "W ~ N(mean, std^2), given lower <= (W - mean)/std <= upper",
    parameters: &[
        Parameter::real("mean", Domain::Real, 0.0, "mean before truncation"),
        Parameter::required(
            "std",
            Domain::NonNegative,
            "standard deviation before truncation; after it, where corrected",
        ),
        Parameter::real("lower", Domain::Real, -2.0, "lower bound"),
        Parameter::real("upper", Domain::Real, 2.0, "upper bound"),
        Parameter::word::<Bounds>(
            "bounds",
            "what lower and upper mean: standard deviations from the mean, or the numbers themselves",
        ),
        Parameter::flag(
            "corrected",
            "whether what is drawn has the standard deviation std, not less",
        ),
    ],
    source: "TensorFlow 1, tf.truncated_normal; jax.nn.initializers.truncated_normal; torch.nn.init.trunc_normal_",
    example: r#"init = { kind = "truncated_normal", std = 0.1 }"#,
    build: |given| {
        let [mean, std, lower, upper] =
            ["mean", "std", "lower", "upper"].map(|name| given.real(name));
        let (bounds, corrected) = (given.word::<Bounds>("bounds"), given.flag("corrected"));
        if lower >= upper {
            return Err(BuildError::new(
                "lower",
                format!("lower must be less than upper, but {lower} >= {upper}"),
            ));
        }
        if bounds == Bounds::Absolute && corrected {
            let message = "corrected needs bounds in standard deviations: with absolute ones, no std of the normal may \
                           give the std asked for";
            return Err(BuildError::new("corrected", message));
        }
        let (a, b) = bounds.in_standard_deviations(mean, std, lower, upper);
        if std > 0.0 && mass(a, b) < 1e-12 {
            let message = format!(
                "lower and upper leave out all of the normal: they lie {a} and {b} std from its mean"
            );
            return Err(BuildError::new("lower", message));
        }
        Ok(Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected })
    },
};
