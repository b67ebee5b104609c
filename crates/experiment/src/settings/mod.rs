//! What will run: every setting of a run, nothing left open. Each section is a file with its type
//! and the table of its fields; [`table`] says how to add a setting.

mod architecture;
mod backend;
mod data;
mod describe;
mod domain;
mod experiment_keys;
mod identity;
mod init;
mod initializer;
mod kinds;
mod lists;
mod memory;
mod model;
mod mup;
mod optimizer;
mod read;
mod record;
mod run;
mod stop;
mod table;
mod together;
mod training;
mod write;

pub use architecture::{BlockEnd, Norm, Parametrization, Position, Residual};
pub use backend::{AdapterKind, Backend, DeviceChoice};
pub use data::{Data, DataSet, Normalization, Pick, Range};
pub(crate) use describe::{Form, Group, Row, describe};
pub(crate) use domain::NumberForm;
pub(crate) use experiment_keys::{EXPERIMENT_KEYS, TOP_KEYS};
pub(crate) use identity::Identity;
pub(crate) use init::LAYER_NAMES;
pub use init::{Init, LayerInit};
pub use initializer::find_kind;
pub(crate) use initializer::read_initializer;
pub use memory::{MemoryEstimate, memory};
pub use model::Model;
pub use mup::MupFactors;
pub use optimizer::{Algorithm, Optimizer, Phase, Schedule, Shape};
pub use record::{Every, Recording};
pub use run::Settings;
pub use stop::{EarlyStop, StopMetric};

pub use training::{LastBatch, Length, Loss, RecordLoss, Training};
