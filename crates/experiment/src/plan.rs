//! The plan: experiments -> arms -> seeds -> runs, each run with its identity, its place on disk and the TOML that
//! repeats it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::settings::{Data, DataSet, LastBatch, Length, Settings};
use crate::sweep::{SweepAxis, SweepPoint};

/// What will run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// One for each config file, in their order.
    pub experiments: Vec<Experiment>,
}

/// A config file, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its name: a folder of the output directory.
    pub name: String,
    /// Its title, for people.
    pub title: String,
    /// The file.
    pub file: PathBuf,
    /// What the file said.
    pub text: String,
    /// Its arms in the order of the file, at least one. Each point of a sweep is an arm of its own: all points of the
    /// first arm, then all of the second.
    pub arms: Vec<Arm>,
    /// The axes that the arms are swept over: a grid, but for those in one inner list, which advance together. Empty
    /// where there is no sweep.
    pub sweep: Vec<Vec<SweepAxis>>,
    /// Its seeds, at least one; each arm runs once with each.
    pub seeds: Vec<u64>,
}

impl Experiment {
    /// How many points each arm of the config is swept over: so many of [`arms`](Self::arms), one after another, are the
    /// points of one. 1 where there is no sweep.
    pub fn points(&self) -> usize {
        // Axes that advance together have as many values.
        self.sweep.iter().map(|axes| axes.first().map_or(1, |axis| axis.values.len())).product()
    }
}

/// What runs once with each seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Its name: a folder of the experiment's. [`RunSpec::BASE`] where the experiment has no arms and no sweep.
    pub name: String,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// Where in the experiment's sweep it stands, if there is one.
    pub point: Option<Arc<SweepPoint>>,
    /// The part of its runs' ids that they share.
    pub(crate) identity: Identity,
}

impl Arm {
    pub(crate) fn new(name: String, settings: Settings, point: Option<SweepPoint>) -> Self {
        let identity = Identity::of(&settings);
        Arm { name, settings: Arc::new(settings), point: point.map(Arc::new), identity }
    }
}

/// The hash of all settings that decide a run's numbers, ready to take in the seed.
#[derive(Clone)]
pub(crate) struct Identity(Sha256);

impl Identity {
    fn of(settings: &Settings) -> Self {
        let mut text = String::with_capacity(1024);
        for (name, value) in settings.entries() {
            if name != Settings::CHECKPOINT_EVERY {
                text.extend([&name, " = ", &value.to_string(), "\n"]);
            }
        }
        Identity(Sha256::new().chain_update(text))
    }

    /// The first 64 bits of the hash: what an id shows as 16 hexadecimal digits.
    pub(crate) fn with_seed(&self, seed: u64) -> u64 {
        let digest = self.0.clone().chain_update(format!("seed = {seed}\n")).finalize();
        digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.with_seed(0) == other.with_seed(0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:016x} with seed 0)", self.with_seed(0))
    }
}

/// One run: settings and a seed.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSpec {
    /// The experiment's name.
    pub experiment: String,
    /// The experiment's title.
    pub title: String,
    /// The arm's name; [`RunSpec::BASE`] where the experiment has no arms. In a sweep it names the point too:
    /// `normal,std=0.1`.
    pub arm: String,
    /// Where in a sweep the run stands, if there is one.
    pub point: Option<Arc<SweepPoint>>,
    /// The seed: initial weights and the order of the images follow from it.
    pub seed: u64,
    /// Everything else that decides the run's numbers.
    pub settings: Arc<Settings>,
    id: u64,
}

impl Plan {
    /// More runs than this are planned only where [`Overrides::many`](crate::Overrides::many) says that they are meant.
    pub const USUAL_RUNS: usize = 100_000;
    /// More than this are never planned: they would not fit into memory.
    pub(crate) const MOST_RUNS: usize = 1_000_000;

    /// Every run: seed by seed, so that the arms of one seed, which are compared, run side by side.
    pub fn runs(&self) -> Vec<RunSpec> {
        let mut runs = Vec::new();
        for experiment in &self.experiments {
            for &seed in &experiment.seeds {
                for arm in &experiment.arms {
                    runs.push(RunSpec {
                        experiment: experiment.name.clone(),
                        title: experiment.title.clone(),
                        arm: arm.name.clone(),
                        point: arm.point.clone(),
                        seed,
                        settings: Arc::clone(&arm.settings),
                        id: arm.identity.with_seed(seed),
                    });
                }
            }
        }
        runs
    }
}

impl RunSpec {
    /// The arm of an experiment that has no arms.
    pub const BASE: &'static str = "base";

    /// The run's identity: a hash of its seed and of those settings that decide its numbers, and of nothing else. Two runs
    /// of one id are the same run, whatever they are called.
    pub fn id(&self) -> String {
        format!("{:016x}", self.id)
    }

    /// Where the run's record lies below the output directory.
    pub fn directory(&self, out: &Path) -> PathBuf {
        out.join(&self.experiment).join(&self.arm).join(format!("seed-{}", self.seed))
    }

    /// "trunc_normal seed 0", "zeros_vs_ones/zeros seed 3": what messages call the run.
    pub fn label(&self) -> String {
        if self.arm == Self::BASE {
            format!("{} seed {}", self.experiment, self.seed)
        } else {
            format!("{}/{} seed {}", self.experiment, self.arm, self.seed)
        }
    }

    /// A config file in which nothing is left open: running it repeats this run, under the same name.
    pub fn to_toml(&self) -> String {
        let mut table = toml::Table::new();
        table.insert("name".into(), self.experiment.clone().into());
        table.insert("title".into(), self.title.clone().into());
        // TOML's whole numbers end at 2^63 - 1, and so do seeds.
        table.insert("seeds".into(), toml::Value::Array(vec![(self.seed as i64).into()]));
        table.extend(self.settings.to_table());
        let arm = match self.point.as_deref() {
            None => (self.arm != Self::BASE).then_some(self.arm.as_str()),
            Some(point) => {
                table.insert("sweep".into(), point.to_table().into());
                // An arm that a config calls so is part of the name.
                let named =
                    point.arm != Self::BASE || self.arm.starts_with(&format!("{},", Self::BASE));
                named.then_some(point.arm.as_str())
            }
        };
        if let Some(arm) = arm {
            let arms =
                toml::Table::from_iter([(arm.to_owned(), toml::Value::Table(toml::Table::new()))]);
            table.insert("arms".into(), toml::Value::Table(arms));
        }
        table.to_string()
    }
}

impl Settings {
    /// Steps in one epoch over so many training images.
    pub fn steps_per_epoch(&self, images: usize) -> u64 {
        let batch = self.training.batch_size;
        let steps = match self.training.last_batch {
            LastBatch::Drop => images / batch,
            LastBatch::Keep => images.div_ceil(batch),
        };
        steps as u64
    }

    /// Steps of the whole run over so many training images.
    pub fn steps(&self, images: usize) -> u64 {
        match self.training.length {
            Length::Epochs(epochs) => self.steps_per_epoch(images).saturating_mul(epochs),
            Length::Steps(steps) => steps,
        }
    }

    /// Images to train on, where that is known without reading a folder.
    pub fn training_images(&self) -> Option<usize> {
        match self.data.set {
            DataSet::Mnist => Some(Data::MNIST_TRAINING_FILE - self.data.validation),
            DataSet::Folder(_) => None,
        }
    }
}
