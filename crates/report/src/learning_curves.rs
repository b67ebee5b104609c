//! The learning curves of a study: each arm at its best point, read run by run.

use std::path::{Path, PathBuf};

use record::{InitialWeights, ReadError, Run, Status, read_run};

use crate::comparison::{Comparison, RankedArm};
use crate::curve::{Curve, CurveBuilder, blocks};
use crate::load::read_each;
use crate::phrases::mean_of;
use crate::study::{RunSummary, Study, Warning};

/// Arms whose curves are shown: as many as have a colour and dashes of their own.
const ARMS: usize = 24;

/// The same of a sweep, where an arm is many points.
const SWEPT_ARMS: usize = 6;

/// Batches of the tutorial's plot.
pub(crate) const FIRST: usize = 100;

/// Points that a line of many steps is reduced to, at the least.
const POINTS: usize = 140;

/// Numbers of single runs that are kept at most; beyond it successive batches are averaged.
const NUMBERS: usize = 120_000;

/// Runs that are listed by name.
const LISTED_RUNS: usize = 300;

/// The learning curves of arms, in the order of the study's.
pub struct LearningCurves {
    /// The study's title.
    pub(crate) title: String,
    /// One an arm.
    pub(crate) arms: Vec<ArmCurves>,
    /// Steps of the longest run.
    pub(crate) longest: usize,
    /// Batches that one point of [`ArmCurves::all`] is the mean of.
    pub(crate) block: usize,
    /// The fewest and the most seeds of an arm.
    pub(crate) seeds: (usize, usize),
    /// Arms of the study that have no curves here.
    pub(crate) arms_left_out: usize,
    /// Runs that could not be read.
    pub(crate) warnings: Vec<Warning>,
}

/// The learning curves of one arm.
pub(crate) struct ArmCurves {
    /// Its index in [`Study::arms`].
    pub(crate) index: usize,
    /// What to call it; in a sweep with the values of its best point.
    pub(crate) label: String,
    /// How many runs there are, and how many of them diverged.
    pub(crate) runs: usize,
    pub(crate) diverged: usize,
    /// The loss of the first batches.
    pub(crate) first: Curve,
    /// The loss of all batches, a block a point.
    pub(crate) all: Curve,
    /// The same, every batch a point; where it is the only arm.
    pub(crate) detail: Option<Curve>,
    /// The validation accuracy after each epoch.
    pub(crate) accuracy: Curve,
    /// The loss as a page shows it: blocks as short as its size allows.
    pub(crate) interactive: Curve,
    /// The loss of every seed, in the same blocks.
    pub(crate) every_seed: Vec<Vec<f32>>,
    /// The weights of its first run before the first step, and that run's seed.
    pub(crate) initial_weights: Vec<InitialWeights>,
    pub(crate) first_seed: u64,
    /// The runs by name, as far as they are listed.
    pub(crate) listed: Vec<ListedRun>,
}

/// A run as a page lists it.
pub(crate) struct ListedRun {
    pub(crate) directory: PathBuf,
    pub(crate) seed: u64,
    pub(crate) status: Status,
    pub(crate) steps: u64,
    pub(crate) seconds: f64,
    pub(crate) id: String,
}

impl LearningCurves {
    /// Reads the runs of each arm's best point, for as many of the best arms of `comparison` as
    /// can be told apart in a picture. `comparison` is of `study`.
    ///
    /// Runs are read one by one, and only sums and thinned lines are held. A run that cannot be
    /// read is left out.
    pub fn read(study: &Study, comparison: &Comparison) -> LearningCurves {
        let most = match (study.metric, study.axes.is_empty()) {
            // Numbers of a table have no curves.
            (None, _) => 0,
            (_, true) => ARMS,
            (_, false) => SWEPT_ARMS,
        };
        let mut chosen: Vec<&RankedArm> = comparison.arms.iter().take(most).collect();
        chosen.sort_by_key(|arm| arm.index);
        let runs = |arm: &RankedArm| &study.arms[arm.index].points[arm.best].runs;
        let steps = chosen.iter().flat_map(|arm| runs(arm)).map(|run| run.steps as usize);
        let longest = steps.max().unwrap_or(0);
        let count: usize = chosen.iter().map(|arm| runs(arm).len()).sum();
        let lengths = Lengths {
            block: (longest / POINTS).max(1),
            interactive: (count * longest).div_ceil(NUMBERS).max(1),
            detailed: chosen.len() == 1,
        };
        let (mut arms, mut warnings) = (Vec::new(), Vec::new());
        for arm in &chosen {
            let listed: usize = arms.iter().map(|arm: &ArmCurves| arm.listed.len()).sum();
            let label = match comparison.values(arm.best()).as_str() {
                "" => arm.label.clone(),
                values => format!("{} at {values}", arm.label),
            };
            let mut curves = ArmBuilder::new(lengths, LISTED_RUNS - listed);
            read_runs(runs(arm), |run| curves.add(run), &mut warnings);
            arms.extend(curves.finish(arm.index, label));
        }
        let seeds = || arms.iter().map(|arm| arm.runs);
        LearningCurves {
            title: study.title.clone(),
            seeds: (seeds().min().unwrap_or(0), seeds().max().unwrap_or(0)),
            longest,
            block: lengths.block,
            arms_left_out: study.arms.len() - arms.len(),
            arms,
            warnings,
        }
    }

