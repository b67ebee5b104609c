//! `[data]`: what is learned.

use std::ops::Bound;
use std::path::Path;

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Maybe, Real, Whole, Words};
use crate::settings::read::read_section;
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{
    Diagnostic, Diagnostics, MAX_INTEGER, SectionReader, Spanned, Value, did_you_mean, text,
};

/// What a run learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Which images.
    pub set: DataSet,
    /// How many of the training file's first images are the validation set.
    pub validation: usize,
    /// How bytes become inputs.
    pub normalize: Normalization,
    /// How many of the other images of the training file are trained on; `None` for all.
    pub train: Option<usize>,
    /// Which ones these are.
    pub pick: Pick,
    /// The probability that a training label is replaced by one of all classes, drawn uniformly.
    pub label_noise: f64,
    /// The seed of what is drawn about the data: the same for all runs, whatever their seeds.
    pub seed: u64,
}

string_enum! {
    /// Which training images are trained on, if not all.
    pub enum Pick {
        /// The first ones.
        First = "first",
        /// A random sample.
        Random = "random",
        /// A random sample with equally many images of each class, as far as possible.
        Balanced = "balanced",
    }
}

/// Which images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataSet {
    /// The embedded MNIST.
    Mnist,
    /// A folder of IDX files, as the working directory sees it.
    Folder(String),
}

/// How bytes become inputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Normalization {
    /// Into [0, 1], or further by a rule of that name.
    Named(Range),
    /// Into [0, 1], then less `mean` and divided by `std`.
    Fixed {
        /// The mean that is subtracted.
        mean: f64,
        /// The standard deviation that is divided by.
        std: f64,
    },
}

string_enum! {
    /// The usual ranges of inputs.
    pub enum Range {
        /// Divided by 255, into [0, 1]: the tutorial's.
        Unit = "unit",
        /// Into [-0.5, 0.5].
        Centred = "centred",
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
            DataSet::Mnist => {
                let images = Self::MNIST_TRAINING_FILE.saturating_sub(self.validation);
                Some(self.train.map_or(images, |train| train.min(images)))
            }
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
                Normalization::Named(Range::Unit),
                &Normalizations,
                "bytes into [0, 1], or [-0.5, 0.5]; or to mean 0 and variance 1 over all training \
                 pixels; or from [0, 1] less a mean and divided by a standard deviation",
            ),
            train: table.field(
                "train",
                Stated::UnlessDefault,
                |data| data.train,
                None,
                &Maybe(Whole::COUNT),
                "so many images are trained on, instead of all",
            ),
            pick: table.field(
                "pick",
                Stated::UnlessDefault,
                |data| data.pick,
                Pick::First,
                &Words,
                "with `train`: the first images, a random sample, or one with all classes alike",
            ),
            label_noise: table.field(
                "label_noise",
                Stated::UnlessDefault,
                |data| data.label_noise,
                0.0,
                &Real::FRACTION,
                "the probability that a training label is drawn anew from all classes; 1: random \
                 labels",
            ),
            seed: table.field(
                "seed",
                Stated::UnlessDefault,
                |data| data.seed,
                0,
                &Whole(0..=MAX_INTEGER),
                "the seed of `pick` and `label_noise`, which are the same for all runs",
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
        let images = Self::MNIST_TRAINING_FILE.saturating_sub(self.validation);
        if let (DataSet::Mnist, Some(train), Some(span)) =
            (&self.set, self.train, section.key_span("train"))
            && train > images
        {
            let message =
                format!("`data.train` is {train}, but there are {images} training images");
            section.diagnostics.report(Diagnostic::at(span, message));
        }
        if let (None, Pick::Random | Pick::Balanced, Some(span)) =
            (self.train, self.pick, section.key_span("pick"))
        {
            let message = "`data.pick` says which images `data.train` takes, but that is not given";
            section.diagnostics.report(Diagnostic::at(span, message));
        }
    }
}

/// A range by its name, or a mean and a standard deviation.
struct Normalizations;

/// `{ mean = 0.1307, std = 0.3081 }`
struct MeanAndStd {
    mean: f64,
    std: f64,
}

impl Section for MeanAndStd {
    const MEANING: &'static str = "From [0, 1], less `mean` and divided by `std`";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let (stated, any) = (Stated::Always, Real(Bound::Unbounded, Bound::Unbounded));
        MeanAndStd {
            mean: table.field("mean", stated, |n| n.mean, 0.0, &any, "what is subtracted"),
            std: table.field("std", stated, |n| n.std, 1.0, &Real::POSITIVE, "the divisor"),
        }
    }
}

impl Domain<Normalization> for Normalizations {
    fn read(
        &self,
        value: &Spanned,
        name: &str,
        diagnostics: &Diagnostics,
    ) -> Option<Normalization> {
        if matches!(value.value, Value::Table(_)) {
            let MeanAndStd { mean, std } = read_section(Some(value), name, &[], diagnostics);
            return Some(Normalization::Fixed { mean, std });
        }
        Words.read(value, name, diagnostics).map(Normalization::Named)
    }

    fn write(&self, value: &Normalization) -> Option<toml::Value> {
        match *value {
            Normalization::Named(range) => Some(range.name().into()),
            Normalization::Fixed { mean, std } => {
                let entry = |key: &str, value: f64| (key.to_owned(), toml::Value::from(value));
                let table = toml::Table::from_iter([entry("mean", mean), entry("std", std)]);
                Some(table.into())
            }
        }
    }

    fn takes(&self) -> String {
        let words = Domain::<Range>::takes(&Words);
        format!("{words}, or `{{ mean = 0.1307, std = 0.3081 }}`")
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [
            Domain::<Range>::schema(&Words),
            { "type": "object", "description": MeanAndStd::MEANING, "additionalProperties": false,
              "properties": { "mean": { "type": "number" },
                              "std": Domain::<f64>::schema(&Real::POSITIVE) } },
        ] })
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
