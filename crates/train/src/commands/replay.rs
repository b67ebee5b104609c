//! `train replay RUN`: run a recorded run again, and say whether the bits agree.

use std::sync::Arc;

use record::{Difference, Step};
use serde_json::json;
use training::{Observer, Replay, replay as run_again};

use crate::args::{Format, ReplayArgs};
use crate::exit::{Done, Failure};
use crate::progress::Progress;
use crate::signals;

/// Repeats the run and prints how it compares; a difference is a failure.
pub(crate) fn replay(args: &ReplayArgs) -> Done {
    let progress = Progress::new(&[], args.quiet);
    let observer: Arc<dyn Observer> = Arc::clone(&progress) as Arc<dyn Observer>;
    let replayed = run_again(&args.run, &signals::interrupt(), &observer);
    progress.clear();
    let replayed = replayed.map_err(|error| match error.is_bad_input() {
        true => Failure::BadInput(error.to_string()),
        false => Failure::Failed(error.to_string()),
    })?;
    let Some(replay) = replayed else {
        return Err(Failure::Interrupted("interrupted; nothing was compared".into()));
    };
    match args.format {
        Format::Json => anstream::println!("{:#}", as_json(&replay)),
        Format::Text => print(&replay),
    }
    match replay.is_equal() {
        true => Ok(()),
        false => Err(Failure::Failed(format!(
            "{} cannot be repeated to the bit here",
            args.run.display()
        ))),
    }
}

fn print(replay: &Replay) {
    let label = replay.spec.label();
    let steps = replay.equal_steps;
    if replay.is_equal() {
        anstream::println!(
            "{label}: the losses of all {steps} steps and the final weights are the same to the bit"
        );
        return;
    }
    anstream::println!("{label}: not the same");
    match replay.first_difference {
        None => anstream::println!("  the losses of all {steps} steps are the same"),
        Some((recorded, repeated)) => {
            let loss = |step: Option<Step>| {
                step.map_or_else(|| "no such step".to_owned(), |step| step.loss.to_string())
            };
            let (recorded, repeated) = (loss(recorded), loss(repeated));
            anstream::println!(
                "  step {steps} is the first that differs: {recorded} recorded, {repeated} now"
            );
        }
    }
    for tensor in &replay.weights {
        let (name, different, of, largest) =
            (&tensor.tensor, tensor.different, tensor.of, tensor.largest);
        anstream::println!("  {name}: {different} of {of} numbers differ, by {largest:e} at most");
    }
    let explained = explain("what is not as it was", &replay.provenance)
        | explain("what changed while the run was interrupted", &replay.resumed);
    if !explained {
        anstream::println!(
            "\n  nothing that the record tells of explains it: program, processor and data are the same"
        );
    }
}

/// Prints what may be why, and whether there is anything.
fn explain(title: &str, differences: &[Difference]) -> bool {
    if !differences.is_empty() {
        anstream::println!("\n  {title}:");
    }
    for Difference { field, before, now } in differences {
        anstream::println!("    {field}: {before} then, {now} now");
    }
    !differences.is_empty()
}

fn as_json(replay: &Replay) -> serde_json::Value {
    let loss = |step: Option<Step>| step.map(|step| step.loss.to_string());
    let first = replay.first_difference.map(|(recorded, repeated)| {
        json!({ "step": replay.equal_steps, "recorded": loss(recorded), "repeated": loss(repeated) })
    });
    let weights: Vec<_> = replay
        .weights
        .iter()
        .map(|tensor| {
            let largest = tensor.largest.to_string();
            json!({ "tensor": tensor.tensor, "different": tensor.different, "of": tensor.of, "largest": largest })
        })
        .collect();
    json!({
        "id": replay.spec.id(), "experiment": replay.spec.experiment, "arm": replay.spec.arm, "seed": replay.spec.seed,
        "equal": replay.is_equal(), "equal_steps": replay.equal_steps, "first_difference": first, "weights": weights,
        "provenance": replay.provenance, "resumed": replay.resumed,
    })
}
