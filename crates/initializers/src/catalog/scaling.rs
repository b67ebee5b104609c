//! Kinds: variances that follow from the fans, the activation and the position in the network.

use super::kind::{Category, Kind};
use super::parameter::{Domain, Parameter, Value};
use crate::initializer::Initializer;
use crate::options::{Family, FanMode};

const TRUNCATED: &str =
    "whether the normal is truncated at two standard deviations (and widened to keep the variance)";
const MODE: &str = "which connections are counted";
const DISTRIBUTION: &str =
    "family of the distribution; a truncated normal is widened to keep the variance";

pub(super) static VARIANCE_SCALING: Kind = Kind {
    name: "variance_scaling",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "The family that Glorot's, He's and LeCun's belong to, as in JAX and Keras: a \
              variance of scale over a number of connections, of any family. Keras calls \
              \"normal\" what is truncated, and \"untruncated_normal\" what is \"normal\" here and \
              in JAX.",
    formula: "Var W = scale / fan",
    parameters: &[
        Parameter::real(
            "scale",
            Domain::Positive,
            1.0,
            "factor on the variance: the square of a gain",
        ),
        Parameter::choice::<FanMode>("mode", MODE),
        Parameter::choice::<Family>("distribution", DISTRIBUTION),
    ],
    source: "jax.nn.initializers.variance_scaling; keras.initializers.VarianceScaling",
    example: "init = { kind = \"variance_scaling\", scale = 2, mode = \"fan_avg\", \
              distribution = \"uniform\" }",
    build: |given| {
        let (mode, distribution) = (given.choice("mode"), given.choice("distribution"));
        Ok(Initializer::VarianceScaling { scale: given.real("scale"), mode, distribution })
    },
};

pub(super) static GLOROT_UNIFORM: Kind = Kind {
    name: "glorot_uniform",
    aliases: &["xavier_uniform"],
    category: Category::VarianceScaling,
    summary: "Glorot's (Xavier's) compromise between keeping the variance of activations and that \
              of gradients. All libraries agree on it; the gain is PyTorch's.",
    formula: "W ~ U[-a, a), a = gain sqrt(6 / (fan_in + fan_out))",
    parameters: &[Parameter::gain()],
    source: "Glorot & Bengio 2010, Eq. (16); torch.nn.init.xavier_uniform_",
    example: r#"init = "glorot_uniform""#,
    build: |given| Ok(Initializer::GlorotUniform { gain: given.gain() }),
};

pub(super) static GLOROT_NORMAL: Kind = Kind {
    name: "glorot_normal",
    aliases: &["xavier_normal"],
    category: Category::VarianceScaling,
    summary: "Glorot's (Xavier's) variance, normal: PyTorch's. With `truncated = true` it is JAX's \
              and Keras's.",
    formula: "W ~ N(0, gain^2 2 / (fan_in + fan_out))",
    parameters: &[Parameter::gain(), Parameter::flag("truncated", TRUNCATED)],
    source: "Glorot & Bengio 2010, Eq. (12); torch.nn.init.xavier_normal_",
    example: r#"init = { kind = "glorot_normal", gain = "tanh" }"#,
    build: |given| {
        Ok(Initializer::GlorotNormal { gain: given.gain(), truncated: given.flag("truncated") })
    },
};

pub(super) static HE_UNIFORM: Kind = Kind {
    name: "he_uniform",
    aliases: &["kaiming_uniform"],
    category: Category::VarianceScaling,
    summary: "He's (Kaiming's) variance, uniform: it keeps the second moment of a ReLU network's \
              activations. The gain is the ReLU's unless another is given: for a leaky ReLU of \
              slope 0.2, `gain = \"leaky_relu(0.2)\"`. (burn and MLX have a bare gain of 1 here.)",
    formula: "W ~ U[-a, a), a = gain sqrt(3 / fan)",
    parameters: &[
        Parameter::gain_or(Value::text("relu")),
        Parameter::choice::<FanMode>("mode", MODE),
    ],
    source: "He et al. 2015, Eq. (10), (14), (15); torch.nn.init.kaiming_uniform_; \
             jax.nn.initializers.he_uniform",
    example: r#"init = { kind = "he_uniform", gain = "leaky_relu(0.2)" }"#,
    build: |given| Ok(Initializer::HeUniform { gain: given.gain(), mode: given.choice("mode") }),
};

pub(super) static HE_NORMAL: Kind = Kind {
    name: "he_normal",
    aliases: &["kaiming_normal"],
    category: Category::VarianceScaling,
    summary: "He's (Kaiming's) variance, normal: the paper's and PyTorch's. With `truncated = \
              true` it is JAX's and Keras's. The gain is the ReLU's unless another is given.",
    formula: "W ~ N(0, gain^2 / fan)",
    parameters: &[
        Parameter::gain_or(Value::text("relu")),
        Parameter::choice::<FanMode>("mode", MODE),
        Parameter::flag("truncated", TRUNCATED),
    ],
    source: "He et al. 2015, Eq. (10), (14), (15); torch.nn.init.kaiming_normal_",
    example: r#"init = "he_normal""#,
    build: |given| {
        let (mode, truncated) = (given.choice("mode"), given.flag("truncated"));
        Ok(Initializer::HeNormal { gain: given.gain(), mode, truncated })
    },
};

