//! Carries out runs: data on the device, burn's learner, the optimizer, step losses, checkpoints, interruption, many
//! runs side by side.
//!
//! [`execute`] takes the runs of a plan and leaves a record of each; [`replay`] repeats a recorded one. What happens meanwhile goes to an [`Observer`].

mod adam;
mod backend;
mod checkpoint;
mod classifier;
mod data;
mod desk;
mod execute;
mod learner;
mod observer;
mod optimizer;
mod order;
mod provenance;
mod quiet;
mod rates;
mod replay;
mod run;
mod stack;
mod strategy;
mod weights;

pub use backend::{BackendError, open_device};
pub use execute::{Options, Outcome, RunError, RunReport, Summary, execute};
pub use observer::{Observer, Silent};
pub use replay::{Replay, StepPair, TensorDifference, replay};
