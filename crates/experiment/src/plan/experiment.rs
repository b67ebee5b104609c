//! Experiments and their arms, as config files resolve to them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::plan::run::RunSpec;
use crate::settings::{Identity, SeedPair, Settings};
use crate::sweep::{SweepAxis, SweepPoint};
use crate::syntax::Warnings;

/// What will run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// One for each config file, in their order.
    pub experiments: Vec<Experiment>,
    /// What a person should know about the files, though nothing is wrong with them.
    pub warnings: Warnings,
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
    /// The files that it extends, one after another, with what they said.
    pub bases: Vec<(PathBuf, String)>,
    /// Its arms in the order of the file, at least one. Each point of a sweep is an arm of its own:
    /// all points of the first arm, then all of the second.
    pub arms: Vec<Arm>,
    /// The axes that the arms are swept over: a grid, but for those in one inner list, which
    /// advance together. Empty where there is no sweep.
    pub sweep: Vec<Vec<SweepAxis>>,
    /// Its seeds, at least one; each arm runs once with each.
    pub seeds: Vec<SeedPair>,
}

impl Experiment {
    /// How many points each arm of the config is swept over: so many of [`arms`](Self::arms), one
    /// after another, are the points of one. 1 where there is no sweep.
    pub fn point_count(&self) -> usize {
        // Axes that advance together have as many values.
        self.sweep.iter().map(|axes| axes.first().map_or(1, |axis| axis.values.len())).product()
    }

    fn run(&self, arm: &Arm, seed: SeedPair) -> RunSpec {
        RunSpec {
            experiment: self.name.clone(),
            title: self.title.clone(),
            arm: arm.name.clone(),
            point: arm.point.clone(),
            seed,
            settings: Arc::clone(&arm.settings),
            id: arm.identity.with_seed(seed),
        }
    }
}

/// What runs once with each seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Its name: a folder of the experiment's. [`RunSpec::BASE`] where the experiment has no arms
    /// and no sweep.
    pub name: String,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// Its point of the experiment's sweep, if there is one.
    pub point: Option<Arc<SweepPoint>>,
    /// The part of its runs' ids that they share.
    pub(crate) identity: Identity,
}

impl Arm {
    pub(crate) fn new(
        name: String,
        settings: Settings,
        identity: Identity,
        point: Option<SweepPoint>,
    ) -> Self {
        Arm { name, settings: Arc::new(settings), point: point.map(Arc::new), identity }
    }
}

impl Plan {
    /// More runs than this are planned only where [`Overrides::many`](crate::Overrides::many) says
    /// that they are meant.
    pub const USUAL_RUNS: usize = 100_000;
    /// More than this are never planned: they would not fit into memory.
    pub(crate) const MAX_RUNS: usize = 1_000_000;

    /// Every run: seed by seed, so that the arms of one seed, which are compared, run side by side.
    pub fn runs(&self) -> Vec<RunSpec> {
        let mut runs = Vec::new();
        for experiment in &self.experiments {
            for &seed in &experiment.seeds {
                for arm in &experiment.arms {
                    runs.push(experiment.run(arm, seed));
                }
            }
        }
        runs
    }
}
