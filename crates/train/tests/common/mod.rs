//! What the end-to-end tests share: the binary, run in a folder of its own with the repository's
//! configs in reach.

#[allow(dead_code)]
pub(crate) mod idx;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// A folder for one test's records, gone when it is dropped.
pub(crate) struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Lab { folder: tempfile::tempdir().unwrap() }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the folder and gives its path.
    #[allow(dead_code)]
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary with these arguments, to be run in the folder.
    pub(crate) fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::cargo_bin("train").unwrap();
        command.args(arguments).current_dir(self.path());
        command
    }

    /// The binary with these arguments, run in the folder.
    pub(crate) fn train<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The same, which must end well; its standard output as JSON.
    #[allow(dead_code)]
    pub(crate) fn json<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> serde_json::Value {
        let mut arguments: Vec<std::ffi::OsString> =
            arguments.iter().map(|a| a.as_ref().to_owned()).collect();
        arguments.extend(["--format".into(), "json".into()]);
        let output = self.train(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// What a command printed to the standard error.
#[allow(dead_code)]
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A config of the repository.
#[allow(dead_code)]
pub(crate) fn config(name: &str) -> String {
    format!("{}/../../configs/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}
