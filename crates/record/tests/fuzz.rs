//! Records that no program of ours would write: each is read or refused, in bounded memory.
//!
//! FUZZ_CASES says how many cases there are of each kind; scripts/tests/fuzz.sh takes a million.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::alloc::System;
use std::path::{Path, PathBuf};

use cap::Cap;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use record::{
    GivenCommand, checksum, count_superseded, find_runs, find_superseded, read_checkpoint,
    read_record, read_run, superseded_path,
};

/// Whatever the files of a small record hold, reading them takes less than this: an allocation
/// beyond it ends the process.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 64 << 20);

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(
        std::env::var("FUZZ_CASES").map_or(20_000, |cases| cases.parse().unwrap()),
    )
}

/// Memory where there is some to write files to, since millions are written.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() })
        .unwrap()
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1").join(path)
}

/// A JSON text with the checksum that its reader looks for.
fn sealed(json: &str) -> String {
    let body = json.trim_end().trim_end_matches('}').trim_end();
    format!("{body},\n  \"checksum\": \"{}\"\n}}\n", checksum([body.as_bytes()]))
}

/// `run.json` of a finished run without its checksum.
fn run_json() -> String {
    let text = std::fs::read_to_string(fixture("finished/run.json")).unwrap();
    format!("{}\n}}", text.split(",\n  \"checksum\"").next().unwrap())
}

/// Something to put in a file in place of something else.
fn scrap() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "",
        "0",
        "-1",
        "1e999",
        "null",
        "{}",
        "[]",
        "\"NaN\"",
        "18446744073709551616",
        ",",
        "\"",
        "[[[[[[[[",
    ];
    prop_oneof![
        2 => select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

/// Puts `scrap` in the place of the bytes between two of `bytes`.
fn spliced(bytes: &[u8], start: Index, length: usize, scrap: &[u8]) -> Vec<u8> {
    let start = start.index(bytes.len());
    let end = (start + length).min(bytes.len());
    [&bytes[..start], scrap, &bytes[end..]].concat()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_run_json_is_read_or_refused(
        start in any::<Index>(), length in 0usize..40, scrap in scrap(), seal in any::<bool>(),
    ) {
        let folder = folder();
        let text = spliced(run_json().as_bytes(), start, length, &scrap);
        let text = if seal { sealed(&String::from_utf8_lossy(&text)).into_bytes() } else { text };
        std::fs::write(folder.path().join("run.json"), text).unwrap();
        let read = read_record(folder.path());
        prop_assert!(seal || read.is_err(), "read without a checksum");
        let _ = read_run(folder.path());
        prop_assert_eq!(find_runs(folder.path()).unwrap().len(), 1);
    }

    #[test]
    fn any_series_of_an_unfinished_run_is_read_or_refused(
        start in any::<Index>(), length in 0usize..20, scrap in scrap(),
        rows in prop::collection::vec("[-0-9a-zA-Z.,\"\n]{0,20}", 0..6),
    ) {
        let folder = folder();
        std::fs::copy(fixture("interrupted/run.json"), folder.path().join("run.json")).unwrap();
        let steps = std::fs::read(fixture("interrupted/steps.csv")).unwrap();
        let spliced = spliced(&steps, start, length, &scrap);
        std::fs::write(folder.path().join("steps.csv"), spliced).unwrap();
        std::fs::write(folder.path().join("epochs.csv"), rows.concat()).unwrap();
        let _ = read_run(folder.path());
    }

    #[test]
    fn any_checkpoint_is_read_or_refused(
        start in any::<Index>(), length in 0usize..40, scrap in scrap(), named in any::<bool>(),
    ) {
        let folder = folder();
        let mut checkpoints = std::fs::read_dir(fixture("interrupted/checkpoint")).unwrap();
        let whole = checkpoints.next().unwrap().unwrap().path();
        let id = "0123456789abcdef";
        let bytes = spliced(&std::fs::read(&whole).unwrap(), start, length, &scrap);
        let sum = if named { checksum([&bytes[..]]) } else { "0".repeat(64) };
        let path = folder.path().join(format!("step-6-{sum}.cbor"));
        std::fs::write(&path, bytes).unwrap();
        prop_assert!(read_checkpoint(&path, id).is_err(), "it is of another run");
    }

    #[test]
    fn any_record_that_was_set_aside_is_found_or_passed_over(
        start in any::<Index>(), length in 0usize..40, scrap in scrap(),
    ) {
        let folder = folder();
        let whole = std::fs::read(fixture("finished/run.json")).unwrap();
        let id = serde_json::from_slice::<serde_json::Value>(&whole).unwrap();
        let id = id["id"].as_str().unwrap();
        let path = superseded_path(folder.path(), "a", 3, id);
        std::fs::create_dir_all(&path).unwrap();
        for entry in std::fs::read_dir(fixture("finished")).unwrap() {
            let file = entry.unwrap().path();
            std::fs::copy(&file, path.join(file.file_name().unwrap())).unwrap();
        }
        let spliced = spliced(&whole, start, length, &scrap);
        let changed = spliced != whole;
        std::fs::write(path.join("run.json"), spliced).unwrap();
        let found = find_superseded(folder.path(), "a", 3, id);
        prop_assert_eq!(found, (!changed).then_some(path));
        prop_assert_eq!(count_superseded(folder.path()).len(), 1);
    }

    #[test]
    fn any_command_beside_records_is_read_or_refused(
        start in any::<Index>(), length in 0usize..20, scrap in scrap(),
    ) {
        let folder = folder();
        let command = GivenCommand {
            config: "x.toml".into(),
            text: "seeds = 3\n".into(),
            extends: Vec::new(),
            overrides: vec![("--set".into(), "init=zeros".into())],
        };
        command.write(folder.path()).unwrap();
        let path = folder.path().join(".plan.json");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, spliced(&whole, start, length, &scrap)).unwrap();
        match GivenCommand::read(folder.path()) {
            Ok(read) => prop_assert!(read.is_some()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn any_cbor_is_refused_as_a_checkpoint(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let folder = folder();
        let path = folder.path().join(format!("step-0-{}.cbor", checksum([&bytes[..]])));
        std::fs::write(&path, bytes).unwrap();
        prop_assert!(read_checkpoint(&path, "0123456789abcdef").is_err());
    }
}

#[test]
fn what_is_nested_without_end_or_claims_to_be_huge_is_refused() {
    let folder = folder();
    std::fs::write(folder.path().join("run.json"), "[".repeat(1_000_000)).unwrap();
    assert!(read_record(folder.path()).is_err());
    // CBOR: arrays in arrays, and a byte string, a text and an array of 2^62 items.
    for bytes in [vec![0x81; 1_000_000], claim(0x5b), claim(0x7b), claim(0x9b), claim(0xbb)] {
        let path = folder.path().join(format!("step-0-{}.cbor", checksum([&bytes[..]])));
        std::fs::write(&path, bytes).unwrap();
        assert!(read_checkpoint(&path, "0123456789abcdef").is_err());
    }
}

/// A map whose field `losses` claims to hold 2^62 items of the kind that the first byte says.
fn claim(kind: u8) -> Vec<u8> {
    let mut bytes = vec![0xa2, 0x66];
    bytes.extend(b"format");
    bytes.extend([0x01, 0x66]);
    bytes.extend(b"losses");
    bytes.push(kind);
    bytes.extend((1u64 << 62).to_be_bytes());
    bytes
}
