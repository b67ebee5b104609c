//! What is said of records that are left out.

use std::fmt;
use std::path::PathBuf;

/// A record that was left out, and why. It displays as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The run's directory.
    pub directory: PathBuf,
    /// Why it was left out.
    pub reason: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "left out {}: {}", self.directory.display(), self.reason)
    }
}
