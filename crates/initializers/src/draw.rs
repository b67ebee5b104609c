//! Draws: the numbers of one tensor, and what is known of them before they are drawn.

use alloc::vec;
use alloc::vec::Vec;

use crate::distribution::Distribution;
use crate::element::Element;
use crate::error::DrawError;
use crate::initializer::Initializer;
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
        match *self {
            Initializer::Orthogonal { gain } => {
                structured::orthogonal(gain.value(spec), spec, numbers, stream);
            }
            Initializer::DeltaOrthogonal { gain } => {
                structured::delta_orthogonal(gain.value(spec), spec, numbers, stream);
            }
            Initializer::Identity { gain } => {
                structured::identity(gain.value(spec), spec, numbers);
            }
            Initializer::Sparse { connections, along, std } => {
                structured::sparse(connections, along, std, spec, numbers, stream);
            }
            Initializer::LooksLinear { gain, base } => {
                structured::looks_linear(gain.value(spec), base, spec, numbers, stream);
            }
            Initializer::ZeroHadamard { gain } => {
                structured::zero_hadamard(gain.value(spec), spec, numbers);
            }
            Initializer::TanhFixedPoint { noise } => {
                structured::tanh_fixed_point(noise, spec, numbers, stream);
            }
            Initializer::Sinusoidal { gain } => {
                structured::sinusoidal(gain.value(spec), spec, numbers);
            }
            Initializer::RandomizedAsymmetric => {
                structured::randomized_asymmetric(spec, numbers, None, stream);
            }
            Initializer::Lsuv { .. } => structured::orthogonal(1.0, spec, numbers, stream),
            Initializer::Custom(ref custom) => {
                let mut drawn = vec![0.0; numbers.len()];
                custom.fill(spec, stream, &mut drawn);
                let kind = custom.name();
                let is_held = |x: &&f64| !(x.is_finite() && x.abs() <= T::LARGEST);
                if let Some(&value) = drawn.iter().find(is_held) {
                    return Err(DrawError::TooLarge { kind, value, element: T::NAME });
                }
                numbers.iter_mut().zip(drawn).for_each(|(number, x)| *number = T::from_f64(x));
            }
            _ => {
                if let Some(distribution) = self.independent(spec)? {
                    let filled = distribution.fill(numbers, stream);
                    filled.map_err(|source| DrawError::from_distribution(self.name(), source))?;
                }
            }
        }
        Ok(())
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
        let fan_std = |gain: f64, mode: FanMode| gain / libm::sqrt(spec.fan(mode));
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
            Initializer::VarianceScaling { scale, mode, distribution } => {
                distribution.with_std(fan_std(libm::sqrt(scale), mode))
            }
            Initializer::GlorotUniform { gain } => {
                Family::Uniform.with_std(fan_std(gain.value(spec), FanMode::Average))
            }
            Initializer::GlorotNormal { gain, truncated } => {
                Family::normal(truncated).with_std(fan_std(gain.value(spec), FanMode::Average))
            }
            Initializer::HeUniform { gain, mode } => {
                Family::Uniform.with_std(fan_std(gain.value(spec), mode))
            }
            Initializer::HeNormal { gain, mode, truncated } => {
                Family::normal(truncated).with_std(fan_std(gain.value(spec), mode))
            }
            Initializer::LecunUniform => Family::Uniform.with_std(fan_std(1.0, FanMode::In)),
            Initializer::LecunNormal { truncated } => {
                Family::normal(truncated).with_std(fan_std(1.0, FanMode::In))
            }
            Initializer::RandomWalk { gain } => {
                let gain = random_walk_gain(self.name(), gain, spec)?;
                Family::Normal.with_std(fan_std(gain, FanMode::In))
            }
            Initializer::Mup { gain, base_width } => {
                Family::Normal.with_std(mup_std(gain.value(spec), base_width, spec))
            }
            Initializer::Spectral { gain } => {
                Family::Normal.with_std(spectral_std(gain.value(spec), spec))
            }
            Initializer::AutoInit { input_mean, input_variance, signal_variance, distribution } => {
                let std = autoinit_std(input_mean, input_variance, signal_variance, spec);
                distribution.with_std(std)
            }
            Initializer::Krahenbuhl { .. } => Distribution::normal(0.0, 1.0),
            Initializer::Framework(framework) => framework.distribution(spec),
            _ => return Ok(None),
        }))
    }
}
