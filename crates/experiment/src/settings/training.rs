//! `[training]`: how long, in what batches, and what is recorded.

use crate::settings::domain::{Maybe, Real, Whole, Words};
use crate::settings::kinds::kinds;
use crate::settings::lists::{CountOrAll, Indices};
use crate::settings::stop::{EarlyStop, EarlyStops};
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{Diagnostic, SectionReader};

/// How long a run trains, in what batches, and what is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Images in a batch; [`Training::ALL_IMAGES`] if every batch has all of them.
    pub batch_size: usize,
    /// When it ends.
    pub length: Length,
    /// What happens to the images that do not fill a last batch.
    pub last_batch: LastBatch,
    /// Which loss of a step is recorded.
    pub record_loss: RecordLoss,
    /// After how many steps, and so on, there is a checkpoint; one at the end of each epoch there
    /// is anyway.
    pub checkpoint_every: Option<u64>,
    /// What is minimized.
    pub loss: Loss,
    /// Layers, from 1, that keep their initial parameters.
    pub freeze: Vec<usize>,
    /// When a run ends before its last epoch.
    pub stop: Option<EarlyStop>,
}

kinds! {
    /// What is minimized: the mean over images of the loss of an image.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Loss {
        /// cross-entropy of the softmax of the logits
        CrossEntropy = "cross_entropy" {
            /// the share of the target that is spread over all classes (Szegedy et al. 2016)
            label_smoothing: f64 = 0.0, Real::DECAY, Stated::UnlessDefault;
        }
        /// mean over classes of the squared difference to 1 (the image's class) and 0 (the others)
        Mse = "mse"
        /// mean over classes of how far another logit exceeds that of the class less the margin
        Hinge = "hinge" {
            /// by how much the logit of the class is to exceed the others
            margin: f64 = 1.0, Real::POSITIVE, Stated::UnlessDefault;
        }
    }
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// After so many times through the training images.
    Epochs(u64),
    /// After so many steps.
    Steps(u64),
}

string_enum! {
    /// What happens to the images that do not fill a last batch.
    pub enum LastBatch {
        /// They are left out of the epoch.
        Drop = "drop",
        /// They are a smaller batch.
        Keep = "keep",
    }
}

string_enum! {
    /// Which loss of a step is recorded.
    pub enum RecordLoss {
        /// That of the forward pass, before the step's update: step 0 is the loss of the initial
        /// weights.
        BeforeUpdate = "before_update",
        /// The loss on the same batch after the update: the tutorial's own.
        AfterUpdate = "after_update",
    }
}

impl Length {
    fn epochs(self) -> Option<u64> {
        if let Length::Epochs(epochs) = self { Some(epochs) } else { None }
    }

    fn steps(self) -> Option<u64> {
        if let Length::Steps(steps) = self { Some(steps) } else { None }
    }
}

impl Training {
    /// The [`batch_size`](Self::batch_size) of full-batch steps.
    pub const ALL_IMAGES: usize = usize::MAX;

    /// Images in a batch, where there are so many: at least one.
    pub fn batch(&self, images: usize) -> usize {
        if self.batch_size == Self::ALL_IMAGES { images.max(1) } else { self.batch_size }
    }

    /// Keys of which one may be given: an arm or a flag that gives one takes the other away.
    pub(crate) const EXCLUSIVE: (&'static str, &'static str) = ("epochs", "max_steps");
}

impl Section for Training {
    const MEANING: &'static str = "How long, in what batches, and what is recorded";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let batch_size = batch_size(table);
        let length = length(table);
        let (last_batch, record_loss) = batches(table);
        let checkpoint_every = checkpoint_every(table);
        let (loss, freeze) = what_learns(table);
        let stop = table.field(
            "stop",
            Stated::UnlessDefault,
            |training| training.stop,
            None,
            &Maybe(EarlyStops),
            "ends a run at the end of an epoch, if `patience` epochs brought no better `metric`",
        );
        Training {
            batch_size,
            length,
            last_batch,
            record_loss,
            checkpoint_every,
            loss,
            freeze,
            stop,
        }
    }

    fn check(&self, section: &SectionReader<'_>) {
        let (epochs, max_steps) = Self::EXCLUSIVE;
        if let (Some(_), Some(span)) = (section.key_span(epochs), section.key_span(max_steps)) {
            let message =
                "`training.epochs` and `training.max_steps` are both given: give one of them";
            section.diagnostics.report(Diagnostic::at(span, message));
        }
    }
}

fn batch_size(table: &mut impl Table<Training>) -> usize {
    table.field(
        "batch_size",
        Stated::Always,
        |training| training.batch_size,
        128,
        &CountOrAll,
        "images in a batch, at most the training images; \"all\" for full-batch steps",
    )
}

fn length(table: &mut impl Table<Training>) -> Length {
    let epochs = table.field(
        "epochs",
        Stated::Always,
        |training| training.length.epochs(),
        Some(2),
        &Maybe(Whole(1..=1_000_000)),
        "times through the training images; not beside `max_steps`",
    );
    let max_steps = table.field(
        "max_steps",
        Stated::Always,
        |training| training.length.steps(),
        None,
        &Maybe(Whole::COUNT),
        "steps, instead of `epochs`",
    );
    match (max_steps, epochs) {
        (Some(steps), _) => Length::Steps(steps),
        (None, epochs) => Length::Epochs(epochs.unwrap_or(1)),
    }
}

fn batches(table: &mut impl Table<Training>) -> (LastBatch, RecordLoss) {
    let last_batch = table.field(
        "last_batch",
        Stated::Always,
        |training| training.last_batch,
        LastBatch::Drop,
        &Words,
        "whether the images that do not fill a last batch are left out",
    );
    let record_loss = table.field(
        "record_loss",
        Stated::Always,
        |training| training.record_loss,
        RecordLoss::BeforeUpdate,
        &Words,
        "which loss of a step is recorded; the tutorial's is `after_update`",
    );
    (last_batch, record_loss)
}

fn checkpoint_every(table: &mut impl Table<Training>) -> Option<u64> {
    table.field(
        "checkpoint_every",
        Stated::NotInId,
        |training| training.checkpoint_every,
        None,
        &Maybe(Whole::COUNT),
        "steps between checkpoints, beside those after each epoch; changes no result",
    )
}

fn what_learns(table: &mut impl Table<Training>) -> (Loss, Vec<usize>) {
    let loss =
        table.kinds("loss", Stated::UnlessDefault, |training| &training.loss, "what is minimized");
    let freeze = table.field(
        "freeze",
        Stated::UnlessDefault,
        |training| training.freeze.clone(),
        Vec::new(),
        &Indices,
        "layers, from 1, that keep their initial parameters",
    );
    (loss, freeze)
}
