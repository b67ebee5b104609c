//! A format that this build leaves out.

use super::{Exporter, Job};
use crate::error::ExportError;

/// Says what to build for the format of this name.
pub(super) struct NotBuilt(pub(super) &'static str);

impl Exporter for NotBuilt {
    fn write(&self, _: &Job<'_>) -> Result<(), ExportError> {
        self.check()
    }

    fn check(&self) -> Result<(), ExportError> {
        Err(ExportError::NotBuilt { format: self.0 })
    }
}
