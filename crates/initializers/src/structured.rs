//! Matrices whose numbers depend on each other: orthogonal, identities, Hadamard matrices, sines,
//! sparse columns, mirrored blocks.
//!
//! A function here fills a tensor that its initializer has been checked for.

use core::f64::consts::TAU;

use alloc::vec;
use alloc::vec::Vec;

use crate::element::Element;
use crate::initializer::Initializer;
use crate::numeric::normal::{normal_quantile, normal_quantiles};
use crate::options::{Connections, MirroredBase};
use crate::orthogonal::orthonormal_columns;
use crate::stream::Stream;
use crate::tensor_spec::TensorSpec;

/// A bound on the magnitude of an initializer's structured numbers.
pub(crate) fn largest(init: &Initializer, spec: &TensorSpec) -> f64 {
    /// No uniform number of a stream has a normal quantile beyond.
    const REACH: f64 = 8.3;
    match *init {
        Initializer::Orthogonal { gain }
        | Initializer::DeltaOrthogonal { gain }
        | Initializer::Identity { gain }
        | Initializer::ZeroHadamard { gain } => gain.value(spec),
        Initializer::LooksLinear { gain, .. } => REACH * gain.value(spec),
        Initializer::Sinusoidal { gain } => {
            sinusoidal_std(gain.value(spec), spec) * libm::sqrt(spec.len() as f64)
        }
        Initializer::Sparse { std, .. } => REACH * std,
        Initializer::TanhFixedPoint { noise } => 1.0 + REACH * noise,
        _ => REACH,
    }
}

/// Fills a tensor of an initializer whose numbers depend on each other.
pub(crate) fn fill<T: Element>(
    init: &Initializer,
    spec: &TensorSpec,
    numbers: &mut [T],
    stream: &mut Stream,
) {
    match *init {
        Initializer::Orthogonal { gain } => orthogonal(gain.value(spec), spec, numbers, stream),
        Initializer::DeltaOrthogonal { gain } => {
            delta_orthogonal(gain.value(spec), spec, numbers, stream);
        }
        Initializer::Identity { gain } => identity(gain.value(spec), spec, numbers),
        Initializer::Sparse { connections, along, std } => {
            sparse(connections, along, std, spec, numbers, stream);
        }
        Initializer::LooksLinear { gain, base } => {
            looks_linear(gain.value(spec), base, spec, numbers, stream);
        }
        Initializer::ZeroHadamard { gain } => zero_hadamard(gain.value(spec), spec, numbers),
        Initializer::TanhFixedPoint { noise } => tanh_fixed_point(noise, spec, numbers, stream),
        Initializer::Sinusoidal { gain } => sinusoidal(gain.value(spec), spec, numbers),
        Initializer::RandomizedAsymmetric => randomized_asymmetric(spec, numbers, None, stream),
        Initializer::Lsuv { .. } => orthogonal(1.0, spec, numbers, stream),
        _ => unreachable!("{} has a distribution", init.name()),
    }
}

/// Fills a tensor with the entries `[input, output]` of its matrix.
fn arrange<T: Element>(spec: &TensorSpec, numbers: &mut [T], entry: impl Fn(usize, usize) -> f64) {
    let (shape, strides) = (spec.shape(), spec.strides());
    let Some((&row, outer)) = shape.split_last() else { return };
    if numbers.is_empty() {
        return;
    }
    let [input_step, output_step] = strides[outer.len()];
    let mut index = vec![0; outer.len()];
    let mut start = [0, 0];
    for numbers in numbers.chunks_exact_mut(row) {
        let [mut i, mut j] = start;
        for number in numbers {
            *number = T::from_f64(entry(i, j));
            i += input_step;
            j += output_step;
        }
        // The index of the next row, from its last axis on, as an odometer turns.
        for axis in (0..outer.len()).rev() {
            index[axis] += 1;
            start[0] += strides[axis][0];
            start[1] += strides[axis][1];
            if index[axis] < outer[axis] {
                break;
            }
            index[axis] = 0;
            start[0] -= strides[axis][0] * outer[axis];
            start[1] -= strides[axis][1] * outer[axis];
        }
    }
}

