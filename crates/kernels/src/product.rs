//! The matrix product of a layer. On the backend flex, burn's own clears the memory of each result
//! and copies it when it is computed, some 6 % of a training step; this one makes the same calls of
//! `gemm`, to the same bits, straight into memory of the right alignment. On every other backend it
//! is burn's own.

use std::mem::MaybeUninit;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::ops::FloatTensorOps;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::{DType, Tensor};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::flex::{Tracked, plain, tensor, tracked};

/// `[runs, batch, fan_out]` of inputs, `[runs, batch, fan_in]` or `[1, batch, fan_in]`, and
/// weights, `[runs, fan_in, fan_out]`: each run's own product, with its gradients, to the bits of
/// burn's.
///
/// # Panics
/// Where burn's own product does: on shapes that do not fit each other, and tensors of different
/// devices.
pub fn product(inputs: Tensor<3>, weight: Tensor<3>) -> Tensor<3> {
    product_on_flex(&inputs, &weight).unwrap_or_else(|| inputs.matmul(weight))
}

/// The product by [`multiply`], if that is made for such tensors and both are on flex.
fn product_on_flex(inputs: &Tensor<3>, weight: &Tensor<3>) -> Option<Tensor<3>> {
    if !is_each_runs(inputs, weight) {
        return None;
    }
    Some(if inputs.device().is_autodiff() || weight.device().is_autodiff() {
        Tensor::from_primitive::<Autodiff<Flex>>(multiply_tracked(
            tracked(inputs)?,
            tracked(weight)?,
        ))
    } else {
        Tensor::from_primitive::<Flex>(multiply(&plain(inputs)?, &plain(weight)?))
    })
}

/// Whether the shapes and the type are those that [`multiply`] is made for.
fn is_each_runs(inputs: &Tensor<3>, weight: &Tensor<3>) -> bool {
    let [[shared, _, depth], [runs, fan_in, _]] = [inputs.dims(), weight.dims()];
    depth == fan_in
        && (shared == 1 || shared == runs)
        && [inputs, weight].iter().all(|of| of.dtype() == DType::F32)
}

fn multiply_tracked(inputs: Tracked, weight: Tracked) -> Tracked {
    let nodes = [inputs.node(), weight.node()];
    let [inputs, weight] = [inputs.into_primitive(), weight.into_primitive()];
    let output = multiply(&inputs, &weight);
    match Product.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(ops) => ops.finish([inputs, weight], output),
        OpsKind::UnTracked(ops) => ops.finish(output),
    }
}

/// The product as autodiff knows it.
#[derive(Debug)]
struct Product;

impl Backward<Flex, 2> for Product {
    /// Inputs and weight.
    type State = [FlexTensor; 2];

    fn backward(
        self,
        ops: Ops<[FlexTensor; 2], 2>,
        gradients: &mut Gradients,
        _: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let parents = ops.parents.map(|parent| parent.map(|parent| parent.id));
        register_both(gradients, parents, ops.state, &gradient);
    }
}

/// Gives inputs and weight of a product, as far as they are tracked, the gradients that its own
/// makes.
pub(crate) fn register_both(
    gradients: &mut Gradients,
    [to_inputs, to_weight]: [Option<NodeId>; 2],
    [inputs, weight]: [FlexTensor; 2],
    gradient: &FlexTensor,
) {
    let of_inputs = || {
        let each = multiply(gradient, &weight.transpose(1, 2));
        // What all runs see has the sum of what each of them asks of it.
        if inputs.shape()[0] < each.shape()[0] { Flex::float_sum_dim(each, 0) } else { each }
    };
    let of_weight = || multiply(&inputs.transpose(1, 2), gradient);
    let both = rayon::join(
        || to_inputs.map(|to| (to, of_inputs())),
        || to_weight.map(|to| (to, of_weight())),
    );
    for (parent, gradient) in [both.0, both.1].into_iter().flatten() {
        gradients.register::<Flex>(parent, gradient);
    }
}

