//! Sets that are none: each folder is read or refused, in bounded memory.
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

/// A file of so many items, with the numbers of its header and its length as they should be, or
/// not.
fn file(item: usize, dimensions: &'static [u32], label: bool) -> impl Strategy<Value = Vec<u8>> {
    let count = prop_oneof![6 => 0u32..5, 1 => any::<u32>()];
    let shape =
        prop_oneof![8 => Just(dimensions.to_vec()), 1 => prop::collection::vec(any::<u32>(), 0..3)];
    let magic =
        prop_oneof![8 => Just([0, 0, 8, dimensions.len() as u8 + 1]), 1 => any::<[u8; 4]>()];
    let extra = prop_oneof![8 => Just(0isize), 1 => -3isize..4];
    let form =
        (any::<bool>(), prop::option::weighted(0.1, any::<prop::sample::Index>()), any::<u8>());
    (magic, count, shape, extra, form).prop_map(
        move |(magic, count, shape, extra, (packed, flip, filling))| {
            let mut bytes = magic.to_vec();
            bytes.extend(
                [vec![count], shape].concat().iter().flat_map(|number| number.to_be_bytes()),
            );
            let length = (count.min(5) as usize * item).saturating_add_signed(extra);
            bytes.resize(bytes.len() + length, if label { filling % 11 } else { filling });
            if packed {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).unwrap();
                bytes = encoder.finish().unwrap();
            }
            if let Some(flip) = flip {
                let place = flip.index(bytes.len());
                bytes[place] ^= filling | 1;
            }
            bytes
        },
    )
}

fn images() -> impl Strategy<Value = Vec<u8>> {
    file(mnist::PIXELS, &[28, 28], false)
}

fn labels() -> impl Strategy<Value = Vec<u8>> {
    file(1, &[], true)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_folder_is_a_set_or_a_message(
        files in (images(), labels(), images(), labels()), validation in 0usize..6,
    ) {
        let memory = Path::new("/dev/shm");
        let memory = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(memory).unwrap();
        let names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
        for (name, bytes) in names.into_iter().zip([files.0, files.1, files.2, files.3]) {
            std::fs::write(folder.path().join(format!("{name}-ubyte")), bytes).unwrap();
        }
        match ImageSet::from_folder(folder.path(), validation) {
            Ok(set) => {
                prop_assert_eq!(set.validation.len(), validation);
                for split in [&set.training, &set.validation, &set.test] {
                    prop_assert_eq!(split.pixels().len(), split.labels().len() * mnist::PIXELS);
                    prop_assert!(split.labels().iter().all(|&label| usize::from(label) < mnist::CLASSES));
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
