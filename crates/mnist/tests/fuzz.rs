//! Folders of anything: each is read as a set or refused, in bounded memory.
//!
//! FUZZ_CASES says how many cases there are; scripts/tests/fuzz.sh takes a million.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::alloc::System;
use std::io::Write;
use std::path::Path;

use cap::Cap;
use flate2::Compression;
use flate2::write::GzEncoder;
use mnist::ImageSet;
use proptest::prelude::*;

/// A small file may claim to be a large one: no more than 64 MiB are believed before they are seen,
/// and an allocation beyond this ends the process.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 96 << 20);

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(
        std::env::var("FUZZ_CASES").map_or(20_000, |cases| cases.parse().unwrap()),
    )
}

/// How a file is packed: not at all, as one gzip member, as two, or with something after it.
#[derive(Debug, Clone, Copy)]
enum Packing {
    Plain,
    OneMember,
    TwoMembers,
    Trailing,
}

fn packed(bytes: &[u8], packing: Packing) -> Vec<u8> {
    let member = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    match packing {
        Packing::Plain => bytes.to_vec(),
        Packing::OneMember => member(bytes),
        Packing::TwoMembers => {
            let (first, second) = bytes.split_at(bytes.len() / 3);
            [member(first), member(second)].concat()
        }
        Packing::Trailing => [member(bytes), b"trailing".to_vec()].concat(),
    }
}

/// A file of so many items, with the numbers of its header and its length as they should be, or
/// not.
fn file(
    numbers: impl Strategy<Value = u8> + 'static,
    dimensions: impl Strategy<Value = Vec<u32>> + 'static,
) -> impl Strategy<Value = Vec<u8>> {
    let count = prop_oneof![6 => 0u32..5, 1 => any::<u32>()];
    let wrong_start = prop::option::weighted(0.1, any::<[u8; 4]>());
    let extra = prop_oneof![8 => Just(0isize), 1 => -3isize..4];
    let packing = prop_oneof![
        4 => Just(Packing::Plain), 2 => Just(Packing::OneMember),
        1 => Just(Packing::TwoMembers), 1 => Just(Packing::Trailing),
    ];
    let form = (packing, prop::option::weighted(0.1, any::<prop::sample::Index>()), any::<u8>());
    (numbers, dimensions, wrong_start, count, extra, form).prop_map(
        |(numbers, dimensions, wrong_start, count, extra, (packing, flip, filling))| {
            let start = [0, 0, numbers, dimensions.len() as u8 + 1];
            let mut bytes = wrong_start.unwrap_or(start).to_vec();
            let item = dimensions.iter().map(|&size| size.min(30) as usize).product::<usize>();
            bytes.extend([vec![count], dimensions].concat().iter().flat_map(|n| n.to_be_bytes()));
            let width = match numbers {
                0x0b => 2,
                0x0c | 0x0d => 4,
                _ => 1,
            };
            let length = (count.min(5) as usize * item * width).saturating_add_signed(extra);
            // Zeros before the last byte of a number make it a small one.
            bytes.extend((0..length).map(|at| if at % width + 1 == width { filling } else { 0 }));
            let mut bytes = packed(&bytes, packing);
            if let Some(flip) = flip {
                let index = flip.index(bytes.len());
                bytes[index] ^= filling | 1;
            }
            bytes
        },
    )
}

fn images() -> impl Strategy<Value = Vec<u8>> {
    let numbers = prop_oneof![9 => Just(8u8), 1 => any::<u8>()];
    let size = prop_oneof![8 => Just(vec![4, 4]), 1 => prop::collection::vec(0u32..30, 0..4),
        1 => prop::collection::vec(any::<u32>(), 2..3)];
    file(numbers, size)
}

fn labels() -> impl Strategy<Value = Vec<u8>> {
    let numbers = prop_oneof![
        6 => Just(8u8), 1 => Just(9), 1 => Just(11), 2 => Just(12), 1 => Just(13), 1 => any::<u8>(),
    ];
    let columns = prop_oneof![6 => Just(Vec::new()), 2 => Just(vec![8]),
        1 => prop::collection::vec(any::<u32>(), 0..3)];
    file(numbers, columns)
}

/// A folder in memory, where there is such a place.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let memory = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::tempdir_in(memory).unwrap()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_folder_is_a_set_or_a_message(
        files in (images(), labels(), images(), labels()), validation in 0usize..6,
        names in prop::sample::select(NAMES),
    ) {
        let folder = folder();
        for (name, bytes) in names.into_iter().zip([files.0, files.1, files.2, files.3]) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        match ImageSet::from_folder(folder.path(), validation) {
            Ok(set) => {
                let shape = set.shape();
                prop_assert_eq!(set.validation.len(), validation);
                prop_assert!((2..=1_000).contains(&shape.classes));
                prop_assert_eq!(set.files().len(), 4);
                for split in [&set.training, &set.validation, &set.test] {
                    prop_assert_eq!(split.pixels().len(), split.labels().len() * shape.pixels());
                    let classes = shape.classes;
                    prop_assert!(split.labels().iter().all(|&label| usize::from(label) < classes));
                }
                let _ = (set.summary(), set.note());
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn any_names_are_a_set_or_a_message(
        names in prop::collection::vec(
            "(a/|MNIST/raw/)?(emnist-[a-c]-|qmnist-)?(train|t10k|test|xval)[-.]\
             (images|labels)[-._]idx[0-4][-.](ubyte|int)(\\.gz)?", 0..10,
        ),
    ) {
        let folder = folder();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let error = ImageSet::from_folder(folder.path(), 0).unwrap_err().to_string();
        prop_assert!(!error.is_empty());
    }
}

const NAMES: &[[&str; 4]] = &[
    [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ],
    [
        "raw/train-images.idx3-ubyte",
        "raw/train-labels.idx1-ubyte",
        "raw/t10k-images.idx3-ubyte",
        "raw/t10k-labels.idx1-ubyte",
    ],
    [
        "qmnist-train-images-idx3-ubyte.gz",
        "qmnist-train-labels-idx2-int.gz",
        "qmnist-test-images-idx3-ubyte.gz",
        "qmnist-test-labels-idx2-int.gz",
    ],
];
