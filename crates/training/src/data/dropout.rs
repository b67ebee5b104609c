//! Dropout: the masks of each step, from streams keyed by (seed, step, layer).

use burn::tensor::{Device, Tensor, TensorData};
use experiment::Model;
use initializers::{Purpose, Stream};

/// Streams of masks; index = [step, hidden layer].
const DROPOUT: Purpose = Purpose::named("dropout");

/// Dropout after the activation of every hidden layer (Srivastava et al. 2014).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dropout {
    /// The probability that an output is set to 0; the others are divided by 1 minus it.
    rate: f64,
    /// Units of each hidden layer; empty without dropout.
    units: Vec<usize>,
}

impl Dropout {
    pub(crate) fn of(model: &Model) -> Self {
        let units = if model.dropout > 0.0 { model.hidden.clone() } else { Vec::new() };
        Dropout { rate: model.dropout, units }
    }

    /// The factors of the outputs of each hidden layer in `step`, `[runs, batch, units]`.
    pub(super) fn masks(
        &self,
        seeds: &[u64],
        step: u64,
        batch: usize,
        device: &Device,
    ) -> Vec<Tensor<3>> {
        let kept = (1.0 / (1.0 - self.rate)) as f32;
        let mask = |(layer, &units): (u64, &usize)| {
            let mut factors = Vec::with_capacity(seeds.len() * batch * units);
            for &seed in seeds {
                let mut stream = Stream::new(seed, DROPOUT, [step, layer]);
                let factor = |_| if stream.uniform() < self.rate { 0.0 } else { kept };
                factors.extend((0..batch * units).map(factor));
            }
            Tensor::from_data(TensorData::new(factors, [seeds.len(), batch, units]), device)
        };
        (0..).zip(&self.units).map(mask).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_mean_and_depend_on_seed_step_and_layer_alone() {
        let dropout = Dropout { rate: 0.25, units: vec![50, 40] };
        let masks = |seeds: &[u64], step| -> Vec<Vec<f32>> {
            let masks = dropout.masks(seeds, step, 100, &Device::flex());
            masks.into_iter().map(|mask| mask.into_data().try_to_vec().unwrap()).collect()
        };
        let both = masks(&[3, 4], 7);
        assert_eq!((both[0].len(), both[1].len()), (2 * 100 * 50, 2 * 100 * 40));
        assert_eq!(both[0][100 * 50..], masks(&[4], 7)[0]);
        assert_ne!(both[0], masks(&[3, 4], 8)[0]);
        assert!(both[0].iter().all(|&factor| factor == 0.0 || factor == (1.0f64 / 0.75) as f32));
        let mean = both[0].iter().sum::<f32>() / both[0].len() as f32;
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
    }
}
