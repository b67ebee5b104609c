//! `train replay RUN`: runs a recorded run again, and says whether the bits agree.

use std::io::Write;
use std::sync::Arc;

use record::{Difference, Step};
use serde_json::json;
use training::{Observer, Replay, replay as run_again};

use crate::cli::{Format, ReplayArgs};
use crate::exit::{Done, Failure, interrupt_flag};
use crate::output::progress::Progress;

/// Repeats the run and prints how it compares; a difference is a failure.
pub(crate) fn replay(args: &ReplayArgs, out: &mut dyn Write) -> Done {
    let progress = Progress::new(&[], args.quiet);
    let observer: Arc<dyn Observer> = Arc::clone(&progress) as Arc<dyn Observer>;
    let replayed = run_again(&args.run, &interrupt_flag(), &observer);
    progress.clear();
    let replayed = replayed.map_err(|error| match error.is_bad_input() {
        true => Failure::BadInput(error.to_string()),
        false => Failure::Failed(error.to_string()),
    })?;
    let Some(replay) = replayed else {
        return Err(Failure::Interrupted("interrupted; nothing was compared".into()));
    };
    match args.format {
        Format::Json => writeln!(out, "{:#}", as_json(&replay))?,
        Format::Text => print(out, &replay)?,
    }
    match replay.is_equal() {
        true => Ok(()),
        false => Err(Failure::Failed(format!(
            "{} cannot be repeated to the bit here",
            args.run.display()
        ))),
    }
}

fn print(out: &mut dyn Write, replay: &Replay) -> Done {
    let label = replay.spec.label();
    let steps = replay.equal_steps;
    if replay.is_equal() {
        return Ok(writeln!(
            out,
            "{label}: the losses of all {steps} steps and the final weights are the same to the bit"
        )?);
    }
    writeln!(out, "{label}: not the same")?;
    match replay.first_difference {
        None => writeln!(out, "  the losses of all {steps} steps are the same")?,
        Some((recorded, repeated)) => {
            let loss = |step: Option<Step>| {
                step.map_or_else(|| "no such step".to_owned(), |step| step.loss.to_string())
            };
            let (recorded, repeated) = (loss(recorded), loss(repeated));
            writeln!(
                out,
                "  step {steps} is the first that differs: {recorded} recorded, {repeated} now"
            )?;
        }
    }
    for tensor in &replay.weights {
        let (name, different, of, largest) =
            (&tensor.tensor, tensor.different, tensor.of, tensor.largest);
        writeln!(out, "  {name}: {different} of {of} numbers differ, by {largest:e} at most")?;
    }
    print_differences(out, "what has changed since", &replay.provenance)?;
    print_differences(out, "what changed while the run was interrupted", &replay.resumed)?;
    if replay.provenance.is_empty() && replay.resumed.is_empty() {
        writeln!(
            out,
            "\n  nothing in the record explains it: program, processor and data are the same"
        )?;
    }
    Ok(())
}

/// Prints what may explain different bits.
fn print_differences(out: &mut dyn Write, title: &str, differences: &[Difference]) -> Done {
    if !differences.is_empty() {
        writeln!(out, "\n  {title}:")?;
    }
    for Difference { field, before, now } in differences {
        writeln!(out, "    {field}: {before} then, {now} now")?;
    }
    Ok(())
}

fn as_json(replay: &Replay) -> serde_json::Value {
    let loss = |step: Option<Step>| step.map(|step| step.loss.to_string());
    let first = replay.first_difference.map(|(recorded, repeated)| {
        json!({
            "step": replay.equal_steps, "recorded": loss(recorded), "repeated": loss(repeated),
        })
    });
    let weights = replay.weights.iter().map(|tensor| {
        json!({
            "tensor": tensor.tensor, "different": tensor.different, "of": tensor.of,
            "largest": tensor.largest.to_string(),
        })
    });
    let weights: Vec<_> = weights.collect();
    let mut run = json!({
        "id": replay.spec.id(), "experiment": replay.spec.experiment, "arm": replay.spec.arm,
        "seed": replay.spec.seed.weights,
        "equal": replay.is_equal(), "equal_steps": replay.equal_steps,
        "first_difference": first, "weights": weights, "provenance": replay.provenance,
        "resumed": replay.resumed,
    });
    if let Some(order) = replay.spec.seed.other_order() {
        run["order_seed"] = order.into();
    }
    run
}
