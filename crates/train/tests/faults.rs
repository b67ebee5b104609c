//! Faults, injected while a run is under way: whatever happens, no record is half-written, no
//! damage is used silently, and the run that is started again ends with the bits of one that was
//! never disturbed.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "../../training/testing/small_set.rs"]
mod small_set;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Lab, stderr};
use record::{ReadError, RunDirectory, Status, read_record, read_run, read_weights};

/// 150 steps in epochs of 10, and a checkpoint every 4 of them.
const SHORT: &str = "training = { batch_size = 50, max_steps = 150, checkpoint_every = 4 }\n";
/// The same with 2,000 steps in epochs of 100: there is time to do something to it.
const LONG: &str = "training = { batch_size = 5, max_steps = 2000 }\n";
/// Longer than any test waits.
const ENDLESS: &str =
    "training = { batch_size = 50, max_steps = 100000000, checkpoint_every = 4 }\n";

struct Faults {
    lab: Lab,
}

impl Faults {
    fn new(training: &str) -> Self {
        let lab = Lab::new();
        small_set::write_small_set(&lab.path().join("set"));
        lab.write(
            "x.toml",
            &format!(
                "model.hidden = [8]\ndata = {{ set = \"set\", validation = 100 }}\n{training}"
            ),
        );
        Faults { lab }
    }

    fn directory(&self, out: &str) -> PathBuf {
        self.lab.path().join(out).join("x/base/seed-0")
    }

    fn command(&self, out: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_train"));
        command
            .args(["--config", "x.toml", "--format", "json", "--out", out])
            .current_dir(self.lab.path());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(&self, out: &str) -> Child {
        self.command(out).spawn().unwrap()
    }

    /// Runs to the end, which must be a good one; gives what was said on the way.
    fn finish(&self, out: &str) -> String {
        let output = self.command(out).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(read_record(&self.directory(out)).unwrap().status, Status::Finished);
        stderr(&output)
    }

    fn checkpoints(&self, out: &str) -> Vec<PathBuf> {
        RunDirectory::new(self.directory(out)).checkpoints()
    }

    /// Starts a run and waits until it has left two checkpoints.
    fn start_and_wait(&self, out: &str) -> Child {
        let mut child = self.start(out);
        while self.checkpoints(out).len() < 2 {
            assert_eq!(child.try_wait().unwrap(), None, "it ended before it left two checkpoints");
            std::thread::sleep(Duration::from_millis(1));
        }
        child
    }

    /// Leaves an unfinished run with two checkpoints, as `kill -9` does.
    fn leave_unfinished(&self, out: &str) {
        let mut child = self.start_and_wait(out);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn assert_same(&self, a: &str, b: &str) {
        for file in ["config.toml", "steps.csv", "epochs.csv", "model.safetensors"] {
            let read = |out| fs::read(self.directory(out).join(file)).unwrap();
            assert!(read(a) == read(b), "{file} differs");
        }
        let metrics = |out| read_record(&self.directory(out)).unwrap().metrics;
        assert_eq!(metrics(a), metrics(b));
    }
}

fn end_of(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), stderr(&output))
}

