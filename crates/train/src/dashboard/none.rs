//! In place of the dashboard, where terminals are not those of Unix: there is none.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use experiment::RunSpec;
use training::Observer;

/// There is nothing to give back.
pub(crate) fn close_for_panic() {}

/// A dashboard that cannot be opened.
pub(crate) struct Dashboard(Infallible);

impl Dashboard {
    /// There is no terminal to draw on.
    pub(crate) fn open(_: String, _: &[RunSpec], _: &Arc<AtomicBool>) -> Option<Self> {
        None
    }

    /// What is to be told of the runs.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        match self.0 {}
    }
}
