//! The GPU backend from the command line, on this machine's default adapter, which must be there: a
//! driver in software will do.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::Lab;

/// What the program says of a config that cannot run, and its exit code.
fn said(settings: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let lab = Lab::new();
    lab.write("x.toml", &format!("backend = \"wgpu\"\n{settings}"));
    let mut command = assert_cmd::Command::cargo_bin("train").unwrap();
    command
        .args(["--config", "x.toml"])
        .args(arguments)
        .current_dir(lab.path())
        .env_remove("RUST_BACKTRACE");
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn every_adapter_is_listed_and_one_is_the_default() {
    let devices = Lab::new().json(&["devices"]);
    let adapters = devices["adapters"].as_array().unwrap();
    assert_eq!(
        adapters.iter().filter(|adapter| adapter["default"] == true).count(),
        1,
        "{devices}"
    );
    let listed = String::from_utf8(Lab::new().train(&["devices"]).stdout).unwrap();
    for adapter in adapters {
        for field in ["name", "kind", "driver", "api"] {
            assert!(listed.contains(adapter[field].as_str().unwrap()), "{listed}");
        }
    }
}

#[test]
fn a_device_that_is_not_there_is_answered_with_those_that_are() {
    let (code, said) = said("", &["--device", "77"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("error: there is no device 77\n"), "{said}");
    assert!(said.contains("= help: this machine has:\n"), "{said}");
    assert!(said.lines().any(|line| line.trim_start().starts_with("0  ")), "{said}");
}

#[test]
fn a_machine_without_a_driver_says_what_to_install() {
    let lab = Lab::new();
    lab.write("x.toml", "backend = \"wgpu\"\n");
    let nothing = lab.path().join("no-driver.json").into_os_string();
    let mut command = assert_cmd::Command::cargo_bin("train").unwrap();
    command.args(["--config", "x.toml"]).current_dir(lab.path());
    // Where the Vulkan loader and OpenGL look for drivers.
    for variable in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "__EGL_VENDOR_LIBRARY_FILENAMES"] {
        command.env(variable, &nothing);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error: this machine has no graphics adapter"), "{said}");
}

/// A driver in software binds no buffer of more than 128 MiB, and the first layer has more than
/// that; a card may have enough for it.
#[test]
fn a_network_too_large_for_an_adapter_is_a_failure_in_plain_words() {
    let wide =
        "model.hidden = [60000]\ninit = \"zeros\"\ntraining = { batch_size = 1, max_steps = 1 }\n";
    let (code, said) = said(wide, &["--device", "cpu"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("memory"), "{said}");
    assert!(!said.contains("panicked") && !said.contains("acktrace"), "{said}");
}