impl Connections {
    /// How many connections there are to choose from.
    pub(crate) fn available(self, spec: &TensorSpec) -> usize {
        let (inputs, outputs) = spec.matrix();
        match self {
            Connections::Incoming => inputs,
            Connections::Outgoing => outputs,
        }
    }
}

impl MirroredBase {
    /// An `inputs` x `outputs` matrix, row after row.
    fn draw(self, inputs: usize, outputs: usize, stream: &mut Stream) -> Vec<f64> {
        match self {
            MirroredBase::Orthogonal => orthogonal_matrix(inputs, outputs, stream),
            MirroredBase::Normal => {
                let std = self.std(inputs, outputs);
                let mut numbers: Vec<f64> =
                    (0..inputs * outputs).map(|_| stream.uniform()).collect();
                normal_quantiles(&mut numbers);
                numbers.iter_mut().for_each(|z| *z *= std);
                numbers
            }
        }
    }

    /// The standard deviation of an entry of [`MirroredBase::draw`].
    fn std(self, inputs: usize, outputs: usize) -> f64 {
        1.0 / libm::sqrt(match self {
            MirroredBase::Orthogonal => inputs.max(outputs),
            MirroredBase::Normal => inputs,
        } as f64)
    }
}

/// A Haar-distributed matrix, row after row: its columns are orthonormal, or its rows where there
/// are fewer of them.
fn orthogonal_matrix(inputs: usize, outputs: usize, stream: &mut Stream) -> Vec<f64> {
    if inputs < outputs {
        return orthonormal_columns(outputs, inputs, stream);
    }
    transposed(&orthonormal_columns(inputs, outputs, stream), inputs)
}

/// The transposed matrix, whose rows have `width` numbers.
fn transposed(matrix: &[f64], width: usize) -> Vec<f64> {
    /// A square of this side stays in the cache while it is read by rows and written by columns.
    const SIDE: usize = 16;
    let height = matrix.len() / width;
    let mut result = vec![0.0; matrix.len()];
    for top in (0..height).step_by(SIDE) {
        for left in (0..width).step_by(SIDE) {
            for row in top..height.min(top + SIDE) {
                for column in left..width.min(left + SIDE) {
                    result[column * height + row] = matrix[row * width + column];
                }
            }
        }
    }
    result
}

fn orthogonal<T: Element>(gain: f64, spec: &TensorSpec, numbers: &mut [T], stream: &mut Stream) {
    let (inputs, outputs) = spec.matrix();
    let q = orthogonal_matrix(inputs, outputs, stream);
    arrange(spec, numbers, |i, j| gain * q[i * outputs + j]);
}

/// An orthogonal matrix at the middle of the kernel; without a kernel, that matrix.
fn delta_orthogonal<T: Element>(
    gain: f64,
    spec: &TensorSpec,
    numbers: &mut [T],
    stream: &mut Stream,
) {
    let (field, middle) = field_and_middle(spec);
    let (inputs, outputs) = spec.matrix();
    let q = orthogonal_matrix(inputs / field, outputs, stream);
    let entry =
        |i: usize, j: usize| if i % field == middle { q[i / field * outputs + j] } else { 0.0 };
    arrange(spec, numbers, |i, j| gain * entry(i, j));
}

/// How many positions a kernel has, and the index of the middle one.
fn field_and_middle(spec: &TensorSpec) -> (usize, usize) {
    let middle = spec.kernel().fold(0, |at, size| at * size + size / 2);
    (spec.kernel().product(), middle)
}

pub(crate) fn orthogonal_std(gain: f64, spec: &TensorSpec) -> f64 {
    let (inputs, outputs) = spec.matrix();
    gain * MirroredBase::Orthogonal.std(inputs, outputs)
}

