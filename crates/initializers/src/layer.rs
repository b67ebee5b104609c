//! A whole layer at once: the weight and the bias that belongs to it.

use alloc::vec;
use alloc::vec::Vec;

use crate::error::DrawError;
use crate::initializer::Initializer;
use crate::stream::{Purpose, Stream};
use crate::structured::randomized_asymmetric;
use crate::tensor_spec::TensorSpec;

/// The numbers of a layer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LayerDraw {
    /// The weight, in row-major order of its shape.
    pub weight: Vec<f32>,
    /// The bias, one number a unit.
    pub bias: Vec<f32>,
}

impl Initializer {
    /// Draws a layer: the weight `spec`, and the bias from the initializer given or, where none is,
    /// from the weight's [default](Initializer::default_bias). The streams are those of `seed` and
    /// of the layer's index, so a layer's numbers depend on nothing else.
    ///
    /// Draw networks with it, not tensor by tensor: [`Initializer::RandomizedAsymmetric`], where it
    /// stands for both, draws the two together.
    ///
    /// ```
    /// use initializers::{TensorSpec, catalog, truncated_normal};
    ///
    /// let layer = TensorSpec::linear(784, 256).at_layer(0, 3);
    /// let drawn = truncated_normal(0.1)?.draw_layer(None, &layer, 0)?;
    /// assert_eq!(drawn.bias, vec![0.0; 256]);
    ///
    /// let pytorch = catalog::find("pytorch_linear").ok_or("no such kind")?.build(&[])?;
    /// let drawn = pytorch.draw_layer(None, &layer, 0)?;
    /// assert!(drawn.bias.iter().all(|bias| bias.abs() <= 1.0 / 28.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When either initializer has no meaning for its tensor, or the tensor has no
    /// [position](TensorSpec::at_layer).
    pub fn draw_layer(
        &self,
        bias: Option<&Initializer>,
        spec: &TensorSpec,
        seed: u64,
    ) -> Result<LayerDraw, DrawError> {
        self.check_layer(bias, spec)?;
        let index = spec.position().map_or(0, |position| position.index as u64);
        let stream = |tensor| Stream::new(seed, Purpose::WEIGHTS, [index, tensor]);
        if self.draws_both(bias) {
            let (mut weight, mut bias) = (vec![0.0; spec.len()], vec![0.0; spec.bias().len()]);
            randomized_asymmetric(spec, &mut weight, Some(&mut bias), &mut stream(0));
            return Ok(LayerDraw { weight, bias });
        }
        let bias = bias.unwrap_or(&self.default_bias()).draw(&spec.bias(), &mut stream(1))?;
        Ok(LayerDraw { weight: self.draw(spec, &mut stream(0))?, bias })
    }

    /// Whether [`Initializer::draw_layer`] would succeed, without drawing.
    ///
    /// # Errors
    /// As [`Initializer::draw_layer`].
    pub fn check_layer(
        &self,
        bias: Option<&Initializer>,
        spec: &TensorSpec,
    ) -> Result<(), DrawError> {
        self.check(spec)?;
        if spec.position().is_none() {
            let (kind, shape) = (self.name(), spec.shape().to_vec());
            return Err(DrawError::NoStream { kind, shape });
        }
        if self.draws_both(bias) {
            Ok(())
        } else {
            bias.unwrap_or(&self.default_bias()).check(&spec.bias())
        }
    }

    /// Whether weight and bias are drawn together.
    fn draws_both(&self, bias: Option<&Initializer>) -> bool {
        *self == Initializer::RandomizedAsymmetric && bias.is_none_or(|bias| bias == self)
    }
}
