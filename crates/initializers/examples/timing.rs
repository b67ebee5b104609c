//! Times single draws on one thread: `cargo run -p initializers --example timing [SIDE]`.

use std::time::Instant;

use initializers::{
    Initializer, Stream, TensorSpec, normal, orthogonal, truncated_normal, uniform,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let side = std::env::args().nth(1).map_or(Ok(4096), |side| side.parse())?;
    let spec = TensorSpec::linear(side, side);
    let mut numbers = vec![0f32; spec.len()];
    let kinds: [(&str, Initializer); 4] = [
        ("uniform", uniform(-0.1, 0.1)?),
        ("normal", normal(0.0, 0.1)?),
        ("truncated_normal", truncated_normal(0.1)?),
        ("orthogonal", orthogonal()),
    ];
    for (name, init) in kinds {
        let repeats = if name == "orthogonal" { 1 } else { 5 };
        let seconds = (0..repeats).map(|_| {
            let start = Instant::now();
            let drawn = init.draw_into(&spec, &mut Stream::named(0, "timing"), &mut numbers);
            drawn.map(|()| start.elapsed().as_secs_f64())
        });
        let seconds = seconds.collect::<Result<Vec<_>, _>>()?;
        let best = seconds.into_iter().fold(f64::INFINITY, f64::min);
        println!("{name:18} {side} x {side}  {best:.3} s");
    }
    Ok(())
}
