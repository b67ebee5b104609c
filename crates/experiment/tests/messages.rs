//! Every message that a person reads about a config, as it looks.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::{Path, PathBuf};

use common::{load_text, said, said_with};
use experiment::{Overrides, load};
use insta::assert_snapshot;

#[test]
fn an_unknown_key_gets_the_nearest_known_one() {
    assert_snapshot!(said("[optimizer]\nlerning_rate = 0.01\n"));
}

#[test]
fn an_unknown_key_unlike_any_gets_the_list() {
    assert_snapshot!(said("[training]\nfoo = 1\n"));
}

#[test]
fn an_unknown_key_at_the_top_is_found() {
    assert_snapshot!(said("seed = 3\n"));
}

#[test]
fn text_that_is_not_toml_is_marked_where_it_ceases_to_be() {
    assert_snapshot!(said("title = \"x\"\ninit = { kind = \"normal\" std = 0.1 }\n"));
}

#[test]
fn a_key_that_is_there_twice_is_marked() {
    assert_snapshot!(said("title = \"x\"\ntitle = \"y\"\n"));
}

#[test]
fn every_problem_of_a_file_is_told_at_once() {
    assert_snapshot!(said(
        "backend = \"cuda\"\n[training]\nepochs = 0\nbatch_size = \"big\"\nlast_batch = \"kep\"\n\
         [data]\nvalidation = 60000\n"
    ));
}

#[test]
fn an_initializer_that_is_not_there_gets_the_nearest_one() {
    assert_snapshot!(said("init = \"trunc_normal\"\n"));
}

#[test]
fn a_parameter_out_of_its_range_is_marked() {
    assert_snapshot!(said("init = { kind = \"normal\", std = -0.1 }\n"));
}

#[test]
fn bounds_that_cross_are_marked() {
    assert_snapshot!(said("init = { kind = \"uniform\", min = 1.0, max = -1.0 }\n"));
}

#[test]
fn a_parameter_of_another_kind_is_marked() {
    assert_snapshot!(said("init = { kind = \"uniform\", min = 0.0, max = 1.0, std = 0.1 }\n"));
}

#[test]
fn a_slip_in_a_short_name_gets_the_name_that_was_meant() {
    assert_snapshot!(said("init = { kind = \"normal\", sdt = 0.1 }\n"));
}

#[test]
fn parameters_without_a_kind_ask_for_one() {
    assert_snapshot!(said("init = { std = 0.1 }\n"));
}

#[test]
fn a_batch_larger_than_the_data_is_marked() {
    assert_snapshot!(said("training = { batch_size = 60000 }\n"));
}

#[test]
fn epochs_and_steps_exclude_each_other() {
    assert_snapshot!(said("[training]\nepochs = 2\nmax_steps = 100\n"));
}

#[test]
fn a_layer_that_is_not_there_is_marked() {
    assert_snapshot!(said("init = { kind = \"zeros\", layers.4 = \"ones\" }\n"));
}

#[test]
fn a_bias_without_biases_is_marked() {
    assert_snapshot!(said(
        "model = { bias = false }\ninit = { kind = \"normal\", std = 0.1, bias = \"ones\" }\n"
    ));
}

#[test]
fn an_arm_that_is_wrong_is_marked_where_it_stands() {
    assert_snapshot!(said(
        "[arms.a]\ninit = \"zeros\"\n[arms.b]\noptimizer = { learning_rate = -1 }\nseeds = 3\n"
    ));
}

#[test]
fn names_that_would_leave_the_folder_are_refused() {
    assert_snapshot!(said("name = \"../etc\"\n[arms.\"a/b\"]\n[arms.nul]\n"));
}

#[test]
fn seeds_are_whole_and_different() {
    assert_snapshot!(said("seeds = [1, -2, 1, 0.5]\n"));
}

#[test]
fn a_flag_is_marked_like_a_file() {
    assert_snapshot!(said_with("", &["optimizer.lr=0.1", "init.std", "training.epochs=two"]));
}

#[test]
fn a_file_that_is_not_there_gets_the_nearest_one() {
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs");
    let problems = load(&[configs.join("trunc_norm.toml")], &Overrides::default()).unwrap_err();
    let said = problems.to_string().replace(&configs.display().to_string(), "configs");
    assert_snapshot!(said);
}

#[test]
fn two_files_of_one_name_would_write_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> =
        ["a", "b"].iter().map(|name| folder.path().join(name).join("x.toml")).collect();
    for file in &files {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
    }
    let problems = load(&files, &Overrides::default()).unwrap_err();
    assert_snapshot!(problems.to_string().replace(&folder.path().display().to_string(), "."));
}

#[test]
fn mups_rates_are_for_adam() {
    assert_snapshot!(said("[optimizer]\nkind = \"sgd\"\nmup_base_width = 64\n"));
}

