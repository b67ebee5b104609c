//! What a run leaves on disk, and nothing else: the one contract between training and reporting.
//!
//! A run directory, `runs/<experiment>/<arm>/seed-<n>/`, holds
//!
//! | file | what it is |
//! | --- | --- |
//! | `config.toml` | the resolved config: running it repeats the run |
//! | `run.json` | [`RunRecord`]: identity, status, provenance, settings, final metrics |
//! | `steps.csv` | [`Step`]: the loss of every step |
//! | `epochs.csv` | [`Epoch`]: training and validation, once an epoch |
//! | `validations.csv` | [`Validation`]: between epochs, where `[record]` asks for it |
//! | `layers.safetensors` | [`LayerSeries`]: inside each layer, where `[record]` asks for it |
//! | `best.safetensors` | the weights after the best epoch, where `[record]` asks for them |
//! | `model.safetensors` | the final weights |
//! | `checkpoint/` | while the run is unfinished, the newest two [`Checkpoint`]s |
//! | `lock` | held by the process that writes the run |
//!
//! Above the runs, `runs/<experiment>/.plan.json` is the [`GivenCommand`] that they come from.
//!
//! Every file appears whole or not at all: it is written under a temporary name, synced and
//! renamed. `run.json` is written last, names the SHA-256 of the others and carries one of itself,
//! so that a record is either whole or plainly unfinished, and a damaged one is told from both.
//! `docs/record.md` describes every file and field.

mod atomic;
mod checkpoint;
mod checksum;
mod directory;
mod given_command;
mod json_number;
mod layers;
mod lock;
mod read;
mod run;
mod run_header;
mod run_state;
mod series;
mod superseded;
#[cfg(test)]
mod testing;

pub use atomic::write_atomically;
pub use checkpoint::{CHECKPOINT_FORMAT, Checkpoint, read_checkpoint};
pub use checksum::checksum;
pub use directory::{BEST_WEIGHTS, LAYERS, RunDirectory, VALIDATIONS};
pub use given_command::GivenCommand;
pub use json_number::json_number;
pub use layers::{LayerQuantity, LayerRow, LayerSeries};
pub use lock::{LockError, RunLock};
pub use read::{
    ReadError, Run, find_runs, read_best_weights, read_layers, read_record, read_run, read_series,
    read_validations, read_weights, read_whole_record,
};
pub use run::{
    AxisValue, Difference, FORMAT, Histogram, InitialWeights, Metrics, Provenance, Resumption,
    RunRecord, Scale, Status, SweepPoint,
};
pub use run_header::{RunHeader, read_header};
pub use run_state::{LastSeen, RunState, run_folders, run_state, run_states};
pub use series::{Epoch, Step, Validation};
pub use superseded::{count_superseded, find_superseded, superseded_path};
