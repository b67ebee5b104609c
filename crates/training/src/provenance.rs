//! Where, when and by what a run was run.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use burn::tensor::Device;
use experiment::Backend;
use record::Provenance;

use crate::backend::device_name;

/// The provenance of a run that starts now.
pub(crate) fn of(backend: Backend, device: &Device, data: Option<String>) -> Provenance {
    // The machine and the checkout do not change while the program runs.
    static SAME: OnceLock<Provenance> = OnceLock::new();
    let same = SAME.get_or_init(|| {
        let (commit, dirty) = checkout();
        Provenance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            burn: "0.22.1".to_owned(),
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
        // A clock that was never set may be before 1970, which has no such form.
        started: humantime::format_rfc3339_seconds(SystemTime::now().max(SystemTime::UNIX_EPOCH))
            .to_string(),
        ..same.clone()
    }
}

/// The commit of the checkout that the program was built in, and whether anything in it is uncommitted. `cargo run`
/// builds what is there, so this is the code that runs.
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
