//! A record for tests.

use crate::{FORMAT, Provenance, RunRecord, Status};

/// The record of a run on the machine `node7` that has made both of its steps.
pub(crate) fn example_record(status: Status, message: Option<&str>) -> RunRecord {
    RunRecord {
        format: FORMAT,
        id: "0123456789abcdef".into(),
        experiment: "e".into(),
        arm: "normal,std=0.1".into(),
        sweep: None,
        seed: u64::MAX,
        order_seed: None,
        title: "\"status\": \"failed\"".into(),
        status,
        message: message.map(str::to_owned),
        steps_planned: 2,
        steps: 2,
        settings: [("seed".to_owned(), 3.into())].into(),
        provenance: Provenance { host: "node7".into(), ..Provenance::default() },
        initial_weights: Vec::new(),
        metrics: None,
        files: Default::default(),
    }
}
