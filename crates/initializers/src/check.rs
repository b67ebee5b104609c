//! Whether an initializer has a meaning for a tensor.

use alloc::string::ToString;

use crate::catalog::Category;
use crate::element::Element;
use crate::error::DrawError;
use crate::initializer::Initializer;
use crate::scaling::random_walk_gain;
use crate::structured;
use crate::tensor_spec::TensorSpec;

impl Initializer {
    /// Whether the initializer has a meaning for the tensor: what [`Initializer::draw`] would
    /// answer, without drawing.
    ///
    /// # Errors
    /// A parameter out of its range, fans of 0, a tensor of a kind that the initializer cannot
    /// fill, a missing position in the network, numbers that `f32` cannot hold; see [`DrawError`].
    pub fn check(&self, spec: &TensorSpec) -> Result<(), DrawError> {
        self.check_for::<f32>(spec)
    }

    /// [`Initializer::check`] for a type of numbers.
    pub(crate) fn check_for<T: Element>(&self, spec: &TensorSpec) -> Result<(), DrawError> {
        let kind = self.name();
        self.validate()
            .map_err(|error| DrawError::Parameter { kind, message: error.to_string() })?;
        self.check_tensor(spec)?;
        self.check_matrix(spec)?;
        match self.independent(spec)? {
            Some(distribution) => distribution
                .check::<T>()
                .map_err(|source| DrawError::from_distribution(kind, source)),
            None => {
                let value = structured::largest(self, spec);
                if value <= T::LARGEST {
                    Ok(())
                } else {
                    Err(DrawError::TooLarge { kind, value, element: T::NAME })
                }
            }
        }
    }

    /// Fans, kind of tensor, position.
    fn check_tensor(&self, spec: &TensorSpec) -> Result<(), DrawError> {
        let (kind, category) = (self.name(), self.kind().category);
        let shape = || spec.shape().to_vec();
        let reads_fans = *self == Initializer::GeneralRule
            || !matches!(category, Category::Constant | Category::Distribution | Category::Custom);
        let (fan_in, fan_out) = (spec.fan_in(), spec.fan_out());
        if reads_fans && (fan_in == 0 || fan_out == 0) {
            return Err(DrawError::NoFan { kind, shape: shape(), fan_in, fan_out });
        }
        let fills_matrices = matches!(category, Category::Structured | Category::DataDependent);
        if fills_matrices && spec.is_bias() {
            return Err(DrawError::NotAMatrix { kind, shape: shape() });
        }
        let around = [spec.input_activation(), spec.activation()];
        if let Some(activation) = around.into_iter().find(|activation| !activation.is_valid()) {
            return Err(DrawError::Activation { activation, shape: shape() });
        }
        let reads_position = matches!(
            self,
            Initializer::Mup { .. }
                | Initializer::LooksLinear { .. }
                | Initializer::AutoInit { .. }
        );
        if reads_position && spec.position().is_none() {
            return Err(DrawError::NoPosition { kind, shape: shape() });
        }
        Ok(())
    }

    /// What single kinds ask of a tensor.
    fn check_matrix(&self, spec: &TensorSpec) -> Result<(), DrawError> {
        let kind = self.name();
        let shape = || spec.shape().to_vec();
        let (inputs, outputs) = spec.matrix();
        let is_first = spec.position().is_some_and(|position| position.is_first());
        let is_last = spec.position().is_some_and(|position| position.is_last());
        match *self {
            Initializer::RandomWalk { gain } => random_walk_gain(kind, gain, spec).map(|_| ()),
            Initializer::Sparse { .. }
            | Initializer::LooksLinear { .. }
            | Initializer::ZeroHadamard { .. }
            | Initializer::TanhFixedPoint { .. }
                if spec.is_convolution() =>
            {
                Err(DrawError::NotFullyConnected { kind, shape: shape() })
            }
            Initializer::Sparse { connections, along, .. }
                if connections > along.available(spec) =>
            {
                let (available, along) = (along.available(spec), along.name());
                Err(DrawError::TooManyConnections {
                    kind,
                    connections,
                    along,
                    available,
                    shape: shape(),
                })
            }
            Initializer::LooksLinear { .. } if !is_first && inputs % 2 == 1 => {
                Err(DrawError::OddWidth { kind, width: inputs })
            }
            Initializer::LooksLinear { .. } if !is_last && outputs % 2 == 1 => {
                Err(DrawError::OddWidth { kind, width: outputs })
            }
            Initializer::Krahenbuhl { balance: true, .. } => {
                let around = [spec.input_activation(), spec.activation()];
                match around.into_iter().find(|activation| !activation.is_homogeneous()) {
                    Some(activation) => Err(DrawError::NotHomogeneous { kind, activation }),
                    None => Ok(()),
                }
            }
            Initializer::Sinusoidal { .. } if inputs.max(outputs) <= 2 => {
                Err(DrawError::TooSmall { kind, shape: shape() })
            }
            _ => Ok(()),
        }
    }
}
