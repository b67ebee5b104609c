//! A tensor as the matrix that a structured initializer draws.

use alloc::vec;
use alloc::vec::Vec;

use super::{Axis, TensorSpec};

impl TensorSpec {
    /// The tensor as a matrix `[inputs, outputs]`. A kernel's positions count as inputs: input
    /// `c * field + k` is position k of channel c. A bias has one input.
    pub(crate) fn matrix(&self) -> (usize, usize) {
        let outputs = self.count(Axis::Output);
        (self.inputs() * self.count(Axis::Kernel), outputs)
    }

    /// Channels in and out of one group.
    pub(crate) fn channels_per_group(&self) -> [usize; 2] {
        let (inputs, outputs) = (self.inputs(), self.units / self.groups);
        // A transposed convolution's tensor has all channels in, and the channels out of one group.
        let is_transposed = self.count(Axis::Output) != self.units;
        [if is_transposed { inputs / self.groups } else { inputs }, outputs]
    }

    /// The sizes of a convolution's kernel; empty for other tensors.
    pub(crate) fn kernel(&self) -> impl Iterator<Item = usize> {
        self.along(Axis::Kernel)
    }

    fn inputs(&self) -> usize {
        self.count(Axis::Input) * self.count(Axis::Token)
    }

    /// By how much one step along an axis moves the indices `[input, output]` of the matrix.
    pub(crate) fn strides(&self) -> Vec<[usize; 2]> {
        let (mut input, mut output) = (self.count(Axis::Kernel), 1);
        let mut kernel = 1;
        let mut strides = vec![[0, 0]; self.shape.len()];
        for (axis, stride) in strides.iter_mut().enumerate().rev() {
            let size = self.shape[axis];
            let step = |counter: &mut usize| {
                let step = *counter;
                *counter *= size;
                step
            };
            *stride = match self.axes[axis] {
                Axis::Input | Axis::Token => [step(&mut input), 0],
                Axis::Kernel => [step(&mut kernel), 0],
                Axis::Output => [0, step(&mut output)],
            };
        }
        strides
    }
}
