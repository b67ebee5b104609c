//! What a forward pass takes: inputs, dense or sparse, and what the pass is for.

use burn::tensor::Tensor;
use kernels::SparseBatch;

use crate::norm::Statistics;

/// What networks see.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one for each batch, and it is moved once")]
pub enum Inputs {
    /// `[runs, batch, inputs]`, or `[1, batch, inputs]`, which all networks see.
    Dense(Tensor<3>),
    /// The same by what is not background, for networks on flex.
    Sparse(SparseBatch),
}

impl Inputs {
    /// `[runs, batch, inputs]`.
    pub fn dims(&self) -> [usize; 3] {
        match self {
            Inputs::Dense(inputs) => inputs.dims(),
            Inputs::Sparse(inputs) => inputs.dims(),
        }
    }
}

impl From<Tensor<3>> for Inputs {
    fn from(inputs: Tensor<3>) -> Self {
        Inputs::Dense(inputs)
    }
}

impl From<SparseBatch> for Inputs {
    fn from(inputs: SparseBatch) -> Self {
        Inputs::Sparse(inputs)
    }
}

/// What a forward pass is for.
#[derive(Debug, Clone)]
pub enum Mode {
    /// Evaluation: batch normalization uses running statistics.
    Evaluation,
    /// A look at what training sees: batch normalization uses the batch, and keeps nothing of it.
    Batch,
    /// Training: batch normalization uses the batch, and collects running statistics.
    Training {
        /// Factors of the outputs of hidden layers, `[runs, batch, units]`, one tensor for each:
        /// dropout. Empty without dropout.
        masks: Vec<Tensor<3>>,
    },
}

impl Mode {
    pub(crate) fn statistics(&self) -> Statistics {
        match self {
            Mode::Evaluation => Statistics::Running,
            Mode::Batch => Statistics::Batch,
            Mode::Training { .. } => Statistics::BatchAndUpdate,
        }
    }

    pub(crate) fn mask(&self, layer: usize) -> Option<&Tensor<3>> {
        match self {
            Mode::Training { masks } => masks.get(layer),
            _ => None,
        }
    }
}
