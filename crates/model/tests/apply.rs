//! Initializers on burn's own layers and on modules of them.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use burn::module::{Module, Param};
use burn::nn::conv::{
    Conv1dConfig, Conv2d, Conv2dConfig, Conv3dConfig, ConvTranspose2d, ConvTranspose2dConfig,
    DeformConv2dConfig,
};
use burn::nn::{
    Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, LinearLayout,
};
use burn::tensor::{Device, Tensor};
use model::init::{
    Activation, Axis, Initializer, Stream, TensorSpec, catalog, identity, normal, ones, zeros,
};
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
    let fans = |layer: TensorSpec| (layer.fan_in(), layer.fan_out(), layer.shape().to_vec());
    let conv = Conv1dConfig::new(4, 6, 3).init(&device);
    assert_eq!(fans(conv.spec().unwrap()), (12, 18, vec![6, 4, 3]));
    let conv = Conv2dConfig::new([4, 6], [3, 5]).with_groups(2).init(&device);
    assert_eq!(fans(conv.spec().unwrap()), (30, 45, vec![6, 2, 3, 5]));
    let conv = Conv3dConfig::new([2, 4], [3, 3, 3]).init(&device);
    assert_eq!(fans(conv.spec().unwrap()), (54, 108, vec![4, 2, 3, 3, 3]));
    let conv = DeformConv2dConfig::new([4, 6], [3, 3]).with_weight_groups(2).init(&device);
    assert_eq!(fans(conv.spec().unwrap()), (18, 27, vec![6, 2, 3, 3]));
    let conv = ConvTranspose2dConfig::new([4, 6], [3, 5]).with_groups(2).init(&device);
    assert_eq!(fans(conv.spec().unwrap()), (30, 45, vec![4, 3, 3, 5]));
    assert_eq!(conv.spec().unwrap().bias().shape(), [6]);
    let linear = LinearConfig::new(4, 6).with_layout(LinearLayout::Col).init(&device);
    assert_eq!(fans(linear.spec().unwrap()), (4, 6, vec![4, 6]));
    assert_eq!(linear.spec().unwrap().axes(), [Axis::Input, Axis::Output]);
}

#[derive(Module, Debug)]
struct Transformer {
    tokens: Embedding,
    grouped: Conv2d,
    up: ConvTranspose2d,
}

#[test]
fn groups_and_embeddings_of_a_module_are_what_they_are() {
    let device = Device::flex();
    let module = || Transformer {
        tokens: EmbeddingConfig::new(10, 4).init(&device),
        grouped: Conv2dConfig::new([6, 6], [1, 1]).with_groups(3).init(&device),
        up: ConvTranspose2dConfig::new([6, 6], [1, 1]).with_groups(3).init(&device),
    };
    let filled = fill_module_with(module(), Activation::Relu, 0, |path, spec| match path {
        "tokens.weight" => Some(normal(0.0, 0.02).unwrap()),
        "grouped.weight" => {
            *spec = spec.clone().in_groups(3).unwrap();
            Some(identity())
        }
        "up.weight" => Some(identity()),
        _ => Some(zeros()),
    })
    .unwrap();
    assert!(numbers(&filled.tokens.weight).iter().all(|w| *w != 0.0 && w.abs() < 0.2));
    let x = Tensor::<4>::random([2, 6, 3, 3], burn::tensor::Distribution::Default, &device);
    let data = |x: &Tensor<4>| x.clone().into_data().try_to_vec::<f32>().unwrap();
    assert_eq!(data(&filled.grouped.forward(x.clone())), data(&x));
    assert_eq!(data(&filled.up.forward(x.clone())), data(&x));

    let before = module();
    let table = numbers(&before.tokens.weight);
    let after = ones().fill_module(before, Activation::Relu, 0).unwrap();
    assert_eq!(numbers(&after.tokens.weight), table, "embeddings have initializers of their own");
}

#[test]
fn a_modules_layers_are_filled_in_the_order_of_its_fields_and_nothing_else_is() {
    let mut asked = Vec::new();
    fill_module_with(block(&Device::flex()), Activation::Tanh, 0, |path, spec| {
        asked.push((
            path.to_owned(),
            spec.position().unwrap().index,
            spec.input_activation() == Activation::Linear,
            spec.is_bias(),
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
        let targets = TensorSpec::network(&widths, Activation::Relu);
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
    let mut stream = Stream::named(0, "head");
    let error =
        Initializer::Ones.fill(parameter, &TensorSpec::linear(3, 2), &mut stream).unwrap_err();
    assert_eq!(error, ApplyError::Shape { parameter: vec![2, 3], spec: vec![3, 2] });
}
