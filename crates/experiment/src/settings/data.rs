//! `[data]`: what is learned.

use crate::settings::data_set::{DataSet, KnownSet, Sets};
use crate::settings::domain::{Domain, Flag, Maybe, Real, Whole, Words};
use crate::settings::lists::Classes;
use crate::settings::normalization::{Normalization, Normalizations, Range};
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{Diagnostic, MAX_INTEGER, SectionReader};

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
    /// The classes that are kept, which become 0, 1 and so on; empty for all.
    pub classes: Vec<usize>,
    /// The side of the squares of pixels that become one pixel.
    pub pool: usize,
    /// Whether pixels are in an order that is drawn, the same for all images.
    pub permute_pixels: bool,
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

/// MNIST, as far as settings know it.
mod mnist {
    /// Pixels along a side of an image.
    pub(super) const SIDE: usize = 28;
    /// Images of each class in the training file.
    pub(super) const IMAGES: [usize; 10] =
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    /// Images of each class in the test file.
    pub(super) const TEST_IMAGES: [usize; 10] =
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
}

impl Data {
    /// Pixels of an image of MNIST.
    pub const MNIST_INPUTS: usize = mnist::SIDE * mnist::SIDE;
    /// Classes of MNIST.
    pub const MNIST_CLASSES: usize = mnist::IMAGES.len();
    /// Images in MNIST's training file.
    pub(crate) const MNIST_TRAINING_FILE: usize = 60_000;

    /// The set as runs see it, where that is known without reading a folder.
    pub fn known(&self) -> Option<KnownSet> {
        match &self.set {
            DataSet::Mnist => {
                let count = |of_class: &[usize; 10]| match self.classes.as_slice() {
                    [] => of_class.iter().sum(),
                    some => some.iter().filter_map(|&class| of_class.get(class)).sum(),
                };
                let classes = match self.classes.len() {
                    0 => Self::MNIST_CLASSES,
                    some => some,
                };
                Some(KnownSet {
                    inputs: (mnist::SIDE / self.pool).pow(2),
                    classes,
                    training_file: count(&mnist::IMAGES),
                    test: count(&mnist::TEST_IMAGES),
                })
            }
            DataSet::Synthetic(synthetic) => Some(synthetic.known()),
            DataSet::Folder(_) => None,
        }
    }

    /// Whether images and labels are MNIST's own.
    pub fn is_plain_mnist(&self) -> bool {
        self.set == DataSet::Mnist
            && self.classes.is_empty()
            && self.pool == 1
            && !self.permute_pixels
    }

    /// Images to train on, where that is known without reading a folder.
    pub(crate) fn training_images(&self) -> Option<usize> {
        let images = self.known()?.training_file.saturating_sub(self.validation);
        Some(self.train.map_or(images, |train| train.min(images)))
    }

    /// Reports pixels and classes that the set does not have.
    fn check_images(&self, section: &SectionReader<'_>) {
        let report = |key: &str, message: String| {
            if let Some(span) = section.key_span(key) {
                section.diagnostics.report(Diagnostic::at(span, message));
            }
        };
        let side = mnist::SIDE;
        match &self.set {
            DataSet::Mnist if !side.is_multiple_of(self.pool) => report(
                "pool",
                format!("`data.pool` is {}, which does not divide {side}, MNIST's side", self.pool),
            ),
            DataSet::Synthetic(_) if self.pool > 1 => {
                report("pool", "`data.pool` is for images, and `data.set` draws none".to_owned());
            }
            _ => {}
        }
        let stray = self.classes.iter().find(|class| **class >= Self::MNIST_CLASSES);
        match (&self.set, stray) {
            (DataSet::Mnist, Some(class)) => {
                report("classes", format!("there is no class {class}: MNIST's are 0 to 9"));
            }
            (DataSet::Synthetic(_), _) if !self.classes.is_empty() => report(
                "classes",
                "`data.classes` chooses among classes that there are: a set that is drawn has as \
                 many as `data.set.classes` says"
                    .to_owned(),
            ),
            _ => {}
        }
    }
}

