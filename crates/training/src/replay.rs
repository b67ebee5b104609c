//! Replay: a recorded run is trained again, and every bit of its results is compared.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use experiment::{Overrides, RunSpec, load};
use record::{Difference, ReadError, Run, RunRecord, Step, read_run, read_weights};
use safetensors::SafeTensors;

use crate::data::{ImageSets, InputLayout};
use crate::error::RunError;
use crate::events::{Observer, Outcome, RunReport};
use crate::execute::{Options, execute_in_layout};

/// How a run and its repetition compare.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The run.
    pub spec: RunSpec,
    /// Steps, from the first on, that are equal to the bit.
    pub equal_steps: u64,
    /// The first step that differs; the one of the two that made fewer steps may have none.
    pub first_difference: Option<StepPair>,
    /// The tensors whose final weights differ.
    pub weights: Vec<TensorDifference>,
    /// Possible reasons: how the places differ where the run was trained and repeated.
    pub provenance: Vec<Difference>,
    /// The same for the parts of a run that was interrupted and resumed elsewhere.
    pub resumed: Vec<Difference>,
}

/// A tensor whose numbers differ.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorDifference {
    /// Its name.
    pub tensor: String,
    /// Numbers in it that differ.
    pub different: usize,
    /// All its numbers.
    pub of: usize,
    /// The largest difference between two of them.
    pub largest: f32,
}

impl Replay {
    /// Whether everything is equal to the bit.
    pub fn is_equal(&self) -> bool {
        self.first_difference.is_none() && self.weights.is_empty()
    }
}

/// Trains the run in `directory` again, in a temporary folder, and compares the loss of every step
/// and the final weights. `None` if `interrupt` stopped it.
///
/// # Errors
/// The record is damaged or unfinished, or its run cannot be repeated.
pub fn replay(
    directory: &Path,
    interrupt: &Arc<AtomicBool>,
    observer: &Arc<dyn Observer>,
) -> Result<Option<Replay>, RunError> {
    let recorded =
        Finished::read(directory).map_err(|error| RunError::BadInput(error.to_string()))?;
    if !recorded.run.record.status.is_final() {
        let (path, status) = (directory.display(), recorded.run.record.status);
        return Err(RunError::BadInput(format!(
            "{path} has no result to compare with: it is {status}"
        )));
    }
    let spec = recorded_spec(directory, &recorded.run.record)?;
    // By the kernels that the record was made with, so that older records are repeated to the bit.
    let layout = InputLayout::named(recorded.run.record.provenance.kernels.as_deref());
    match repeat(&spec, layout, interrupt, observer)? {
        Some(repeated) => compare(spec, &recorded, &repeated).map(Some),
        None => Ok(None),
    }
}

/// A run as it was read: its record with the steps, and its final weights.
struct Finished {
    run: Run,
    weights: Vec<u8>,
}

impl Finished {
    fn read(directory: &Path) -> Result<Self, ReadError> {
        let run = read_run(directory)?;
        let weights = match run.record.status.is_final() {
            true => read_weights(directory, &run.record)?,
            false => Vec::new(),
        };
        Ok(Finished { run, weights })
    }
}

/// Trains a run in a temporary folder. `None` if `interrupt` stopped it.
fn repeat(
    spec: &RunSpec,
    layout: InputLayout,
    interrupt: &Arc<AtomicBool>,
    observer: &Arc<dyn Observer>,
) -> Result<Option<Finished>, RunError> {
    let out = tempfile::tempdir()
        .map_err(|error| RunError::Failed(format!("cannot make a temporary folder: {error}")))?;
    let options = Options {
        out: out.path().to_owned(),
        jobs: 1,
        stack: Some(1),
        force: false,
        interrupt: Arc::clone(interrupt),
        sets: ImageSets::default(),
    };
    let runs = std::slice::from_ref(spec);
    let report = execute_in_layout(Some(layout), runs, &options, observer).pop();
    let Some(RunReport { directory, outcome, .. }) = report else { return Ok(None) };
    match outcome? {
        Outcome::Ran(summary) if summary.status.is_final() => Finished::read(&directory)
            .map(Some)
            .map_err(|error| RunError::Failed(error.to_string())),
        _ => Ok(None),
    }
}

