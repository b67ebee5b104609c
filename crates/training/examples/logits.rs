//! Reads the weights of a record into the network, and prints its logits for the first images of
//! MNIST's test set, a line each.
//!
//!     cargo run -p training --example logits -- runs/trunc_normal/base/seed-0/model.safetensors 10

use std::error::Error;

use burn::tensor::{Device, Tensor, TensorData};
use mnist::ImageSet;
use model::init::Activation;
use model::{LayerWeights, Mlp};
use safetensors::SafeTensors;

fn main() -> Result<(), Box<dyn Error>> {
    let [path, count] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage: logits MODEL.safetensors IMAGES")?;
    let (bytes, count) = (std::fs::read(path)?, count.parse::<usize>()?);
    let layers = layers(&SafeTensors::deserialize(&bytes)?)?;
    let device = Device::flex();
    let network = Mlp::new(&[layers], Activation::Relu, &device);
    let test = ImageSet::embedded(5_000)?.test.part(0..count);
    let inputs: Vec<f32> = test.pixels().iter().map(|&byte| f32::from(byte) / 255.0).collect();
    let inputs = Tensor::<3>::from_data(
        TensorData::new(inputs, [1, count, test.pixels_per_image()]),
        &device,
    );
    let logits: Vec<f32> = network.forward(inputs).into_data().iter::<f32>().collect();
    for image in logits.chunks_exact(logits.len() / count.max(1)) {
        println!("{}", image.iter().map(f32::to_string).collect::<Vec<_>>().join(","));
    }
    Ok(())
}

/// The layers in their order.
fn layers(file: &SafeTensors<'_>) -> Result<Vec<LayerWeights>, Box<dyn Error>> {
    let numbers = |name: &str| -> Result<Vec<f32>, Box<dyn Error>> {
        let (numbers, _) = file.tensor(name)?.data().as_chunks::<4>();
        Ok(numbers.iter().copied().map(f32::from_le_bytes).collect())
    };
    let mut layers = Vec::new();
    while let Ok(weight) = file.tensor(&format!("layers.{}.weight", layers.len())) {
        let name = format!("layers.{}", layers.len());
        layers.push(LayerWeights {
            shape: weight.shape().try_into()?,
            weight: numbers(&format!("{name}.weight"))?,
            bias: numbers(&format!("{name}.bias")).ok(),
        });
    }
    Ok(layers)
}
