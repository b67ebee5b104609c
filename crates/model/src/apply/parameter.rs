//! Numbers put into one of burn's parameters.

use burn::module::Param;
use burn::tensor::{Tensor, TensorData};

/// The parameter with other numbers.
pub(super) fn put<const D: usize>(
    parameter: Param<Tensor<D>>,
    numbers: Vec<f32>,
) -> Param<Tensor<D>> {
    parameter.map(|old| {
        let data = TensorData::new(numbers, old.dims());
        Tensor::from_data(data, (&old.device(), old.dtype()))
            .set_require_grad(old.is_require_grad())
    })
}

pub(super) fn put_some<const D: usize>(
    parameter: Param<Tensor<D>>,
    numbers: Option<Vec<f32>>,
) -> Param<Tensor<D>> {
    match numbers {
        Some(numbers) => put(parameter, numbers),
        None => parameter,
    }
}
