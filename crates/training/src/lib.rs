//! Carries out runs: data on the device, burn's learner, the optimizer, step losses, checkpoints, interruption, many
//! runs side by side.
//!
//! [`execute`] takes the runs of a plan and leaves a record of each; [`replay`] repeats a recorded one. What happens meanwhile goes to an [`Observer`].

mod adapter;
mod backend;
mod checkpoint;
#[cfg(any(feature = "wgpu", test))]
mod choice;
mod classifier;
mod data;
mod desk;
mod execute;
mod learner;
mod observer;
mod optimizer;
mod order;
mod packed;
mod provenance;
mod quiet;
mod rates;
mod replay;
mod run;
mod stack;
mod strategy;
mod weights;
#[cfg(feature = "wgpu")]
mod wgpu;

pub use adapter::Adapter;
pub use backend::{BackendError, adapters, open_device};
pub use execute::{Options, Outcome, RunError, RunReport, Summary, execute};
pub use observer::{Observer, Silent};
pub use provenance::cpu;
pub use replay::{Replay, StepPair, TensorDifference, replay};
