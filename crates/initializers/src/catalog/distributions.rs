//! Kinds: constants and plain distributions.

use alloc::format;
use alloc::string::ToString;

use super::kind::{Category, Kind, ParameterError};
use super::parameter::{Domain, Parameter};
use crate::distribution::check_truncation;
use crate::initializer::Initializer;
use crate::options::Bounds;
use crate::text::Short;

pub(super) static ZEROS: Kind = Kind {
    name: "zeros",
    aliases: &[],
    category: Category::Constant,
    summary: "All zeros: every unit of a layer stays the same, so the network learns only its \
              output bias.",
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
    summary: "All ones: every unit of a layer stays the same, and activations grow with each \
              layer's fan-in.",
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
    summary: "Uniform between two numbers. The defaults are TensorFlow's.",
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
                "min and max are both {}: for one number everywhere, use the kind \"constant\"",
                Short(min)
            );
            return Err(ParameterError::new("max", message));
        }
        if min > max {
            return Err(ParameterError::new(
                "min",
                format!("min must be less than max, but {} > {}", Short(min), Short(max)),
            ));
        }
        Ok(Initializer::Uniform { min, max })
    },
};

pub(super) static GENERAL_RULE: Kind = Kind {
    name: "general_rule",
    aliases: &[],
    category: Category::Distribution,
    summary: "Uniform within one over the root of the number of inputs.",
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
    summary: "Normal, conditioned on lying within bounds. As it stands it is TensorFlow's and \
              JAX's: bounds at two standard deviations, and `std` is the one before truncation, so \
              that what is drawn has 0.8796 std. With `corrected = true` what is drawn has `std`, \
              as inside the variance scaling of JAX and Keras; with `bounds = \"absolute\"` it is \
              PyTorch's `trunc_normal_`, whose bounds are the numbers themselves. A bound may be \
              infinite.",
    formula: "W ~ N(mean, std^2), given lower <= (W - mean)/std <= upper",
    parameters: &[
        Parameter::real("mean", Domain::Real, 0.0, "mean before truncation"),
        Parameter::required(
            "std",
            Domain::NonNegative,
            "standard deviation before truncation; after it, where corrected",
        ),
        Parameter::real("lower", Domain::Extended, -2.0, "lower bound"),
        Parameter::real("upper", Domain::Extended, 2.0, "upper bound"),
        Parameter::choice::<Bounds>(
            "bounds",
            "what lower and upper mean: standard deviations from the mean, or the numbers \
             themselves",
        ),
        Parameter::flag(
            "corrected",
            "whether what is drawn has the standard deviation std, not less",
        ),
    ],
    source: "TensorFlow 1, tf.truncated_normal; jax.nn.initializers.truncated_normal; \
             torch.nn.init.trunc_normal_",
    example: r#"init = { kind = "truncated_normal", std = 0.1 }"#,
    build: |given| {
        let [mean, std, lower, upper] =
            ["mean", "std", "lower", "upper"].map(|name| given.real(name));
        let (bounds, corrected) = (given.choice::<Bounds>("bounds"), given.flag("corrected"));
        check_bounds([mean, std, lower, upper], bounds, corrected)?;
        Ok(Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected })
    },
};

fn check_bounds(
    [mean, std, lower, upper]: [f64; 4],
    bounds: Bounds,
    corrected: bool,
) -> Result<(), ParameterError> {
    if lower >= upper {
        let message =
            format!("lower must be less than upper, but {} >= {}", Short(lower), Short(upper));
        return Err(ParameterError::new("lower", message));
    }
    if bounds == Bounds::Absolute && corrected {
        let message = "corrected needs bounds in standard deviations: with absolute ones, no std \
                       of the normal may give the std asked for";
        return Err(ParameterError::new("corrected", message));
    }
    if std == 0.0 {
        // All that can be drawn is the mean.
        let middle = if bounds == Bounds::Absolute { mean } else { 0.0 };
        if (lower..=upper).contains(&middle) {
            return Ok(());
        }
        let message = "std is 0, and lower and upper leave out the mean";
        return Err(ParameterError::new("std", message));
    }
    let (lower, upper) = bounds.in_standard_deviations(mean, std, lower, upper);
    check_truncation(lower, upper).map_err(|error| ParameterError::new("lower", error.to_string()))
}

/// The kind of a function of one's own; it is made in Rust alone, and not listed.
pub(super) static CUSTOM: Kind = Kind {
    name: "custom",
    aliases: &[],
    category: Category::Custom,
    summary: "A function of one's own.",
    formula: "W = f(tensor, stream)",
    parameters: &[],
    source: "its author",
    example: "",
    build: |_| {
        let message = "a custom initializer is made by Initializer::custom";
        Err(ParameterError::new("kind", message))
    },
};
