//! Which runs train as one. On a CPU every run trains alone.

use experiment::{Backend, RunSpec, Settings};
use initializers::Initializer;

use crate::backend::LARGEST_BUFFER;
use crate::data::EVALUATION_BATCH;
use crate::optim::takes_rates_of_runs;

/// Groups runs that can train as one, in stacks of at most `size` runs, in their order; gives the
/// indices of the runs.
///
/// Runs of a stack share everything but their names, their seeds, their initial weights and, for
/// most optimizers, a constant learning rate.
pub(super) fn stacks(runs: &[RunSpec], size: impl Fn(&Settings) -> usize) -> Vec<Vec<usize>> {
    let mut stacks: Vec<Vec<usize>> = Vec::new();
    // The stacks with room left, by the settings that their runs share.
    let mut open: Vec<(Settings, usize)> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let size = size(&run.settings);
        if size > 1 {
            let shared = shared_settings(&run.settings);
            if let Some((_, stack)) = open.iter().find(|(other, _)| *other == shared) {
                stacks[*stack].push(index);
                if stacks[*stack].len() >= size {
                    open.retain(|(other, _)| *other != shared);
                }
                continue;
            }
            open.push((shared, stacks.len()));
        }
        stacks.push(vec![index]);
    }
    stacks
}

/// The settings without those that may differ in a stack.
fn shared_settings(settings: &Settings) -> Settings {
    let mut shared = settings.clone();
    shared.init.layers.clear();
    shared.init.base.weight = Initializer::Zeros;
    shared.init.base.bias = Initializer::Zeros;
    shared.init.factor = 1.0;
    shared.init.permute = false;
    shared.init.from = None;
    if takes_rates_of_runs(&settings.optimizer) {
        shared.optimizer.learning_rate = 1.0;
    }
    shared
}

/// The usual size of a stack. One run keeps a CPU core busy. A GPU waits for kernel launches, so it
/// gets as many runs as fit its memory: no buffer exceeds what every adapter allocates.
pub(super) fn stack_size(settings: &Settings) -> usize {
    match settings.backend {
        Backend::Flex | Backend::NdArray => 1,
        Backend::Wgpu => {
            let widths = settings.model.widths();
            // Images of a full batch are not known yet; MNIST has no more.
            let batch = settings.training.batch_size.min(60_000);
            let weights = widths.windows(2).map(|pair| pair[0] * pair[1]).max().unwrap_or(1);
            let inputs = batch * widths[0];
            // Validation images are shared by all runs; the outputs of layers are not.
            let outputs = batch.max(EVALUATION_BATCH) * widths[1..].iter().max().unwrap_or(&1);
            (LARGEST_BUFFER / (size_of::<f32>() * weights.max(inputs).max(outputs))).max(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_on_a_gpu_is_as_large_as_the_buffers_of_every_adapter_allow() {
        let folder = tempfile::tempdir().unwrap();
        let size = |text: &str| {
            let file = folder.path().join("x.toml");
            std::fs::write(&file, text).unwrap();
            let runs = experiment::load(&[file], &experiment::Overrides::default()).unwrap().runs();
            stack_size(&runs[0].settings)
        };
        assert_eq!(size(""), 1);
        // 1,000 validation images x 256 outputs x 4 bytes.
        assert_eq!(size("backend = \"wgpu\""), 131);
        assert_eq!(size("backend = \"wgpu\"\nmodel.hidden = [65536]"), 1);
    }
}
