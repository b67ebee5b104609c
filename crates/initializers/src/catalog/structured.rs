//! Kinds: matrices whose numbers depend on each other, and what a first batch of data completes.

use super::kind::{Category, Kind};
use super::parameter::{Domain, Parameter};
use crate::initializer::Initializer;
use crate::options::{Connections, MirroredBase};

pub(super) static ORTHOGONAL: Kind = Kind {
    name: "orthogonal",
    aliases: &[],
    category: Category::Structured,
    summary: "Orthonormal rows or columns, whichever are fewer, uniform over all such matrices \
              (Haar): the layer neither stretches nor shrinks. As in PyTorch, JAX and Keras; the \
              kernels of a convolution are flattened.",
    formula: "W'W = gain^2 I, or W W' = gain^2 I",
    parameters: &[Parameter::gain()],
    source: "Saxe et al. 2014, arXiv:1312.6120; drawn as in Stewart 1980",
    example: r#"init = { kind = "orthogonal", gain = "relu" }"#,
    build: |given| Ok(Initializer::Orthogonal { gain: given.gain() }),
};

pub(super) static DELTA_ORTHOGONAL: Kind = Kind {
    name: "delta_orthogonal",
    aliases: &[],
    category: Category::Structured,
    summary: "For convolutions: an orthogonal matrix at the middle of the kernel and zeros around \
              it, so that even very deep networks of them keep lengths. For a fully connected layer it \
              is `orthogonal`.",
    formula: "W_middle' W_middle = gain^2 I, or its transpose; else 0",
    parameters: &[Parameter::gain()],
    source: "Xiao et al. 2018, arXiv:1806.05393; jax.nn.initializers.delta_orthogonal",
    example: r#"init = { kind = "delta_orthogonal", gain = "tanh" }"#,
    build: |given| Ok(Initializer::DeltaOrthogonal { gain: given.gain() }),
};

pub(super) static IDENTITY: Kind = Kind {
    name: "identity",
    aliases: &["eye"],
    category: Category::Structured,
    summary: "Ones on the diagonal, partial where the matrix is not square. For a convolution, \
              PyTorch's `dirac_`: the middle of the kernels that lead from a channel to itself.",
    formula: "W = gain I",
    parameters: &[Parameter::gain()],
    source: "torch.nn.init.eye_, dirac_; keras.initializers.Identity",
    example: r#"init = { kind = "identity", gain = 0.5 }"#,
    build: |given| Ok(Initializer::Identity { gain: given.gain() }),
};

pub(super) static SPARSE: Kind = Kind {
    name: "sparse",
    aliases: &[],
    category: Category::Structured,
    summary: "A fixed number of weights a unit are normal, the others exactly 0. Counted by \
              incoming connections, as in the paper; PyTorch's `sparse_` counts by `along = \
              \"outgoing\"`, has std = 0.01 and names the share of zeros s instead: connections = \
              n - ceil(s n).",
    formula: "W_ij ~ N(0, std^2) for as many i as connections, chosen anew for each j; else 0",
    parameters: &[
        Parameter::count("connections", 15, "how many weights are not 0"),
        Parameter::choice::<Connections>(
            "along",
            "whether they are counted into a unit or out of an input",
        ),
        Parameter::real("std", Domain::Positive, 1.0, "standard deviation of those"),
    ],
    source: "Martens 2010 (Deep learning via Hessian-free optimization)",
    example: r#"init = { kind = "sparse", connections = 15 }"#,
    build: |given| {
        let (connections, along) = (given.count("connections"), given.choice("along"));
        Ok(Initializer::Sparse { connections, along, std: given.real("std") })
    },
};

pub(super) static LOOKS_LINEAR: Kind = Kind {
    name: "looks_linear",
    aliases: &["mirrored"],
    category: Category::Structured,
    summary: "Units come in pairs of opposite sign, so that a ReLU network at first is exactly \
              linear, however deep, and its gradients do not shatter. Hidden widths must be even. \
              With `base = \"normal\"` it is the Gaussian submatrix initialization of Burkholz & \
              Dubatovka.",
    formula: "W = [O -O; -O O], O orthogonal; first layer [O -O], last layer [O; -O]",
    parameters: &[
        Parameter::choice::<MirroredBase>("base", "distribution of O: Haar, or N(0, 1 / inputs)"),
        Parameter::gain(),
    ],
    source: "Balduzzi et al. 2017, arXiv:1702.08591; Burkholz & Dubatovka 2019, arXiv:1806.06362",
    example: r#"init = "looks_linear""#,
    build: |given| Ok(Initializer::LooksLinear { base: given.choice("base"), gain: given.gain() }),
};

