//! Finding the four files of a set in a folder, under the names that people have them by.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::set_error::SetError;

/// How far below the folder files are looked for: torchvision's `MNIST/raw` is two folders down.
const DEPTH: usize = 2;
/// How many entries of folders are looked at before the search gives up.
const MOST_ENTRIES: usize = 20_000;

/// The four files of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetFiles {
    pub(crate) training_images: PathBuf,
    pub(crate) training_labels: PathBuf,
    pub(crate) test_images: PathBuf,
    pub(crate) test_labels: PathBuf,
}

/// What one of the files holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    TrainingImages,
    TrainingLabels,
    TestImages,
    TestLabels,
}

impl Part {
    const ALL: [Part; 4] =
        [Part::TrainingImages, Part::TrainingLabels, Part::TestImages, Part::TestLabels];

    /// What it holds, and its name in MNIST.
    fn name(self) -> &'static str {
        match self {
            Part::TrainingImages => "training images (train-images-idx3-ubyte)",
            Part::TrainingLabels => "training labels (train-labels-idx1-ubyte)",
            Part::TestImages => "test images (t10k-images-idx3-ubyte)",
            Part::TestLabels => "test labels (t10k-labels-idx1-ubyte)",
        }
    }
}

/// A file whose name says that it is a part of a set.
#[derive(Debug)]
struct Candidate {
    path: PathBuf,
    depth: usize,
    /// What its name starts with: "emnist-letters", or nothing.
    set: String,
    part: Part,
    /// Whether its name ends in `.gz`.
    packed: bool,
}

/// Finds the files of the set at `path`: in that folder, or up to two folders below it. Where a
/// folder holds several sets, as EMNIST's does, the path may end in the start of their names:
/// `gzip/emnist-letters`.
pub(crate) fn find(path: &Path) -> Result<SetFiles, SetError> {
    let (folder, wanted) = match std::fs::read_dir(path) {
        Ok(_) => (path, None),
        Err(source) => match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => {
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                let start = name.to_string_lossy().to_lowercase();
                let is_set = candidates(folder).0.iter().any(|file| file.set == start);
                if !is_set {
                    return Err(SetError::NoFolder { path: path.to_owned(), source });
                }
                (folder, Some(start))
            }
            _ => return Err(SetError::NoFolder { path: path.to_owned(), source }),
        },
    };
    let (mut candidates, others) = candidates(folder);
    if let Some(wanted) = wanted {
        candidates.retain(|file| file.set == wanted);
    }
    choose(folder, candidates, others)
}

/// The candidates of one set, by what they hold.
type Parts = BTreeMap<Part, Vec<Candidate>>;

/// The one complete set among the candidates.
fn choose(
    folder: &Path,
    candidates: Vec<Candidate>,
    others: Vec<PathBuf>,
) -> Result<SetFiles, SetError> {
    let found: Vec<PathBuf> = candidates.iter().map(|file| file.path.clone()).collect();
    let mut sets: BTreeMap<String, Parts> = BTreeMap::new();
    for file in candidates {
        let parts = sets.entry(file.set.clone()).or_default();
        parts.entry(file.part).or_default().push(file);
    }
    for files in sets.values_mut().flat_map(BTreeMap::values_mut) {
        keep_nearest(files);
    }
    let complete = || sets.iter().filter(|(_, parts)| missing(parts).is_none());
    let nearest = complete().map(|(_, parts)| depth(parts)).min();
    let nearest: Vec<_> = complete().filter(|(_, parts)| Some(depth(parts)) == nearest).collect();
    match nearest.as_slice() {
        [] => {
            let fullest = sets.values().max_by_key(|parts| parts.len());
            let part = fullest.and_then(missing).unwrap_or(Part::TrainingImages.name());
            let found = names(folder, found.into_iter().chain(others));
            Err(SetError::Missing { folder: folder.to_owned(), part, found })
        }
        [(_, parts)] => files_of(folder, parts),
        several => {
            let choices = several.iter().map(|(set, _)| (*set).clone()).collect();
            Err(SetError::Several { folder: folder.to_owned(), choices })
        }
    }
}

/// The files of a complete set, of which each must be there once.
fn files_of(folder: &Path, parts: &Parts) -> Result<SetFiles, SetError> {
    let one = |part| match parts.get(&part).map(Vec::as_slice) {
        Some([file]) => Ok(file.path.clone()),
        several => {
            let paths = several.unwrap_or_default().iter().map(|file| file.path.clone());
            Err(SetError::Several { folder: folder.to_owned(), choices: names(folder, paths) })
        }
    };
    Ok(SetFiles {
        training_images: one(Part::TrainingImages)?,
        training_labels: one(Part::TrainingLabels)?,
        test_images: one(Part::TestImages)?,
        test_labels: one(Part::TestLabels)?,
    })
}

/// The first part that a set lacks.
fn missing(parts: &Parts) -> Option<&'static str> {
    Part::ALL.into_iter().find(|part| !parts.contains_key(part)).map(Part::name)
}

/// How far below the folder the deepest file of a set is.
fn depth(parts: &Parts) -> usize {
    parts.values().flatten().map(|file| file.depth).max().unwrap_or(0)
}

/// Paths as they are below the folder.
fn names(folder: &Path, paths: impl Iterator<Item = PathBuf>) -> Vec<String> {
    paths.map(|path| path.strip_prefix(folder).unwrap_or(&path).display().to_string()).collect()
}

/// Keeps the files that are least deep and, of one name, the one that is unpacked.
fn keep_nearest(files: &mut Vec<Candidate>) {
    let nearest = files.iter().map(|file| file.depth).min();
    files.retain(|file| Some(file.depth) == nearest);
    let unpacked: BTreeSet<PathBuf> =
        files.iter().filter(|file| !file.packed).map(|file| file.path.clone()).collect();
    files.retain(|file| !file.packed || !unpacked.contains(&file.path.with_extension("")));
}

