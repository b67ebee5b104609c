//! The plan: experiments -> arms -> seeds -> runs, each run with its identity, its place on disk and the TOML that
//! repeats it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::settings::{Data, DataSet, LastBatch, Length, Settings};

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
    /// Its arms in the order of the file, at least one.
    pub arms: Vec<(String, Arc<Settings>)>,
    /// Its seeds, at least one; each arm runs once with each.
    pub seeds: Vec<u64>,
}

/// One run: settings and a seed.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSpec {
    /// The experiment's name.
    pub experiment: String,
    /// The experiment's title.
    pub title: String,
    /// The arm's name; [`RunSpec::BASE`] where the experiment has no arms.
    pub arm: String,
    /// The seed: initial weights and the order of the images follow from it.
    pub seed: u64,
    /// Everything else that decides the run's numbers.
    pub settings: Arc<Settings>,
}

impl Plan {
    /// Every run: seed by seed, so that the arms of one seed, which are compared, run side by side.
    pub fn runs(&self) -> Vec<RunSpec> {
        let mut runs = Vec::new();
        for experiment in &self.experiments {
            for &seed in &experiment.seeds {
                for (arm, settings) in &experiment.arms {
                    runs.push(RunSpec {
                        experiment: experiment.name.clone(),
                        title: experiment.title.clone(),
                        arm: arm.clone(),
                        seed,
                        settings: Arc::clone(settings),
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
        let mut hash = Sha256::new();
        for (name, value) in self.settings.entries() {
            if name == Settings::CHECKPOINT_EVERY {
                continue;
            }
            hash.update(format!("{name} = {value}\n"));
        }
        hash.update(format!("seed = {}\n", self.seed));
        hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
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
        if self.arm != Self::BASE {
            let arms = toml::Table::from_iter([(self.arm.clone(), toml::Value::Table(toml::Table::new()))]);
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
