//! What a run leaves on disk, and nothing else: the one contract between training and reporting.
//!
//! A run directory, `runs/<experiment>/<arm>/seed-<n>/`, holds
//!
//! | file | what it is |
//! | --- | --- |
//! | `config.toml` | the resolved config: running it repeats the run |
//! | `run.json` | [`RunRecord`]: identity, status, provenance, settings, initial weights, final metrics |
//! | `steps.csv` | [`Step`]: the loss of every step |
//! | `epochs.csv` | [`Epoch`]: training and validation, once an epoch |
//! | `model.safetensors` | the final weights |
//! | `lock` | held by the process that writes the run |
//!
//! Every file appears whole or not at all: it is written under a temporary name, synced and renamed. `run.json` is
//! written last and names the SHA-256 of the others, so that a record is either whole or plainly unfinished.

mod atomic;
mod directory;
mod read;
mod run;
mod series;

pub use atomic::write_atomically;
pub use directory::{LockError, RunDirectory, RunLock};
pub use read::{ReadError, Run, find_runs, read_record, read_run};
pub use run::{FORMAT, Histogram, InitialWeights, Metrics, Provenance, RunRecord, Status};
pub use series::{Epoch, Step};
