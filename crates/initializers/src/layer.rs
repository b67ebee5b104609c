//! A whole layer at once: the weight and the bias that belongs to it.

use crate::structured::randomized_asymmetric;
use crate::{DrawError, Initializer, Purpose, Stream, Target};

/// The numbers of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerDraw {
    /// The weight, in row-major order of its target's shape.
    pub weight: Vec<f32>,
    /// The bias, one number a unit.
    pub bias: Vec<f32>,
}

impl Initializer {
    /// Draws a layer: the weight `target`, and the bias from the initializer given or, where none is, from the weight's
    /// [default](Initializer::default_bias). The streams are those of `seed` and of the layer's place, so a layer's
    /// numbers depend on nothing else.
    ///
    /// Draw networks with it, not tensor by tensor: [`Initializer::RandomizedAsymmetric`], where it stands for both,
    /// draws the two together.
    ///
    /// ```
    /// use initializers::{Initializer, Target, catalog};
    ///
    /// let layer = Target::linear(784, 256).at(0, 3);
    /// let drawn = Initializer::truncated_normal(0.1).draw_layer(None, &layer, 0)?;
    /// assert_eq!(drawn.bias, vec![0.0; 256]);
    ///
    /// let pytorch = catalog::find("pytorch_linear").ok_or("in the table")?.build(&[])?;
    /// let drawn = pytorch.draw_layer(None, &layer, 0)?;
    /// assert!(drawn.bias.iter().all(|bias| bias.abs() <= 1.0 / 28.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When either initializer has no meaning for its tensor.
    pub fn draw_layer(
        &self,
        bias: Option<&Initializer>,
        target: &Target,
        seed: u64,
    ) -> Result<LayerDraw, DrawError> {
        self.check_layer(bias, target)?;
        let stream = |tensor| Stream::new(seed, Purpose::Weights, [target.layer as u64, tensor]);
        if self.draws_both(bias) {
            let (weight, bias) = randomized_asymmetric(target, &mut stream(0));
            return Ok(LayerDraw { weight, bias });
        }
        let bias = bias.unwrap_or(&self.default_bias()).draw(&target.bias(), &mut stream(1))?;
        Ok(LayerDraw { weight: self.draw(target, &mut stream(0))?, bias })
    }

    /// Whether [`Initializer::draw_layer`] would succeed, without drawing.
    ///
    /// # Errors
    /// As [`Initializer::draw_layer`].
    pub fn check_layer(
        &self,
        bias: Option<&Initializer>,
        target: &Target,
    ) -> Result<(), DrawError> {
        self.check(target)?;
        if self.draws_both(bias) {
            Ok(())
        } else {
            bias.unwrap_or(&self.default_bias()).check(&target.bias())
        }
    }

    /// Whether weight and bias have one law together.
    fn draws_both(&self, bias: Option<&Initializer>) -> bool {
        *self == Initializer::RandomizedAsymmetric && bias.is_none_or(|bias| bias == self)
    }
}
