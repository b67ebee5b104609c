//! Learning rates as a function of the step, with burn's schedulers where it has them.

use std::f64::consts::PI;

use burn::optim::LearningRate;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::optim::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::optim::lr_scheduler::{LrScheduler, LrSchedulerConfig, LrSchedulerRecord};
use experiment::{Optimizer, Phase, Schedule, Shape};

/// Learning rates as a function of the step.
#[derive(Debug, Clone)]
pub(super) struct RatePlan {
    rate: f64,
    schedule: Schedule,
    /// Steps in which the rate rises to `rate`; the schedule follows.
    warmup: u64,
    steps: u64,
    /// The next step.
    step: u64,
}

impl RatePlan {
    pub(super) fn new(optimizer: &Optimizer, rate: f64, steps: u64) -> Self {
        let Optimizer { schedule, warmup, .. } = optimizer;
        RatePlan { rate, schedule: schedule.clone(), warmup: *warmup, steps, step: 0 }
    }

    /// Whether burn has no such schedule, or not for this rate.
    pub(super) fn needs_own_scheduler(&self) -> bool {
        use Schedule::{Constant, Cosine, Exponential, Linear};
        let burn_has_it =
            matches!(self.schedule, Constant | Linear { .. } | Cosine { .. } | Exponential { .. });
        let takes_rate = self.schedule == Constant || self.rate <= 1.0;
        self.warmup > 0 || !burn_has_it || !takes_rate
    }

    /// Steps between the first rate of the schedule and the last.
    fn intervals(&self) -> u64 {
        self.steps.saturating_sub(self.warmup).saturating_sub(1).max(1)
    }

    /// burn's schedule.
    pub(super) fn for_burn(&self) -> LrSchedulerConfig {
        let (rate, intervals) = (self.rate, self.intervals() as usize);
        match self.schedule {
            Schedule::Linear { end } => {
                let last = (rate * end).max(f64::MIN_POSITIVE);
                LinearLrSchedulerConfig::new(rate, last, intervals).into()
            }
            Schedule::Cosine { end } => CosineAnnealingLrSchedulerConfig::new(rate, intervals)
                .with_min_lr(rate * end)
                .into(),
            Schedule::Exponential { gamma } => {
                ExponentialLrSchedulerConfig::new(rate, gamma).into()
            }
            _ => rate.into(),
        }
    }

    /// The rate at `step` over the rate of the settings.
    fn factor(&self, step: u64) -> f64 {
        if step < self.warmup {
            return (step + 1) as f64 / self.warmup as f64;
        }
        let step = step - self.warmup;
        let part = step as f64 / self.intervals() as f64;
        match &self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Linear { end } => 1.0 + (end - 1.0) * part,
            Schedule::Cosine { end } => cosine(1.0, *end, part),
            Schedule::Exponential { gamma } => gamma.powf(step as f64),
            Schedule::Step { every, gamma } => gamma.powf((step / every) as f64),
            Schedule::MultiStep { milestones, gamma } => {
                let passed = milestones.iter().filter(|&&at| at as u64 <= step).count();
                gamma.powf(passed as f64)
            }
            Schedule::OneCycle { rise, start, end } => {
                one_cycle(step as f64, self.intervals() as f64, [*rise, *start, *end])
            }
            Schedule::Phases { phases } => of_phases(phases, step, self.intervals()),
        }
    }
}

/// The factor at `step` of a list of phases. A last one without a number of steps leads to the last
/// step of the run, `last`.
fn of_phases(phases: &[Phase], step: u64, last: u64) -> f64 {
    let mut first = 0;
    for phase in phases {
        let steps = phase.steps.unwrap_or(last.saturating_sub(first).max(1));
        if step < first + steps {
            let part = (step - first) as f64 / steps as f64;
            return match phase.shape {
                Shape::Linear => phase.start + (phase.end - phase.start) * part,
                Shape::Cosine => cosine(phase.start, phase.end, part),
            };
        }
        first += steps;
    }
    phases.last().map_or(1.0, |phase| phase.end)
}

/// The steps of `torch.optim.lr_scheduler.OneCycleLR`, of which `last` is the last.
fn one_cycle(step: f64, last: f64, [rise, start, end]: [f64; 3]) -> f64 {
    let top = (rise * (last + 1.0) - 1.0).max(0.0);
    if step < top {
        cosine(start, 1.0, step / top)
    } else if last > top {
        cosine(1.0, end, (step - top) / (last - top))
    } else {
        1.0
    }
}

/// From `first` to `last` along half a cosine; `part` is from 0 to 1.
fn cosine(first: f64, last: f64, part: f64) -> f64 {
    last + (first - last) * (1.0 + (PI * part).cos()) / 2.0
}

impl LrScheduler for RatePlan {
    fn step(&mut self) -> LearningRate {
        self.step += 1;
        self.rate * self.factor(self.step - 1)
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("step", self.step)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        self.step = record.scalar("step").unwrap_or(self.step);
    }
}
