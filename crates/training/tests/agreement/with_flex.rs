//! How far a backend agrees with flex on the same config and seeds, on real MNIST.

use experiment::{Overrides, load};
use record::{Run, read_run, read_weights};
use report::statistics::paired_difference;
use safetensors::SafeTensors;

use crate::common::{Lab, finish};

/// The runs of a config on a backend.
fn run(lab: &Lab, backend: &str, settings: &str) -> Vec<Run> {
    let file = lab.out(&format!("{backend}.toml"));
    std::fs::write(&file, format!("backend = {backend:?}\n{settings}\n")).unwrap();
    let specs =
        load(&[file], &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}")).runs();
    finish(&specs, &lab.out("runs"), 2)
        .into_iter()
        .map(|report| read_run(&report.directory).unwrap())
        .collect()
}

/// After a step that is too small to move them, the weights are those that the device was given.
pub(crate) fn assert_starts_from_the_same_bits(backend: &str) {
    let lab = Lab::new();
    let still = "optimizer = { kind = \"sgd\", learning_rate = 1e-30 }\ntraining.max_steps = 1";
    let [flex, other] = ["flex", backend].map(|backend| run(&lab, backend, still).remove(0));
    let [a, b] = [&flex, &other].map(|run| read_weights(&run.directory, &run.record).unwrap());
    let (a, b) = (SafeTensors::deserialize(&a).unwrap(), SafeTensors::deserialize(&b).unwrap());
    for layer in 0..3 {
        let name = format!("layers.{layer}.weight");
        let (a, b) = (a.tensor(&name).unwrap(), b.tensor(&name).unwrap());
        assert!(a.shape() == b.shape() && a.data() == b.data(), "{name} differs");
    }
    assert_eq!(flex.record.initial_weights, other.record.initial_weights);
}

/// Each of the first losses is within a relative 1e-4. Where a backend trains runs as one, these
/// two are.
pub(crate) fn assert_first_losses_agree(backend: &str) {
    let lab = Lab::new();
    let [flex, other] =
        ["flex", backend].map(|backend| run(&lab, backend, "seeds = 2\ntraining.max_steps = 50"));
    for (flex, other) in flex.iter().zip(&other) {
        assert_eq!((flex.steps.len(), other.steps.len()), (50, 50));
        for (a, b) in flex.steps.iter().zip(&other.steps) {
            assert!((a.loss - b.loss).abs() <= 1e-4 * a.loss.abs(), "{a:?} {b:?}");
        }
    }
}

/// Over five seeds, the mean difference in accuracy on the test images lies within half a point,
/// with 95 % confidence.
pub(crate) fn assert_accuracies_agree(backend: &str, steps: u32) {
    let lab = Lab::new();
    let settings = format!("seeds = 5\ntraining.max_steps = {steps}");
    let [flex, other] = ["flex", backend].map(|backend| {
        let runs = run(&lab, backend, &settings);
        runs.into_iter().map(|run| run.record.metrics.unwrap().test_accuracy).collect::<Vec<_>>()
    });
    assert!(flex.iter().all(|&accuracy| accuracy > 0.8), "{flex:?}");
    let differences: Vec<f64> = flex.iter().zip(&other).map(|(a, b)| a - b).collect();
    let interval = paired_difference(&differences).unwrap().interval.unwrap();
    assert!(interval.low > -0.005 && interval.high < 0.005, "{interval:?} of {differences:?}");
}
