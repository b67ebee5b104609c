//! Muon for weights of networks that stand side by side; burn's is for one matrix.

use burn::optim::momentum::{Momentum, MomentumConfig, MomentumState};
use burn::optim::{AdjustLrFn, LearningRate, Muon, MuonConfig, Optimizer};
use burn::tensor::{Device, Tensor};

/// Muon (Jordan et al. 2024): each network's step is the orthogonal matrix nearest to its momentum,
/// times `0.2 sqrt(max(rows, columns))`, so that it has the size of AdamW's (Liu et al. 2025,
/// 2502.16982).
#[derive(Clone)]
pub(super) struct StackedMuon {
    momentum: Momentum,
    /// Makes the step of one matrix; without momentum.
    matrix: Muon,
    weight_decay: f64,
}

impl StackedMuon {
    pub(super) fn new(momentum: f64, nesterov: bool, weight_decay: f64) -> Self {
        let config = |momentum, nesterov| {
            let config = MomentumConfig::new().with_momentum(momentum).with_nesterov(nesterov);
            config.with_dampening(0.0)
        };
        let matrix = MuonConfig::new()
            .with_momentum(config(0.0, false))
            .with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW)
            .build();
        StackedMuon { momentum: Momentum::new(&config(momentum, nesterov)), matrix, weight_decay }
    }
}

impl Optimizer for StackedMuon {
    type State<const D: usize> = MomentumState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<MomentumState<D>>,
    ) -> (Tensor<D>, Option<MomentumState<D>>) {
        let (direction, state) = self.momentum.transform(gradient, state);
        let dims: [usize; D] = tensor.dims();
        let mut one = dims;
        one[0] = 1;
        let step = |run: usize| {
            let matrix = direction.clone().narrow(0, run, 1).reshape([dims[D - 2], dims[D - 1]]);
            let (step, _) = self.matrix.step::<2>(1.0, matrix.zeros_like(), matrix, None);
            step.reshape(one)
        };
        let steps = Tensor::cat((0..dims[0]).map(step).collect(), 0);
        let kept = match self.weight_decay {
            0.0 => tensor,
            decay => tensor.mul_scalar(1.0 - rate * decay),
        };
        (kept + steps.mul_scalar(rate), Some(state))
    }

    fn to_device<const D: usize>(state: MomentumState<D>, device: &Device) -> MomentumState<D> {
        state.to_device(device)
    }
}
