//! Draws the layers of a small network and shows their standard deviations:
//! `cargo run --example layers`.

use initializers::{Activation, Stream, TensorSpec, he_normal, orthogonal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for layer in TensorSpec::network(&[784, 256, 128, 10], Activation::Relu) {
        let drawn = he_normal().draw_layer(None, &layer, 0)?;
        let theory = he_normal().std(&layer).unwrap_or_default();
        println!("{:?}: std {:.4}, theory {theory:.4}", layer.shape(), std(&drawn.weight));
    }

    // A convolution in four groups, in the layout of PyTorch and burn, as f64.
    let spec = TensorSpec::grouped_conv([16, 32], 4, &[3, 3])?;
    let mut weight = vec![0f64; spec.len()];
    orthogonal().draw_into(&spec, &mut Stream::named(0, "conv.weight"), &mut weight)?;
    println!("{:?}: fan-in {}, fan-out {}", spec.shape(), spec.fan_in(), spec.fan_out());

    // The second half of a large tensor alone.
    let spec = TensorSpec::linear(1000, 1000);
    let distribution = he_normal().distribution(&spec).ok_or("independent numbers")?;
    let mut stream = Stream::named(0, "shard");
    stream.seek(500_000);
    let half = distribution.draw(500_000, &mut stream)?;
    let whole = he_normal().draw(&spec, &mut Stream::named(0, "shard"))?;
    assert_eq!(half, whole[500_000..]);
    Ok(())
}

fn std(numbers: &[f32]) -> f64 {
    let square = numbers.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    (square / numbers.len() as f64).sqrt()
}
