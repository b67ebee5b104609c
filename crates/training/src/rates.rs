//! A learning rate for each run of a stack, where burn's optimizers know one for all.

use burn::optim::{LearningRate, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};

/// An optimizer whose step is `tensor - rate * change`, where the change follows from gradient and state alone: Adam and
/// SGD without weight decay. Run `i` of a stack learns at `rates[i]` times the rate of the schedule.
#[derive(Clone)]
pub(crate) struct RateOfEach<O> {
    pub(crate) inner: O,
    pub(crate) rates: Vec<f64>,
}

impl<O: Optimizer> Optimizer for RateOfEach<O> {
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
        // A step from zero at a rate of one is minus the change, to the bit.
        let (change, state) = self.inner.step(1.0, tensor.zeros_like(), gradient, state);
        (tensor + change * rates, state)
    }

    fn to_device<const D: usize>(state: O::State<D>, device: &Device) -> O::State<D> {
        O::to_device(state, device)
    }
}
