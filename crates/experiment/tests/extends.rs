//! Configs that build on others: what the two make together, and what is said of their mistakes.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::path::Path;

use experiment::{ConfigError, Overrides, Plan, load, load_text};
use insta::assert_snapshot;

/// Loads the first of the files, with flags.
fn try_load(files: &[(&str, &str)], set: &[&str]) -> Result<Plan, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let set = set.iter().map(|text| ("--set".to_owned(), (*text).to_owned())).collect();
    load(&[folder.path().join(files[0].0)], &Overrides { set, ..Overrides::default() })
}

fn loaded(files: &[(&str, &str)]) -> Plan {
    try_load(files, &[]).unwrap()
}

/// What is said, without the folder's name.
fn said(files: &[(&str, &str)], set: &[&str]) -> String {
    let rendered = try_load(files, set).unwrap_err().render(false);
    let folder = format!("{}/", std::env::temp_dir().display());
    let mut text = String::new();
    let mut parts = rendered.split(&folder);
    text.push_str(parts.next().unwrap());
    parts.for_each(|part| text.push_str(part.split_once('/').unwrap().1));
    text
}

fn ids(plan: &Plan) -> Vec<(String, String)> {
    plan.runs().iter().map(|run| (run.arm.clone(), run.id())).collect()
}

#[test]
fn a_config_is_its_difference_from_the_one_that_it_extends() {
    let base = "title = \"Base\"\nseeds = 3\nmodel.hidden = [16]\ntraining.epochs = 5\n\
                init = { kind = \"normal\", std = 0.3 }\n";
    let child = "extends = \"base.toml\"\ninit.std = 0.01\ntraining.max_steps = 7\n";
    let whole = "seeds = 3\nmodel.hidden = [16]\ntraining.max_steps = 7\n\
                 init = { kind = \"normal\", std = 0.01 }\n";
    let plan = loaded(&[("x.toml", child), ("base.toml", base)]);
    assert_eq!(ids(&plan), ids(&loaded(&[("x.toml", whole)])));
    let experiment = &plan.experiments[0];
    assert_eq!((experiment.name.as_str(), experiment.title.as_str()), ("x", "x"));
    assert_eq!(experiment.bases.len(), 1);
    assert!(experiment.bases[0].0.ends_with("base.toml") && experiment.bases[0].1 == base);
}

#[test]
fn paths_are_relative_to_the_file_and_chains_are_followed() {
    let plan = loaded(&[
        ("a/x.toml", "extends = \"../b/middle.toml\"\nseeds = 2\n"),
        ("b/middle.toml", "extends = \"deep/base.toml\"\nmodel.hidden = [8]\nseeds = 9\n"),
        ("b/deep/base.toml", "init = \"zeros\"\nmodel.hidden = [4]\n"),
    ]);
    assert_eq!(
        ids(&plan),
        ids(&loaded(&[("x.toml", "init = \"zeros\"\nmodel.hidden = [8]\nseeds = 2\n")]))
    );
    assert_eq!(plan.experiments[0].bases.len(), 2);
}

#[test]
fn arms_of_one_name_are_merged_and_others_added() {
    let base = "[arms.a]\ninit = { kind = \"normal\", std = 0.3 }\n[arms.b]\ninit = \"zeros\"\n";
    let child = "extends = \"base.toml\"\n[arms.c]\ninit = \"ones\"\n[arms.a]\ninit.std = 0.2\n";
    let plan = loaded(&[("x.toml", child), ("base.toml", base)]);
    let whole = "[arms.a]\ninit = { kind = \"normal\", std = 0.2 }\n[arms.b]\ninit = \"zeros\"\n\
                 [arms.c]\ninit = \"ones\"\n";
    assert_eq!(ids(&plan), ids(&loaded(&[("x.toml", whole)])));
}

#[test]
fn an_axis_takes_the_place_of_the_bases_and_a_plain_value_takes_it_away() {
    let base = "init = { kind = \"normal\", std = 0.3 }\n[sweep]\n\"init.std\" = [0.1, 0.2]\n\
                training.epochs = [1, 2]\nzip = [[\"init.std\", \"training.epochs\"]]\n";
    let of = |child: &str| {
        let child = format!("extends = \"base.toml\"\n{child}");
        let arms = &loaded(&[("x.toml", &child), ("base.toml", base)]).experiments[0].arms.clone();
        arms.iter().map(|arm| arm.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(""), ["std=0.1,epochs=1", "std=0.2,epochs=2"]);
    assert_eq!(of("init.std = 0.5\n"), ["epochs=1", "epochs=2"]);
    assert_eq!(of("training.max_steps = 5\n"), ["std=0.1", "std=0.2"]);
    assert_eq!(of("[sweep]\ninit.std = [0.5, 0.6]\n"), ["std=0.5,epochs=1", "std=0.6,epochs=2"]);
    let with_own_value = "init.std = 0.9\n[sweep]\ninit.std = [0.5, 0.6]\n";
    assert_eq!(of(with_own_value), ["std=0.5,epochs=1", "std=0.6,epochs=2"]);
}

#[test]
fn a_plan_is_made_again_from_the_texts_alone() {
    let files =
        [("x.toml", "extends = \"base.toml\"\nseeds = 2\n"), ("base.toml", "init = \"zeros\"\n")];
    let plan = loaded(&files);
    let experiment = &plan.experiments[0];
    assert!(!experiment.file.exists(), "the folder is gone");
    let again =
        load_text(&experiment.file, &experiment.text, &experiment.bases, &Overrides::default());
    assert_eq!(ids(&again.unwrap()), ids(&plan));
    let text = "extends = \"base.toml\"\n";
    assert!(load_text(Path::new("x.toml"), text, &[], &Overrides::default()).is_err());
}

#[test]
fn a_circle_is_refused_with_the_chain() {
    assert_snapshot!(said(
        &[
            ("a.toml", "seeds = 2\nextends = \"b.toml\"\n"),
            ("b.toml", "extends = \"c.toml\"\n"),
            ("c.toml", "title = \"C\"\nextends = \"a.toml\"\n"),
        ],
        &[],
    ));
    assert_snapshot!(said(&[("a.toml", "extends = \"a.toml\"\n")], &[]));
}

#[test]
fn a_base_that_is_not_there_gets_the_nearest_one() {
    let files = [("x.toml", "extends = \"bse.toml\"\n"), ("base.toml", "")];
    assert_snapshot!(said(&files, &[]));
    assert_snapshot!(said(&[("x.toml", "extends = [\"base.toml\"]\n")], &[]));
}

#[test]
fn a_mistake_is_marked_in_the_file_that_has_it() {
    let base = "seeds = 2\n[init]\nkind = \"normal\"\nstdd = 0.1\n[arms.a]\ntraining.epochs = 0\n";
    let child = "extends = \"base.toml\"\n[arms.a]\nmodel.hidden = [0]\n[arms.A]\n";
    assert_snapshot!(said(&[("x.toml", child), ("base.toml", base)], &[]));
    let broken = [("x.toml", "extends = \"base.toml\"\n"), ("base.toml", "init = \n")];
    assert_snapshot!(said(&broken, &[]));
}

#[test]
fn extends_belongs_into_a_file() {
    assert_snapshot!(said(&[("x.toml", "")], &["extends=base.toml"]));
    assert_snapshot!(said(&[("x.toml", "[arms.a]\nextends = \"base.toml\"\n")], &[]));
}
