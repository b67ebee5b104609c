//! Matrices whose numbers depend on each other: identities, Hadamard's, sines, sparse columns, mirrored blocks.
//!
//! A function here gives the numbers of a tensor that its initializer has been checked for.

use std::f64::consts::TAU;

use crate::numeric::normal_quantile;
use crate::orthogonal::orthonormal_columns;
use crate::word::words;
use crate::{Form, Law, Stream, Target};

words! {
    /// Which connections of a sparse matrix are counted.
    Connections {
        /// Those into each unit: Martens's.
        Incoming = "incoming",
        /// Those out of each input: PyTorch's, whose `sparse_` works on the columns of `[out, in]`.
        Outgoing = "outgoing",
    }
}

impl Connections {
    /// How many connections there are to choose from.
    pub(crate) fn available(self, target: &Target) -> usize {
        let (inputs, outputs) = target.matrix();
        match self {
            Connections::Incoming => inputs,
            Connections::Outgoing => outputs,
        }
    }
}

words! {
    /// The matrices that looks-linear initialization mirrors.
    Base {
        /// Orthogonal: the network at first is an isometry.
        Orthogonal = "orthogonal",
        /// Normal with variance 1 / fan-in.
        Normal = "normal",
    }
}

impl Base {
    /// An `inputs` x `outputs` matrix, row after row.
    fn draw(self, inputs: usize, outputs: usize, stream: &mut Stream) -> Vec<f64> {
        match self {
            Base::Orthogonal => orthogonal_matrix(inputs, outputs, stream),
            Base::Normal => {
                let std = 1.0 / (inputs as f64).sqrt();
                (0..inputs * outputs).map(|_| std * normal_quantile(stream.unit())).collect()
            }
        }
    }

    /// The standard deviation of an entry of [`Base::draw`].
    fn std(self, inputs: usize, outputs: usize) -> f64 {
        match self {
            Base::Orthogonal => 1.0 / (inputs.max(outputs) as f64).sqrt(),
            Base::Normal => 1.0 / (inputs as f64).sqrt(),
        }
    }
}

/// A Haar-distributed matrix, row after row: its columns are orthonormal, or its rows where there are fewer of them.
fn orthogonal_matrix(inputs: usize, outputs: usize, stream: &mut Stream) -> Vec<f64> {
    if inputs < outputs {
        return orthonormal_columns(outputs, inputs, stream);
    }
    let columns = orthonormal_columns(inputs, outputs, stream);
    (0..inputs * outputs).map(|at| columns[at % outputs * inputs + at / outputs]).collect()
}

pub(crate) fn orthogonal(gain: f64, target: &Target, stream: &mut Stream) -> Vec<f32> {
    let (inputs, outputs) = target.matrix();
    let q = orthogonal_matrix(inputs, outputs, stream);
    target.arrange(|i, j| gain * q[i * outputs + j])
}

pub(crate) fn orthogonal_std(gain: f64, target: &Target) -> f64 {
    let (inputs, outputs) = target.matrix();
    gain.abs() * Base::Orthogonal.std(inputs, outputs)
}

/// Ones on the diagonal. For a convolution, at the middle of the kernels that lead from channel k to channel k
/// (PyTorch's `dirac_`), so that it passes the channels on as they are.
pub(crate) fn identity(gain: f64, target: &Target) -> Vec<f32> {
    let kernel = target.kernel();
    let field: usize = kernel.iter().product();
    let middle = kernel.iter().fold(0, |at, size| at * size + size / 2);
    target.arrange(|i, j| if i == j * field + middle { gain } else { 0.0 })
}

/// ZerO: the identity where units do not outnumber inputs; else rows of a Hadamard matrix.
pub(crate) fn zero_hadamard(gain: f64, target: &Target) -> Vec<f32> {
    let (inputs, outputs) = target.matrix();
    if outputs <= inputs {
        return identity(gain, target);
    }
    let scale = gain / (outputs.next_power_of_two() as f64).sqrt();
    // Sylvester's Hadamard matrix: the sign is the parity of the ones that the two indices share.
    target.arrange(|i, j| if (i & j).count_ones() % 2 == 0 { scale } else { -scale })
}

/// The tanh fixed point: `D + Z`, D passing input `j mod inputs` on to unit j, Z small and normal.
pub(crate) fn tanh_fixed_point(noise: f64, target: &Target, stream: &mut Stream) -> Vec<f32> {
    let (inputs, outputs) = target.matrix();
    let z = Law::normal(0.0, noise / (inputs as f64).sqrt()).draw(inputs * outputs, stream);
    target.arrange(|i, j| f64::from(z[i * outputs + j]) + if i == j % inputs { 1.0 } else { 0.0 })
}

