//! What was typed to make the records of an experiment: the config's text and what the command line laid over it. It is
//! left beside them, so that a plan of many thousands of runs can be had again from a few lines.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::read::read_file;
use crate::{ReadError, write_atomically};

/// The file's name in the experiment's folder. Hidden, so that no arm is called the same.
const NAME: &str = ".plan.json";

/// The plan of an experiment, as it was typed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedPlan {
    /// The config file, as it was named.
    pub config: PathBuf,
    /// What it said.
    pub text: String,
    /// What was laid over it: pairs of a flag and its `key=value`.
    pub overrides: Vec<(String, String)>,
}

impl TypedPlan {
    /// Leaves the plan in an experiment's folder, unless it is there already: of many processes that carry out one plan,
    /// the first writes it.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn leave(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(NAME);
        let text = serde_json::to_string_pretty(self)? + "\n";
        if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        write_atomically(&path, text.as_bytes())
    }

    /// The plan in an experiment's folder, if there is one.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(folder: &Path) -> Result<Option<TypedPlan>, ReadError> {
        let path = folder.join(NAME);
        match read_file(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| ReadError::Damaged { path, reason: error.to_string() }),
            Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_left_once_and_replaced_by_another() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(TypedPlan::read(folder.path()).unwrap(), None);
        let plan = TypedPlan {
            config: "configs/x.toml".into(),
            text: "seeds = 3\n".into(),
            overrides: vec![("--set".into(), "init=zeros".into())],
        };
        plan.leave(folder.path()).unwrap();
        let written = || std::fs::metadata(folder.path().join(NAME)).unwrap().modified().unwrap();
        let first = written();
        plan.leave(folder.path()).unwrap();
        assert_eq!(written(), first);
        assert_eq!(TypedPlan::read(folder.path()).unwrap(), Some(plan.clone()));
        let other = TypedPlan { overrides: Vec::new(), ..plan };
        other.leave(folder.path()).unwrap();
        assert_eq!(TypedPlan::read(folder.path()).unwrap(), Some(other));
        std::fs::write(folder.path().join(NAME), "{").unwrap();
        assert!(matches!(TypedPlan::read(folder.path()), Err(ReadError::Damaged { .. })));
    }
}
