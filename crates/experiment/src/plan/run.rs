//! One run: its settings and seed, its identity, its directory, and the TOML that repeats it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::settings::{Identity, Length, SeedPair, Settings};
use crate::sweep::SweepPoint;

/// One run: settings and a seed.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSpec {
    /// The experiment's name.
    pub experiment: String,
    /// The experiment's title.
    pub title: String,
    /// The arm's name; [`RunSpec::BASE`] where the experiment has no arms. In a sweep it names the
    /// point too: `normal,std=0.1`.
    pub arm: String,
    /// The run's point of a sweep, if there is one.
    pub point: Option<Arc<SweepPoint>>,
    /// Its seeds: the initial weights follow from one, the order of the images from the other.
    pub seed: SeedPair,
    /// Everything else that decides the run's numbers.
    pub settings: Arc<Settings>,
    pub(crate) id: u64,
}

impl RunSpec {
    /// The same run, with the same id, and a network for images of so many pixels in so many
    /// classes.
    pub fn for_images(&self, pixels: usize, classes: usize) -> RunSpec {
        let settings = Arc::new(self.settings.for_images(pixels, classes));
        RunSpec { settings, ..self.clone() }
    }

    /// The same run with another length, and so with another id.
    pub fn with_length(&self, length: Length) -> RunSpec {
        let mut settings = Settings::clone(&self.settings);
        settings.training.length = length;
        let id = Identity::of(&settings).with_seed(self.seed);
        RunSpec { settings: Arc::new(settings), id, ..self.clone() }
    }

    /// The arm of an experiment that has no arms.
    pub const BASE: &'static str = "base";

    /// The run's identity: a hash of its seed and of those settings that decide its numbers, and of
    /// nothing else. Two runs of one id are the same run, whatever they are called.
    pub fn id(&self) -> String {
        format!("{:016x}", self.id)
    }

    /// Where the run's record lies below the output directory.
    pub fn directory(&self, out: &Path) -> PathBuf {
        out.join(&self.experiment).join(&self.arm).join(self.seed.folder())
    }

    /// "trunc_normal seed 0", "zeros_vs_ones/zeros seed 3": what messages call the run.
    pub fn label(&self) -> String {
        if self.arm == Self::BASE {
            format!("{} seed {}", self.experiment, self.seed)
        } else {
            format!("{}/{} seed {}", self.experiment, self.arm, self.seed)
        }
    }

    /// A config file in which nothing is left open: running it repeats this run, under the same
    /// name.
    pub fn to_toml(&self) -> String {
        let mut table = toml::Table::new();
        table.insert("name".into(), self.experiment.clone().into());
        table.insert("title".into(), self.title.clone().into());
        table.insert("seeds".into(), self.seed.to_toml());
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
