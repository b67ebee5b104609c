//! Initializers on burn's own layers and on modules of them.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use burn::module::{Module, Param};
use burn::nn::conv::{Conv1dConfig, Conv2d, Conv2dConfig, Conv3dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig, LinearLayout};
use burn::tensor::{Device, Tensor};
use model::init::{Activation, Initializer, Layout, Purpose, Stream, Target, catalog};
use model::{Apply, ApplyError, Layer, draw_layers, fill_module_with};

#[derive(Module, Debug)]
struct Block {
    conv: Conv2d,
    norm: LayerNorm,
    layers: Vec<Linear>,
    head: Option<Linear>,
}

fn block(device: &Device) -> Block {
    Block {
        conv: Conv2dConfig::new([3, 8], [5, 5]).init(device),
        norm: LayerNormConfig::new(8).init(device),
        layers: vec![
            LinearConfig::new(8, 6).init(device),
            LinearConfig::new(6, 6).with_bias(false).init(device),
            LinearConfig::new(6, 6).with_layout(LinearLayout::Col).init(device),
        ],
        head: Some(LinearConfig::new(6, 2).init(device)),
    }
}

fn numbers<const D: usize>(parameter: &Param<Tensor<D>>) -> Vec<f32> {
    parameter.val().into_data().try_to_vec().unwrap()
}

fn kind(name: &str) -> Initializer {
    catalog::find(name).unwrap().build(&[]).unwrap()
}

#[test]
fn fans_of_kernels_count_channels_times_receptive_field() {
    let device = Device::flex();
    let fans = |target: Target| (target.fan_in, target.fan_out, target.layout, target.shape);
    let conv = Conv1dConfig::new(4, 6, 3).init(&device);
    assert_eq!(fans(conv.target()), (12, 18, Layout::OutputsFirst, vec![6, 4, 3]));
    let conv = Conv2dConfig::new([4, 6], [3, 5]).with_groups(2).init(&device);
    assert_eq!(fans(conv.target()), (30, 45, Layout::OutputsFirst, vec![6, 2, 3, 5]));
    let conv = Conv3dConfig::new([2, 4], [3, 3, 3]).init(&device);
    assert_eq!(fans(conv.target()), (54, 108, Layout::OutputsFirst, vec![4, 2, 3, 3, 3]));
    let linear = LinearConfig::new(4, 6).with_layout(LinearLayout::Col).init(&device);
    assert_eq!(fans(linear.target()), (4, 6, Layout::InputsFirst, vec![4, 6]));
}

#[test]
fn a_modules_layers_are_filled_in_the_order_of_its_fields_and_nothing_else_is() {
    let mut asked = Vec::new();
    fill_module_with(block(&Device::flex()), Activation::Tanh, 0, |path, target| {
        asked.push((
            path.to_owned(),
            target.layer,
            target.preceding == Activation::Linear,
            target.is_vector(),
        ));
        None
    })
    .unwrap();
    let expected = [
        ("conv.weight", 0, true, false),
        ("conv.bias", 0, true, true),
        ("layers.0.weight", 1, false, false),
        ("layers.0.bias", 1, false, true),
        ("layers.1.weight", 2, false, false),
        ("layers.2.weight", 3, false, false),
        ("layers.2.bias", 3, false, true),
        ("head.weight", 4, false, false),
        ("head.bias", 4, false, true),
    ];
    assert_eq!(
        asked,
        expected.map(|(path, layer, first, vector)| (path.to_owned(), layer, first, vector))
    );

    let filled =
        Initializer::Ones.fill_module(block(&Device::flex()), Activation::Relu, 0).unwrap();
    assert!(numbers(&filled.conv.weight).iter().all(|&w| w == 1.0));
    assert!(
        numbers(filled.head.as_ref().unwrap().bias.as_ref().unwrap()).iter().all(|&b| b == 0.0)
    );
    assert_eq!(numbers(filled.norm.beta.as_ref().unwrap()), [0.0; 8]);
}

#[test]
fn a_module_gets_the_numbers_of_its_layers_wherever_they_are_drawn() {
    for init in [kind("he_normal"), kind("randomized_asymmetric"), kind("pytorch_linear")] {
        let widths = [5, 7, 3];
        let device = Device::flex();
        let layers: Vec<Linear> =
            widths.windows(2).map(|w| LinearConfig::new(w[0], w[1]).init(&device)).collect();
        let targets = Target::network(&widths, Activation::Relu);
        let drawn =
            draw_layers(&targets, |_| (init.clone(), Some(init.default_bias())), 4).unwrap();
        let one_by_one: Vec<Linear> = layers
            .clone()
            .into_iter()
            .zip(&targets)
            .map(|(layer, target)| init.fill_layer(layer, None, target, 4).unwrap())
            .collect();
        let at_once = init.fill_module(layers, Activation::Relu, 4).unwrap();
        for ((a, b), drawn) in at_once.iter().zip(&one_by_one).zip(drawn) {
            assert_eq!(numbers(&a.weight), drawn.weight);
            assert_eq!(numbers(&b.weight), drawn.weight);
            assert_eq!(Some(numbers(a.bias.as_ref().unwrap())), drawn.bias);
            assert_eq!(Some(numbers(b.bias.as_ref().unwrap())), drawn.bias);
        }
    }
}

#[test]
fn what_is_filled_stays_the_same_parameter_and_is_trained() {
    let device = Device::flex().autodiff();
    let layer = LinearConfig::new(4, 2).init(&device);
    let id = layer.weight.id;
    let layer = kind("he_normal").fill_module(layer, Activation::Relu, 0).unwrap();
    assert_eq!(layer.weight.id, id);
    let gradients = layer.forward(Tensor::<2>::ones([1, 4], &device)).sum().backward();
    assert!(layer.weight.val().grad(&gradients).is_some());
}

#[test]
fn what_has_no_meaning_is_an_error_with_its_place() {
    let error =
        kind("sparse").fill_module(block(&Device::flex()), Activation::Relu, 0).unwrap_err();
    assert!(
        error.to_string().starts_with("conv: sparse fills weights of fully connected layers"),
        "{error}"
    );
    let parameter = Param::from_tensor(Tensor::<2>::zeros([2, 3], &Device::flex()));
    let mut stream = Stream::new(0, Purpose::Weights, [0, 0]);
    let error = Initializer::Ones.fill(parameter, &Target::linear(3, 2), &mut stream).unwrap_err();
    assert_eq!(error, ApplyError::Shape { parameter: vec![2, 3], target: vec![3, 2] });
}
