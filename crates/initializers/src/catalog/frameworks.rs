//! Kinds: what a framework's fully connected layer draws when no initializer is chosen.

use super::kind::{Build, Category, Kind};
use crate::framework::Framework;
use crate::initializer::Initializer;

const fn default_of(
    name: &'static str,
    aliases: &'static [&'static str],
    [summary, formula, source, example]: [&'static str; 4],
    build: Build,
) -> Kind {
    let category = Category::FrameworkDefault;
    Kind { name, aliases, category, summary, formula, parameters: &[], source, example, build }
}

pub(super) static BURN: Kind = default_of(
    "burn_linear",
    &[],
    [
        "burn's default: its KaimingUniform with gain 1/sqrt(3), for weight and bias. It is the \
         general rule.",
        "W, b ~ U[-y, y), y = 1/sqrt(fan_in)",
        "burn 0.22, burn::nn::LinearConfig",
        r#"init = "burn_linear""#,
    ],
    |_| Ok(Initializer::Framework(Framework::Burn)),
);

pub(super) static PYTORCH: Kind = default_of(
    "pytorch_linear",
    &["equinox_linear", "dfdx_linear"],
    [
        "PyTorch's default: kaiming_uniform_ with a = sqrt(5), which comes to the general rule, \
         for weight and bias. Equinox's and dfdx's are the same.",
        "W, b ~ U[-y, y), y = 1/sqrt(fan_in)",
        "torch.nn.Linear.reset_parameters",
        r#"init = "pytorch_linear""#,
    ],
    |_| Ok(Initializer::Framework(Framework::PyTorch)),
);

pub(super) static KERAS: Kind = default_of(
    "keras_dense",
    &["flux_dense"],
    [
        "Keras's default: Glorot's uniform, biases 0. Flux.jl's is the same.",
        "W ~ U[-a, a), a = sqrt(6 / (fan_in + fan_out)); b = 0",
        "keras.layers.Dense",
        r#"init = "keras_dense""#,
    ],
    |_| Ok(Initializer::Framework(Framework::Keras)),
);

pub(super) static FLAX: Kind = default_of(
    "flax_dense",
    &[],
    [
        "Flax's default: LeCun's variance, truncated normal, biases 0.",
        "W ~ N(0, 1/fan_in), truncated at 2 std and widened to keep the variance; b = 0",
        "flax.linen.Dense",
        r#"init = "flax_dense""#,
    ],
    |_| Ok(Initializer::Framework(Framework::Flax)),
);

pub(super) static HAIKU: Kind = default_of(
    "haiku_linear",
    &[],
    [
        "Haiku's default: as Flax's but for the widening, so that what is drawn has 0.8796 of the \
         standard deviation.",
        "W ~ N(0, 1/fan_in), truncated at 2 std; b = 0",
        "haiku.Linear",
        r#"init = "haiku_linear""#,
    ],
    |_| Ok(Initializer::Framework(Framework::Haiku)),
);

pub(super) static CANDLE: Kind = default_of(
    "candle_linear",
    &[],
    [
        "candle's default: He's normal for the weight, the general rule for the bias.",
        "W ~ N(0, 2/fan_in); b ~ U[-y, y), y = 1/sqrt(fan_in)",
        "candle_nn::linear",
        r#"init = "candle_linear""#,
    ],
    |_| Ok(Initializer::Framework(Framework::Candle)),
);

pub(super) static TCH: Kind = default_of(
    "tch_linear",
    &[],
    [
        "tch's default: He's uniform for the weight, the general rule for the bias.",
        "W ~ U[-a, a), a = sqrt(6 / fan_in); b ~ U[-y, y), y = 1/sqrt(fan_in)",
        "tch::nn::linear",
        r#"init = "tch_linear""#,
    ],
    |_| Ok(Initializer::Framework(Framework::Tch)),
);
