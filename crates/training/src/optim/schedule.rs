//! The learning rate of every parameter at every step.

use burn::module::ParamGroup;
use burn::optim::lr_scheduler::module_lr_scheduler::{ModuleLrScheduler, ModuleLrSchedulerConfig};
use experiment::RunSpec;

use super::layer_rates::rate_factors;
use super::rate_plan::RatePlan;
use super::run_rates::rates_of_runs;

/// The schedule of runs that train as one, for `steps` steps: one learning rate for all parameters,
/// or separate ones for some layers. If the runs have rates of their own, the optimizer applies
/// them, and the schedule is 1.
///
/// # Errors
/// burn refuses the settings.
pub(crate) fn schedule(runs: &[&RunSpec], steps: u64) -> Result<ModuleLrScheduler, String> {
    let settings = &runs[0].settings;
    let rate = match rates_of_runs(runs) {
        Some(_) => 1.0,
        None => settings.optimizer.learning_rate,
    };
    let plan = |factor: f64| RatePlan::new(&settings.optimizer, rate * factor, steps);
    let factors = rate_factors(settings)?;
    let plans = || std::iter::once(1.0).chain(factors.iter().map(|(_, factor)| *factor)).map(plan);
    if plans().any(|plan| plan.needs_own_scheduler()) {
        let base = ModuleLrScheduler::new(plan(1.0));
        return Ok(factors.into_iter().fold(base, |schedule, (path, factor)| {
            schedule.with_group(ParamGroup::from_path(path), plan(factor))
        }));
    }
    let base = ModuleLrSchedulerConfig::new(plan(1.0).for_burn());
    let with_groups = factors.into_iter().fold(base, |schedule, (path, factor)| {
        schedule.with_group(ParamGroup::from_path(path), plan(factor).for_burn())
    });
    with_groups.init()
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use experiment::{Overrides, load};

    use super::*;

    fn run(text: &str) -> RunSpec {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, text).unwrap();
        load(&[file], &Overrides::default()).unwrap().runs().remove(0)
    }

    /// The learning rates of the three weights and of the second bias, step after step.
    fn rates_of(text: &str, steps: u64) -> Vec<[f64; 4]> {
        let mut schedule = schedule(&[&run(text)], steps).unwrap();
        let mut step = || {
            let rates = schedule.step();
            let rate = |path: &str| {
                rates.lr_from_param(ParamId::new(), Some(&format!("network.layers.{path}")))
            };
            ["0.weight", "1.weight", "2.weight", "1.bias"].map(rate)
        };
        (0..steps).map(|_| step()).collect()
    }

    #[test]
    fn one_rate_applies_to_all_parameters() {
        assert_eq!(rates_of("", 2), [[0.001; 4]; 2]);
    }

    #[test]
    fn mups_rates_of_weights_shrink_with_width_under_any_schedule() {
        let text = "[optimizer]\nlearning_rate = 0.01\nmup_base_width = 64\n";
        assert_eq!(rates_of(text, 1), [[0.01, 0.0025, 0.005, 0.01]]);
        let rates = rates_of(&format!("{text}schedule = {{ kind = \"linear\", end = 0.5 }}"), 3);
        for (rate, expected) in rates[2].iter().zip([0.005, 0.00125, 0.0025, 0.005]) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
    }

    fn factors_of(schedule: &str, steps: u64) -> Vec<f64> {
        let text = format!("[optimizer]\nlearning_rate = 2.0\n{schedule}");
        rates_of(&text, steps).into_iter().map(|rates| rates[0] / 2.0).collect()
    }

    fn assert_close(factors: &[f64], expected: &[f64]) {
        assert_eq!(factors.len(), expected.len());
        for (factor, expected) in factors.iter().zip(expected) {
            assert!((factor - expected).abs() < 1e-9, "{factors:?}");
        }
    }

    #[test]
    fn rates_above_1_follow_every_schedule() {
        let linear = factors_of("schedule = { kind = \"linear\", end = 0.5 }", 3);
        assert_close(&linear, &[1.0, 0.75, 0.5]);
        assert_close(&factors_of("schedule = \"cosine\"", 3), &[1.0, 0.5, 0.0]);
        let exponential = "schedule = { kind = \"exponential\", gamma = 0.5 }";
        assert_close(&factors_of(exponential, 3), &[1.0, 0.5, 0.25]);
    }

    #[test]
    fn steps_and_milestones_multiply_the_rate() {
        let step = "schedule = { kind = \"step\", every = 2, gamma = 0.1 }";
        assert_close(&factors_of(step, 5), &[1.0, 1.0, 0.1, 0.1, 0.01]);
        let multistep = "schedule = { kind = \"multistep\", milestones = [1, 3], gamma = 0.5 }";
        assert_close(&factors_of(multistep, 4), &[1.0, 0.5, 0.5, 0.25]);
    }

    #[test]
    fn a_warmup_rises_in_equal_steps_and_the_schedule_follows() {
        let warmup = "warmup = 2\nschedule = \"linear\"";
        assert_close(&factors_of(warmup, 5), &[0.5, 1.0, 1.0, 0.5, 0.0]);
    }

    #[test]
    fn phases_follow_each_other_and_the_last_one_ends_with_the_run() {
        let phases = "schedule = { kind = \"phases\", phases = [\
            { steps = 2, start = 0.0, end = 1.0 }, { steps = 1 }, \
            { shape = \"cosine\", end = 0.0 }] }";
        assert_close(&factors_of(phases, 6), &[0.0, 0.5, 1.0, 1.0, 0.5, 0.0]);
        let ended = "schedule = { kind = \"phases\", phases = [{ steps = 2, end = 0.5 }] }";
        assert_close(&factors_of(ended, 4), &[1.0, 0.75, 0.5, 0.5]);
    }

    #[test]
    fn mup_as_a_parametrization_has_the_rates_of_its_table() {
        let model = "model = { hidden = [64, 64], parametrization = \"mup\", base_width = 16 }\n";
        let adam = format!("{model}optimizer.learning_rate = 0.01\n");
        assert_eq!(rates_of(&adam, 1), [[0.01, 0.0025, 0.01, 0.01]]);
        let sgd = format!("{model}optimizer = {{ kind = \"sgd\", learning_rate = 0.01 }}\n");
        assert_eq!(rates_of(&sgd, 1), [[0.04, 0.01, 0.04, 0.04]]);
    }

    #[test]
    fn layers_may_have_rates_of_their_own() {
        let text = "optimizer.learning_rate = 0.01\noptimizer.layer_rates = [1.0, 0.5, 0.1]\n";
        assert_eq!(rates_of(text, 1), [[0.01, 0.005, 0.001, 0.005]]);
    }
}
