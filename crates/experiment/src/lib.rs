//! A TOML file as written, its validation and messages, and the plan that it resolves to: experiment -> arms
//! (and points of a sweep) -> seeds -> runs. Nothing here trains, and nothing but the config files is read.
//!
//! What was written is a tree of values that know where they stand (`tree`); what will run is [`Settings`], in which
//! nothing is left open. [`load`] goes from the one to the other, and whatever is wrong on the way is a [`Problem`]
//! with its file, line and column.

mod axis;
mod cost;
mod flags;
mod initializer;
mod load;
mod optimizer;
mod plan;
mod points;
mod problem;
mod schema;
mod section;
mod settings;
mod shard;
mod sources;
mod sweep;
mod tree;

pub use flags::Overrides;
pub use initializer::{find_kind, read_initializer_line};
pub use load::{load, load_text};
pub use optimizer::{Algorithm, Optimizer, Schedule};
pub use plan::{Arm, Experiment, Plan, RunSpec};
pub use problem::{Problem, Problems};
pub use schema::schema;
pub use settings::{
    AdapterKind, Backend, Data, DataSet, DeviceChoice, Init, LastBatch, LayerInit, Length, Model,
    Normalization, RecordLoss, Settings, Training,
};
pub use shard::{Shard, ShardError};
pub use sweep::{AxisValue, Scale, SweepAxis, SweepPoint};
