//! What happens when the standard output cannot be written, whatever the command.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share
#![cfg(target_os = "linux")]

mod common;

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use common::Lab;

const COMMANDS: &[&[&str]] = &[
    &["--config", "x.toml"],
    &["plan", "--config", "x.toml"],
    &["plan", "--config", "x.toml", "--format", "json"],
    &["list", "."],
    &["status"],
    &["compare"],
    &["report"],
    &["replay", "runs/x/base/seed-0"],
    &["inits"],
    &["inits", "he_normal", "--format", "json"],
    &["hist", "he_normal"],
    &["devices"],
    &["schema"],
    &["completions", "bash"],
    &["--help"],
    &["--version"],
];

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("x.toml", "model.hidden = [8]\ntraining = { max_steps = 3, batch_size = 16 }\n");
    assert!(lab.train(&["--config", "x.toml"]).status.success());
    lab
}

#[test]
fn a_full_disk_is_a_message_and_code_1() {
    let lab = lab();
    for arguments in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_train"))
            .args(*arguments)
            .current_dir(lab.path())
            .stdout(Stdio::from(full))
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            message.lines().last(),
            Some(
                "error: cannot write to the standard output: No space left on device (os error 28)"
            ),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_pipe_that_its_reader_closes_is_no_failure() {
    let lab = lab();
    for arguments in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_train"))
            .args(*arguments)
            .current_dir(lab.path())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    }
}
