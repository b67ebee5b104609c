//! Adam in one pass, for the backend flex, whose tensors are plain memory of this process. (ndarray
//! copies them on the way in and out, which costs more than the pass saves.)
//!
//! burn's own Adam makes some ten temporaries for each parameter; this one goes once over weight,
//! gradient and both moments, and leaves the new weight in the gradient's memory. (The old one is
//! shared with the learner's model, so that changing it in place would copy it first.) Its
//! arithmetic is burn's, operation for operation, and its state is burn's [`AdamState`], so that a
//! checkpoint of the one serves the other.

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::optim::{AdamState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use crate::flex::{numbers, tensor as whole};

/// Adam (Kingma & Ba 2015), with L2 weight decay added to the gradient, for parameters of 32-bit
/// floats on flex.
///
/// # Panics
/// Its step panics at parameters on another backend.
#[derive(Debug, Clone, Copy)]
pub struct FusedAdam {
    /// How much of each moment is kept in a step.
    pub betas: [f32; 2],
    /// What is added to the root of the second moment.
    pub epsilon: f32,
    /// How much of a weight is added to its gradient.
    pub weight_decay: f32,
}

/// The numbers that one step uses for every weight.
#[derive(Debug, Clone, Copy)]
struct Factors {
    betas: [f32; 2],
    rests: [f32; 2],
    correction: f32,
    epsilon: f32,
    rate: f32,
}

impl Optimizer for FusedAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        // L2 weight decay is a part of the gradient.
        let gradient = if self.weight_decay > 0.0 {
            gradient + tensor.clone().mul_scalar(self.weight_decay)
        } else {
            gradient
        };
        let (time, moments) = match state {
            Some(AdamState { momentum }) => {
                (momentum.time + 1, [momentum.moment_1, momentum.moment_2].map(contiguous))
            }
            None => (1, [tensor.zeros_like(), tensor.zeros_like()].map(contiguous)),
        };
        let [mut first, mut second] = moments;
        let (weight, mut gradient) = (contiguous(tensor), contiguous(gradient));
        let second_correction = (1.0 - self.betas[1].powi(time as i32)).sqrt();
        let factors = Factors {
            betas: self.betas,
            rests: self.betas.map(|beta| 1.0 - beta),
            correction: second_correction / (1.0 - self.betas[0].powi(time as i32)),
            epsilon: self.epsilon * second_correction,
            rate: rate as f32,
        };
        update(
            factors,
            numbers(&weight),
            gradient.storage_mut::<f32>(),
            first.storage_mut::<f32>(),
            second.storage_mut::<f32>(),
        );
        let on_flex = |tensor: FlexTensor| Tensor::from_primitive::<Flex>(tensor);
        let state =
            AdamState::new(AdaptiveMomentumState::new(time, on_flex(first), on_flex(second)));
        (on_flex(gradient), Some(state))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}

/// The tensor as flex has it, with nothing before its numbers and nothing after them.
fn contiguous<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    let Ok(tensor) = tensor.try_into_primitive::<Flex>() else {
        unreachable!("FusedAdam is chosen for parameters on flex alone");
    };
    let tensor = tensor.to_contiguous();
    // A part of another tensor is copied: changing it leaves the rest of that one alone.
    let is_whole = numbers(&tensor).len() == tensor.storage::<f32>().len();
    if is_whole { tensor } else { whole(numbers(&tensor).to_vec(), tensor.shape()) }
}

/// Weights that a thread takes at a time: few enough that threads end together, enough to be worth
/// a thread's while.
const PART: usize = 1 << 14;

/// One step for one parameter, after which `gradient` holds the new weight; this run's threads
/// share it.
fn update(
    factors: Factors,
    weight: &[f32],
    gradient: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
) {
    let moments = first.par_chunks_mut(PART).zip(second.par_chunks_mut(PART));
    let weights = weight.par_chunks(PART).zip(gradient.par_chunks_mut(PART));
    weights.zip(moments).for_each(|((w, g), (m, v))| update_part(factors, w, g, m, v));
}

/// Compiled for the widest vectors that the processor has; every operation stands alone (Rust fuses
/// no product into a sum), so their width changes no bit.
fn update_part(
    factors: Factors,
    weight: &[f32],
    gradient: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
) {
    let Factors { betas, rests, correction, epsilon, rate } = factors;
    pulp::Arch::new().dispatch(|| {
        for (((w, g), m), v) in weight.iter().zip(gradient).zip(first).zip(second) {
            let first = *m * betas[0] + *g * rests[0];
            let second = *v * betas[1] + (*g * *g) * rests[1];
            let new = *w - (first * correction) / (second.sqrt() + epsilon) * rate;
            // All at the end: the compiler would read a moment that is written before again, which
            // takes as long as the rest.
            (*m, *v, *g) = (first, second, new);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::optim::AdamConfig;
    use burn::optim::decay::WeightDecayConfig;
    use proptest::prelude::*;

    /// How many floats lie between two.
    fn ulps(a: f32, b: f32) -> u32 {
        let key = |x: f32| {
            let bits = x.to_bits() as i32;
            if bits < 0 { i32::MIN.wrapping_sub(bits) } else { bits }
        };
        key(a).abs_diff(key(b))
    }

    fn values(tensor: &Tensor<1>) -> Vec<f32> {
        tensor.to_data().try_to_vec().unwrap()
    }

    #[test]
    fn threads_that_share_a_step_come_to_the_same_bits() {
        let step = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let device = Device::flex();
                let numbers = |phase: f32| {
                    (0..3 * PART + 7).map(|at| (at as f32 * 0.37 + phase).sin()).collect::<Vec<_>>()
                };
                let tensor = |phase| Tensor::<1>::from_floats(numbers(phase).as_slice(), &device);
                let adam = FusedAdam { betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 0.0 };
                let (weight, state) = adam.step(0.001, tensor(0.0), tensor(1.0), None);
                values(&adam.step(0.001, weight, tensor(2.0), state).0)
            })
        };
        let bits = |weights: Vec<f32>| weights.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert!(bits(step(1)) == bits(step(3)));
    }

    proptest! {
        #[test]
        fn a_step_is_burns_to_within_two_ulps(
            weights in prop::collection::vec(-2.0f32..2.0, 1..40),
            scale in prop::sample::select(vec![1e-8f32, 1e-3, 1.0, 1e4]),
            decay in prop::sample::select(vec![0.0f32, 0.01]),
            rate in 1e-5f64..1.0,
        ) {
            let device = Device::flex();
            let burns = AdamConfig::new()
                .with_epsilon(1e-8)
                .with_weight_decay((decay > 0.0).then(|| WeightDecayConfig::new(decay)))
                .build();
            let ours = FusedAdam { betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: decay };
            let mut a = (Tensor::<1>::from_floats(weights.as_slice(), &device), None);
            let mut b = (a.0.clone(), None);
            for step in 0..5 {
                let gradient = weights.iter().map(|w| scale * (w + step as f32).sin());
                let gradient: Vec<f32> = gradient.collect();
                let gradient = Tensor::<1>::from_floats(gradient.as_slice(), &device);
                a = burns.step(rate, a.0, gradient.clone(), a.1);
                b = ours.step(rate, b.0.clone(), gradient, b.1);
                for (x, y) in values(&a.0).into_iter().zip(values(&b.0)) {
                    prop_assert!(ulps(x, y) <= 2, "{x} and {y}");
                }
            }
        }
    }
}
