//! The usual tensors: linear layers, convolutions, embeddings and attention, in the layouts of the
//! frameworks.

use alloc::vec;
use alloc::vec::Vec;

use super::{Axis, TensorSpec};
use crate::activation::Activation;

/// Why a tensor cannot be specified so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The channels of a grouped convolution do not divide.
    #[error("{inputs} channels in and {outputs} out do not divide into {groups} groups")]
    Groups {
        /// Channels in.
        inputs: usize,
        /// Channels out.
        outputs: usize,
        /// Groups.
        groups: usize,
    },
}

impl TensorSpec {
    /// The weight of a fully connected layer, `[fan_in, fan_out]`: the layout of burn, JAX and
    /// Keras. PyTorch's is [`TensorSpec::outputs_first`].
    pub fn linear(fan_in: usize, fan_out: usize) -> Self {
        TensorSpec {
            shape: vec![fan_in, fan_out],
            axes: vec![Axis::Input, Axis::Output],
            groups: 1,
            units: fan_out,
            fan_in,
            fan_out,
            position: None,
            input_activation: Activation::Linear,
            activation: Activation::Relu,
        }
    }

    /// The weight of a convolution, `[channels_out, channels_in, kernel...]`: the layout of burn
    /// and PyTorch. `channels` are `[in, out]`; the kernel has any number of axes. A fan is
    /// channels times receptive field. JAX's and Keras's layout is [`TensorSpec::kernel_first`].
    ///
    /// ```
    /// use initializers::TensorSpec;
    ///
    /// let spec = TensorSpec::conv([3, 64], &[5, 5]);
    /// assert_eq!(spec.shape(), [64, 3, 5, 5]);
    /// assert_eq!((spec.fan_in(), spec.fan_out()), (75, 1600));
    /// assert_eq!(spec.kernel_first().shape(), [5, 5, 3, 64]);
    /// ```
    pub fn conv(channels: [usize; 2], kernel: &[usize]) -> Self {
        let [inputs, outputs] = channels;
        let field: usize = kernel.iter().product();
        let mut axes = vec![Axis::Output, Axis::Input];
        axes.resize(2 + kernel.len(), Axis::Kernel);
        TensorSpec {
            shape: [&[outputs, inputs], kernel].concat(),
            axes,
            units: outputs,
            ..TensorSpec::linear(inputs * field, outputs * field)
        }
    }

    /// The weight of a convolution in groups, `[channels_out, channels_in / groups, kernel...]`.
    ///
    /// A channel meets those of its own group alone: `fan_in = channels_in / groups * field` and
    /// `fan_out = channels_out / groups * field`, as in burn. PyTorch's fan-out counts all channels
    /// out; [`TensorSpec::with_fans`] can set that.
    ///
    /// # Errors
    /// [`SpecError::Groups`] where a number of channels is no multiple of `groups`, or `groups` is
    /// 0.
    pub fn grouped_conv(
        channels: [usize; 2],
        groups: usize,
        kernel: &[usize],
    ) -> Result<Self, SpecError> {
        let [inputs, outputs] = per_group(channels, groups)?;
        let whole = TensorSpec::conv([inputs, channels[1]], kernel);
        let field: usize = kernel.iter().product();
        Ok(TensorSpec { groups, ..whole.with_fans(inputs * field, outputs * field) })
    }

    /// The weight of a transposed convolution, `[channels_in, channels_out, kernel...]`: the layout
    /// of burn and PyTorch. [`TensorSpec::kernel_first`] is Keras's, `[kernel..., out, in]`.
    ///
    /// The fans are the connections at stride 1, `channels_in * field` in and `channels_out *
    /// field` out. (burn and PyTorch have them the other way round, Keras too.)
    pub fn conv_transpose(channels: [usize; 2], kernel: &[usize]) -> Self {
        let mut spec = TensorSpec::conv(channels, kernel);
        spec.shape.swap(0, 1);
        spec.axes.swap(0, 1);
        spec
    }

    /// The weight of a transposed convolution in groups, `[channels_in, channels_out / groups,
    /// kernel...]`.
    ///
    /// # Errors
    /// As [`TensorSpec::grouped_conv`].
    pub fn grouped_conv_transpose(
        channels: [usize; 2],
        groups: usize,
        kernel: &[usize],
    ) -> Result<Self, SpecError> {
        let [inputs, outputs] = per_group(channels, groups)?;
        let field: usize = kernel.iter().product();
        let whole = TensorSpec::conv_transpose([channels[0], outputs], kernel);
        let spec = whole.with_fans(inputs * field, outputs * field);
        Ok(TensorSpec { groups, units: channels[1], ..spec })
    }

