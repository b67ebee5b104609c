//! Configs that build on others, end to end: what is trained, shown, and found again later.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "../../training/testing/small_set.rs"]
mod small_set;

use common::{Lab, stderr};
use insta::assert_snapshot;

const BASE: &str = "seeds = 2\nmodel.hidden = [8]\ndata = { set = \"set\", validation = 100 }\n\
                    training = { batch_size = 50, max_steps = 3 }\n";

fn lab(config: &str) -> Lab {
    let lab = Lab::new();
    small_set::write_small_set(&lab.path().join("set"));
    lab.write("base.toml", BASE);
    std::fs::create_dir(lab.path().join("studies")).unwrap();
    lab.write("studies/x.toml", config);
    lab
}

#[test]
fn a_study_that_extends_another_is_trained_shown_and_known_later() {
    let lab = lab("extends = \"../base.toml\"\ninit = \"he_normal\"\n");
    let plan = lab.train(&["plan", "--config", "studies/x.toml"]);
    let plan = String::from_utf8(plan.stdout).unwrap();
    assert!(plan.contains("extends studies/../base.toml"), "{plan}");
    assert!(plan.contains("he_normal"), "{plan}");
    let runs = lab.json(&["--config", "studies/x.toml"]);
    assert_eq!(runs.as_array().unwrap().len(), 2);
    let status = |lab: &Lab| String::from_utf8(lab.train(&["status"]).stdout).unwrap();
    assert!(!status(&lab).contains("no longer says"), "{}", status(&lab));
    // The command is kept with all of its texts, so what the base says now does not matter.
    lab.write("base.toml", "seeds = 9\n");
    let said = status(&lab);
    assert!(said.contains("base.toml is not there, or no longer says"), "{said}");
    assert!(said.contains('2') && !said.contains('9'), "{said}");
}

#[test]
fn what_only_a_run_finds_out_is_marked_in_the_file_that_says_it() {
    let lab = lab("extends = \"../base.toml\"\ninit = \"he_normal\"\n");
    lab.write("base.toml", &BASE.replace("validation = 100", "validation = 100000"));
    let output = lab.train(&["plan", "--config", "studies/x.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(stderr(&output));
}
