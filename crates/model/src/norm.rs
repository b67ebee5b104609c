//! Normalization layers of networks that stand side by side: every network has statistics and
//! parameters of its own.

use burn::module::{Module, Param, RunningState};
use burn::tensor::{Device, Tensor};

use crate::architecture::{Norm, NormKind};

/// A normalization of every network. Tensors are `[runs, batch, units]`.
#[derive(Module, Debug)]
pub struct StackedNorm {
    /// The trained scale (gamma), `[runs, 1, units]`.
    pub scale: Option<Param<Tensor<3>>>,
    /// The trained shift (beta), `[runs, 1, units]`; RMS normalization has none.
    pub shift: Option<Param<Tensor<3>>>,
    /// Batch normalization: the running mean, `[runs, 1, units]`.
    pub running_mean: Option<RunningState<Tensor<3>>>,
    /// Batch normalization: the running variance, `[runs, 1, units]`.
    pub running_variance: Option<RunningState<Tensor<3>>>,
    #[module(skip)]
    norm: Norm,
}

/// Which statistics batch normalization uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistics {
    /// The running ones: for evaluation.
    Running,
    /// Those of the batch: for a look at what training sees.
    Batch,
    /// Those of the batch, which also enter the running ones: for training.
    BatchAndUpdate,
}

impl StackedNorm {
    /// The normalization of `units` units, of each of `runs` networks.
    pub(crate) fn new(norm: Norm, runs: usize, units: usize, device: &Device) -> Self {
        let shape = [runs, 1, units];
        let constant = |value: f64| Tensor::<3>::full(shape, value, device);
        let parameter = |value: f64| Param::from_tensor(constant(value));
        let is_batch = matches!(norm.kind, NormKind::Batch { .. });
        let has_shift = norm.scale.is_some() && norm.kind != NormKind::Rms;
        StackedNorm {
            scale: norm.scale.map(parameter),
            shift: has_shift.then(|| parameter(0.0)),
            running_mean: is_batch.then(|| RunningState::new(constant(0.0))),
            running_variance: is_batch.then(|| RunningState::new(constant(1.0))),
            norm,
        }
    }

    /// The normalization of one network, as a stack of one.
    pub(crate) fn network(&self, run: usize) -> Self {
        let part =
            |parameter: &Param<Tensor<3>>| Param::from_tensor(parameter.val().narrow(0, run, 1));
        let state = |state: &RunningState<Tensor<3>>| {
            RunningState::new(state.value_sync().narrow(0, run, 1))
        };
        StackedNorm {
            scale: self.scale.as_ref().map(part),
            shift: self.shift.as_ref().map(part),
            running_mean: self.running_mean.as_ref().map(state),
            running_variance: self.running_variance.as_ref().map(state),
            norm: self.norm,
        }
    }

    /// Its tensors by name: parameters and running statistics.
    pub fn tensors(&self) -> Vec<(&'static str, Tensor<3>)> {
        let parameter = |name, of: &Option<Param<Tensor<3>>>| Some((name, of.as_ref()?.val()));
        let state =
            |name, of: &Option<RunningState<Tensor<3>>>| Some((name, of.as_ref()?.value_sync()));
        let tensors = [
            parameter("scale", &self.scale),
            parameter("shift", &self.shift),
            state("running_mean", &self.running_mean),
            state("running_variance", &self.running_variance),
        ];
        tensors.into_iter().flatten().collect()
    }

    /// Normalizes `x`, `[runs, batch, units]`.
    pub(crate) fn forward(&self, x: Tensor<3>, statistics: Statistics) -> Tensor<3> {
        let normalized = match self.norm.kind {
            NormKind::Batch { momentum } => self.batch_norm(x, momentum, statistics),
            NormKind::Layer => {
                let centred = x.clone() - x.mean_dim(2);
                let variance = (centred.clone() * centred.clone()).mean_dim(2);
                centred / self.root(variance)
            }
            NormKind::Rms => {
                let square = (x.clone() * x.clone()).mean_dim(2);
                x / self.root(square)
            }
        };
        let scaled = match &self.scale {
            Some(scale) => normalized * scale.val(),
            None => normalized,
        };
        match &self.shift {
            Some(shift) => scaled + shift.val(),
            None => scaled,
        }
    }