pub(super) static ZERO_HADAMARD: Kind = Kind {
    name: "zero_hadamard",
    aliases: &[],
    category: Category::Structured,
    summary: "ZerO: no randomness at all, only zeros and ones up to a factor: identities where a \
              layer does not widen, and a part of a Hadamard matrix where it does. The factor is \
              that of the authors' code; the paper's Algorithm 1 has gain = 1.4142 for widening \
              layers.",
    formula: "W = gain I; where fan_out > fan_in, W = gain H / sqrt(p), H of order p = 2^ceil(log2 \
              fan_out)",
    parameters: &[Parameter::gain()],
    source: "Zhao, Schaefer & Anandkumar 2022, arXiv:2110.12661",
    example: r#"init = "zero_hadamard""#,
    build: |given| Ok(Initializer::ZeroHadamard { gain: given.gain() }),
};

pub(super) static TANH_FIXED_POINT: Kind = Kind {
    name: "tanh_fixed_point",
    aliases: &[],
    category: Category::Structured,
    summary: "For tanh networks, even very deep and narrow ones: each unit passes one input on, \
              plus a little noise, so that activations neither vanish nor saturate.",
    formula: "W = D + Z, D_ij = 1 where i = j mod fan_in (counted from 0), Z ~ N(0, noise^2 / \
              fan_in)",
    parameters: &[Parameter::real(
        "noise",
        Domain::NonNegative,
        0.085,
        "standard deviation of Z, times sqrt(fan_in)",
    )],
    source: "Lee, Choi & Kim 2025, arXiv:2410.02242",
    example: r#"init = "tanh_fixed_point""#,
    build: |given| Ok(Initializer::TanhFixedPoint { noise: given.real("noise") }),
};

pub(super) static SINUSOIDAL: Kind = Kind {
    name: "sinusoidal",
    aliases: &[],
    category: Category::Structured,
    summary: "No randomness: each unit holds a sine of its own frequency over the inputs; all are \
              scaled to Glorot's variance.",
    formula: "W_ij = a sin((j + 1) (2 pi i / fan_in + 2 pi / fan_out)), i and j counted from 0, a \
              such that std = gain sqrt(2 / (fan_in + fan_out))",
    parameters: &[Parameter::gain()],
    source: "Fernandez-Hernandez et al. 2025, arXiv:2505.12909",
    example: r#"init = "sinusoidal""#,
    build: |given| Ok(Initializer::Sinusoidal { gain: given.gain() }),
};

pub(super) static RANDOMIZED_ASYMMETRIC: Kind = Kind {
    name: "randomized_asymmetric",
    aliases: &["rai"],
    category: Category::Structured,
    summary: "Keeps deep, narrow ReLU networks from being born dead: of the weights and the bias \
              of a unit, one chosen at random is positive, the others normal. It draws the bias \
              too, unless another initializer is named for it.",
    formula: "(w, b) ~ N(0, 0.6007^2 / fan_in) but for one entry ~ Beta(2, 1)",
    parameters: &[],
    source: "Lu, Shin, Su & Karniadakis 2019, arXiv:1903.06733",
    example: r#"init = "randomized_asymmetric""#,
    build: |_| Ok(Initializer::RandomizedAsymmetric),
};

pub(super) static LSUV: Kind = Kind {
    name: "lsuv",
    aliases: &[],
    category: Category::DataDependent,
    summary: "Layer-sequential unit variance: orthogonal matrices, each then divided, first layer \
              first, by the standard deviation of its outputs on a first batch, until their \
              variance is 1.",
    formula: "W orthogonal; W /= std(W x + b) until |Var - 1| < tolerance",
    parameters: &[
        Parameter::real("tolerance", Domain::Positive, 0.1, "how far from 1 the variance may stay"),
        Parameter::count("iterations", 10, "how often a layer is divided at most"),
    ],
    source: "Mishkin & Matas 2016, arXiv:1511.06422, Algorithm 1",
    example: r#"init = { kind = "lsuv", tolerance = 0.02 }"#,
    build: |given| {
        Ok(Initializer::Lsuv {
            tolerance: given.real("tolerance"),
            iterations: given.count("iterations"),
        })
    },
};

pub(super) static KRAHENBUHL: Kind = Kind {
    name: "krahenbuhl",
    aliases: &["data_dependent"],
    category: Category::DataDependent,
    summary: "Normal weights, then weight and bias of each unit set so that its outputs on a first \
              batch have mean 0 and variance 1; then, where `balance` is true, the layers are \
              rescaled against each other until they change at the same rate relative to their \
              weights.",
    formula: "w_j /= std_j, b_j = -mean_j / std_j; then sqrt(E g^2 / E w^2) equal across layers",
    parameters: &[
        Parameter::flag(
            "balance",
            "whether the layers' rates of change are made equal, which needs gradients",
        ),
        Parameter::real(
            "tolerance",
            Domain::Positive,
            0.01,
            "how unequal the rates may stay, relatively",
        ),
        Parameter::count("iterations", 10, "how often the rates are made equal at most"),
    ],
    source: "Kraehenbuehl et al. 2016, arXiv:1511.06856, Algorithms 1 and 2",
    example: r#"init = "krahenbuhl""#,
    build: |given| {
        let (balance, tolerance) = (given.flag("balance"), given.real("tolerance"));
        Ok(Initializer::Krahenbuhl { balance, tolerance, iterations: given.count("iterations") })
    },
};
