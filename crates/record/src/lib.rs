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
//! | `checkpoint/` | while the run is unfinished, the newest two [`Checkpoint`]s |
//! | `lock` | held by the process that writes the run |
//!
//! Above the runs, `runs/<experiment>/.plan.json` is the [`TypedPlan`] that they come from.
//!
//! Every file appears whole or not at all: it is written under a temporary name, synced and renamed. `run.json` is
//! written last, names the SHA-256 of the others and carries one of itself, so that a record is either whole or plainly
//! unfinished, and a damaged one is told from both. `docs/record.md` describes every file and field.

mod atomic;
mod checkpoint;
mod checksum;
mod directory;
mod lock;
mod read;
mod run;
mod series;
mod status;
mod typed;

pub use atomic::write_atomically;
pub use checkpoint::{CHECKPOINT_FORMAT, Checkpoint, read_checkpoint};
pub use checksum::checksum;
pub use directory::RunDirectory;
pub use lock::{LockError, RunLock};
pub use read::{ReadError, Run, find_runs, read_record, read_run, read_series, read_weights};
pub use run::{
    AxisValue, Difference, FORMAT, Histogram, InitialWeights, Metrics, Provenance, Resumption,
    RunRecord, Scale, Status, SweepPoint,
};
pub use series::{Epoch, Step};
pub use status::{Head, Standing, Whereabouts, read_head, run_folders, standing, standings};
pub use typed::TypedPlan;