pub(super) static LECUN_UNIFORM: Kind = Kind {
    name: "lecun_uniform",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "LeCun's variance, uniform: it keeps the variance through linear layers.",
    formula: "W ~ U[-a, a), a = sqrt(3 / fan_in)",
    parameters: &[],
    source: "LeCun et al. 1998 (Efficient BackProp), Eq. (16); jax.nn.initializers.lecun_uniform",
    example: r#"init = "lecun_uniform""#,
    build: |_| Ok(Initializer::LecunUniform),
};

pub(super) static LECUN_NORMAL: Kind = Kind {
    name: "lecun_normal",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "LeCun's variance, normal: what self-normalizing networks (SELU) ask for. The \
              libraries that have it, JAX and Keras, truncate it, and so does this; `truncated = \
              false` gives the plain normal.",
    formula: "W ~ N(0, 1 / fan_in)",
    parameters: &[Parameter {
        name: "truncated",
        domain: Domain::Bool,
        default: Some(Value::Bool(true)),
        meaning: TRUNCATED,
    }],
    source: "LeCun et al. 1998 (Efficient BackProp), Eq. (16); jax.nn.initializers.lecun_normal",
    example: r#"init = "lecun_normal""#,
    build: |given| Ok(Initializer::LecunNormal { truncated: given.flag("truncated") }),
};

pub(super) static RANDOM_WALK: Kind = Kind {
    name: "random_walk",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "Under it the logarithm of a gradient's norm is a random walk without drift: for ReLU \
              networks a little more than He's, and the more so the narrower they are. The paper \
              has the gain of linear and of ReLU networks, which \"auto\" takes; for tanh it found \
              1.1 to 1.3 by experiment.",
    formula: "W ~ N(0, g^2 / fan_in), g = exp(1 / (2 fan_in)) for linear, sqrt(2) exp(1.2 / \
              (max(fan_in, 6) - 2.4)) for ReLU",
    parameters: &[Parameter {
        name: "gain",
        domain: Domain::Gain,
        default: Some(Value::text("auto")),
        meaning: "g: a number, or the formula's for linear, relu or the activation that follows \
                  the layer (\"auto\")",
    }],
    source: "Sussillo & Abbott 2014, arXiv:1412.6558",
    example: r#"init = "random_walk""#,
    build: |given| Ok(Initializer::RandomWalk { gain: given.gain() }),
};

pub(super) static MUP: Kind = Kind {
    name: "mup",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "The variances of the maximal update parametrization, under which the best learning \
              rate does not move with the width. They are half of it: the other half are its \
              learning rates, for Adam 1 for the first layer and for biases, base_width / fan_in \
              for the other weights.",
    formula: "Var W = gain^2 / fan_in; for the last layer gain^2 base_width / fan_in^2",
    parameters: &[
        Parameter::gain(),
        Parameter::real(
            "base_width",
            Domain::Positive,
            1.0,
            "width of the hidden layers at which nothing changes; 1 gives the table as published",
        ),
    ],
    source: "Yang & Hu et al. 2022 (Tensor Programs V), arXiv:2203.03466, Table 3",
    example: r#"init = { kind = "mup", base_width = 128, gain = "relu" }"#,
    build: |given| {
        Ok(Initializer::Mup { gain: given.gain(), base_width: given.real("base_width") })
    },
};

pub(super) static SPECTRAL: Kind = Kind {
    name: "spectral",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "The spectral condition for feature learning: the largest singular value is of the \
              order of sqrt(fan_out / fan_in).",
    formula: "W ~ N(0, s^2), s = gain / sqrt(fan_in) min(1, sqrt(fan_out / fan_in))",
    parameters: &[Parameter::gain()],
    source: "Yang, Simon & Bernstein 2023, arXiv:2310.17813",
    example: r#"init = "spectral""#,
    build: |given| Ok(Initializer::Spectral { gain: given.gain() }),
};

pub(super) static AUTOINIT: Kind = Kind {
    name: "autoinit",
    aliases: &[],
    category: Category::VarianceScaling,
    summary: "Follows mean and variance of the signal through the network and gives each layer the \
              variance with which its outputs have mean 0 and the same variance, whatever the \
              activation. The paper's default takes the data for standardized; MNIST in [0, 1] has \
              mean 0.1307 and variance 0.0949.",
    formula: "Var W = v / (fan_in E[x^2]); x: the data, then f(z) with z ~ N(0, v) for the \
              preceding activation f",
    parameters: &[
        Parameter::real("input_mean", Domain::Real, 0.0, "mean of the network's inputs"),
        Parameter::real(
            "input_variance",
            Domain::Positive,
            1.0,
            "variance of the network's inputs",
        ),
        Parameter::real("signal_variance", Domain::Positive, 1.0, "v: the variance to keep"),
        Parameter::choice::<Family>("distribution", DISTRIBUTION),
    ],
    source: "Bingham & Miikkulainen 2023, arXiv:2109.08958",
    example: r#"init = { kind = "autoinit", input_mean = 0.1307, input_variance = 0.0949 }"#,
    build: |given| {
        let [input_mean, input_variance, signal_variance] =
            ["input_mean", "input_variance", "signal_variance"].map(|name| given.real(name));
        let distribution = given.choice("distribution");
        Ok(Initializer::AutoInit { input_mean, input_variance, signal_variance, distribution })
    },
};