/// `[runs, rows, columns]` of `[runs, rows, depth]`, or `[1, rows, depth]`, and `[runs, depth,
/// columns]`.
#[allow(unsafe_code)]
pub(crate) fn multiply(lhs: &FlexTensor, rhs: &FlexTensor) -> FlexTensor {
    let [lhs, rhs] = [forwards(lhs), forwards(rhs)];
    let [rows, runs, columns] = [lhs.shape()[1], rhs.shape()[0], rhs.shape()[2]];
    let shared = lhs.shape()[0] == 1;
    let length = runs * rows * columns;
    let mut output = Vec::with_capacity(length);
    let outputs = output.spare_capacity_mut()[..length].par_chunks_mut((rows * columns).max(1));
    outputs.enumerate().for_each(|(run, output)| {
        multiply_one(Matrix::of(&lhs, if shared { 0 } else { run }), Matrix::of(&rhs, run), output);
    });
    // SAFETY: the product of each run has been written.
    unsafe { output.set_len(length) };
    tensor(output, [runs, rows, columns])
}

/// The tensor with no axis that runs backwards.
fn forwards(tensor: &FlexTensor) -> FlexTensor {
    if tensor.layout().strides().iter().all(|&stride| stride >= 0) {
        tensor.clone()
    } else {
        tensor.to_contiguous()
    }
}

/// A matrix in memory: the number of row `i` and column `j` is at `i * strides[0] + j *
/// strides[1]`.
pub(crate) struct Matrix<'a> {
    pub(crate) numbers: &'a [f32],
    pub(crate) shape: [usize; 2],
    pub(crate) strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// That of one run.
    fn of(tensor: &'a FlexTensor, run: usize) -> Self {
        let (layout, shape) = (tensor.layout(), tensor.shape());
        let stride = |axis: usize| layout.strides()[axis] as usize;
        let numbers = &tensor.storage::<f32>()[layout.start_offset() + run * stride(0)..];
        Matrix { numbers, shape: [shape[1], shape[2]], strides: [stride(1), stride(2)] }
    }

    /// All of `numbers`, row by row.
    pub(crate) fn whole(numbers: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        Matrix { numbers, shape: [rows, columns], strides: [columns, 1] }
    }

    /// Whether each of its numbers lies within memory.
    fn is_whole(&self) -> bool {
        let last = |axis: usize| self.shape[axis].saturating_sub(1).checked_mul(self.strides[axis]);
        let end = last(0).zip(last(1)).and_then(|(row, column)| row.checked_add(column));
        self.shape.contains(&0) || end.is_some_and(|end| end < self.numbers.len())
    }
}

