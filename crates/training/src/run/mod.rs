//! Runs on their way: prepared, trained, recorded.
//!
//! A [`Run`](state::Run) carries everything that belongs to one run through these stages. Runs that
//! train as one program form a [`Stack`].

mod context;
mod evaluation;
mod history;
mod initial_weights;
mod layers;
mod prepare;
mod provenance;
mod stack;
mod state;
mod train;
mod weights;
mod writer;

use std::collections::BTreeMap;

use crate::data::InputLayout;
pub(crate) use context::RunContext;
pub(crate) use evaluation::Evaluation;
pub(crate) use initial_weights::draw_weights;
pub use provenance::cpu;
pub(crate) use stack::RunResult;
use stack::Stack;
pub(crate) use weights::safetensors;
pub(crate) use writer::{ClaimedRun, OtherRecord, RunWriter};

/// Carries out runs that can train as one, and writes the record of each.
pub(crate) fn carry_out(claims: Vec<ClaimedRun>, context: &RunContext) -> Vec<RunResult> {
    let mut results = Vec::new();
    // Only runs that have made equally many steps, by the same kernels, train as one.
    let mut prepared: BTreeMap<(u64, InputLayout), Vec<state::Run>> = BTreeMap::new();
    for claim in claims {
        match prepare::prepare(claim.clone(), context) {
            Ok(run) => {
                prepared.entry((run.history.len(), run.layout())).or_default().push(run);
            }
            Err(error) => results.push((claim, Err(error))),
        }
    }
    for runs in prepared.into_values() {
        results.extend(train::train(Stack::new(runs), context));
    }
    results
}
