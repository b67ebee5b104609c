//! A TOML file as written, its validation and messages, and the plan that it resolves to:
//! experiment -> arms (and points of a sweep) -> seeds -> runs. Nothing here trains, and nothing
//! but the config files is read.
//!
//! | module | responsibility |
//! | --- | --- |
//! | `syntax` | TOML as written: source texts, values with their spans, diagnostics |
//! | `settings` | the settings of a run, each section a type and the table of its fields |
//! | `sweep` | axes over settings, and the points that they come to |
//! | `overrides` | flags applied to files |
//! | `plan` | experiments, arms, runs, shards |
//! | `load` | from files and flags to a plan |
//! | `schema`, `markdown` | the tables of fields for editors and for readers |

mod load;
mod markdown;
mod overrides;
mod plan;
mod schema;
mod settings;
mod string_enum;
mod sweep;
mod syntax;

pub use load::{SettingFault, load, load_text, locate_faults, read_initializer_line};
pub use markdown::markdown_tables;
pub use overrides::Overrides;
pub use plan::{Arm, Experiment, Plan, RunSpec, Shard, ShardError};
pub use schema::schema;
pub use settings::{
    AdapterKind, Algorithm, Backend, BlockEnd, Data, DataSet, DeviceChoice, EarlyStop, Every, Init,
    KnownSet, LastBatch, LayerInit, Length, Loss, MemoryEstimate, Model, MupFactors, Norm,
    Normalization, Optimizer, Parametrization, Phase, Pick, Position, Range, RecordLoss, Recording,
    Residual, Schedule, SeedPair, Settings, Shape, StopMetric, Synthetic, Training, find_kind,
    memory,
};
pub use sweep::{AxisValue, Scale, SweepAxis, SweepPoint};
pub use syntax::{ConfigError, Diagnostic, Warnings};
