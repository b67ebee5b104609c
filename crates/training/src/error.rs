//! Why a run has no result.

use std::io;
use std::path::PathBuf;

use record::{LockError, ReadError};

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its settings cannot be carried out with the data or the machine at hand.
    #[error("{0}")]
    BadInput(String),
    /// Its backend cannot be used.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Its directory cannot be locked, or was removed.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Its record cannot be written.
    #[error("cannot write to {}: {source}", directory.display())]
    Write {
        /// The run's directory.
        directory: PathBuf,
        /// What the file system answered.
        source: io::Error,
    },
    /// A newer program's record is in the way.
    #[error("{0}\nRun with `--force` to set it aside, or with another `--out`")]
    Unreadable(ReadError),
    /// Training failed.
    #[error("{0}")]
    Failed(String),
}

impl RunError {
    /// The same error for another run of the stack that it ended.
    pub(crate) fn for_another_run(&self) -> Self {
        match self {
            RunError::BadInput(message) => RunError::BadInput(message.clone()),
            RunError::Backend(error) => RunError::Backend(error.clone()),
            other => RunError::Failed(other.to_string()),
        }
    }

    /// Whether the user can put it right; otherwise the program or the machine failed.
    pub fn is_bad_input(&self) -> bool {
        match self {
            RunError::BadInput(_) | RunError::Unreadable(_) => true,
            RunError::Backend(error) => error.is_bad_input(),
            RunError::Lock(error) => !matches!(error, LockError::Lost { .. }),
            RunError::Write { .. } | RunError::Failed(_) => false,
        }
    }
}

/// Why a backend cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The program was built without it.
    #[error(
        "this build has no {0} backend; build it with the cargo feature `{0}`:\n    \
         cargo run -p train --features {0} -- --backend {0} ..."
    )]
    NotBuilt(&'static str),
    /// The machine has no graphics adapter.
    #[error(
        "this machine has no graphics adapter for the wgpu backend\n\
         Install its driver (Debian: mesa-vulkan-drivers has those of AMD and Intel, and one in \
         software), or train with `--backend flex`"
    )]
    NoAdapter,
    /// The machine has graphics adapters, but not this one.
    #[error("{0}")]
    NoSuchAdapter(String),
    /// The adapter exists, but cannot be used.
    #[error(
        "{adapter} cannot be used: {reason}\n\
         Try another one (`train devices` lists them), or `--backend flex`"
    )]
    Refused {
        /// The adapter.
        adapter: String,
        /// The reason that burn or the driver gives.
        reason: String,
    },
}

impl BackendError {
    /// Whether the user can put it right; otherwise the machine failed.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, BackendError::Refused { .. })
    }
}

/// The message of a panic that was caught.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