/// Ones on the diagonal. For a convolution, at the middle of the kernels that lead from a channel
/// to the same one of its group (PyTorch's `dirac_`), so that the channels pass as they are.
fn identity<T: Element>(gain: f64, spec: &TensorSpec, numbers: &mut [T]) {
    let (field, middle) = field_and_middle(spec);
    let [inputs, outputs] = spec.channels_per_group();
    let is_one = |i: usize, j: usize| i % field == middle && i / field % inputs == j % outputs;
    arrange(spec, numbers, |i, j| if is_one(i, j) { gain } else { 0.0 });
}

/// ZerO: the identity where units do not outnumber inputs; else rows of a Hadamard matrix.
fn zero_hadamard<T: Element>(gain: f64, spec: &TensorSpec, numbers: &mut [T]) {
    let (inputs, outputs) = spec.matrix();
    if outputs <= inputs {
        return identity(gain, spec, numbers);
    }
    let scale = gain / libm::sqrt(outputs.next_power_of_two() as f64);
    // Sylvester's Hadamard matrix: the sign is the parity of the ones that the two indices share.
    let is_even = |i: usize, j: usize| (i & j).count_ones().is_multiple_of(2);
    arrange(spec, numbers, |i, j| if is_even(i, j) { scale } else { -scale });
}

/// The tanh fixed point: `D + Z`, D passing input `j mod inputs` on to unit j, Z small and normal.
fn tanh_fixed_point<T: Element>(
    noise: f64,
    spec: &TensorSpec,
    numbers: &mut [T],
    stream: &mut Stream,
) {
    let (inputs, outputs) = spec.matrix();
    let std = noise / libm::sqrt(inputs as f64);
    let mut z = vec![0.0; inputs * outputs];
    if std > 0.0 {
        z.iter_mut().for_each(|z| *z = stream.uniform());
        normal_quantiles(&mut z);
    }
    // The noise is rounded before the ones are added, as every release has had it.
    let noise = |i: usize, j: usize| f64::from((std * z[i * outputs + j]) as f32);
    let diagonal = |i: usize, j: usize| if i == j % inputs { 1.0 } else { 0.0 };
    arrange(spec, numbers, |i, j| noise(i, j) + diagonal(i, j));
}

/// Sines: unit j holds one of frequency j + 1 over the inputs, all of them scaled to the standard
/// deviation `gain sqrt(2 / (inputs + outputs))`.
fn sinusoidal<T: Element>(gain: f64, spec: &TensorSpec, numbers: &mut [T]) {
    let (inputs, outputs) = spec.matrix();
    let sine = |i: usize, j: usize| {
        libm::sin((j + 1) as f64 * (TAU * i as f64 / inputs as f64 + TAU / outputs as f64))
    };
    let sines: Vec<f64> =
        (0..inputs * outputs).map(|at| sine(at / outputs, at % outputs)).collect();
    let n = sines.len() as f64;
    let mean = sines.iter().sum::<f64>() / n;
    // Bessel's correction, as in the authors' code.
    let variance = sines.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let scale = sinusoidal_std(gain, spec) / libm::sqrt(variance);
    arrange(spec, numbers, |i, j| scale * sines[i * outputs + j]);
}

pub(crate) fn sinusoidal_std(gain: f64, spec: &TensorSpec) -> f64 {
    let (inputs, outputs) = spec.matrix();
    gain * libm::sqrt(2.0 / (inputs + outputs) as f64)
}

/// As many normal numbers as `connections` a unit (or an input), the rest exact zeros.
fn sparse<T: Element>(
    connections: usize,
    along: Connections,
    std: f64,
    spec: &TensorSpec,
    numbers: &mut [T],
    stream: &mut Stream,
) {
    let (inputs, outputs) = spec.matrix();
    let mut matrix = vec![0.0; inputs * outputs];
    let (units, size) = match along {
        Connections::Incoming => (outputs, inputs),
        Connections::Outgoing => (inputs, outputs),
    };
    let mut order: Vec<usize> = (0..size).collect();
    for unit in 0..units {
        for k in 0..connections {
            // The first k + 1 places of a random permutation.
            order.swap(k, k + stream.below(size - k));
            let (i, j) = match along {
                Connections::Incoming => (order[k], unit),
                Connections::Outgoing => (unit, order[k]),
            };
            matrix[i * outputs + j] = std * normal_quantile(stream.uniform());
        }
    }
    arrange(spec, numbers, |i, j| matrix[i * outputs + j]);
}

