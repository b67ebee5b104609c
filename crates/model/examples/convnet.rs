//! Initializers on a network that is not ours: two convolutions and two fully connected layers,
//! each with the start that suits it.
//!
//!     cargo run -p model --example convnet

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, activation::relu};
use model::fill_module_with;
use model::init::{Activation, catalog};

#[derive(Module, Debug)]
struct ConvNet {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: AdaptiveAvgPool2d,
    hidden: Linear,
    output: Linear,
}

impl ConvNet {
    fn new(device: &Device) -> Self {
        ConvNet {
            conv1: Conv2dConfig::new([1, 8], [5, 5]).init(device),
            conv2: Conv2dConfig::new([8, 16], [3, 3]).init(device),
            pool: AdaptiveAvgPool2dConfig::new([4, 4]).init(),
            hidden: LinearConfig::new(256, 64).init(device),
            output: LinearConfig::new(64, 10).init(device),
        }
    }

    fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x = relu(self.conv1.forward(images));
        let x = relu(self.conv2.forward(x));
        let x = self.pool.forward(x).flatten(1, 3);
        self.output.forward(relu(self.hidden.forward(x)))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let build = |name| {
        catalog::find(name)
            .ok_or("in the table")?
            .build(&[])
            .map_err(Box::<dyn std::error::Error>::from)
    };
    let (he, orthogonal, zeros) = (build("he_normal")?, build("orthogonal")?, build("zeros")?);

    println!(
        "{:14}  {:16}  {:>6}  {:>7}  {:13}  {:>6}",
        "parameter", "shape", "fan-in", "fan-out", "initializer", "std"
    );
    let network =
        fill_module_with(ConvNet::new(&Device::flex()), Activation::Relu, 0, |path, spec| {
            let init = match path {
                _ if spec.is_bias() => &zeros,
                "output.weight" => &orthogonal,
                _ => &he,
            };
            let (shape, std) = (format!("{:?}", spec.shape()), init.std(spec).unwrap_or_default());
            let (fan_in, fan_out, kind) = (spec.fan_in(), spec.fan_out(), init.kind().name);
            println!("{path:14}  {shape:16}  {fan_in:>6}  {fan_out:>7}  {kind:13}  {std:.4}");
            Some(init.clone())
        })?;

    let logits = network.forward(Tensor::ones([4, 1, 28, 28], &Device::flex()));
    println!("\nlogits of four white images: {:?}", logits.dims());
    Ok(())
}
