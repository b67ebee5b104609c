//! The tensor that Python describes.

use initializers::{Activation, TensorSpec};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What Python says of a tensor.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SpecArguments {
    shape: Vec<usize>,
    layout: String,
    groups: usize,
    fans: Option<(usize, usize)>,
    position: Option<(usize, usize)>,
    activation: String,
    input_activation: String,
}

impl SpecArguments {
    pub(crate) fn build(&self) -> PyResult<TensorSpec> {
        let mut spec = self.of_layout()?;
        spec = spec
            .with_activation(activation(&self.activation)?)
            .with_input_activation(activation(&self.input_activation)?);
        if let Some((fan_in, fan_out)) = self.fans {
            spec = spec.with_fans(fan_in, fan_out);
        }
        if let Some((index, count)) = self.position {
            spec = spec.at_layer(index, count);
        }
        Ok(spec)
    }

    fn of_layout(&self) -> PyResult<TensorSpec> {
        let groups = self.groups;
        let conv = |inputs, outputs, kernel: &[usize]| {
            TensorSpec::grouped_conv([inputs * groups, outputs], groups, kernel).map_err(refused)
        };
        let transposed = |inputs, outputs, kernel: &[usize]| {
            let channels = [inputs, outputs * groups];
            TensorSpec::grouped_conv_transpose(channels, groups, kernel).map_err(refused)
        };
        match (self.layout.as_str(), self.shape.as_slice()) {
            ("bias", &[units]) => Ok(TensorSpec::linear(1, units).bias()),
            ("embedding", &[count, size]) => Ok(TensorSpec::embedding(count, size)),
            ("inputs_first", &[inputs, outputs]) => Ok(TensorSpec::linear(inputs, outputs)),
            ("inputs_first", [kernel @ .., inputs, outputs]) => {
                Ok(conv(*inputs, *outputs, kernel)?.kernel_first())
            }
            ("inputs_first_transposed", [kernel @ .., outputs, inputs]) => {
                Ok(transposed(*inputs, *outputs, kernel)?.kernel_first())
            }
            ("outputs_first", &[outputs, inputs]) => {
                Ok(TensorSpec::linear(inputs, outputs).outputs_first())
            }
            ("outputs_first", [outputs, inputs, kernel @ ..]) => conv(*inputs, *outputs, kernel),
            ("outputs_first_transposed", [inputs, outputs, kernel @ ..]) => {
                transposed(*inputs, *outputs, kernel)
            }
            ("attention_input", &[features, heads, size]) => {
                Ok(TensorSpec::attention_input(features, heads, size))
            }
            ("attention_output", &[heads, size, features]) => {
                Ok(TensorSpec::attention_output(heads, size, features))
            }
            (layout, shape) => {
                let message = format!("no tensor of the layout {layout:?} has the shape {shape:?}");
                Err(PyValueError::new_err(message))
            }
        }
    }
}

fn activation(text: &str) -> PyResult<Activation> {
    text.parse().map_err(refused)
}

fn refused(error: impl std::error::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}