    /// The same convolution, read as one in groups: its tensor has the same shape, its fans are
    /// those of a group. Where the channels of one group were counted as all, they are as many a
    /// group.
    ///
    /// # Errors
    /// As [`TensorSpec::grouped_conv`].
    pub fn in_groups(self, groups: usize) -> Result<Self, SpecError> {
        let kernel: Vec<usize> = self.kernel().collect();
        let sizes = |axis| self.along(axis).product::<usize>();
        let (inputs, outputs) = (sizes(Axis::Input), sizes(Axis::Output));
        let is_transposed =
            self.axes.iter().find(|axis| **axis != Axis::Kernel) == Some(&Axis::Input);
        let spec = if !self.is_convolution() {
            return Err(SpecError::Groups { inputs, outputs, groups });
        } else if is_transposed {
            TensorSpec::grouped_conv_transpose([inputs, outputs * groups], groups, &kernel)
        } else {
            TensorSpec::grouped_conv([inputs * groups, outputs], groups, &kernel)
        }?;
        let TensorSpec { units, fan_in, fan_out, .. } = spec;
        Ok(TensorSpec { groups, units, fan_in, fan_out, ..self })
    }

    /// A table of `count` embeddings, `[count, size]`. A token reads one row of it, so the fan-in
    /// of a number is 1 and the fan-out is `size`. (Keras takes the fan-in for `count`, PyTorch's
    /// `init` functions for `size`; [`TensorSpec::with_fans`] can set those.)
    pub fn embedding(count: usize, size: usize) -> Self {
        let axes = vec![Axis::Token, Axis::Output];
        TensorSpec { axes, ..TensorSpec::linear(count, size).with_fans(1, size) }
    }

    /// The projection of attention's queries, keys or values, `[features, heads, head_size]`:
    /// Flax's and Keras's layout. PyTorch's is `linear(features, heads *
    /// head_size).outputs_first()`, three of which its `in_proj_weight` stacks.
    pub fn attention_input(features: usize, heads: usize, head_size: usize) -> Self {
        TensorSpec {
            shape: vec![features, heads, head_size],
            axes: vec![Axis::Input, Axis::Output, Axis::Output],
            ..TensorSpec::linear(features, heads * head_size)
        }
    }

    /// The projection of attention's result, `[heads, head_size, features]`: Flax's and Keras's
    /// layout.
    pub fn attention_output(heads: usize, head_size: usize, features: usize) -> Self {
        TensorSpec {
            shape: vec![heads, head_size, features],
            axes: vec![Axis::Input, Axis::Input, Axis::Output],
            ..TensorSpec::linear(heads * head_size, features)
        }
    }

    /// The weights of a fully connected network, first layer first: `widths` from the inputs to the
    /// outputs, `activation` between the layers and none after the last.
    ///
    /// ```
    /// use initializers::{Activation, TensorSpec};
    ///
    /// let weights = TensorSpec::network(&[784, 256, 128, 10], Activation::Relu);
    /// assert_eq!(weights.iter().map(TensorSpec::len).sum::<usize>(), 234_752);
    /// let last = TensorSpec::linear(128, 10)
    ///     .at_layer(2, 3)
    ///     .with_input_activation(Activation::Relu)
    ///     .with_activation(Activation::Linear);
    /// assert_eq!(weights[2], last);
    /// ```
    pub fn network(widths: &[usize], activation: Activation) -> Vec<Self> {
        let count = widths.len().saturating_sub(1);
        let weight = |(index, fans): (usize, &[usize])| {
            TensorSpec::linear(fans[0], fans[1]).in_chain(index, count, activation)
        };
        widths.windows(2).enumerate().map(weight).collect()
    }

    /// The same tensor with its axes in reverse order: for a fully connected layer `[fan_out,
    /// fan_in]`, PyTorch's layout.
    pub fn outputs_first(mut self) -> Self {
        self.shape.reverse();
        self.axes.reverse();
        self
    }

    /// The same tensor with its kernel's axes first and the other two swapped: of a convolution
    /// `[kernel..., in, out]`, of a transposed one `[kernel..., out, in]`, as JAX and Keras have
    /// it.
    pub fn kernel_first(mut self) -> Self {
        let channels = self.axes.iter().filter(|axis| **axis != Axis::Kernel).count();
        self.shape[..channels].reverse();
        self.shape.rotate_left(channels);
        self.axes[..channels].reverse();
        self.axes.rotate_left(channels);
        self
    }
}

fn per_group([inputs, outputs]: [usize; 2], groups: usize) -> Result<[usize; 2], SpecError> {
    if groups == 0 || inputs % groups != 0 || outputs % groups != 0 {
        return Err(SpecError::Groups { inputs, outputs, groups });
    }
    Ok([inputs / groups, outputs / groups])
}
