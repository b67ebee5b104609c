//! The plan: experiments -> arms -> seeds -> runs, its division into shards, and what runs cost.

mod cost;
mod experiment;
mod run;
mod shard;

pub use experiment::{Arm, Experiment, Plan};
pub use run::RunSpec;
pub use shard::{Shard, ShardError};
