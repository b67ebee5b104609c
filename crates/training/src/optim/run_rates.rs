//! A learning rate for each run of a stack; burn's optimizers have one for all.

use burn::optim::{LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};
use experiment::{Algorithm, RunSpec, Schedule};

/// Whether runs of a stack may differ in their learning rates: the rate is one number, and it only
/// scales the step.
pub(crate) fn takes_rates_of_runs(optimizer: &experiment::Optimizer) -> bool {
    matches!(optimizer.algorithm, Algorithm::Adam { .. } | Algorithm::Sgd { .. })
        && optimizer.weight_decay == 0.0
        && optimizer.warmup == 0
        && optimizer.schedule == Schedule::Constant
        && optimizer.mup_base_width.is_none()
}

/// The learning rates of the runs, unless all are the same.
pub(super) fn rates_of_runs(runs: &[&RunSpec]) -> Option<Vec<f64>> {
    let rates: Vec<f64> = runs.iter().map(|run| run.settings.optimizer.learning_rate).collect();
    rates.iter().any(|rate| *rate != rates[0]).then_some(rates)
}

/// The optimizer with the learning rate of each run.
pub(super) fn with_rates_of_runs(inner: impl Optimizer, runs: &[&RunSpec]) -> ModuleOptimizer {
    match rates_of_runs(runs) {
        Some(rates) => RatesOfRuns { inner, rates }.into(),
        None => inner.into(),
    }
}

/// An optimizer whose step is `tensor - rate * change`, where the change depends on gradient and
/// state alone: Adam and SGD without weight decay. Run `i` learns at `rates[i]` times the scheduled
/// rate.
#[derive(Clone)]
struct RatesOfRuns<O> {
    inner: O,
    rates: Vec<f64>,
}

impl<O: Optimizer> Optimizer for RatesOfRuns<O> {
    type State<const D: usize> = O::State<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<O::State<D>>,
    ) -> (Tensor<D>, Option<O::State<D>>) {
        let device = tensor.device();
        let mut shape = [1; D];
        shape[0] = self.rates.len();
        let rates: Vec<f32> = self.rates.iter().map(|own| (rate * own) as f32).collect();
        let rates = Tensor::<D>::from_data(TensorData::new(rates, shape), &device);
        // A step from zero at a rate of 1 is minus the change, to the bit.
        let (change, state) = self.inner.step(1.0, tensor.zeros_like(), gradient, state);
        (tensor + change * rates, state)
    }

    fn to_device<const D: usize>(state: O::State<D>, device: &Device) -> O::State<D> {
        O::to_device(state, device)
    }
}
