//! Configs and flags that nobody would write: each is a plan or a message, in bounded memory.
//!
//! FUZZ_CASES says how many cases there are of each kind; scripts/tests/fuzz.sh takes a million.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::alloc::System;
use std::path::Path;

use cap::Cap;
use experiment::{Overrides, load};
use proptest::prelude::*;
use proptest::sample::select;

/// Whatever a config says, reading it takes less than this, a sweep of 100,000 points included: an
/// allocation beyond it ends the process.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 256 << 20);

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(
        std::env::var("FUZZ_CASES").map_or(20_000, |cases| cases.parse().unwrap()),
    )
}

/// Loads a config, and whatever it comes to makes sense of it as the program does.
fn read(folder: &Path, text: &[u8], set: &[String]) -> Result<(), TestCaseError> {
    let file = folder.join("x.toml");
    std::fs::write(&file, text).unwrap();
    let set = set.iter().map(|text| ("--set".to_owned(), text.clone())).collect();
    match load(&[file], &Overrides { set, ..Overrides::default() }) {
        Ok(plan) => {
            for experiment in &plan.experiments {
                prop_assert!(!experiment.arms.is_empty() && !experiment.seeds.is_empty());
                prop_assert!(!experiment.title.contains(char::is_control));
                for name in experiment.arms.iter().map(|arm| &arm.name).chain([&experiment.name]) {
                    prop_assert_eq!(
                        Path::new(name).components().count(),
                        1,
                        "{:?} leaves its folder",
                        name
                    );
                    prop_assert!(
                        Path::new("out").join(name).starts_with("out"),
                        "{:?} leaves its folder",
                        name
                    );
                    prop_assert!(!name.contains(char::is_control) && !name.starts_with('.'));
                }
            }
            let runs = plan
                .experiments
                .iter()
                .map(|experiment| experiment.arms.len() * experiment.seeds.len());
            if runs.sum::<usize>() < 1_000 {
                for run in plan.runs() {
                    drop((run.id(), run.to_toml(), run.settings.memory(70_000).total()));
                }
            }
        }
        Err(problems) => prop_assert!(!problems.render(false).is_empty()),
    }
    Ok(())
}

/// Keys that mean something, and a few that do not.
const KEYS: [&str; 51] = [
    "name",
    "title",
    "seeds",
    "backend",
    "init",
    "init.kind",
    "init.std",
    "init.bias",
    "init.layers.1",
    "init.layers",
    "init.layers.last",
    "init.min",
    "init.max",
    "init.gain",
    "model.hidden",
    "model.activation",
    "model.bias",
    "model",
    "optimizer",
    "optimizer.kind",
    "optimizer.betas",
    "optimizer.epsilon",
    "optimizer.learning_rate",
    "optimizer.schedule",
    "optimizer.schedule.end",
    "optimizer.mup_base_width",
    "training.batch_size",
    "training.epochs",
    "training.max_steps",
    "training.checkpoint_every",
    "training.last_batch",
    "data.set",
    "data.validation",
    "data.normalize",
    "arms.a",
    "arms.a.init.std",
    "arms.uniform_0.1",
    "arms",
    "a.b.c",
    "sweep",
    "sweep.zip",
    "sweep.init",
    "sweep.\"init\"",
    "sweep.\"init.std\"",
    "sweep.init.std",
    "sweep.\"model.hidden\"",
    "sweep.\"model.hidden.depth\"",
    "sweep.\"optimizer.learning_rate\"",
    "sweep.training.batch_size",
    "sweep.training.epochs",
    "sweep.seeds",
];

