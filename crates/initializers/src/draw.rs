//! Draws: the numbers of one tensor, and what is known of them before they are drawn.

use alloc::vec;
use alloc::vec::Vec;

use crate::distribution::Distribution;
use crate::element::Element;
use crate::error::DrawError;
use crate::initializer::{Custom, Initializer};
use crate::options::{Family, FanMode};
use crate::scaling::{autoinit_std, general_rule, mup_std, random_walk_gain, spectral_std};
use crate::stream::Stream;
use crate::structured;
use crate::tensor_spec::TensorSpec;

impl Initializer {
    /// Draws every number of a tensor from `stream`, in row-major order of its shape.
    ///
    /// Of an initializer that [needs a first batch](Initializer::needs_first_batch), this is what
    /// it starts from. Of [`Initializer::RandomizedAsymmetric`] it is the weight alone:
    /// [`Initializer::draw_layer`] draws its bias too.
    ///
    /// ```
    /// use initializers::{Stream, TensorSpec, he_normal};
    ///
    /// let spec = TensorSpec::linear(784, 256);
    /// let weight = he_normal().draw(&spec, &mut Stream::named(0, "encoder.weight"))?;
    /// assert_eq!(weight.len(), 784 * 256);
    /// # Ok::<(), initializers::DrawError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Initializer::check`].
    pub fn draw(&self, spec: &TensorSpec, stream: &mut Stream) -> Result<Vec<f32>, DrawError> {
        self.check(spec)?;
        let mut numbers = vec![0.0; spec.len()];
        self.draw_into(spec, stream, &mut numbers)?;
        Ok(numbers)
    }

    /// [`Initializer::draw`] into memory that is there, in any [type of numbers](Element).
    ///
    /// ```
    /// use initializers::{Stream, TensorSpec, glorot_uniform};
    ///
    /// let mut weight = [0f64; 12];
    /// let mut stream = Stream::named(0, "head.weight");
    /// glorot_uniform().draw_into(&TensorSpec::linear(4, 3), &mut stream, &mut weight)?;
    /// # Ok::<(), initializers::DrawError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Initializer::check`], for the type of `numbers`; or where there are not as many as the
    /// tensor holds.
    pub fn draw_into<T: Element>(
        &self,
        spec: &TensorSpec,
        stream: &mut Stream,
        numbers: &mut [T],
    ) -> Result<(), DrawError> {
        self.check_for::<T>(spec)?;
        if numbers.len() != spec.len() {
            let shape = spec.shape().to_vec();
            return Err(DrawError::Length { given: numbers.len(), shape });
        }
        if let Initializer::Custom(custom) = self {
            return fill_custom(custom, spec, numbers, stream);
        }
        let Some(distribution) = self.independent(spec)? else {
            structured::fill(self, spec, numbers, stream);
            return Ok(());
        };
        distribution
            .fill(numbers, stream)
            .map_err(|source| DrawError::from_distribution(self.name(), source))
    }

    /// The distribution of the tensor's numbers, where they are independent and alike and the
    /// tensor is one that the initializer has a meaning for.
    pub fn distribution(&self, spec: &TensorSpec) -> Option<Distribution> {
        self.check(spec).and_then(|()| self.independent(spec)).ok().flatten()
    }

    /// The standard deviation of the tensor's numbers where it is known: that of the
    /// [distribution](Initializer::distribution), or of an entry of a random matrix. `None` where
    /// the matrix is no random one around a common mean, and where data decide.
    pub fn std(&self, spec: &TensorSpec) -> Option<f64> {
        self.check(spec).ok()?;
        match *self {
            _ if self.needs_first_batch() => None,
            Initializer::DeltaOrthogonal { .. } if spec.is_convolution() => None,
            Initializer::Orthogonal { gain } | Initializer::DeltaOrthogonal { gain } => {
                Some(structured::orthogonal_std(gain.value(spec), spec))
            }
            Initializer::Sparse { connections, along, std } => {
                Some(std * libm::sqrt(connections as f64 / along.available(spec) as f64))
            }
            Initializer::LooksLinear { gain, base } => {
                Some(structured::looks_linear_std(gain.value(spec), base, spec))
            }
            Initializer::Sinusoidal { gain } => {
                Some(structured::sinusoidal_std(gain.value(spec), spec))
            }
            Initializer::RandomizedAsymmetric => Some(structured::randomized_asymmetric_std(spec)),
            _ => self.independent(spec).ok()?.map(|distribution| distribution.std()),
        }
    }

