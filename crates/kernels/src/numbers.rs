//! The numbers of a tensor, read where they are.

use std::ops::Deref;

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;

use crate::flex::{numbers, plain};

/// The numbers of a tensor, row by row.
#[derive(Debug)]
pub struct Numbers(Source);

#[derive(Debug)]
enum Source {
    Flex(FlexTensor),
    Copied(Vec<f32>),
}

impl Numbers {
    /// Those of a tensor of 32-bit floats: on flex where they are, of other backends as a copy.
    ///
    /// ```
    /// let tensor = burn::tensor::Tensor::<1>::from_floats([1.0, 2.0], &burn::tensor::Device::flex());
    /// assert_eq!(kernels::Numbers::of(&tensor)[..], [1.0, 2.0]);
    /// ```
    pub fn of<const D: usize>(tensor: &Tensor<D>) -> Self {
        match plain(tensor) {
            Some(tensor) => Numbers(Source::Flex(tensor.to_contiguous())),
            None => Numbers(Source::Copied(tensor.to_data().iter::<f32>().collect())),
        }
    }
}

impl Deref for Numbers {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &self.0 {
            Source::Flex(tensor) => numbers(tensor),
            Source::Copied(copied) => copied,
        }
    }
}