fn compare(spec: RunSpec, recorded: &Finished, repeated: &Finished) -> Result<Replay, RunError> {
    let (equal_steps, first_difference) = compare_steps(&recorded.run.steps, &repeated.run.steps);
    let weights = compare_weights(&recorded.weights, &repeated.weights)
        .map_err(|error| RunError::Failed(format!("the weights cannot be compared: {error}")))?;
    let past = &recorded.run.record.provenance;
    Ok(Replay {
        spec,
        equal_steps,
        first_difference,
        weights,
        provenance: past.differences(&repeated.run.record.provenance),
        resumed: past.resumed.iter().flat_map(|part| part.differences.clone()).collect(),
    })
}

/// The run that the config in `directory` describes, which is the one of `record`.
///
/// # Errors
/// It is another run for this program, or the config cannot be read.
pub(crate) fn recorded_spec(directory: &Path, record: &RunRecord) -> Result<RunSpec, RunError> {
    let config = directory.join("config.toml");
    let plan = load(std::slice::from_ref(&config), &Overrides::default()).map_err(|error| {
        // The whole text of the error has a mark of its own before each message.
        let first = error.diagnostics.first().map(|first| first.message.clone());
        let first = first.unwrap_or_default();
        RunError::BadInput(format!("{} cannot be read: {first}", config.display()))
    })?;
    match <[RunSpec; 1]>::try_from(plan.runs()) {
        Ok([spec]) if spec.id() == record.id => Ok(spec),
        // Its checksum holds, so this program reads it differently.
        _ => Err(RunError::BadInput(format!(
            "{} now describes another run than {}: this program gives its settings another meaning \
             than version {}, which wrote it",
            config.display(),
            record.id,
            record.provenance.version
        ))),
    }
}

/// A step as it was recorded, and as it was repeated.
pub type StepPair = (Option<Step>, Option<Step>);

fn compare_steps(recorded: &[Step], repeated: &[Step]) -> (u64, Option<StepPair>) {
    let same = |(a, b): &(&Step, &Step)| a.step == b.step && a.loss.to_bits() == b.loss.to_bits();
    let equal = recorded.iter().zip(repeated).take_while(same).count();
    let (a, b) = (recorded.get(equal).copied(), repeated.get(equal).copied());
    (equal as u64, (a.is_some() || b.is_some()).then_some((a, b)))
}

fn compare_weights(
    recorded: &[u8],
    repeated: &[u8],
) -> Result<Vec<TensorDifference>, safetensors::SafeTensorError> {
    if recorded == repeated {
        return Ok(Vec::new());
    }
    let (recorded, repeated) =
        (SafeTensors::deserialize(recorded)?, SafeTensors::deserialize(repeated)?);
    let mut differences = Vec::new();
    for (name, tensor) in recorded.iter() {
        let (a, b) = (tensor.data(), repeated.tensor(name)?);
        let pairs = a.chunks_exact(4).zip(b.data().chunks_exact(4)).filter(|(a, b)| a != b);
        let number = |bytes: &[u8]| bytes.try_into().map_or(f32::NAN, f32::from_le_bytes);
        let gaps: Vec<f32> = pairs.map(|(a, b)| (number(a) - number(b)).abs()).collect();
        if !gaps.is_empty() {
            let largest = gaps.iter().copied().fold(0.0, f32::max);
            let (different, of) = (gaps.len(), a.len() / 4);
            differences.push(TensorDifference { tensor: name.to_owned(), different, of, largest });
        }
    }
    differences.sort_by(|a, b| a.tensor.cmp(&b.tensor));
    Ok(differences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_that_differs_in_a_bit_is_found() {
        let steps = |losses: &[f32]| {
            (0..).zip(losses).map(|(step, &loss)| Step { step, loss }).collect::<Vec<_>>()
        };
        let recorded = steps(&[2.0, 0.0, f32::NAN]);
        assert_eq!(compare_steps(&recorded, &recorded), (3, None));
        assert_eq!(compare_steps(&recorded, &steps(&[2.0, -0.0, 1.0])).0, 1);
        assert_eq!(compare_steps(&recorded, &steps(&[2.0])), (1, Some((Some(recorded[1]), None))));
    }
}
