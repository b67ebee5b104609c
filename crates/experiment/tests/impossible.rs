//! Settings that do not go together are errors at the key that is at fault.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use experiment::{Overrides, load};

/// What loading a config says.
fn said(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, text).unwrap();
    match load(&[file], &Overrides::default()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn assert_refused(text: &str, expected: &str) {
    let said = said(text);
    assert!(said.contains(expected), "{text}\nsays\n{said}");
}

#[test]
fn residual_blocks_need_equal_widths_and_whole_blocks() {
    assert_refused(
        "model.residual = \"identity\"\n",
        "`model.residual` needs hidden layers of one width, but layer 1 has 256 units and layer 2 \
         has 128",
    );
    let deep = "model.hidden = { width = 8, depth = 4 }\n";
    assert_refused(
        &format!("{deep}model.residual = {{ kind = \"identity\", block = 2 }}\n"),
        "`model.residual` needs blocks of 2 from the hidden layers after the first, but these are 3",
    );
    assert_eq!(said(&format!("{deep}model.residual = {{ kind = \"rezero\", block = 3 }}\n")), "");
}

#[test]
fn batch_norm_needs_two_images() {
    let norm = "model.norm = \"batch\"\n";
    let expected = "`model.norm = \"batch\"` has no variance in a batch of one image";
    assert_refused(&format!("{norm}training.batch_size = 1\n"), expected);
    // 54999 = 9 * 6111, so that batches of 6 leave 3, and batches of 2 leave 1.
    let rest = "data.validation = 5001\ntraining = { batch_size = 2, last_batch = \"keep\" }\n";
    assert_refused(&format!("{norm}{rest}"), expected);
    assert_eq!(said(&format!("{norm}{}", rest.replace("keep", "drop"))), "");
}

#[test]
fn what_speaks_of_layers_speaks_of_those_that_there_are() {
    assert_refused(
        "optimizer.layer_rates = [1, 2]\n",
        "`optimizer.layer_rates` has 2, for 3 layers",
    );
    assert_refused(
        "training.freeze = [1, 4]\n",
        "`training.freeze` has layer 4, but the network has 3",
    );
    assert_refused("training.freeze = [1, 2, 3]\n", "nothing would be trained");
    assert_refused("training.freeze = [2, 1]\n", "must be in ascending order");
}

#[test]
fn initializers_that_look_at_data_need_the_plain_network() {
    assert_refused(
        "init = \"lsuv\"\nmodel.norm = \"layer\"\n",
        "`lsuv` is made for networks without `model.norm` and `model.residual`",
    );
}

#[test]
fn fixup_needs_blocks_of_two_layers() {
    assert_refused(
        "model.hidden = { width = 8, depth = 3 }\n\
         model.residual = { kind = \"fixup\", block = 1 }\n",
        "`model.residual.block` must be a whole number of at least 2",
    );
}

#[test]
fn mup_is_given_once_with_its_base_width_and_for_starts_with_a_spread() {
    let mup = "model.parametrization = \"mup\"\n";
    assert_refused(mup, "`model.parametrization = \"mup\"` needs `model.base_width`");
    assert_refused("model.base_width = 64\n", "`model.base_width` belongs to");
    let mup = format!("{mup}model.base_width = 64\n");
    assert_eq!(said(&mup), "");
    assert_refused(
        &format!("{mup}optimizer.mup_base_width = 64\n"),
        "`optimizer.mup_base_width` is part of `model.parametrization = \"mup\"`",
    );
    assert_refused(
        &format!("{mup}init = {{ kind = \"mup\", base_width = 64 }}\n"),
        "the initializer `mup` is part of `model.parametrization = \"mup\"`",
    );
    assert_refused(
        &format!("{mup}init.layers.2 = \"ones\"\n"),
        "layer 2: `ones` has no standard deviation that muP could scale",
    );
}

#[test]
fn muon_needs_weights_between_hidden_layers() {
    assert_refused(
        "model.hidden = [8]\noptimizer = \"muon\"\n",
        "`muon` is for weights between two hidden layers, and there are none",
    );
}

#[test]
fn phases_but_the_last_have_steps() {
    let phases = |list| format!("optimizer.schedule = {{ kind = \"phases\", phases = {list} }}\n");
    assert_refused(&phases("[]"), "`optimizer.schedule.phases` has no phase");
    assert_refused(
        &phases("[{ end = 0.5 }, { steps = 3 }]"),
        "phase 1 of `optimizer.schedule.phases` has no `steps`",
    );
    assert_refused(&phases("[{ stesp = 3 }]"), "steps");
}

#[test]
fn what_is_refused_is_marked_at_its_key() {
    let mup = "[model]\nhidden = [64]\nparametrization = \"mup\"\nbase_width = 32\n\n\
               [optimizer]\nkind = \"muon\"\nmup_base_width = 8\n";
    let fixup = "[model]\nhidden = [64, 64, 32]\nresidual = \"fixup\"\n";
    let phases = "[optimizer.schedule]\nkind = \"phases\"\nphases = [\n  { end = 0.1 },\n  \
                  { steps = 10, shape = \"cosin\" },\n]\n";
    let all = [mup, fixup, phases].map(said).join("\n");
    // The path is that of a temporary folder.
    let lines = all.lines().map(|line| match line.split_once("x.toml") {
        Some((_, rest)) => format!("  --> x.toml{rest}"),
        None => line.to_owned(),
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn values_without_a_meaning_are_refused() {
    assert_refused("model.output_scale = 0\n", "`model.output_scale` must be a number > 0");
    assert_refused("model.dropout = 1\n", "`model.dropout` must be a number >= 0 and < 1");
    assert_refused("init.factor = 0\n", "`init.factor` must be a number > 0");
    assert_refused("init.from = \"no/such/run\"\n", "there is no run and no file `no/such/run`");
    assert_refused(
        "init.layers.1 = { kind = \"zeros\", factor = 2 }\n",
        "`factor` belongs to `init`, not to `init.layers.1`",
    );
    assert_refused("data.train = 55001\n", "`data.train` is 55001, but there are 55000");
    assert_refused("data.pick = \"random\"\n", "that is not given");
    assert_refused("data.normalize = { mean = 0.1, std = 0 }\n", "must be a number > 0");
    assert_refused("training.batch_size = \"alle\"\n", "`training.batch_size`");
}

#[test]
fn what_the_data_cannot_give_is_refused_at_the_key() {
    assert_refused("data.pool = 3\n", "`data.pool` is 3, which does not divide 28, MNIST's side");
    assert_refused("data.pool = 0\n", "`data.pool` must be a whole number of at least 1");
    assert_refused("data.classes = [3, 10]\n", "there is no class 10: MNIST's are 0 to 9");
    assert_refused("data.classes = [3]\n", "must have two classes or more");
    assert_refused("data.classes = [3, 8, 3]\n", "`data.classes` has the class 3 twice");
    // 5,842 fours and 5,949 nines.
    assert_refused(
        "data = { classes = [4, 9], validation = 11791 }\n",
        "`data.validation` must be a whole number from 1 to 11790",
    );
    assert_refused(
        "data = { classes = [4, 9], train = 6792 }\n",
        "`data.train` is 6792, but there are 6791 training images",
    );
    assert_refused("data.set = { inputs = 10 }\n", "`data.set` has no `kind`");
    assert_refused("data.set = { kind = \"teachr\" }\n", "did you mean `teacher`?");
    assert_refused("data.set = \"techer\"\n", "did you mean `teacher`?");
    assert_refused(
        "data.set = { kind = \"teacher\", separation = 1 }\n",
        "`separation` belongs to the kind `gaussian_mixture`",
    );
    assert_refused(
        "data = { set = \"teacher\", pool = 2 }\n",
        "`data.pool` is for images, and `data.set` draws none",
    );
    assert_refused(
        "data = { set = \"teacher\", classes = [0, 1] }\n",
        "as many as `data.set.classes` says",
    );
    assert_eq!(said("data = { set = \"gaussian_mixture\", validation = 59999 }\n"), "");
    assert_eq!(said("data = { classes = [4, 9], pool = 4, permute_pixels = true }\n"), "");
}

#[test]
fn the_network_follows_what_is_known_of_the_data() {
    let widths = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, text).unwrap();
        let settings = &load(&[file], &Overrides::default()).unwrap().runs()[0].settings.clone();
        (settings.model.inputs, settings.model.outputs, settings.training_images().unwrap())
    };
    assert_eq!(widths(""), (784, 10, 55_000));
    assert_eq!(widths("data.pool = 4\n"), (49, 10, 55_000));
    assert_eq!(widths("data.classes = [4, 9]\n"), (784, 2, 6_791));
    let teacher = "{ kind = \"teacher\", inputs = 20, classes = 3, images = 6000 }";
    assert_eq!(widths(&format!("data.set = {teacher}\n")), (20, 3, 1_000));
}

#[test]
fn a_new_setting_at_its_default_is_not_part_of_an_id() {
    let id = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, text).unwrap();
        load(&[file], &Overrides::default()).unwrap().runs()[0].id()
    };
    for defaults in [
        "training = { loss = \"cross_entropy\", freeze = [] }\n",
        "training.loss = { kind = \"cross_entropy\", label_smoothing = 0 }\n",
        "model = { norm = \"none\", residual = \"none\", dropout = 0, output_scale = 1 }\n",
        "model.parametrization = \"standard\"\ninit.factor = 1\ninit.permute = false\n",
        "optimizer = { warmup = 0, layer_rates = [] }\n",
        "data = { normalize = \"unit\", label_noise = 0, seed = 0 }\n",
        "data = { classes = [], pool = 1, permute_pixels = false }\n",
    ] {
        assert_eq!(id(defaults), id(""), "{defaults}");
    }
    for other in [
        "training.loss = \"mse\"\n",
        "model.norm = \"layer\"\n",
        "init.factor = 2\n",
        "init.permute = true\n",
        "data.pool = 2\n",
        "data.set = \"teacher\"\n",
    ] {
        assert_ne!(id(other), id(""), "{other}");
    }
}