fn flip_a_bit(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

/// What may be there at any moment: nothing, or a record that can be read; a finished one with all
/// its files.
fn assert_readable(directory: &Path) -> Option<Status> {
    match read_run(directory) {
        Ok(run) => {
            if run.record.status.is_final() {
                read_weights(directory, &run.record).unwrap();
            }
            Some(run.record.status)
        }
        Err(ReadError::Io { path, .. }) if path.ends_with("run.json") => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn killed_at_any_moment_a_run_leaves_no_broken_record_and_resumes_to_the_bit() {
    // KILLS says how often; scripts/tests/faults.sh takes 200.
    let kills: u32 = std::env::var("KILLS").map_or(20, |kills| kills.parse().unwrap());
    let faults = Faults::new(SHORT);
    let started = Instant::now();
    faults.finish("undisturbed");
    let whole = started.elapsed();
    let mut finished = 0;
    for kill in 1..=kills {
        let mut child = faults.start("killed");
        // Moments that are spread evenly over a whole run and beyond, in no order: multiples of the
        // golden ratio.
        std::thread::sleep(whole.mul_f64(1.1 * (f64::from(kill) * 0.618_033_988_749_895).fract()));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let left = assert_readable(&faults.directory("killed"));
        if status.signal().is_none() {
            assert_eq!(left, Some(Status::Finished), "it ended by itself, and well");
        }
        if left == Some(Status::Finished) {
            faults.assert_same("undisturbed", "killed");
            fs::remove_dir_all(faults.lab.path().join("killed")).unwrap();
            finished += 1;
        }
    }
    faults.finish("killed");
    faults.assert_same("undisturbed", "killed");
    println!("{kills} kills, {finished} of them after the end; every record was whole");
}

#[test]
fn each_signal_leaves_a_checkpoint_and_ends_with_its_code() {
    let faults = Faults::new(ENDLESS);
    for (place, (signal, code)) in
        [("INT", 130), ("TERM", 143), ("HUP", 129), ("USR1", 75)].into_iter().enumerate()
    {
        let before = faults.checkpoints("runs").first().cloned();
        let child = faults.start("runs");
        while faults.checkpoints("runs").first() == before.as_ref() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", child.id())])
            .status()
            .unwrap();
        assert!(kill.success());
        assert_eq!(
            end_of(child),
            (Some(code), "interrupted; the same command goes on\n".to_owned())
        );
        let record = read_record(&faults.directory("runs")).unwrap();
        assert_eq!(record.status, Status::Interrupted);
        assert_eq!(
            record.provenance.resumed.len(),
            place,
            "each start goes on where the one before ended"
        );
        let newest = faults.checkpoints("runs").remove(0);
        assert_eq!(
            record::read_checkpoint(&newest, &record.id).unwrap().losses.len() as u64,
            record.steps
        );
    }
}

#[test]
fn a_second_process_is_told_who_is_at_the_run_and_takes_over_from_the_dead() {
    let faults = Faults::new(ENDLESS);
    let mut first = faults.start_and_wait("runs");
    let (code, message) = end_of(faults.start("runs"));
    assert_eq!(code, Some(75));
    let expected =
        format!("runs/x/base/seed-0 is being written by another process (process {})", first.id());
    assert!(message.contains(&expected), "{message}");
    first.kill().unwrap();
    first.wait().unwrap();
    let mut second = faults.start_and_wait("runs");
    while read_record(&faults.directory("runs")).unwrap().provenance.resumed.is_empty() {
        assert_eq!(second.try_wait().unwrap(), None);
    }
    second.kill().unwrap();
    second.wait().unwrap();
}

#[test]
fn a_damaged_checkpoint_is_told_of_and_the_one_before_it_serves() {
    let faults = Faults::new(SHORT);
    faults.finish("undisturbed");
    for damage in
        [flip_a_bit, |path: &Path| fs::write(path, &fs::read(path).unwrap()[..100]).unwrap()]
    {
        faults.leave_unfinished("damaged");
        let [newest, before] = faults.checkpoints("damaged").try_into().unwrap();
        damage(&newest);
        let said = faults.finish("damaged");
        let name = newest.file_name().unwrap().to_str().unwrap();
        assert!(
            said.contains(&format!("{name} is damaged: its checksum is not the one in its name")),
            "{said}"
        );
        let resumed = read_record(&faults.directory("damaged")).unwrap().provenance.resumed;
        let step: u64 = before
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .split('-')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(resumed.iter().map(|part| part.step).collect::<Vec<_>>(), [step]);
        faults.assert_same("undisturbed", "damaged");
        fs::remove_dir_all(faults.directory("damaged")).unwrap();
    }
}

#[test]
fn without_a_whole_checkpoint_a_run_starts_anew() {
    let faults = Faults::new(SHORT);
    faults.finish("undisturbed");
    faults.leave_unfinished("damaged");
    faults.checkpoints("damaged").iter().for_each(|path| flip_a_bit(path));
    let said = faults.finish("damaged");
    assert_eq!(said.matches("its steps are computed again").count(), 2, "{said}");
    assert!(read_record(&faults.directory("damaged")).unwrap().provenance.resumed.is_empty());
    faults.assert_same("undisturbed", "damaged");
}

#[test]
fn a_damaged_record_is_set_aside_told_of_and_made_anew() {
    let faults = Faults::new(SHORT);
    faults.finish("undisturbed");
    for file in ["run.json", "steps.csv", "epochs.csv", "config.toml", "model.safetensors"] {
        faults.finish("damaged");
        flip_a_bit(&faults.directory("damaged").join(file));
        let said = faults.finish("damaged");
        assert!(
            said.contains(&format!("{file} is damaged")) && said.contains(".superseded"),
            "{said}"
        );
        faults.assert_same("undisturbed", "damaged");
    }
    assert_eq!(fs::read_dir(faults.lab.path().join("damaged/x/.superseded")).unwrap().count(), 5);
}

#[test]
fn images_that_changed_while_a_run_was_unfinished_are_noticed() {
    let faults = Faults::new(SHORT);
    faults.leave_unfinished("runs");
    flip_a_bit(&faults.lab.path().join("set/train-images-idx3-ubyte"));
    let said = faults.finish("runs");
    assert!(said.contains("is of other images"), "{said}");
    assert!(read_record(&faults.directory("runs")).unwrap().provenance.resumed.is_empty());
}

#[test]
fn a_run_directory_that_is_removed_ends_the_run_and_nothing_writes_in_its_place() {
    let faults = Faults::new(LONG);
    faults.finish("undisturbed");
    let child = faults.start_and_wait("removed");
    // What is written in between may keep a folder from going.
    while fs::remove_dir_all(faults.directory("removed")).is_err() {}
    let (code, message) = end_of(child);
    assert_eq!(code, Some(1));
    assert!(
        message.contains("removed/x/base/seed-0 was removed or replaced while the run was writing"),
        "{message}"
    );
    assert!(!faults.directory("removed").join("run.json").exists());
    faults.finish("removed");
    faults.assert_same("undisturbed", "removed");
}

#[test]
fn a_run_directory_that_is_made_read_only_ends_the_run_which_can_be_gone_on_with() {
    let faults = Faults::new(LONG);
    faults.finish("undisturbed");
    // Nothing is read-only to root: the run is somebody else's then.
    let out = faults.lab.path().join("locked");
    fs::create_dir(&out).unwrap();
    fs::set_permissions(faults.lab.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = faults.command("locked");
    let probe = faults.lab.path().join("probe");
    fs::create_dir(&probe).unwrap();
    fs::set_permissions(&probe, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(probe.join("file"), "").is_ok() {
        std::os::unix::fs::chown(&out, Some(65_534), Some(65_534)).unwrap();
        command.uid(65_534).gid(65_534);
    }
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            return println!("left out: the program cannot be started as another user ({error})");
        }
    };
    while faults.checkpoints("locked").len() < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let set = |mode| {
        for folder in [faults.directory("locked").join("checkpoint"), faults.directory("locked")] {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    let (code, message) = end_of(child);
    assert_eq!(code, Some(1), "{message}");
    assert!(
        message.contains("cannot write to locked/x/base/seed-0: Permission denied"),
        "{message}"
    );
    assert_readable(&faults.directory("locked"));
    set(0o755);
    faults.finish("locked");
    faults.assert_same("undisturbed", "locked");
}

#[test]
fn garbage_in_the_run_directory_does_no_harm() {
    let faults = Faults::new(LONG);
    faults.finish("undisturbed");
    let child = faults.start_and_wait("garbage");
    let directory = faults.directory("garbage");
    for name in [
        "run.json",
        "steps.csv",
        "noise",
        ".half.tmp",
        "checkpoint/step-999999-0.cbor",
        "checkpoint/noise",
    ] {
        fs::write(directory.join(name), [0, 159, 146, 150].repeat(1_000)).unwrap();
    }
    let (code, message) = end_of(child);
    assert_eq!(code, Some(0), "{message}");
    faults.assert_same("undisturbed", "garbage");

    faults.leave_unfinished("more");
    fs::write(faults.directory("more").join("run.json"), "garbage").unwrap();
    let said = faults.finish("more");
    assert!(said.contains("run.json is damaged") && said.contains("the run starts anew"), "{said}");
    faults.assert_same("undisturbed", "more");
}

#[test]
fn a_damaged_data_file_is_refused() {
    let faults = Faults::new(SHORT);
    let images = faults.lab.path().join("set/train-images-idx3-ubyte");
    let whole = fs::read(&images).unwrap();
    fs::write(&images, &whole[..whole.len() - 1]).unwrap();
    let (code, message) = end_of(faults.start("runs"));
    assert_eq!(code, Some(2));
    assert!(message.contains("it is cut short"), "{message}");
}

#[test]
fn a_disk_that_fills_up_ends_the_run_with_a_clear_message_and_nothing_is_broken() {
    let faults =
        Faults::new("training = { batch_size = 50, max_steps = 24, checkpoint_every = 4 }\n");
    faults.finish("undisturbed");
    fs::create_dir(faults.lab.path().join("small")).unwrap();
    // A disk of its own in a mount namespace, gone with its shell. Each size, a page larger than
    // the one before, stops the run at the next write that does not fit; with room it goes on.
    let script = r#"
        mount -t tmpfs -o size=4k none small || exit 77
        for size in $(seq 4 4 1000); do
            mount -o remount,size="${size}k" small || exit 77
            "$0" --config x.toml --format json --out small > /dev/null 2> said
            code=$?
            [ "$code" = 0 ] && break
            if [ "$code" != 1 ] || ! grep -q "No space left on device" said; then
                cat said >&2; exit 1
            fi
            echo "full at ${size} KiB"
        done
        [ "$code" = 0 ] && cp -r small copied
    "#;
    let run = |unshare: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(unshare).args(["sh", "-c", script, env!("CARGO_BIN_EXE_train")]);
        command.current_dir(faults.lab.path()).output()
    };
    let outputs = [run(&["--mount"]), run(&["--user", "--map-root-user", "--mount"])];
    let Some(output) = outputs.into_iter().flatten().find(|output| {
        output.status.code() == Some(0)
            || output.status.code() == Some(1) && !stderr(output).contains("unshare")
    }) else {
        return println!("left out: no small disk can be mounted here");
    };
    assert!(output.status.success(), "{}", stderr(&output));
    let full = String::from_utf8_lossy(&output.stdout).lines().count();
    assert!(full > 20, "the disk was full {full} times only");
    faults.assert_same("undisturbed", "copied");
}
