//! How the learning rate changes over a run.

use super::phases::{Phase, PhaseList};
use crate::settings::domain::{Real, Whole};
use crate::settings::kinds::kinds;
use crate::settings::lists::Indices;
use crate::settings::table::Stated;

kinds! {
    /// How the learning rate changes over a run.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Schedule {
        /// the rate does not change
        Constant = "constant"
        /// in a straight line to `end` times the rate at the last step
        Linear = "linear" {
            /// the last learning rate over the first
            end: f64 = 0.0, Real::FRACTION, Stated::Always;
        }
        /// along half a cosine to `end` times the rate at the last step (Loshchilov & Hutter 2017)
        Cosine = "cosine" {
            /// the last learning rate over the first
            end: f64 = 0.0, Real::FRACTION, Stated::Always;
        }
        /// times `gamma` each step
        Exponential = "exponential" {
            /// the factor of each step
            gamma: f64 = 1.0, Real::FACTOR, Stated::Always;
        }
        /// times `gamma` after every so many steps
        Step = "step" {
            /// steps between two changes
            every: u64 = 100, Whole::COUNT, Stated::Always;
            /// the factor of each change
            gamma: f64 = 0.7, Real::FACTOR, Stated::Always;
        }
        /// times `gamma` after each of some steps
        MultiStep = "multistep" {
            /// the steps after which the rate changes
            milestones: Vec<usize> = Vec::new(), Indices, Stated::Always;
            /// the factor of each change
            gamma: f64 = 0.1, Real::FACTOR, Stated::Always;
        }
        /// up and down along half cosines; `learning_rate` is the peak (Smith & Topin 2018)
        OneCycle = "one_cycle" {
            /// the share of the steps up to the peak
            rise: f64 = 0.3, Real::FRACTION, Stated::Always;
            /// the first rate over the peak
            start: f64 = 0.04, Real::FRACTION, Stated::Always;
            /// the last rate over the peak
            end: f64 = 4e-6, Real::FRACTION, Stated::Always;
        }
        /// one phase after another, each with its own course
        Phases = "phases" {
            /// the phases, of which the last may last to the end of the run
            phases: Vec<Phase> = vec![Phase::CONSTANT], PhaseList, Stated::Always;
        }
    }
}