    /// What pictures say below their title: of what the lines are.
    pub(crate) fn subtitle(&self) -> Vec<String> {
        let mut parts = vec![self.title.clone(), mean_of(self.seeds, "seed")];
        if self.arms_left_out > 0 {
            let all = self.arms.len() + self.arms_left_out;
            parts.push(format!("the best {} of {all} arms", self.arms.len()));
        }
        parts
    }
}

/// Gives every run that is kept or can be read, in order; the others become warnings.
fn read_runs(runs: &[RunSummary], mut take: impl FnMut(&Run), warnings: &mut Vec<Warning>) {
    let mut unread: Vec<&Path> = Vec::new();
    let mut read = |unread: &mut Vec<&Path>, take: &mut dyn FnMut(&Run)| {
        let each = |directory: &Path, run: Result<Run, ReadError>| match run {
            Ok(run) => take(&run),
            Err(error) => warnings
                .push(Warning { directory: directory.to_owned(), reason: error.to_string() }),
        };
        read_each(unread, read_run, each);
        unread.clear();
    };
    for run in runs {
        match &run.whole {
            None => unread.push(&run.directory),
            Some(whole) => {
                read(&mut unread, &mut take);
                take(whole);
            }
        }
    }
    read(&mut unread, &mut take);
}

/// In what blocks lines are drawn.
#[derive(Clone, Copy)]
struct Lengths {
    block: usize,
    interactive: usize,
    detailed: bool,
}

/// The curves of one arm, as far as its runs have come in.
struct ArmBuilder {
    lengths: Lengths,
    most_listed: usize,
    first: CurveBuilder,
    all: CurveBuilder,
    detail: CurveBuilder,
    accuracy: CurveBuilder,
    interactive: CurveBuilder,
    every_seed: Vec<Vec<f32>>,
    initial: Option<(u64, Vec<InitialWeights>)>,
    listed: Vec<ListedRun>,
    diverged: usize,
}

impl ArmBuilder {
    fn new(lengths: Lengths, most_listed: usize) -> Self {
        ArmBuilder {
            lengths,
            most_listed,
            first: CurveBuilder::losses(FIRST, 1),
            all: CurveBuilder::losses(usize::MAX, lengths.block),
            detail: CurveBuilder::losses(usize::MAX, 1),
            accuracy: CurveBuilder::accuracies(),
            interactive: CurveBuilder::losses(usize::MAX, lengths.interactive),
            every_seed: Vec::new(),
            initial: None,
            listed: Vec::new(),
            diverged: 0,
        }
    }

    fn add(&mut self, run: &Run) {
        let record = &run.record;
        self.first.add_steps(&run.steps);
        self.all.add_steps(&run.steps);
        if self.lengths.detailed && self.lengths.block > 1 {
            self.detail.add_steps(&run.steps);
        }
        self.accuracy.add_epochs(&run.epochs);
        self.interactive.add_steps(&run.steps);
        let losses = blocks(&run.steps, self.lengths.interactive).map(|(_, loss)| loss as f32);
        self.every_seed.push(losses.collect());
        self.diverged += usize::from(record.status == Status::Diverged);
        self.initial.get_or_insert_with(|| (record.seed, record.initial_weights.clone()));
        if self.listed.len() < self.most_listed {
            self.listed.push(ListedRun {
                directory: run.directory.clone(),
                seed: record.seed,
                status: record.status,
                steps: record.steps,
                seconds: record.provenance.training_seconds,
                id: record.id.clone(),
            });
        }
    }

    fn finish(self, index: usize, label: String) -> Option<ArmCurves> {
        let (first_seed, initial_weights) = self.initial?;
        let detailed = self.lengths.detailed && self.lengths.block > 1;
        Some(ArmCurves {
            index,
            label,
            runs: self.every_seed.len(),
            diverged: self.diverged,
            first: self.first.finish(),
            all: self.all.finish(),
            detail: detailed.then(|| self.detail.finish()),
            accuracy: self.accuracy.finish(),
            interactive: self.interactive.finish(),
            every_seed: self.every_seed,
            initial_weights,
            first_seed,
            listed: self.listed,
        })
    }
}
