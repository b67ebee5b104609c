//! What Flax's tests of `linen` layers check of their initial parameters.

use initializers::{Framework, Initializer, TensorSpec, framework_default, lecun_normal};

use crate::common::{draw, std};

/// A Dense layer's kernel is LeCun's truncated normal, its bias 0.
#[test]
fn a_dense_layer_starts_as_lecun_normal_without_bias() {
    let spec = TensorSpec::linear(400, 300).at_layer(0, 1);
    let flax = framework_default(Framework::Flax);
    let drawn = flax.draw_layer(None, &spec, 0).unwrap();
    assert_eq!(drawn, lecun_normal().draw_layer(None, &spec, 0).unwrap());
    assert_eq!(drawn.bias, [0.0; 300]);
    let numbers = draw(&flax, &spec, 0);
    assert!((std(&numbers) * 20.0 - 1.0).abs() < 0.01);
    // Two standard deviations before the correction for truncation.
    let bound = 2.0 / (20.0 * 0.87962566103423978);
    assert!(numbers.iter().all(|x| x.abs() <= bound * (1.0 + 1e-6)));
}

/// A DenseGeneral's kernel has the fans of its flattened axes.
#[test]
fn kernels_of_attention_are_drawn_as_if_they_were_flat() {
    let same = |split: &TensorSpec, flat: &TensorSpec| {
        assert_eq!((split.fan_in(), split.fan_out()), (flat.fan_in(), flat.fan_out()));
        for init in [lecun_normal(), Initializer::Orthogonal { gain: initializers::Gain::Auto }] {
            assert_eq!(draw(&init, split, 0), draw(&init, flat, 0), "{init:?}");
        }
    };
    let query = TensorSpec::attention_input(12, 4, 8);
    assert_eq!(query.shape(), [12, 4, 8]);
    same(&query, &TensorSpec::linear(12, 32));
    let out = TensorSpec::attention_output(4, 8, 12);
    assert_eq!(out.shape(), [4, 8, 12]);
    same(&out, &TensorSpec::linear(32, 12));
}

/// `[kernel..., in / groups, out]`, and a transposed one `[kernel..., out, in]`.
#[test]
fn kernels_of_convolutions_have_their_shapes_and_fans() {
    let conv = TensorSpec::grouped_conv([6, 12], 3, &[3, 5]).unwrap().kernel_first();
    assert_eq!((conv.shape(), conv.fan_in(), conv.fan_out()), (&[3, 5, 2, 12][..], 30, 60));
    let up = TensorSpec::conv_transpose([6, 12], &[3, 5]).kernel_first();
    assert_eq!((up.shape(), up.fan_in(), up.fan_out()), (&[3, 5, 12, 6][..], 90, 180));
}

/// An Embed's table has the variance `1 / features`: `variance_scaling(1, "fan_in", "normal",
/// out_axis=0)`.
#[test]
fn an_embedding_is_scaled_by_its_features() {
    let spec = TensorSpec::embedding(2000, 64).with_fans(64, 2000);
    let numbers = draw(&lecun_normal().with("truncated", false).unwrap(), &spec, 0);
    assert!((std(&numbers) * 8.0 - 1.0).abs() < 0.01);
}