    /// The initializer of the bias where none is named: the one that belongs to a framework's
    /// default, the weight's own for [`Initializer::RandomizedAsymmetric`] (which
    /// [`Initializer::draw_layer`] draws together with it), else zeros.
    pub fn default_bias(&self) -> Initializer {
        match self {
            Initializer::Framework(framework) if !framework.has_zero_bias() => {
                Initializer::GeneralRule
            }
            Initializer::RandomizedAsymmetric => self.clone(),
            _ => Initializer::Zeros,
        }
    }

    /// Whether what is drawn is only a start: forward passes of a first batch of data complete it.
    pub fn needs_first_batch(&self) -> bool {
        matches!(self, Initializer::Lsuv { .. } | Initializer::Krahenbuhl { .. })
    }

    /// The distribution of the numbers, `None` for structured matrices and custom draws.
    pub(crate) fn independent(&self, spec: &TensorSpec) -> Result<Option<Distribution>, DrawError> {
        Ok(Some(match *self {
            Initializer::Zeros => Distribution::Constant { value: 0.0 },
            Initializer::Ones => Distribution::Constant { value: 1.0 },
            Initializer::Constant { value } => Distribution::Constant { value },
            Initializer::Uniform { min, max } => Distribution::Uniform { min, max },
            Initializer::GeneralRule => general_rule(spec),
            Initializer::Normal { mean, std } => Distribution::normal(mean, std),
            Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected } => {
                let (lower, upper) = bounds.in_standard_deviations(mean, std, lower, upper);
                Distribution::truncated_normal(mean, std, lower, upper, corrected)
            }
            Initializer::Krahenbuhl { .. } => Distribution::normal(0.0, 1.0),
            Initializer::Framework(framework) => framework.distribution(spec),
            _ => return Ok(self.scaled(spec)?.map(|(family, std)| family.with_std(std))),
        }))
    }

    /// The family of the numbers and their standard deviation, where that follows from the tensor.
    fn scaled(&self, spec: &TensorSpec) -> Result<Option<(Family, f64)>, DrawError> {
        let by_fan = |gain: f64, mode: FanMode| gain / libm::sqrt(spec.fan(mode));
        Ok(Some(match *self {
            Initializer::VarianceScaling { scale, mode, distribution } => {
                (distribution, by_fan(libm::sqrt(scale), mode))
            }
            Initializer::GlorotUniform { gain } => {
                (Family::Uniform, by_fan(gain.value(spec), FanMode::Average))
            }
            Initializer::GlorotNormal { gain, truncated } => {
                (Family::normal(truncated), by_fan(gain.value(spec), FanMode::Average))
            }
            Initializer::HeUniform { gain, mode } => {
                (Family::Uniform, by_fan(gain.value(spec), mode))
            }
            Initializer::HeNormal { gain, mode, truncated } => {
                (Family::normal(truncated), by_fan(gain.value(spec), mode))
            }
            Initializer::LecunUniform => (Family::Uniform, by_fan(1.0, FanMode::In)),
            Initializer::LecunNormal { truncated } => {
                (Family::normal(truncated), by_fan(1.0, FanMode::In))
            }
            Initializer::RandomWalk { gain } => {
                let gain = random_walk_gain(self.name(), gain, spec)?;
                (Family::Normal, by_fan(gain, FanMode::In))
            }
            Initializer::Mup { gain, base_width } => {
                (Family::Normal, mup_std(gain.value(spec), base_width, spec))
            }
            Initializer::Spectral { gain } => {
                (Family::Normal, spectral_std(gain.value(spec), spec))
            }
            Initializer::AutoInit { input_mean, input_variance, signal_variance, distribution } => {
                (distribution, autoinit_std(input_mean, input_variance, signal_variance, spec))
            }
            _ => return Ok(None),
        }))
    }
}

/// What a function draws, in `f64`, as the tensor's type holds it.
fn fill_custom<T: Element>(
    custom: &Custom,
    spec: &TensorSpec,
    numbers: &mut [T],
    stream: &mut Stream,
) -> Result<(), DrawError> {
    let mut drawn = vec![0.0; numbers.len()];
    custom.fill(spec, stream, &mut drawn);
    let is_lost = |x: &&f64| !(x.is_finite() && x.abs() <= T::LARGEST);
    if let Some(&value) = drawn.iter().find(is_lost) {
        return Err(DrawError::TooLarge { kind: custom.name(), value, element: T::NAME });
    }
    numbers.iter_mut().zip(drawn).for_each(|(number, x)| *number = T::from_f64(x));
    Ok(())
}