/// Writes a product, row by row, over all of `output`.
#[allow(unsafe_code)]
pub(crate) fn multiply_one<'a>(
    lhs: Matrix<'_>,
    rhs: Matrix<'_>,
    output: &'a mut [MaybeUninit<f32>],
) -> &'a mut [f32] {
    let ([rows, depth], [fan_in, columns]) = (lhs.shape, rhs.shape);
    assert!(depth == fan_in && output.len() == rows * columns && lhs.is_whole() && rhs.is_whole());
    let stride = |of: &Matrix<'_>, axis: usize| of.strides[axis] as isize;
    // burn lets threads share products of 7 million multiply-adds and more; `gemm` itself knows a
    // lower limit.
    let parallelism = if rayon::current_num_threads() > 1 {
        gemm::Parallelism::Rayon(0)
    } else {
        gemm::Parallelism::None
    };
    // SAFETY: `gemm` reads `rows` x `depth` numbers of one matrix and `depth` x `columns` of the
    // other, all of which lie within their memory, and writes `rows` x `columns` numbers, as many
    // as `output` has room for, without reading them.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            output.as_mut_ptr().cast::<f32>(),
            1,
            columns as isize,
            false,
            lhs.numbers.as_ptr(),
            stride(&lhs, 1),
            stride(&lhs, 0),
            rhs.numbers.as_ptr(),
            stride(&rhs, 1),
            stride(&rhs, 0),
            0.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
    // SAFETY: every number of it has been written.
    unsafe { output.assume_init_mut() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};
    use proptest::prelude::*;

    fn numbers(shape: [usize; 3], phase: f32, device: &Device) -> Tensor<3> {
        let numbers = (0..shape.iter().product()).map(|at: usize| (at as f32 * 0.37 + phase).sin());
        Tensor::from_data(TensorData::new(numbers.collect::<Vec<f32>>(), shape), device)
    }

    fn bits(tensor: Tensor<3>) -> Vec<u32> {
        tensor.into_data().iter::<f32>().map(f32::to_bits).collect()
    }

    /// The product of inputs and weight, and the gradient of each.
    fn forward_and_backward(
        multiply: fn(Tensor<3>, Tensor<3>) -> Tensor<3>,
        [x, w]: [Tensor<3>; 2],
    ) -> [Vec<u32>; 3] {
        let [x, w] = [x.require_grad(), w.require_grad()];
        let output = multiply(x.clone(), w.clone());
        let weighting = numbers(output.dims(), 2.0, &output.device());
        let mut gradients = (output.clone() * weighting).sum().backward();
        let mut gradient = |of: &Tensor<3>| bits(of.grad_remove(&mut gradients).unwrap());
        [bits(output.inner()), gradient(&x), gradient(&w)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_and_its_gradients_have_the_bits_of_burns(
            runs in 1usize..4,
            shared in any::<bool>(),
            batch in prop_oneof![1usize..6, 30usize..140],
            fan_in in prop_oneof![1usize..40, 500usize..1100],
            fan_out in prop_oneof![1usize..20, 60usize..140],
        ) {
            let device = Device::flex().autodiff();
            let inputs = numbers([if shared { 1 } else { runs }, batch, fan_in], 0.0, &device);
            let operands = [inputs, numbers([runs, fan_in, fan_out], 1.0, &device)];
            let ours = forward_and_backward(product, operands.clone());
            let burns = forward_and_backward(Tensor::matmul, operands);
            prop_assert!(ours == burns);
        }
    }

    #[test]
    fn it_has_the_same_bits_on_any_number_of_threads() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let device = Device::flex().autodiff();
                let operands =
                    [numbers([1, 128, 784], 0.0, &device), numbers([1, 784, 256], 1.0, &device)];
                forward_and_backward(product, operands)
            })
        };
        assert!(on(1) == on(2) && on(1) == on(3));
    }

    #[test]
    fn it_is_our_own_with_autodiff_and_without() {
        let [constant, tracking] = [Device::flex(), Device::flex().autodiff()];
        let operand = |device: &Device| numbers([2, 3, 3], 0.0, device);
        assert!(plain(&operand(&constant)).is_some() && plain(&operand(&tracking)).is_none());
        let operands = [operand(&constant), operand(&tracking), operand(&tracking).require_grad()]
            .map(|of| tracked(&of).unwrap());
        assert_eq!(operands.map(|of| of.is_tracked()), [false, false, true]);
        // Batches are constants.
        let weight = operand(&tracking).require_grad();
        let mut gradients = product(operand(&constant), weight.clone()).sum().backward();
        let mut burns = operand(&constant).matmul(weight.clone()).sum().backward();
        assert_eq!(
            bits(weight.grad_remove(&mut gradients).unwrap()),
            bits(weight.grad_remove(&mut burns).unwrap())
        );
    }

    #[test]
    fn views_count_as_the_numbers_that_they_show() {
        let device = Device::flex();
        let wide = numbers([4, 6, 8], 0.0, &device);
        let weight = numbers([2, 5, 3], 1.0, &device);
        for view in [
            wide.clone().narrow(0, 1, 2).narrow(2, 3, 5),
            wide.clone().narrow(0, 2, 2).narrow(1, 0, 5).swap_dims(1, 2),
            wide.narrow(0, 0, 2).narrow(2, 0, 5).flip([0, 2]),
        ] {
            assert_eq!(
                bits(product(view.clone(), weight.clone())),
                bits(view.matmul(weight.clone()))
            );
        }
    }

    #[test]
    #[should_panic(expected = "is_whole")]
    fn a_matrix_that_reaches_beyond_its_memory_is_refused() {
        use burn::backend::flex::Layout;
        use burn::tensor::{Bytes, Shape};
        let layout = Layout::new(Shape::from([1, 2, 2]), vec![4, 3, 1], 0);
        let reaching = FlexTensor::new(Bytes::from_elems(vec![1.0f32; 4]), layout, DType::F32);
        multiply(&reaching, &reaching);
    }
}