/// Values that mean something somewhere, and a few that never do.
const VALUES: [&str; 58] = [
    "0",
    "1",
    "-1",
    "3",
    "128",
    "59999",
    "100000",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "0.1",
    "-0.0",
    "1e-300",
    "1e300",
    "inf",
    "-inf",
    "nan",
    "true",
    "\"\"",
    "\"zeros\"",
    "\"normal\"",
    "\"adam\"",
    "\"sgd\"",
    "\"linear\"",
    "\"relu\"",
    "\"flex\"",
    "\"../up\"",
    "\"/etc\"",
    "\"con.txt\"",
    "\"a\\u0000b\"",
    "\"$\\beta$\"",
    "128.0",
    ".5",
    "5.",
    "\".\"",
    "[65536, 65536]",
    "[]",
    "[256, 128]",
    "[0, 0]",
    "[0.9, 0.999]",
    "1979-05-27",
    "{ kind = \"truncated_normal\", std = 0.1, bias = { kind = \"constant\", value = 1 } }",
    "[0.1, 1]",
    "[1, 2, 3]",
    "[[64], [64, 64], []]",
    "[\"zeros\", \"normal\", \"he normal\"]",
    "[{}]",
    "[nan, inf]",
    "{ linear = [0, 1], n = 3 }",
    "{ log = [1e-4, 1.0], n = 25 }",
    "{ log = [-1, nan], n = 0 }",
    "{ linear = [-1e308, 1e308], n = 7 }",
    "{ linear = [1, 2], n = 1000000000000 }",
    "{ values = [1, 2], scale = \"log\" }",
    "{ at = 0.1, scale = \"log\" }",
    "[[\"init.std\", \"training.epochs\"]]",
    "1,2",
    "zeros, leaky_relu(0.2),",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&VALUES[..]).prop_map(str::to_owned),
        1 => "[-0-9a-z\"'{}\\[\\]=., ]{0,20}",
        1 => "\\PC{0,12}",
    ]
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (select(&KEYS[..]), value()).prop_map(|(key, value)| format!("{key} = {value}\n")),
        2 => select(&KEYS[..]).prop_map(|key| format!("[{key}]\n")),
        1 => ("\\PC{0,10}", value()).prop_map(|(key, value)| format!("[arms.{key:?}]\n\
         name = {value}\n")),
        1 => "\\PC{0,30}\n",
    ]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_config_is_a_plan_or_a_message(lines in prop::collection::vec(line(), 0..8)) {
        let folder = tempfile::tempdir_in(scratch()).unwrap();
        read(folder.path(), lines.concat().as_bytes(), &[])?;
    }

    #[test]
    fn any_bytes_are_a_plan_or_a_message(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir_in(scratch()).unwrap();
        read(folder.path(), &bytes, &[])?;
    }

    #[test]
    fn any_flags_are_a_plan_or_a_message(
        set in prop::collection::vec((select(&KEYS[..]), value(), any::<bool>()), 1..4),
        stray in "\\PC{0,30}",
    ) {
        let mut set: Vec<String> =
            set.into_iter().map(|(key, value, spaced)| {
                let equals = if spaced { " = " } else { "=" };
                format!("{key}{equals}{value}")
            }).collect();
        let folder = tempfile::tempdir_in(scratch()).unwrap();
        read(folder.path(), b"[arms.a]\n[arms.b]\ninit = \"ones\"\n", &set)?;
        set.push(stray);
        read(folder.path(), b"", &set)?;
    }
}

/// Memory where there is some to write files to, since millions are written.
fn scratch() -> std::path::PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

#[test]
fn the_largest_sweeps_fit_into_memory_and_larger_ones_are_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let axis = |n: u32| format!("{{ log = [1e-9, 1.0], n = {n} }}");
    for (epsilon, rate) in [(316, 316), (10_000, 10_000)] {
        let text = format!(
            "[sweep]\noptimizer.epsilon = {}\noptimizer.learning_rate = {}\n",
            axis(epsilon),
            axis(rate)
        );
        read(folder.path(), text.as_bytes(), &[]).unwrap();
    }
    let deep = format!("[sweep]\n\"{}a\" = [1]", "a.".repeat(100_000));
    read(folder.path(), deep.as_bytes(), &[]).unwrap();
}

#[test]
fn what_is_nested_without_end_is_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let deep = 100_000;
    for text in [
        format!("init = {}", "[".repeat(deep)),
        format!("init = {}1{}", "{a=".repeat(deep), "}".repeat(deep)),
        format!("{}a = 1", "a.".repeat(deep)),
        format!("[{}a]", "a.".repeat(deep)),
    ] {
        read(folder.path(), text.as_bytes(), &[]).unwrap();
        read(folder.path(), b"", &[text]).unwrap();
    }
}
