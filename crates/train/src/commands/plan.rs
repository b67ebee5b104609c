//! `train plan`: what would run, resolved; nothing is trained.

use experiment::{Arm, load};
use serde_json::json;

use crate::args::{Format, PlanArgs};
use crate::exit::Done;

/// Prints the settings of each arm and the runs, with their ids and whether their records are there.
pub(crate) fn plan(args: &PlanArgs) -> Done {
    let plan = load(&args.config.files, &args.config.overrides())?;
    let runs = plan.runs();
    let status = |spec: &experiment::RunSpec| match record::read_record(&spec.directory(&args.out)) {
        Ok(record) if record.id == spec.id() => record.status.to_string(),
        Ok(_) => "other settings".to_owned(),
        Err(_) => "to run".to_owned(),
    };
    if args.format == Format::Json {
        let runs: Vec<_> = runs
            .iter()
            .map(|spec| {
                let settings: serde_json::Map<_, _> =
                    spec.settings.entries().into_iter().map(|(name, value)| (name, json!(value))).collect();
                json!({
                    "experiment": spec.experiment, "arm": spec.arm, "seed": spec.seed, "id": spec.id(),
                    "directory": spec.directory(&args.out), "status": status(spec), "settings": settings,
                })
            })
            .collect();
        anstream::println!("{:#}", json!(runs));
        return Ok(());
    }
    for experiment in &plan.experiments {
        let seeds = experiment.seeds.len();
        let total = experiment.arms.len() * seeds;
        anstream::println!(
            "{}: {} ({}, {})",
            experiment.name,
            experiment.title,
            count(total, "run"),
            count(seeds, "seed")
        );
        let base = &experiment.arms[0].settings.entries();
        for (place, Arm { name: arm, settings, .. }) in experiment.arms.iter().enumerate() {
            let steps = settings.training_images().map(|images| format!(", {}", count(settings.steps(images), "step")));
            anstream::println!("\n  {arm}{}", steps.unwrap_or_default());
            // The first arm in full; of the others, what differs from it.
            for (name, value) in settings.entries() {
                if place == 0 || !base.contains(&(name.clone(), value.clone())) {
                    anstream::println!("    {name} = {value}");
                }
            }
        }
        anstream::println!();
    }
    for spec in &runs {
        anstream::println!("{}  {:<14}  {}", spec.id(), status(spec), spec.directory(&args.out).display());
    }
    Ok(())
}

fn count(n: impl TryInto<u64>, what: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
