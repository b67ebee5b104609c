//! Every module of burn that has parameters: which of them an initializer reaches.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use burn::module::{Module, ModuleVisitor, Param};
use burn::nn::attention::{
    CrossAttention, CrossAttentionConfig, MultiHeadAttention, MultiHeadAttentionConfig,
};
use burn::nn::conv::*;
use burn::nn::transformer::*;
use burn::nn::*;
use burn::tensor::{Device, Tensor};
use model::fill_module_with;
use model::init::{Activation, ones};

macro_rules! modules {
    ($($name:ident: $module:ident = $config:expr,)*) => {
        #[derive(Module, Debug)]
        struct All { $($name: $module,)* }

        fn all(device: &Device) -> All {
            All { $($name: $config.init(device),)* }
        }
    };
}

modules! {
    linear: Linear = LinearConfig::new(2, 3),
    embedding: Embedding = EmbeddingConfig::new(5, 3),
    conv1d: Conv1d = Conv1dConfig::new(2, 3, 3),
    conv2d: Conv2d = Conv2dConfig::new([2, 3], [3, 3]),
    conv3d: Conv3d = Conv3dConfig::new([2, 3], [3, 3, 3]),
    deform: DeformConv2d = DeformConv2dConfig::new([2, 3], [3, 3]),
    up1d: ConvTranspose1d = ConvTranspose1dConfig::new([2, 3], 3),
    up2d: ConvTranspose2d = ConvTranspose2dConfig::new([2, 3], [3, 3]),
    up3d: ConvTranspose3d = ConvTranspose3dConfig::new([2, 3], [3, 3, 3]),
    rnn: Rnn = RnnConfig::new(2, 3, true),
    bi_rnn: BiRnn = BiRnnConfig::new(2, 3, true),
    lstm: Lstm = LstmConfig::new(2, 3, true),
    bi_lstm: BiLstm = BiLstmConfig::new(2, 3, true),
    gru: Gru = GruConfig::new(2, 3, true),
    bi_gru: BiGru = BiGruConfig::new(2, 3, true),
    attention: MultiHeadAttention = MultiHeadAttentionConfig::new(4, 2),
    cross: CrossAttention = CrossAttentionConfig::new(4, 6, 2, 1, 2),
    encoder: TransformerEncoder = TransformerEncoderConfig::new(4, 8, 2, 2),
    decoder: TransformerDecoder = TransformerDecoderConfig::new(4, 8, 2, 2),
    forward: PositionWiseFeedForward = PositionWiseFeedForwardConfig::new(4, 8),
    swiglu: SwiGlu = SwiGluConfig::new(2, 3).with_bias(true),
    prelu: PRelu = PReluConfig::new(),
    batch: BatchNorm = BatchNormConfig::new(3),
    layer: LayerNorm = LayerNormConfig::new(3),
    group: GroupNorm = GroupNormConfig::new(1, 3),
    instance: InstanceNorm = InstanceNormConfig::new(3),
    rms: RmsNorm = RmsNormConfig::new(3),
}

/// The paths and the numbers of a module's parameters.
#[derive(Default)]
struct Parameters {
    path: Vec<String>,
    found: Vec<(String, Vec<f32>)>,
}

impl ModuleVisitor for Parameters {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let numbers = parameter.val().into_data().try_to_vec().unwrap();
        self.found.push((self.path.join("."), numbers));
    }
}

fn parameters(module: &All) -> Vec<(String, Vec<f32>)> {
    let mut parameters = Parameters::default();
    module.visit(&mut parameters);
    parameters.found
}

#[test]
fn every_weight_and_bias_is_filled_and_norms_and_slopes_stay() {
    let module = all(&Device::flex());
    let before = parameters(&module);
    let mut asked = Vec::new();
    let module = fill_module_with(module, Activation::Relu, 0, |path, _| {
        asked.push(path.to_owned());
        Some(ones())
    })
    .unwrap();
    let after = parameters(&module);
    assert_eq!(before.len(), after.len());
    for ((path, before), (_, after)) in before.iter().zip(&after) {
        let name = path.rsplit('.').next().unwrap();
        match name {
            "weight" | "bias" => {
                assert!(asked.contains(path), "{path} is not asked for");
                assert!(after.iter().all(|x| *x == 1.0), "{path} is not filled");
            }
            "gamma" | "beta" | "alpha" | "running_mean" | "running_var" => {
                assert!(!asked.contains(path) && before == after, "{path} is filled");
            }
            _ => panic!("{path} is neither a weight nor a parameter of a norm or an activation"),
        }
    }
    assert_eq!(
        asked.len(),
        after.iter().filter(|(path, _)| path.ends_with("weight") || path.ends_with("bias")).count()
    );
}
