//! Every message that a person reads about a sweep, as it looks.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{said, said_with};
use insta::assert_snapshot;

#[test]
fn an_axis_over_no_setting_gets_the_nearest_one() {
    assert_snapshot!(said("[sweep]\n\"optimizer.lerning_rate\" = [0.1, 0.01]\n"));
}

#[test]
fn an_axis_over_a_parameter_of_another_kind_is_told_once() {
    assert_snapshot!(said(
        "[arms.a]\ninit = \"zeros\"\n[arms.b]\ninit = \"he_normal\"\n[sweep]\n\
         \"init.std\" = { log = [1e-4, 1.0], n = 25 }\n"
    ));
}

#[test]
fn an_axis_is_a_list_or_a_range_and_not_empty() {
    assert_snapshot!(said(
        "[sweep]\n\"init.std\" = 0.1\n\"training.batch_size\" = []\n\
         \"optimizer.learning_rate\" = {}\n\
         \"optimizer.epsilon\" = { lin = [0.1, 0.2], n = 3 }\n\
         \"training.epochs\" = { linear = [1, 2], values = [1] }\n\
         \"init.gain\" = { values = [], scale = \"log\" }\n"
    ));
}

#[test]
fn a_range_has_two_ends_and_a_number_of_values() {
    assert_snapshot!(said(
        "[sweep]\n\"init.std\" = { log = [1e-4, 1.0] }\n\
         \"init.mean\" = { linear = [0, 1], n = 0 }\n\
         \"optimizer.epsilon\" = { linear = [1, 2], n = 1 }\n\
         \"optimizer.weight_decay\" = { linear = [1, 2], n = 1000000000 }\n\
         \"training.batch_size\" = { linear = [1, 2, 3], n = 5 }\n\
         \"training.epochs\" = { linear = [2, 2], n = 5 }\n\
         \"data.validation\" = { linear = [1, \"2\"], n = 2.5, m = 1 }\n"
    ));
}

#[test]
fn a_log_range_is_of_numbers_above_0() {
    assert_snapshot!(said(
        "[sweep]\n\"init.std\" = { log = [0, 1.0], n = 5 }\n\
         \"init.mean\" = { log = [-1.0, 1.0], n = 5 }\n\
         \"optimizer.epsilon\" = { values = [0.1, 0.0], scale = \"log\" }\n\
         \"init.kind\" = { values = [\"zeros\"], scale = \"linear\" }\n\
         \"init.gain\" = { values = [1], scale = \"logarithmic\" }\n"
    ));
}

#[test]
fn tables_and_dates_are_no_values_of_an_axis() {
    assert_snapshot!(said(
        "[sweep]\ninit = [\"zeros\", { kind = \"normal\", std = 0.1 }]\n\
         \"training.epochs\" = [1, 1979-05-27]\n"
    ));
}

#[test]
fn axes_are_over_settings_of_a_run() {
    assert_snapshot!(said(
        "[sweep]\nseeds = [0, 1]\nname = [\"a\"]\n\"title\" = [\"a\"]\narms.a.init = [\"zeros\"]\n"
    ));
}

#[test]
fn a_sweep_belongs_to_the_experiment_and_has_axes() {
    assert_snapshot!(said("[arms.a.sweep]\n\"training.epochs\" = [1]\n"));
    assert_snapshot!(said("sweep = [1]\n"));
    assert_snapshot!(said("[sweep]\n"));
}

#[test]
fn an_axis_that_is_there_twice_is_marked() {
    assert_snapshot!(said("[sweep]\n\"training.epochs\" = [1]\ntraining.epochs = [2]\n"));
}

#[test]
fn a_value_that_is_there_twice_is_marked() {
    assert_snapshot!(said(
        "[sweep]\n\"training.epochs\" = [1, 2, 1]\n\"data.set\" = [\"a b\", \"a-b\"]\n"
    ));
}

#[test]
fn zipped_axes_are_there_and_as_long_as_each_other() {
    assert_snapshot!(said(
        "[sweep]\n\
         zip = [[\"training.epochs\", \"training.batch_size\"], [\"trainng.epochs\"], \
         [\"training.epochs\", 3], 4]\n\
         \"training.epochs\" = [1, 2, 3]\n\"training.batch_size\" = [16, 32]\n"
    ));
    assert_snapshot!(said("[sweep]\nzip = \"training.epochs\"\n\"training.epochs\" = [1, 2, 3]\n"));
}

#[test]
fn a_value_that_is_impossible_is_told_once_with_where() {
    // A listed value is marked where it stands, a generated one is named.
    assert_snapshot!(said(
        "[sweep]\n\"training.batch_size\" = [32, 60000]\n\
         \"optimizer.learning_rate\" = { linear = [-0.01, 0.1], n = 12 }\n\
         \"training.epochs\" = { linear = [-1, 3], n = 5 }\n"
    ));
}

#[test]
fn what_is_impossible_at_some_points_only_names_the_value_that_makes_it_so() {
    assert_snapshot!(said(
        "init = { kind = \"zeros\", layers.3 = \"ones\" }\n[sweep]\n\
         \"model.hidden\" = [[64], [64, 64], [64, 64, 64]]\n\
         \"training.batch_size\" = { linear = [16, 64], n = 40 }\n"
    ));
    assert_snapshot!(said(
        "init = { kind = \"zeros\", layers.4 = \"ones\" }\n[sweep]\n\
         \"model.hidden\" = [[64], [64, 64], [64, 64, 64]]\n\
         \"training.batch_size\" = { linear = [16, 64], n = 40 }\n"
    ));
}

#[test]
fn points_that_are_one_run_were_not_meant() {
    assert_snapshot!(said("[sweep]\n\"training.checkpoint_every\" = [10, 20]\n"));
    assert_snapshot!(said(
        "[sweep]\ninit = [\"he_normal\", \"kaiming_normal\"]\n\"training.epochs\" = [1, 2]\n"
    ));
}

#[test]
fn a_grid_beyond_all_measure_is_refused_with_its_count() {
    assert_snapshot!(said(
        "seeds = 100\n[arms.a]\n[arms.b]\n[sweep]\n\
         \"init.std\" = { log = [1e-4, 1.0], n = 10000 }\n\
         \"optimizer.learning_rate\" = { log = [1e-4, 1.0], n = 10000 }\n"
    ));
    assert_snapshot!(said("seeds = 100000\n[arms.a]\n[arms.b]\n"));
}

#[test]
fn an_axis_of_the_command_line_is_marked_like_one_of_a_file() {
    assert_snapshot!(said_with(
        "",
        &["training.epochs=1,,2", "training.batch_size=16, sixteen", "seeds=1,2"]
    ));
    assert_snapshot!(said_with(
        "",
        &["training.epochs={ log = [1, 2] }", "model.hidden={ width = 3 }", "init=zeros,zeros"]
    ));
}
