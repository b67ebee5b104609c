//! `data.set`: which images, read or drawn.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::settings::describe::describe_kinds;
use crate::settings::domain::{Domain, Real, Whole};
use crate::settings::group::Group;
use crate::settings::kinds::kinds;
use crate::settings::lists::Counts;
use crate::settings::read::read_kinds;
use crate::settings::table::{Kinds, Stated};
use crate::settings::write::write_kinds;
use crate::syntax::{Diagnostic, Diagnostics, Spanned, Value, did_you_mean, mistyped, text};

/// Which images.
#[derive(Debug, Clone, PartialEq)]
pub enum DataSet {
    /// The embedded MNIST.
    Mnist,
    /// A folder of IDX files, as the working directory sees it.
    Folder(String),
    /// A set that is drawn.
    Synthetic(Synthetic),
}

kinds! {
    /// A set that is drawn by `data.seed`. Inputs are kept as bytes, like those of images: 0 and
    /// 255 are four of their standard deviations below and above their mean.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Synthetic {
        /// a normal cloud around the mean of each class; means and clouds have equal variances in
        /// all directions
        GaussianMixture = "gaussian_mixture" {
            /// numbers that make up an image
            inputs: usize = 64, INPUTS, Stated::Always;
            /// classes, all equally probable
            classes: usize = 10, CLASSES, Stated::Always;
            /// images in the training file; there are 10,000 for the test
            images: usize = 60_000, IMAGES, Stated::Always;
            /// the root of the mean squared distance of two means, in standard deviations of a
            /// cloud
            separation: f64 = 4.0, Real::POSITIVE, Stated::Always;
        }
        /// standard normal inputs, and the class that a network of tanh layers with weights of
        /// variance 1 / fan_in gives them (teacher and student: Saad & Solla 1995)
        Teacher = "teacher" {
            /// numbers that make up an image
            inputs: usize = 64, INPUTS, Stated::Always;
            /// outputs of the teacher
            classes: usize = 10, CLASSES, Stated::Always;
            /// images in the training file; there are 10,000 for the test
            images: usize = 60_000, IMAGES, Stated::Always;
            /// units of the teacher's hidden layers
            hidden: Vec<usize> = vec![64], Counts, Stated::Always;
        }
    }
}

const INPUTS: Whole = Whole(1..=1 << 16);
const CLASSES: Whole = Whole(2..=1_000);
const IMAGES: Whole = Whole(2..=10_000_000);

/// What is known of a set without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownSet {
    /// Numbers that make up an image.
    pub inputs: usize,
    /// Classes.
    pub classes: usize,
    /// Images in the training file, those of the validation set among them.
    pub training_file: usize,
    /// Images of the test set.
    pub test: usize,
}

impl Synthetic {
    /// Images of the test set.
    pub const TEST_IMAGES: usize = 10_000;

    /// How large the set is.
    pub fn known(&self) -> KnownSet {
        let (&inputs, &classes, &images) = match self {
            Synthetic::GaussianMixture { inputs, classes, images, .. }
            | Synthetic::Teacher { inputs, classes, images, .. } => (inputs, classes, images),
        };
        KnownSet { inputs, classes, training_file: images, test: Self::TEST_IMAGES }
    }
}

/// The embedded set by its name, a folder, or a set that is drawn.
pub(super) struct Sets;

const MNIST: &str = "mnist";

impl Domain<DataSet> for Sets {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<DataSet> {
        let is_synthetic =
            |text: &str| Synthetic::names().any(|name| name == text) && !Path::new(text).is_dir();
        match &value.value {
            Value::Table(_) if value.get("kind").is_none() => {
                let message = format!("`{name}` has no `kind`");
                let help = "for example `data.set = { kind = \"gaussian_mixture\", inputs = 64 }`";
                diagnostics.report(Diagnostic::at(&value.span, message).help(help));
                None
            }
            Value::Table(_) => Some(DataSet::Synthetic(read_kinds(Some(value), name, diagnostics))),
            Value::Text(text) if is_synthetic(text) => {
                Some(DataSet::Synthetic(read_kinds(Some(value), name, diagnostics)))
            }
            Value::Text(_) => read_name(value, name, diagnostics),
            _ => mistyped(value, name, "a name, a folder or a table", diagnostics),
        }
    }

    fn write(&self, value: &DataSet) -> Option<toml::Value> {
        Some(match value {
            DataSet::Mnist => MNIST.into(),
            DataSet::Folder(folder) => folder.as_str().into(),
            DataSet::Synthetic(synthetic) => write_kinds(synthetic).into(),
        })
    }

    fn takes(&self) -> String {
        format!("`\"{MNIST}\"`, a folder, or a table of `kind` and its parameters")
    }

    fn schema(&self) -> Json {
        json!({ "type": "string" })
    }

    fn table(&self) -> Option<fn() -> Group> {
        Some(describe_synthetic)
    }
}

fn describe_synthetic() -> Group {
    let mut group = describe_kinds::<Synthetic>("a set that is drawn");
    // Without a kind there is no such set.
    let kind = group.rows.iter_mut().find(|row| row.key == "kind");
    kind.into_iter().for_each(|row| row.defaults = vec![None]);
    group
}

fn read_name(value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<DataSet> {
    let given = text(value, name, diagnostics)?;
    if given.eq_ignore_ascii_case(MNIST) && !Path::new(given).is_dir() {
        return Some(DataSet::Mnist);
    }
    if given.contains(char::is_control) {
        let message = format!("`{name}` cannot be `{}`", given.escape_debug());
        let help = "in \"...\" a backslash makes a special character of what follows: write '...'";
        diagnostics.report(Diagnostic::at(&value.span, message).help(help));
    }
    // Whether a folder is there and what it holds is looked at before a run, not here: records of
    // folders that are gone can still be read.
    let names = || Synthetic::names().chain([MNIST]);
    if let Some(help) = did_you_mean(given, names())
        && given != MNIST
        && !given.contains(['/', '\\'])
        && !Path::new(given).is_dir()
    {
        let message = format!("there is no folder `{}`", given.escape_debug());
        diagnostics.report(Diagnostic::at(&value.span, message).help(help));
    }
    Some(if given == MNIST { DataSet::Mnist } else { DataSet::Folder(given.to_owned()) })
}
