//! The command that an experiment was run by: the text of its config and the flags of the command
//! line. It lies beside the records, so that a plan of many thousands of runs can be made again
//! from a few lines.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::read::read_file;
use crate::{ReadError, write_atomically};

/// The file's name in the experiment's folder. It is hidden, so that no arm can have the same name.
const NAME: &str = ".plan.json";

/// The last command that an experiment was run by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenCommand {
    /// The config file, as it was named.
    pub config: PathBuf,
    /// The content of the config file.
    pub text: String,
    /// The files that it extends, one after another, with their content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extends: Vec<(PathBuf, String)>,
    /// The flags that change settings: pairs of a flag and its `key=value`.
    pub overrides: Vec<(String, String)>,
}

impl GivenCommand {
    /// Writes the command into an experiment's folder. Nothing is written where it is there
    /// already: of many processes that carry out one plan, the first writes it.
    ///
    /// # Errors
    /// The error of the file system.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let path = folder.join(NAME);
        let text = serde_json::to_string_pretty(self)? + "\n";
        if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        write_atomically(&path, text.as_bytes())
    }

    /// Reads the command in an experiment's folder, if there is one.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(folder: &Path) -> Result<Option<GivenCommand>, ReadError> {
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
    fn a_command_is_written_once_and_replaced_by_another() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(GivenCommand::read(folder.path()).unwrap(), None);
        let command = GivenCommand {
            config: "configs/x.toml".into(),
            text: "seeds = 3\n".into(),
            extends: vec![("configs/base.toml".into(), "init = \"zeros\"\n".into())],
            overrides: vec![("--set".into(), "init=zeros".into())],
        };
        command.write(folder.path()).unwrap();
        let written = || std::fs::metadata(folder.path().join(NAME)).unwrap().modified().unwrap();
        let first = written();
        command.write(folder.path()).unwrap();
        assert_eq!(written(), first);
        assert_eq!(GivenCommand::read(folder.path()).unwrap(), Some(command.clone()));
        let other = GivenCommand { overrides: Vec::new(), ..command };
        other.write(folder.path()).unwrap();
        assert_eq!(GivenCommand::read(folder.path()).unwrap(), Some(other));
        std::fs::write(folder.path().join(NAME), "{").unwrap();
        assert!(matches!(GivenCommand::read(folder.path()), Err(ReadError::Damaged { .. })));
    }
}