/// Sines: unit j holds one of frequency j + 1 over the inputs, all of them scaled to the standard deviation
/// `gain sqrt(2 / (inputs + outputs))`.
pub(crate) fn sinusoidal(gain: f64, target: &Target) -> Vec<f32> {
    let (inputs, outputs) = target.matrix();
    let sine = |i: usize, j: usize| {
        libm::sin((j + 1) as f64 * (TAU * i as f64 / inputs as f64 + TAU / outputs as f64))
    };
    let sines: Vec<f64> =
        (0..inputs * outputs).map(|at| sine(at / outputs, at % outputs)).collect();
    let n = sines.len() as f64;
    let mean = sines.iter().sum::<f64>() / n;
    // Bessel's correction, as in the authors' code.
    let variance = sines.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let scale = sinusoidal_std(gain, target) / variance.sqrt();
    target.arrange(|i, j| scale * sines[i * outputs + j])
}

pub(crate) fn sinusoidal_std(gain: f64, target: &Target) -> f64 {
    let (inputs, outputs) = target.matrix();
    gain * (2.0 / (inputs + outputs) as f64).sqrt()
}

/// As many normal numbers as `connections` a unit (or an input), the rest exact zeros.
pub(crate) fn sparse(
    connections: usize,
    of: Connections,
    std: f64,
    target: &Target,
    stream: &mut Stream,
) -> Vec<f32> {
    let (inputs, outputs) = target.matrix();
    let mut matrix = vec![0.0; inputs * outputs];
    let (groups, size) = match of {
        Connections::Incoming => (outputs, inputs),
        Connections::Outgoing => (inputs, outputs),
    };
    let mut order: Vec<usize> = (0..size).collect();
    for group in 0..groups {
        for k in 0..connections {
            // The first k + 1 places of a random permutation.
            order.swap(k, k + stream.below(size - k));
            let (i, j) = match of {
                Connections::Incoming => (order[k], group),
                Connections::Outgoing => (group, order[k]),
            };
            matrix[i * outputs + j] = std * normal_quantile(stream.unit());
        }
    }
    target.arrange(|i, j| matrix[i * outputs + j])
}

/// Looks-linear: units come in pairs of opposite sign, and what reads a pair takes their difference, so that the ReLU's
/// two halves add up to the identity: `relu(z) - relu(-z) = z`.
pub(crate) fn looks_linear(
    gain: f64,
    base: Base,
    target: &Target,
    stream: &mut Stream,
) -> Vec<f32> {
    let (inputs, outputs) = mirrored_core(target);
    let core = base.draw(inputs, outputs, stream);
    target.arrange(|i, j| {
        let sign = if (i < inputs) == (j < outputs) { gain } else { -gain };
        sign * core[i % inputs * outputs + j % outputs]
    })
}

pub(crate) fn looks_linear_std(gain: f64, base: Base, target: &Target) -> f64 {
    let (inputs, outputs) = mirrored_core(target);
    gain.abs() * base.std(inputs, outputs)
}

/// The matrix that is mirrored: the data and the network's outputs are not halved, all other widths are.
fn mirrored_core(target: &Target) -> (usize, usize) {
    let (inputs, outputs) = target.matrix();
    let half = |width: usize, whole: bool| if whole { width } else { width / 2 };
    (half(inputs, target.is_first()), half(outputs, target.is_last()))
}

/// Randomized asymmetric initialization: weights and biases of a unit are one vector, normal but for one entry, chosen at
/// random, which is positive. The weights are the tensor's numbers; the biases come second.
pub(crate) fn randomized_asymmetric(target: &Target, stream: &mut Stream) -> (Vec<f32>, Vec<f32>) {
    let (inputs, outputs) = target.matrix();
    let law = Form::Normal.law(RANDOMIZED_ASYMMETRIC_STD / (inputs as f64).sqrt());
    let mut units: Vec<Vec<f32>> = Vec::with_capacity(outputs);
    for _ in 0..outputs {
        let mut unit = law.draw(inputs + 1, stream);
        // Beta(2, 1) has the distribution function x^2.
        unit[stream.below(inputs + 1)] = libm::sqrt(stream.unit()) as f32;
        units.push(unit);
    }
    let weights = target.arrange(|i, j| f64::from(units[j][i]));
    (weights, units.iter().map(|unit| unit[inputs]).collect())
}

/// With it, and Beta(2, 1) for the positive entry, the lengths of a wide ReLU layer's outputs are kept.
const RANDOMIZED_ASYMMETRIC_STD: f64 = 0.6007;

/// Of a weight: normal but for one in `inputs + 1`, whose mean is 2/3 and whose second moment is 1/2.
pub(crate) fn randomized_asymmetric_std(target: &Target) -> f64 {
    let inputs = target.matrix().0 as f64;
    let share = 1.0 / (inputs + 1.0);
    let variance = RANDOMIZED_ASYMMETRIC_STD * RANDOMIZED_ASYMMETRIC_STD / inputs;
    let second_moment = (1.0 - share) * variance + share / 2.0;
    let mean = share * 2.0 / 3.0;
    (second_moment - mean * mean).sqrt()
}
