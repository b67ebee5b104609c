//! How much memory runs take, by their settings.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use experiment::{MemoryEstimate, Overrides, load};

fn estimate(text: &str) -> MemoryEstimate {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    load(&[file], &Overrides::default()).unwrap().runs()[0].settings.memory(70_000)
}

#[test]
fn memory_grows_with_what_a_run_holds() {
    let total = |text: &str| estimate(text).total();
    let usual = total("");
    for more in ["model.hidden = [1024]", "training.batch_size = 20000"] {
        assert!(total(more) > usual, "{more}");
    }
    for less in ["optimizer = \"sgd\"", "model.hidden = []", "model.bias = false"] {
        assert!(total(less) < usual, "{less}");
    }
}

#[test]
fn estimates_are_near_to_what_was_measured() {
    // Megabytes of memory at the peak of a run with the backend flex.
    for (text, measured) in [
        ("", 120.0),
        ("model.hidden = [4096, 4096]", 526.0),
        ("model.hidden = [4096, 4096]\noptimizer = \"sgd\"", 461.0),
        ("training.batch_size = 20000", 268.0),
        ("model.hidden = [1024, 1024, 1024]\ntraining.batch_size = 8000", 431.0),
    ] {
        let estimated = estimate(text).total() as f64 / 1e6;
        assert!((0.9..1.4).contains(&(estimated / measured)), "{text}: {estimated}, {measured}");
    }
}

#[test]
fn what_a_run_takes_is_told_part_by_part() {
    insta::assert_snapshot!(estimate("model.hidden = [65536, 65536]"));
    let largest = "model.hidden = { width = 65536, depth = 1000 }\n";
    assert!(estimate(largest).total() > 1 << 40);
}
