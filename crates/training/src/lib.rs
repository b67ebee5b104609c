//! Carries out runs: data on the device, burn's learner, the optimizer, the losses of steps,
//! checkpoints, interruption, and many runs side by side.
//!
//! [`execute`] takes the runs of a plan and leaves a record of each; [`replay`] repeats a recorded
//! run. An [`Observer`] is told what happens meanwhile.
//!
//! | module | responsibility |
//! | --- | --- |
//! | `execute` | a plan's runs: which train as one, which worker takes them, who holds them |
//! | `preflight` | what can be checked of a plan before anything is written |
//! | `run` | one run: prepare, train, record |
//! | `burn_glue` | what burn's traits ask for: learner, checkpointer, renderer |
//! | `optim` | the optimizer and its learning rates |
//! | `data` | images on the device, their order, their batches |
//! | `start` | what runs start from, without training them |
//! | `dissect` | what a trained run learned where, from its record |
//! | `backend` | backends and devices by name |

mod backend;
mod burn_glue;
mod data;
mod dissect;
mod error;
mod events;
mod execute;
mod optim;
mod preflight;
mod replay;
mod run;
mod start;

pub use backend::{Adapter, adapters, open_device};
pub use data::ImageSets;
pub use dissect::{Connection, DissectedLayer, Dissection, LinePoint, Score, connect, dissect};
pub use error::{BackendError, RunError};
pub use events::{NoopObserver, Observer, Outcome, RunReport, Summary};
pub use execute::{Options, execute};
pub use preflight::{Preflight, Refusal, has_result, preflight};
pub use replay::{Replay, StepPair, TensorDifference, replay};
pub use run::cpu;
pub use start::Starts;
