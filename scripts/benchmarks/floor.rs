//! Prints how many floating point operations a second one core makes at most: 32-bit multiply-adds
//! on registers alone.
//!
//!     rustc -O -C target-cpu=native floor.rs

use std::hint::black_box;
use std::time::Instant;

/// A register of the widest kind that f32 is used with here.
const LANES: usize = if cfg!(target_feature = "avx512f") { 16 } else { 8 };
/// Sums that do not wait for each other: more than the latency of a multiply-add times how many
/// begin in a cycle.
const SUMS: usize = 12;
const ROUNDS: usize = 1_000_000;

fn multiply_add(sums: &mut [[f32; LANES]; SUMS], factor: [f32; LANES], term: [f32; LANES]) {
    let mut registers = *sums;
    for _ in 0..ROUNDS {
        for sum in &mut registers {
            for lane in 0..LANES {
                sum[lane] = sum[lane].mul_add(factor[lane], term[lane]);
            }
        }
    }
    *sums = registers;
}

fn main() {
    let fastest = (0..30)
        .map(|_| {
            let mut sums = black_box([[1.0; LANES]; SUMS]);
            let started = Instant::now();
            multiply_add(&mut sums, black_box([0.5; LANES]), black_box([0.25; LANES]));
            black_box(sums);
            started.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    println!("{}", (2 * LANES * SUMS * ROUNDS) as f64 / fastest);
}
