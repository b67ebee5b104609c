//! The layer against the same one in dense arithmetic, by burn's own operations.

use burn::tensor::{Device, Tensor, TensorData, activation};
use proptest::prelude::*;

use super::{SparseBatch, SparseRows, sparse_linear};

/// A set of bytes of which so many in 256 are not 0.
fn bytes(rows: usize, width: usize, lit: u64, seed: u64) -> Vec<u8> {
    let byte = |index: usize| {
        let mixed = (seed ^ index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        if (mixed >> 24) & 0xFF < lit { (mixed >> 40) as u8 } else { 0 }
    };
    (0..rows * width).map(byte).collect()
}

fn numbers(shape: [usize; 3], scale: f32, phase: f32, device: &Device) -> Tensor<3> {
    let number = |at: usize| scale * (at as f32 * 0.37 + phase).sin();
    let numbers = (0..shape.iter().product()).map(number).collect::<Vec<f32>>();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

fn floats(tensor: Tensor<3>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// What is compared of a layer: outputs, and gradients of weights and biases.
struct Layer([Vec<f32>; 3]);

impl Layer {
    fn of(
        layer: impl Fn(Tensor<3>, Option<Tensor<3>>) -> Tensor<3>,
        weight: Tensor<3>,
        bias: Option<Tensor<3>>,
    ) -> Self {
        let (weight, bias) = (weight.require_grad(), bias.map(Tensor::require_grad));
        let output = layer(weight.clone(), bias.clone());
        let [runs, batch, fan_out] = output.dims();
        let weighting = numbers([1, batch, fan_out], 1.0, 2.0, &output.device());
        let weighting = weighting.repeat_dim(0, runs);
        let mut gradients = (output.clone() * weighting).sum().backward();
        let mut gradient = |of: Tensor<3>| floats(of.grad_remove(&mut gradients).unwrap());
        let of_weight = gradient(weight);
        let of_bias = bias.map(gradient).unwrap_or_default();
        Layer([floats(output.inner()), of_weight, of_bias])
    }

    fn sparse(batch: &SparseBatch, weight: Tensor<3>, bias: Option<Tensor<3>>, relu: bool) -> Self {
        Layer::of(|weight, bias| sparse_linear(batch, weight, bias, relu), weight, bias)
    }

    fn dense(batch: &SparseBatch, weight: Tensor<3>, bias: Option<Tensor<3>>, relu: bool) -> Self {
        let inputs = TensorData::new(batch.to_dense(), batch.dims());
        let inputs = Tensor::<3>::from_data(inputs, &weight.device());
        let layer = |weight: Tensor<3>, bias: Option<Tensor<3>>| {
            let products = inputs.clone().matmul(weight);
            let outputs = bias.map_or(products.clone(), |bias| products + bias);
            if relu { activation::relu(outputs) } else { outputs }
        };
        Layer::of(layer, weight, bias)
    }

    fn bits(&self) -> Vec<u32> {
        self.0.iter().flatten().map(|float| float.to_bits()).collect()
    }
}

/// For each output, the sum of the sizes of what it is a sum of.
fn sizes(batch: &SparseBatch, weight: Tensor<3>, bias: Option<Tensor<3>>) -> Vec<f32> {
    let inputs = TensorData::new(batch.to_dense(), batch.dims());
    let inputs = Tensor::<3>::from_data(inputs, &weight.device()).abs();
    let products = inputs.matmul(weight.abs());
    floats(bias.map_or(products.clone(), |bias| products + bias.abs()))
}

/// Whether two numbers are the same, or both NaN, or differ by no more than `most`.
fn near(a: f32, b: f32, most: f32) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= most
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn outputs_and_gradients_are_those_of_dense_arithmetic(
        (runs, shared) in (1usize..4, any::<bool>()),
        batch in prop_oneof![1usize..6, 100usize..300],
        width in prop_oneof![1usize..40, 700usize..800],
        fan_out in prop_oneof![1usize..20, 60usize..140],
        lit in prop_oneof![Just(0u64), 10u64..120, Just(256)],
        (standard, with_bias, relu) in any::<(bool, bool, bool)>(),
        seed in any::<u64>(),
    ) {
        let device = Device::flex().autodiff();
        let (mean, std) = if standard { (33.3, 78.6) } else { (0.0, 255.0) };
        let rows = SparseRows::new(&bytes(20, width, lit, seed), width, mean, std);
        let indices: Vec<Vec<u32>> = (0..if shared { 1 } else { runs })
            .map(|run| (0..batch).map(|image| ((image * 7 + run * 3) % 20) as u32).collect())
            .collect();
        let batch = rows.gather(&indices.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let weight = numbers([runs, width, fan_out], 1.0 / (width as f32).sqrt(), 1.0, &device);
        let bias = with_bias.then(|| numbers([runs, 1, fan_out], 0.1, 3.0, &device));
        // Where rounding decides whether a ReLU lets a gradient pass, the two may differ in
        // earnest: so near to 0 are few.
        let sparse = Layer::sparse(&batch, weight.clone(), bias.clone(), relu);
        let dense = Layer::dense(&batch, weight.clone(), bias.clone(), relu);
        let sizes = sizes(&batch, weight.clone(), bias.clone());
        for ((sparse, dense), size) in sparse.0[0].iter().zip(&dense.0[0]).zip(sizes) {
            prop_assert!(near(*sparse, *dense, 3e-6 * size), "{sparse} {dense}, of {size}");
        }
        let undecided = relu
            && sparse.0[0].iter().zip(&dense.0[0]).any(|(a, b)| (*a <= 0.0) != (*b <= 0.0));
        if !undecided {
            // Each is a sum over the batch of inputs, which are below 3, and factors, which are
            // below 1.
            let most = 3e-6 * batch.dims()[1] as f32;
            let [sparse, dense] = [&sparse, &dense].map(|layer| layer.0[1..].iter().flatten());
            for (sparse, dense) in sparse.zip(dense) {
                prop_assert!(near(*sparse, *dense, most), "{sparse} {dense}");
            }
        }
        // Without autodiff, the outputs are the same to the bit.
        let bias = bias.map(Tensor::inner);
        let plain = floats(sparse_linear(&batch, weight.inner(), bias, relu));
        prop_assert!(plain.iter().zip(&sparse.0[0]).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

fn one_batch(lit: u64) -> SparseBatch {
    let indices: Vec<u32> = (0..130).collect();
    SparseRows::new(&bytes(130, 784, lit, 3), 784, 0.0, 255.0).gather(&[&indices])
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let device = Device::flex().autodiff();
            let bias = numbers([1, 1, 256], 0.1, 3.0, &device);
            let weight = numbers([1, 784, 256], 0.05, 1.0, &device);
            Layer::sparse(&one_batch(50), weight, Some(bias), true).bits()
        })
    };
    assert!(on(1) == on(2) && on(1) == on(3));
}

#[test]
fn a_stack_has_the_bits_of_its_runs_alone() {
    let device = Device::flex().autodiff();
    let rows = SparseRows::new(&bytes(50, 784, 50, 9), 784, 0.0, 255.0);
    let indices: [Vec<u32>; 2] = [(0..40).collect(), (5..45).rev().collect()];
    let both = rows.gather(&[&indices[0], &indices[1]]);
    let weight = numbers([2, 784, 100], 0.05, 1.0, &device);
    let bias = numbers([2, 1, 100], 0.1, 3.0, &device);
    let stacked = Layer::sparse(&both, weight.clone(), Some(bias.clone()), true);
    for (run, indices) in indices.iter().enumerate() {
        let of_run = |tensor: &Tensor<3>| tensor.clone().narrow(0, run, 1);
        let batch = rows.gather(&[indices]);
        let alone = Layer::sparse(&batch, of_run(&weight), Some(of_run(&bias)), true);
        for (stacked, alone) in stacked.0.iter().zip(&alone.0) {
            assert!(stacked[run * alone.len()..][..alone.len()] == alone[..]);
        }
    }
}

/// The numbers that are not finite, each by what it is.
fn not_finite(floats: &[f32]) -> Vec<(usize, u8)> {
    let kind = |float: f32| u8::from(float.is_nan()) * 4 + u8::from(float > 0.0);
    floats.iter().enumerate().filter(|(_, x)| !x.is_finite()).map(|(i, &x)| (i, kind(x))).collect()
}

#[test]
fn weights_that_are_not_finite_meet_inputs_of_zero_as_in_dense_arithmetic() {
    let device = Device::flex().autodiff();
    for wrong in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
        for (batch, pixel) in [(one_batch(50), 400), (one_batch(256), 0), (one_batch(0), 783)] {
            let weight = numbers([1, 784, 70], 0.05, 1.0, &device);
            let mut weights = floats(weight.inner());
            weights[pixel * 70 + 66] = wrong;
            let weight = Tensor::from_data(TensorData::new(weights, [1, 784, 70]), &device);
            let [sparse, dense] = [Layer::sparse, Layer::dense]
                .map(|layer| layer(&batch, weight.clone(), None, true));
            assert!(!not_finite(&dense.0[0]).is_empty() || wrong < 0.0);
            assert_eq!(not_finite(&sparse.0[0]), not_finite(&dense.0[0]), "{wrong}");
        }
    }
}

#[test]
fn gradients_that_are_not_finite_meet_inputs_of_zero_as_in_dense_arithmetic() {
    let device = Device::flex().autodiff();
    let batch = one_batch(50);
    for wrong in [f32::INFINITY, f32::NAN] {
        let of_weight = |sparse: bool| {
            let weight = numbers([1, 784, 70], 0.05, 1.0, &device).require_grad();
            let output = if sparse {
                sparse_linear(&batch, weight.clone(), None, true)
            } else {
                let inputs = TensorData::new(batch.to_dense(), batch.dims());
                let inputs = Tensor::<3>::from_data(inputs, &device);
                activation::relu(inputs.matmul(weight.clone()))
            };
            let mut factors = vec![1.0f32; 130 * 70];
            factors[5 * 70..6 * 70].fill(wrong);
            let factors = Tensor::<3>::from_data(TensorData::new(factors, [1, 130, 70]), &device);
            let mut gradients = (output * factors).sum().backward();
            floats(weight.grad_remove(&mut gradients).unwrap())
        };
        let [sparse, dense] = [of_weight(true), of_weight(false)];
        assert!(!not_finite(&dense).is_empty());
        assert_eq!(not_finite(&sparse), not_finite(&dense));
    }
}

#[test]
fn lists_pay_where_few_bytes_are_lit_and_outputs_are_many() {
    assert_eq!(SparseRows::lit_share(&[0, 1, 255, 0, 0, 0, 0, 7]), 0.375);
    assert_eq!(SparseRows::lit_share(&[1; 3_000_000]), 1.0);
    assert_eq!(SparseRows::lit_share(&[]), 0.0);
    assert!(!SparseRows::pay(1.0, 256) && !SparseRows::pay(0.2, 10));
    // On processors that fuse products into sums, which old ones do not.
    assert_eq!(SparseRows::pay(0.2, 256), SparseRows::pay(0.0, 64));
}

#[test]
#[should_panic(expected = "each network has as many inputs as the first")]
fn batches_of_different_sizes_do_not_stack() {
    SparseRows::new(&[0; 8], 2, 0.0, 1.0).gather(&[&[0, 1], &[0]]);
}