    fn root(&self, variance: Tensor<3>) -> Tensor<3> {
        variance.add_scalar(self.norm.epsilon).sqrt()
    }

    fn batch_norm(&self, x: Tensor<3>, momentum: f64, statistics: Statistics) -> Tensor<3> {
        let (Some(running_mean), Some(running_variance)) =
            (&self.running_mean, &self.running_variance)
        else {
            unreachable!("a batch normalization has running statistics");
        };
        if statistics == Statistics::Running {
            let (mean, variance) = (running_mean.value_sync(), running_variance.value_sync());
            return (x - mean) / self.root(variance);
        }
        let batch = x.dims()[1] as f64;
        let mean = x.clone().mean_dim(1);
        let centred = x - mean.clone();
        let variance = (centred.clone() * centred.clone()).mean_dim(1);
        if statistics == Statistics::BatchAndUpdate {
            let unbiased = variance.clone().mul_scalar(batch / (batch - 1.0));
            update(running_mean, mean, momentum);
            update(running_variance, unbiased, momentum);
        }
        centred / self.root(variance)
    }
}

/// Lets a statistic of the batch enter a running one.
fn update(running: &RunningState<Tensor<3>>, batch: Tensor<3>, momentum: f64) {
    let old = running.value_sync();
    running.update(old.mul_scalar(1.0 - momentum) + batch.detach().mul_scalar(momentum));
    // burn records a state without its last update, unless that is read.
    running.value_sync();
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUTS: [[[f32; 2]; 3]; 1] = [[[1.0, 10.0], [2.0, 20.0], [6.0, 30.0]]];

    fn norm(kind: NormKind) -> StackedNorm {
        let norm = Norm { kind, epsilon: 0.0, after_activation: false, scale: Some(1.0) };
        StackedNorm::new(norm, 1, 2, &Device::flex())
    }

    fn normalized(norm: &StackedNorm, statistics: Statistics) -> Vec<f32> {
        let inputs = Tensor::from_floats(INPUTS, &Device::flex());
        norm.forward(inputs, statistics).into_data().try_to_vec().unwrap()
    }

    fn assert_close(values: &[f32], expected: &[f32]) {
        assert_eq!(values.len(), expected.len());
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-5, "{values:?}");
        }
    }

    #[test]
    fn layer_norm_gives_every_image_mean_0_and_variance_1() {
        let values = normalized(&norm(NormKind::Layer), Statistics::Running);
        assert_close(&values, &[-1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
    }

    #[test]
    fn rms_norm_divides_every_image_by_its_root_mean_square_and_has_no_shift() {
        let rms = norm(NormKind::Rms);
        let root = ((1.0f32 + 100.0) / 2.0).sqrt();
        assert_close(&normalized(&rms, Statistics::Running)[..2], &[1.0 / root, 10.0 / root]);
        assert!(rms.shift.is_none());
    }

    #[test]
    fn batch_norm_collects_running_statistics_with_the_unbiased_variance() {
        let batch = norm(NormKind::Batch { momentum: 0.1 });
        let std = (14.0f32 / 3.0).sqrt();
        let expected = [-2.0 / std, -1.224_745, -1.0 / std, 0.0, 3.0 / std, 1.224_745];
        assert_close(&normalized(&batch, Statistics::Batch), &expected);
        // Nothing was collected, so evaluation is by mean 0 and variance 1.
        assert_close(&normalized(&batch, Statistics::Running)[..2], &[1.0, 10.0]);
        normalized(&batch, Statistics::BatchAndUpdate);
        let state = |state: &Option<RunningState<Tensor<3>>>| {
            let value = state.as_ref().unwrap().value();
            value.into_data().try_to_vec::<f32>().unwrap()
        };
        assert_close(&state(&batch.running_mean), &[0.3, 2.0]);
        // 0.9 + 0.1 * 7 and 0.9 + 0.1 * 100.
        assert_close(&state(&batch.running_variance), &[1.6, 10.9]);
    }
}