#[test]
fn a_balanced_start_needs_an_activation_that_lets_factors_through() {
    assert_snapshot!(said(
        "model.activation = \"tanh\"\ninit = { kind = \"krahenbuhl\", balance = true }\n"
    ));
}

#[test]
fn what_cannot_be_recorded_is_refused() {
    assert_snapshot!(said("record.every = 0\n"));
    assert_snapshot!(said("record.every = \"lgo\"\n"));
    assert_snapshot!(said("record = { layer = true, images = 1 }\n"));
    assert_snapshot!(said(
        "model.hidden = { width = 64, depth = 500 }\ntraining.epochs = 1000\n\
         record = { layers = true, every = 1 }\n"
    ));
}

#[test]
fn a_resolved_config_says_where_its_settings_stand() {
    assert_snapshot!(said(
        "training.epochs = 3\n[sweep]\n\"training.epochs\" = { at = 2, scale = \"log\" }\n"
    ));
}

#[test]
fn what_ends_within_a_character_is_marked_all_the_same() {
    for flag in ["=),\u{2000}", "init.std=é", "\u{2000}=1", "init=[\u{2000}", "é"] {
        let said = said_with("", &["name=0", flag]);
        assert!(said.contains("error") && said.contains("--set"), "{said}");
    }
}

#[test]
fn a_device_that_the_backend_does_not_know_is_marked() {
    assert_snapshot!(said("device = 1\n"));
}

#[test]
fn a_device_of_no_kind_gets_the_nearest_one() {
    assert_snapshot!(said_with("backend = \"wgpu\"\n", &["device=integrate"]));
}

#[test]
fn a_dot_in_an_arms_name_is_quoted() {
    assert_snapshot!(said("[arms.uniform_0.1]\ninit = \"zeros\"\n"));
    assert_snapshot!(said("[arms.a.modle]\nbias = false\n"));
    load_text("[arms.\"uniform_0.1\"]\n[arms.a.model]\nbias = false\n", &[]).unwrap();
}

/// What is said of a file of that name and content.
fn said_of(name: &str, content: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    let error = load(&[file], &Overrides::default()).expect_err("the file is wrong");
    error.to_string().replace(&folder.path().display().to_string(), "configs")
}

#[test]
fn a_file_whose_name_cannot_be_a_folder_is_named() {
    assert_snapshot!(said_of("my experiment (1).toml", b"init = \"zeros\"\n"));
    assert_snapshot!(said_of("gr\u{f6}\u{df}e.toml", b"init = \"zeros\"\n"));
}

#[test]
fn a_file_that_is_not_utf_8_is_marked_where_it_ceases_to_be() {
    assert_snapshot!(said_of("latin1.toml", b"seeds = 2\ntitle = \"Gr\xf6\xdfe\"\n"));
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16)
        .chain("seeds = 2".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_snapshot!(said_of("utf16.toml", &utf16));
}

#[test]
fn names_that_differ_in_case_only_are_one_folder_somewhere() {
    assert_snapshot!(said("[arms.A]\n[arms.a]\n"));
    assert_snapshot!(said("[sweep]\n\"data.set\" = [\"A\", \"a\"]\n"));
    let folder = tempfile::tempdir().unwrap();
    let files = ["Study.toml", "study.toml"].map(|name| folder.path().join(name));
    for (number, file) in files.iter().enumerate() {
        // Where the two are one file already, another name says the same.
        let name = if number == 0 { "Study" } else { "study" };
        std::fs::write(file, format!("name = \"{name}\"\n")).unwrap();
    }
    if let Err(error) = load(&files, &Overrides::default()) {
        assert!(error.diagnostics[0].message.contains("case does not count"), "{error}");
    }
}

#[test]
fn a_number_is_shown_as_it_is_written() {
    assert_snapshot!(said("training.batch_size = 128.5\n"));
    assert_snapshot!(said("[optimizer]\nepsilon = 1e-60\n"));
    assert_snapshot!(said("seeds = [18446744073709551615]\n"));
    assert_snapshot!(said("init = { kind = \"normal\", std = .001 }\n"));
    assert_snapshot!(said("init = { kind = \"normal\", std = 1. }\n"));
}

#[test]
fn control_characters_in_a_title_become_what_was_meant() {
    let title = "title = \"Adam with $\\beta_1 = 0.5$\\u0007\"\n";
    let plan = load_text(title, &[]).unwrap();
    assert_eq!(plan.experiments[0].title, "Adam with $\\beta_1 = 0.5$\\u0007");
    let shown = plan.warnings.render(false);
    let start = shown.find("/x.toml").unwrap();
    let path = shown[..start].rfind(' ').unwrap() + 1;
    assert_snapshot!(format!("{}configs{}", &shown[..path], &shown[start..]));
    assert!(load_text("title = 'Adam with $\\beta_1$'\n", &[]).unwrap().warnings.is_empty());
}