/// The files at or below the folder that may be parts of sets, and the other files.
fn candidates(folder: &Path) -> (Vec<Candidate>, Vec<PathBuf>) {
    let (mut candidates, mut others) = (Vec::new(), Vec::new());
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut left = MOST_ENTRIES;
    while let Some((folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().take(left);
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        left -= paths.len();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                if depth < DEPTH {
                    folders.push((path, depth + 1));
                }
                continue;
            }
            match parse(&name) {
                Some((set, part, packed)) => {
                    candidates.push(Candidate { path, depth, set, part, packed });
                }
                None => others.push(path),
            }
        }
    }
    (candidates, others)
}

/// The set, the part and whether it is packed, by a file's name: `train-images-idx3-ubyte`,
/// `t10k-labels.idx1-ubyte.gz`, `emnist-letters-test-images-idx3-ubyte`,
/// `qmnist-train-labels-idx2-int.gz`.
fn parse(name: &str) -> Option<(String, Part, bool)> {
    let name = name.to_lowercase();
    let (name, packed) = match name.strip_suffix(".gz") {
        Some(name) => (name, true),
        None => (&*name, false),
    };
    let words: Vec<&str> = name.split(['-', '.', '_']).collect();
    let format = words.iter().position(|word| is_idx(word))?;
    let [.., split, kind] = words.get(..format)? else { return None };
    let part = match (*split, *kind) {
        ("train", "images") => Part::TrainingImages,
        ("train", "labels") => Part::TrainingLabels,
        ("t10k" | "test", "images") => Part::TestImages,
        ("t10k" | "test", "labels") => Part::TestLabels,
        _ => return None,
    };
    let before: usize = words[..format - 2].iter().map(|word| word.len() + 1).sum();
    Some((name[..before.saturating_sub(1)].to_owned(), part, packed))
}

/// Whether a word is `idx1`, `idx2` ...
fn is_idx(word: &str) -> bool {
    word.strip_prefix("idx").is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        folder
    }

    fn found(folder: &Path) -> Result<Vec<String>, String> {
        let files = find(folder).map_err(|error| error.to_string())?;
        let SetFiles { training_images, training_labels, test_images, test_labels } = files;
        let below = |path: PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
        Ok([training_images, training_labels, test_images, test_labels].map(below).to_vec())
    }

    #[test]
    fn names_say_which_part_of_which_set_a_file_is() {
        let part = |name| parse(name).map(|(set, part, packed)| format!("{set} {part:?} {packed}"));
        let names = [
            "train-images-idx3-ubyte",
            "train-images.idx3-ubyte",
            "t10k-labels-idx1-ubyte.gz",
            "Train-Labels_idx1_ubyte",
            "emnist-letters-test-images-idx3-ubyte.gz",
            "qmnist-train-labels-idx2-int",
            "fashion.mnist-train-labels-idx1-ubyte",
        ];
        assert_eq!(
            names.map(|name| part(name).unwrap()),
            [
                " TrainingImages false",
                " TrainingImages false",
                " TestLabels true",
                " TrainingLabels false",
                "emnist-letters TestImages true",
                "qmnist TrainingLabels false",
                "fashion.mnist TrainingLabels false",
            ]
        );
        for other in ["train-images", "idx3-ubyte", "images-idx3", "train.idx3-ubyte", "a.txt"] {
            assert_eq!(part(other), None, "{other}");
        }
    }

    #[test]
    fn the_usual_folders_are_found() {
        let flat = [
            "train-images.idx3-ubyte",
            "train-labels.idx1-ubyte",
            "t10k-images.idx3-ubyte",
            "t10k-labels.idx1-ubyte",
        ];
        assert_eq!(found(folder(&flat).path()).unwrap(), flat);
        let nested = flat.map(|name| format!("{name}/{name}"));
        let nested = nested.each_ref().map(String::as_str);
        assert_eq!(found(folder(&nested).path()).unwrap(), nested);
        let raw = flat.map(|name| format!("MNIST/raw/{name}"));
        let packed = raw.each_ref().map(|name| format!("{name}.gz"));
        let both: Vec<&str> = raw.iter().chain(&packed).map(String::as_str).collect();
        assert_eq!(found(folder(&both).path()).unwrap(), raw);
    }

    #[test]
    fn of_several_sets_one_must_be_named() {
        let emnist = ["letters", "digits"].map(|set| {
            ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"]
                .map(|part| format!("gzip/emnist-{set}-{part}-ubyte.gz"))
        });
        let names: Vec<&str> = emnist.iter().flatten().map(String::as_str).collect();
        let folder = folder(&names);
        let message = find(folder.path()).unwrap_err().to_string();
        assert!(message.contains("emnist-digits, emnist-letters"), "{message}");
        let letters = find(&folder.path().join("gzip/emnist-letters")).unwrap();
        assert!(letters.test_labels.ends_with("emnist-letters-test-labels-idx1-ubyte.gz"));
        assert!(find(&folder.path().join("gzip/emnist-leters")).is_err());
    }

    #[test]
    fn what_is_missing_and_what_is_there_instead_are_named() {
        let some = folder(&["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "mnist.npz"]);
        let message = found(some.path()).unwrap_err();
        let message = message.replace(&some.path().display().to_string(), "FOLDER");
        insta::assert_snapshot!(message);
        let empty = folder(&[]);
        let message = found(empty.path()).unwrap_err();
        let message = message.replace(&empty.path().display().to_string(), "FOLDER");
        insta::assert_snapshot!(message);
        let message = found(&empty.path().join("no/where")).unwrap_err();
        assert!(message.contains("no/where is no folder"), "{message}");
    }
}
