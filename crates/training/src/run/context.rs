//! What the runs of a stack have in common while they are carried out.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::data::{InputLayout, Splits};
use crate::events::Observer;

/// What the runs of a stack have in common.
pub(crate) struct RunContext {
    pub(crate) splits: Splits,
    /// In which layout new runs are trained; `None` leaves it to what is fastest.
    pub(crate) layout: Option<InputLayout>,
    /// Whether checkpoints are ignored, and every run starts at its first step.
    pub(crate) restart: bool,
    /// Becomes true when the runs are to stop.
    pub(crate) interrupt: Arc<AtomicBool>,
    pub(crate) observer: Arc<dyn Observer>,
}
