//! Records that were set aside because others took their place, and how they come back.
//!
//! They lie in `runs/<experiment>/.superseded/`, each in a folder that is named after its arm, its
//! seed and its id.

use std::path::{Path, PathBuf};

use crate::read::read_whole_record;

/// The folder of an experiment's records that were set aside. It is hidden, so that no arm can have
/// the same name.
const FOLDER: &str = ".superseded";
/// How many records of one run are looked for. More of them are kept, but not found.
const SEARCHED: u32 = 10;

/// The free path that the record `id` of a run is set aside to.
pub fn superseded_path(experiment: &Path, arm: &str, seed: u64, id: &str) -> PathBuf {
    let mut paths = (0..).map(|n| numbered_path(experiment, arm, seed, id, n));
    paths.find(|path| !path.exists()).unwrap_or_default()
}

/// The record of the run `id` that was set aside, if there is one that is whole. One with a result
/// comes before one without.
pub fn find_superseded(experiment: &Path, arm: &str, seed: u64, id: &str) -> Option<PathBuf> {
    if !experiment.join(FOLDER).exists() {
        return None;
    }
    let paths = (0..SEARCHED).map(|n| numbered_path(experiment, arm, seed, id, n));
    let whole = paths.filter_map(|path| {
        let record = read_whole_record(&path).ok().filter(|record| record.id == id)?;
        Some((record.status.is_final(), path))
    });
    // Of equal keys, this takes the last.
    whole.max_by_key(|(is_final, _)| *is_final).map(|(_, path)| path)
}

/// The folders at or below `root` in which records were set aside, each with their number.
pub fn count_superseded(root: &Path) -> Vec<(PathBuf, usize)> {
    let mut counts = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            if name == FOLDER {
                let records = std::fs::read_dir(entry.path()).into_iter().flatten().flatten();
                counts.push((entry.path(), records.count()));
            } else if !name.as_encoded_bytes().starts_with(b".")
                && !name.as_encoded_bytes().starts_with(b"seed-")
            {
                folders.push(entry.path());
            }
        }
    }
    counts.retain(|(_, count)| *count > 0);
    counts.sort();
    counts
}

fn numbered_path(experiment: &Path, arm: &str, seed: u64, id: &str, n: u32) -> PathBuf {
    let number = if n == 0 { String::new() } else { format!("-{n}") };
    experiment.join(FOLDER).join(format!("{arm}-seed-{seed}-{id}{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::example_record;
    use crate::{RunDirectory, RunRecord, Status};

    fn write(path: &Path, id: &str, status: Status) {
        let record = RunRecord { id: id.into(), ..example_record(status, None) };
        let directory = RunDirectory::new(path);
        if status.is_final() {
            directory.write_weights(b"weights").unwrap();
            directory.write_steps(&[]).unwrap();
            directory.write_epochs(&[]).unwrap();
        }
        directory.write_record(&record).unwrap();
    }

    #[test]
    fn a_record_with_a_result_is_found_before_one_without_and_a_damaged_one_never() {
        let folder = tempfile::tempdir().unwrap();
        let found = || find_superseded(folder.path(), "a", 3, "0f");
        assert_eq!(found(), None);
        let first = superseded_path(folder.path(), "a", 3, "0f");
        write(&first, "0f", Status::Interrupted);
        assert_eq!(found(), Some(first.clone()));
        let second = superseded_path(folder.path(), "a", 3, "0f");
        assert_ne!(second, first);
        write(&second, "0f", Status::Finished);
        assert_eq!(found(), Some(second.clone()));
        std::fs::write(second.join("model.safetensors"), "damaged").unwrap();
        assert_eq!(found(), Some(first.clone()));
        write(&first, "another", Status::Interrupted);
        assert_eq!(found(), None);
        let counts = count_superseded(folder.path());
        assert_eq!(counts, [(folder.path().join(FOLDER), 2)]);
    }
}
