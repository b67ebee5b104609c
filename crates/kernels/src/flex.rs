//! burn's tensors as flex has them, which are plain memory of this process.

use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};
use burn::tensor::{Bytes, DType, Shape, Tensor};

/// What autodiff makes of a tensor on flex.
pub(crate) type Tracked = FloatTensor<Autodiff<Flex>>;

/// The tensor as flex has it, if it is on flex without autodiff.
pub(crate) fn plain<const D: usize>(tensor: &Tensor<D>) -> Option<FlexTensor> {
    tensor.clone().try_into_primitive::<Flex>().ok()
}

/// The tensor as autodiff on flex has it, if it is on flex; without autodiff, it is a constant.
pub(crate) fn tracked<const D: usize>(tensor: &Tensor<D>) -> Option<Tracked> {
    if tensor.device().is_autodiff() {
        tensor.clone().try_into_primitive::<Autodiff<Flex>>().ok()
    } else {
        plain(tensor).map(constant)
    }
}

/// A tensor that autodiff does not track.
pub(crate) fn constant(tensor: FlexTensor) -> Tracked {
    Autodiff::<Flex>::from_inner(tensor)
}

/// Numbers, row by row, as a tensor.
pub(crate) fn tensor(numbers: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(numbers), Layout::contiguous(shape.into()), DType::F32)
}

/// The numbers of a tensor that is contiguous, row by row.
///
/// # Panics
/// If it is not contiguous.
pub(crate) fn numbers(tensor: &FlexTensor) -> &[f32] {
    assert!(tensor.is_contiguous(), "the tensor is contiguous");
    &tensor.storage::<f32>()[tensor.layout().start_offset()..]
        [..tensor.layout().shape().num_elements()]
}
