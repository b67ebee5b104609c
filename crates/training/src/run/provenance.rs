//! Where, when and with which versions a run was trained.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use burn::tensor::Device;
use experiment::Backend;
use record::Provenance;

use crate::backend::device_name;

/// The version of burn. The lock file has the same one: a test compares them.
const BURN_VERSION: &str = "0.22.1";

/// The provenance of a run that starts now.
pub(super) fn of(backend: Backend, device: &Device, data: Option<String>) -> Provenance {
    // The machine and the checkout do not change while the program runs.
    static SAME: OnceLock<Provenance> = OnceLock::new();
    let same = SAME.get_or_init(|| {
        let (commit, dirty) = checkout();
        Provenance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            burn: BURN_VERSION.to_owned(),
            commit,
            dirty,
            cpu: cpu(),
            os: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            ..Provenance::default()
        }
    });
    Provenance {
        backend: backend.name().to_owned(),
        device: device_name(backend, device),
        data,
        // RFC 3339 has no form for a clock before 1970.
        started: humantime::format_rfc3339_seconds(SystemTime::now().max(SystemTime::UNIX_EPOCH))
            .to_string(),
        ..same.clone()
    }
}

/// The commit of the checkout that the program was built in, and whether it has uncommitted
/// changes. `cargo run` builds the checkout, so this is the code that runs.
fn checkout() -> (Option<String>, Option<bool>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "HEAD"]);
    let dirty =
        commit.as_ref().and_then(|_| git(&["status", "--porcelain", "--untracked-files=no"]));
    (commit, dirty.map(|changes| !changes.is_empty()))
}

/// The name of the processor.
pub fn cpu() -> String {
    let listed = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = listed.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    named.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_version_of_burn_is_the_one_in_the_lock_file() {
        let lock = include_str!("../../../../Cargo.lock");
        let package = format!("name = \"burn\"\nversion = \"{BURN_VERSION}\"\n");
        assert!(lock.contains(&package), "BURN_VERSION is not the version in Cargo.lock");
    }
}
