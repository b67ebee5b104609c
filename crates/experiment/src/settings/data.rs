//! `[data]`: what is learned.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Whole, Words};
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{Diagnostic, Diagnostics, SectionReader, Spanned, did_you_mean, text};

/// What a run learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Which images.
    pub set: DataSet,
    /// How many of the training file's first images are the validation set.
    pub validation: usize,
    /// How bytes become inputs.
    pub normalize: Normalization,
}

/// Which images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataSet {
    /// The embedded MNIST.
    Mnist,
    /// A folder of IDX files, as the working directory sees it.
    Folder(String),
}

string_enum! {
    /// How bytes become inputs.
    pub enum Normalization {
        /// Divided by 255, into [0, 1]: the tutorial's.
        Unit = "unit",
        /// Into [0, 1], then less the mean and divided by the standard deviation of all training
        /// pixels.
        Standard = "standard",
    }
}

impl Data {
    /// Pixels of an image of MNIST.
    pub const MNIST_INPUTS: usize = 784;
    /// Classes of MNIST.
    pub const MNIST_CLASSES: usize = 10;
    /// Images in MNIST's training file.
    pub(crate) const MNIST_TRAINING_FILE: usize = 60_000;

    /// Images to train on, where that is known without reading a folder.
    pub(crate) fn training_images(&self) -> Option<usize> {
        match self.set {
            DataSet::Mnist => Some(Self::MNIST_TRAINING_FILE.saturating_sub(self.validation)),
            DataSet::Folder(_) => None,
        }
    }
}

impl Section for Data {
    const MEANING: &'static str = "What is learned";

    fn fields(table: &mut impl Table<Self>) -> Self {
        Data {
            set: table.field(
                "set",
                Stated::Always,
                |data| data.set.clone(),
                DataSet::Mnist,
                &Sets,
                "the embedded MNIST, or a folder with four IDX files",
            ),
            validation: table.field(
                "validation",
                Stated::Always,
                |data| data.validation,
                5_000,
                &Whole::COUNT,
                "so many first images of the training file are the validation set",
            ),
            normalize: table.field(
                "normalize",
                Stated::Always,
                |data| data.normalize,
                Normalization::Unit,
                &Words,
                "bytes into [0, 1]; or to mean 0 and variance 1 over all training pixels",
            ),
        }
    }

    fn check(&self, section: &SectionReader<'_>) {
        let most = Self::MNIST_TRAINING_FILE - 1;
        if let (DataSet::Mnist, Some(value)) = (&self.set, section.get("validation"))
            && self.validation > most
        {
            let domain = Whole(1..=most as u64);
            let _: Option<u64> = domain.read(value, "data.validation", section.diagnostics);
        }
    }
}

/// The embedded set by its name, or a folder.
struct Sets;

const MNIST: &str = "mnist";

impl Domain<DataSet> for Sets {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<DataSet> {
        let given = text(value, name, diagnostics)?;
        if given.eq_ignore_ascii_case(MNIST) && !Path::new(given).is_dir() {
            return Some(DataSet::Mnist);
        }
        if given.contains(char::is_control) {
            let message = format!("`{name}` cannot be `{}`", given.escape_debug());
            let help =
                "in \"...\" a backslash makes a special character of what follows: write '...'";
            diagnostics.report(Diagnostic::at(&value.span, message).help(help));
        }
        // Whether a folder is there and what it holds is looked at before a run, not here: records
        // of folders that are gone can still be read.
        if let Some(help) = did_you_mean(given, [MNIST])
            && given != MNIST
            && !given.contains(['/', '\\'])
            && !Path::new(given).is_dir()
        {
            let message = format!("there is no folder `{}`", given.escape_debug());
            diagnostics.report(Diagnostic::at(&value.span, message).help(help));
        }
        Some(if given == MNIST { DataSet::Mnist } else { DataSet::Folder(given.to_owned()) })
    }

    fn write(&self, value: &DataSet) -> Option<toml::Value> {
        let name = match value {
            DataSet::Mnist => MNIST,
            DataSet::Folder(folder) => folder,
        };
        Some(name.into())
    }

    fn takes(&self) -> String {
        format!("`\"{MNIST}\"`, or a folder")
    }

    fn schema(&self) -> Json {
        json!({ "type": "string" })
    }
}