/// Looks-linear: units come in pairs of opposite sign, and what reads a pair takes their
/// difference, so that the ReLU's two halves add up to the identity: `relu(z) - relu(-z) = z`.
fn looks_linear<T: Element>(
    gain: f64,
    base: MirroredBase,
    spec: &TensorSpec,
    numbers: &mut [T],
    stream: &mut Stream,
) {
    let (inputs, outputs) = mirrored_core(spec);
    let core = base.draw(inputs, outputs, stream);
    arrange(spec, numbers, |i, j| {
        let sign = if (i < inputs) == (j < outputs) { gain } else { -gain };
        sign * core[i % inputs * outputs + j % outputs]
    });
}

pub(crate) fn looks_linear_std(gain: f64, base: MirroredBase, spec: &TensorSpec) -> f64 {
    let (inputs, outputs) = mirrored_core(spec);
    gain * base.std(inputs, outputs)
}

/// The matrix that is mirrored: the data and the network's outputs are not halved, all other widths
/// are.
fn mirrored_core(spec: &TensorSpec) -> (usize, usize) {
    let (inputs, outputs) = spec.matrix();
    let half = |width: usize, whole: bool| if whole { width } else { width / 2 };
    let is_first = spec.position().is_some_and(|position| position.is_first());
    let is_last = spec.position().is_some_and(|position| position.is_last());
    (half(inputs, is_first), half(outputs, is_last))
}

/// Randomized asymmetric initialization: weights and biases of a unit are one vector, normal but
/// for one entry, chosen at random, which is positive. Fills the weight, and `bias` where there is
/// one.
pub(crate) fn randomized_asymmetric<T: Element>(
    spec: &TensorSpec,
    weight: &mut [T],
    bias: Option<&mut [T]>,
    stream: &mut Stream,
) {
    let (inputs, outputs) = spec.matrix();
    let std = RANDOMIZED_ASYMMETRIC_STD / libm::sqrt(inputs as f64);
    let mut units = vec![0.0; outputs * (inputs + 1)];
    for unit in units.chunks_exact_mut(inputs + 1) {
        unit.iter_mut().for_each(|z| *z = stream.uniform());
        normal_quantiles(unit);
        unit.iter_mut().for_each(|z| *z *= std);
        // Beta(2, 1) has the distribution function x^2.
        unit[stream.below(inputs + 1)] = libm::sqrt(stream.uniform());
    }
    let entry = |unit: usize, at: usize| units[unit * (inputs + 1) + at];
    arrange(spec, weight, |i, j| entry(j, i));
    for (unit, bias) in bias.into_iter().flatten().enumerate() {
        *bias = T::from_f64(entry(unit, inputs));
    }
}

/// With it, and Beta(2, 1) for the positive entry, the lengths of a wide ReLU layer's outputs stay.
const RANDOMIZED_ASYMMETRIC_STD: f64 = 0.6007;

/// Of a weight: normal but for one in `inputs + 1`, whose mean is 2/3 and whose second moment is
/// 1/2.
pub(crate) fn randomized_asymmetric_std(spec: &TensorSpec) -> f64 {
    let inputs = spec.matrix().0 as f64;
    let share = 1.0 / (inputs + 1.0);
    let variance = RANDOMIZED_ASYMMETRIC_STD * RANDOMIZED_ASYMMETRIC_STD / inputs;
    let second_moment = (1.0 - share) * variance + share / 2.0;
    let mean = share * 2.0 / 3.0;
    libm::sqrt(second_moment - mean * mean)
}