impl Section for Data {
    const MEANING: &'static str = "What is learned";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let set = table.field(
            "set",
            Stated::Always,
            |data| data.set.clone(),
            DataSet::Mnist,
            &Sets,
            "the embedded MNIST, a folder with four IDX files, or a set that is drawn",
        );
        let validation = table.field(
            "validation",
            Stated::Always,
            |data| data.validation,
            5_000,
            &Whole::COUNT,
            "so many first images of the training file are the validation set",
        );
        let normalize = table.field(
            "normalize",
            Stated::Always,
            |data| data.normalize,
            Normalization::Named(Range::Unit),
            &Normalizations,
            "bytes into [0, 1], or [-0.5, 0.5]; or to mean 0 and variance 1 over all training \
             pixels; or from [0, 1] less a mean and divided by a standard deviation",
        );
        let (train, pick, label_noise) = sample_fields(table);
        let (classes, pool, permute_pixels) = image_fields(table);
        let seed = table.field(
            "seed",
            Stated::UnlessDefault,
            |data| data.seed,
            0,
            &Whole(0..=MAX_INTEGER),
            "the seed of `pick`, `label_noise`, `permute_pixels` and sets that are drawn, which \
             are the same for all runs",
        );
        Data {
            set,
            validation,
            normalize,
            train,
            pick,
            label_noise,
            classes,
            pool,
            permute_pixels,
            seed,
        }
    }

    fn check(&self, section: &SectionReader<'_>) {
        self.check_images(section);
        let known = self.known().filter(|known| known.training_file > 1);
        let most = known.map(|known| known.training_file - 1);
        if let (Some(most), Some(value)) = (most, section.get("validation"))
            && self.validation > most
        {
            let domain = Whole(1..=most as u64);
            let _: Option<u64> = domain.read(value, "data.validation", section.diagnostics);
        }
        let images = known.map(|known| known.training_file.saturating_sub(self.validation));
        if let (Some(images), Some(train), Some(span)) =
            (images, self.train, section.key_span("train"))
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

/// `train`, `pick` and `label_noise`.
fn sample_fields(table: &mut impl Table<Data>) -> (Option<usize>, Pick, f64) {
    let train = table.field(
        "train",
        Stated::UnlessDefault,
        |data| data.train,
        None,
        &Maybe(Whole::COUNT),
        "so many images are trained on, instead of all",
    );
    let pick = table.field(
        "pick",
        Stated::UnlessDefault,
        |data| data.pick,
        Pick::First,
        &Words,
        "with `train`: the first images, a random sample, or one with all classes alike",
    );
    let label_noise = table.field(
        "label_noise",
        Stated::UnlessDefault,
        |data| data.label_noise,
        0.0,
        &Real::FRACTION,
        "the probability that a training label is drawn anew from all classes; 1: random labels",
    );
    (train, pick, label_noise)
}

/// `classes`, `pool` and `permute_pixels`.
fn image_fields(table: &mut impl Table<Data>) -> (Vec<usize>, usize, bool) {
    let classes = table.field(
        "classes",
        Stated::UnlessDefault,
        |data| data.classes.clone(),
        Vec::new(),
        &Classes,
        "the classes that are kept, which become 0, 1 and so on; all, where it is not given",
    );
    let pool = table.field(
        "pool",
        Stated::UnlessDefault,
        |data| data.pool,
        1,
        &Whole::COUNT,
        "the side of the squares of pixels that become one, their mean: 2 makes 14 x 14 of MNIST",
    );
    let permute_pixels = table.field(
        "permute_pixels",
        Stated::UnlessDefault,
        |data| data.permute_pixels,
        false,
        &Flag,
        "whether pixels are in an order that is drawn, the same for all images",
    );
    (classes, pool, permute_pixels)
}
