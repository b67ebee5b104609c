//! The training loop, as a strategy of burn's learner: burn's own counts in epochs and keeps no loss of a single step;
//! this one counts in steps, records each one's loss, leaves checkpoints, and stops where a loss is no longer finite or a
//! person says so. It does so for all runs of a stack, each of which has a course of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::{
    InferenceStep, Learner, SupervisedLearningStrategy, SupervisedTrainingEventProcessor,
    TrainLoader, TrainingComponents, ValidLoader,
};
use experiment::{RecordLoss, RunSpec};
use record::{CHECKPOINT_FORMAT, Checkpoint, Epoch, Provenance, Step};

use crate::checkpoint::States;
use crate::classifier::{Classifier, Judgement};
use crate::data::Batch;
use crate::desk::Desk;
use crate::execute::RunError;
use crate::observer::Observer;
use crate::stack::split;

/// Losses are read back from the device so many steps at a time, since each reading waits for the device. A CPU has
/// nothing to wait for.
const STEPS_BETWEEN_READINGS: u64 = 64;
/// A batch's accuracy, which only progress shows, is computed every so many steps.
const STEPS_BETWEEN_ACCURACIES: u64 = 16;

/// Counts in steps. One serves one stack.
pub(crate) struct StepByStep {
    /// The runs, in the order of the stack.
    pub(crate) members: Vec<Member>,
    /// Training images.
    pub(crate) images: u64,
    pub(crate) steps_per_epoch: u64,
    pub(crate) steps: u64,
    /// Whether reading a loss at each step costs a wait for the device.
    pub(crate) read_late: bool,
    pub(crate) interrupt: Arc<AtomicBool>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) states: States,
    pub(crate) started: Instant,
    /// The members' courses so far, then all of them.
    pub(crate) courses: Mutex<Vec<Course>>,
}

/// A run of a stack.
pub(crate) struct Member {
    pub(crate) spec: RunSpec,
    /// Where checkpoints go.
    pub(crate) desk: Desk,
    /// What checkpoints say of where they come from; the seconds are those of the parts before this one.
    pub(crate) provenance: Provenance,
}

/// How a run goes.
#[derive(Debug, Default)]
pub(crate) struct Course {
    pub(crate) steps: Vec<Step>,
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) end: End,
}

/// Why a run's course ended.
#[derive(Debug, Default)]
pub(crate) enum End {
    /// All steps were made, or it has not ended.
    #[default]
    Complete,
    /// The loss of this step was not finite; the network as it was then.
    Diverged(u64, Option<Box<Classifier>>),
    /// A person or a scheduler said so, and there is a checkpoint.
    Interrupted,
    /// Its checkpoint could not be written.
    Failed(RunError),
}

impl SupervisedLearningStrategy<Classifier> for StepByStep {
    fn fit(
        &self,
        components: TrainingComponents<Classifier>,
        mut learner: Learner<Classifier>,
        training: TrainLoader<Classifier>,
        validation: ValidLoader<Classifier>,
        _starting_epoch: usize,
    ) -> (Classifier, SupervisedTrainingEventProcessor<Classifier>) {
        let TrainingComponents {
            mut checkpointer, event_store, interrupter, event_processor, ..
        } = components;
        let mut courses = self.exchange_courses(Vec::new());
        let mut late = Vec::new();
        let start = courses.first().map_or(0, |course| course.steps.len() as u64);
        for (step, batch) in (start..).zip(training.iter()) {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => {
                    interrupter.fail(error);
                    break;
                }
            };
            let judgement = self.train_step(&mut learner, batch);
            let counts = !self.read_late && step % STEPS_BETWEEN_ACCURACIES == 0;
            let correct = counts.then(|| (judgement.correct(), judgement.images()));
            late.push(judgement.losses);
            let done = step + 1;
            let epoch_ends = done % self.steps_per_epoch == 0 || done == self.steps;
            let interrupted = self.interrupt.load(Ordering::Relaxed);
            // After the last step there is a record.
            let saves =
                done < self.steps && (epoch_ends || interrupted || self.is_checkpoint(done));
            let going: Vec<usize> =
                (0..courses.len()).filter(|&run| courses[run].goes_on()).collect();
            if !self.read_late || epoch_ends || saves || done % STEPS_BETWEEN_READINGS == 0 {
                read(&mut late, &mut courses);
                for &run in &going {
                    let accuracy = correct
                        .as_ref()
                        .map(|(correct, images)| correct[run] as f64 / *images as f64);
                    if let Some(last) = courses[run].steps.last() {
                        self.observer.stepped(
                            &self.members[run].spec,
                            last.step + 1,
                            last.loss,
                            accuracy,
                        );
                    }
                }
            }
            let diverged: Vec<usize> =
                going.iter().copied().filter(|&run| !courses[run].goes_on()).collect();
            if epoch_ends {
                self.validate(&learner, &validation, done, &going, &mut courses);
            } else if !diverged.is_empty() {
                self.validate(&learner, &validation, done, &diverged, &mut courses);
            }
            for &run in &diverged {
                if let End::Diverged(_, network) = &mut courses[run].end {
                    *network = Some(Box::new(learner.model().valid().part(run)));
                }
            }
            if let (true, Some(checkpointer)) = (saves, &mut checkpointer) {
                let states = self.states.of(&learner, checkpointer, &event_store);
                self.save(states, &mut courses);
            }
            if !courses.iter().any(Course::goes_on) {
                break;
            }
            if interrupted && done < self.steps {
                for course in courses.iter_mut().filter(|course| course.goes_on()) {
                    course.end = End::Interrupted;
                }
                break;
            }
        }
        self.exchange_courses(courses);
        (learner.model(), event_processor)
    }
}

impl StepByStep {
    /// The members' courses, once the learner is done.
    pub(crate) fn take_courses(&self) -> Vec<Course> {
        self.exchange_courses(Vec::new())
    }

    fn exchange_courses(&self, courses: Vec<Course>) -> Vec<Course> {
        // A panic that left the lock poisoned has ended the runs already.
        std::mem::replace(
            &mut *self.courses.lock().unwrap_or_else(PoisonError::into_inner),
            courses,
        )
    }

    /// Seconds of training of a member, over all parts of its run. A stack's time is shared out evenly.
    pub(crate) fn seconds(&self, member: &Member) -> f64 {
        member.provenance.training_seconds
            + self.started.elapsed().as_secs_f64() / self.members.len() as f64
    }

    fn is_checkpoint(&self, done: u64) -> bool {
        let every = self.members[0].spec.settings.training.checkpoint_every;
        every.is_some_and(|every| done.is_multiple_of(every))
    }

    /// Makes one step, and gives what the networks made of the batch: before the step or after it, as the settings say.
    fn train_step(&self, learner: &mut Learner<Classifier>, batch: Batch) -> Judgement {
        let again = match self.members[0].spec.settings.training.record_loss {
            RecordLoss::BeforeUpdate => None,
            RecordLoss::AfterUpdate => Some(batch.clone()),
        };
        let output = learner.train_step(batch);
        learner.lr_step();
        learner.optimizer_step(output.grads);
        match again {
            Some(batch) => InferenceStep::step(&learner.model().valid(), batch),
            None => output.item,
        }
    }

    /// Writes a checkpoint for every run that goes on; a run whose checkpoint cannot be written ends.
    fn save(&self, states: Result<[Vec<u8>; 3], String>, courses: &mut [Course]) {
        let runs = self.members.len();
        let parts = states.and_then(|[model, optimizer, scheduler]| {
            // The schedule is the same for all.
            Ok(split(model, runs)?
                .into_iter()
                .zip(split(optimizer, runs)?)
                .zip(vec![scheduler; runs]))
        });
        let failed = |course: &mut Course, error| course.end = End::Failed(error);
        match parts {
            Err(error) => courses
                .iter_mut()
                .for_each(|course| failed(course, RunError::Failed(error.clone()))),
            Ok(parts) => {
                for ((member, course), ((model, optimizer), scheduler)) in
                    self.members.iter().zip(courses).zip(parts)
                {
                    if course.goes_on()
                        && let Err(error) =
                            self.save_one(member, course, [model, optimizer, scheduler])
                    {
                        failed(course, error);
                    }
                }
            }
        }
    }

    fn save_one(
        &self,
        member: &Member,
        course: &Course,
        [model, optimizer, scheduler]: [Vec<u8>; 3],
    ) -> Result<(), RunError> {
        let checkpoint = Checkpoint {
            format: CHECKPOINT_FORMAT,
            id: member.spec.id(),
            losses: course.steps.iter().map(|step| step.loss).collect(),
            epochs: course.epochs.clone(),
            provenance: Provenance {
                training_seconds: self.seconds(member),
                ..member.provenance.clone()
            },
            model,
            optimizer,
            scheduler,
        };
        member.desk.write(|directory| directory.write_checkpoint(&checkpoint))
    }

    /// Validates the networks, and adds to the courses of `runs` what came out.
    fn validate(
        &self,
        learner: &Learner<Classifier>,
        images: &ValidLoader<Classifier>,
        done: u64,
        runs: &[usize],
        courses: &mut [Course],
    ) {
        let tallies = Tally::of(&learner.model().valid(), images.iter().flatten());
        let epoch = done.div_ceil(self.steps_per_epoch);
        let first = (epoch - 1) * self.steps_per_epoch;
        for &run in runs {
            let (course, tally) = (&mut courses[run], tallies[run]);
            course.epochs.push(Epoch {
                epoch,
                steps: done,
                training_loss: self.mean_loss(&course.steps[first as usize..]),
                validation_loss: tally.loss(),
                validation_accuracy: tally.accuracy(),
            });
            self.observer.validated(&self.members[run].spec, epoch, tally.accuracy());
        }
    }

    /// The mean loss of the images of some steps of one epoch, of which the last batch may be smaller.
    fn mean_loss(&self, steps: &[Step]) -> f64 {
        let images = |step: &Step| self.batch_images(step.step) as f64;
        let total: f64 = steps.iter().map(|step| f64::from(step.loss) * images(step)).sum();
        total / steps.iter().map(images).sum::<f64>()
    }

    fn batch_images(&self, step: u64) -> u64 {
        let batch = self.members[0].spec.settings.training.batch_size as u64;
        let before = step % self.steps_per_epoch * batch;
        batch.min(self.images - before)
    }
}

impl Course {
    /// The course of a run up to a checkpoint.
    pub(crate) fn of(checkpoint: &Checkpoint) -> Self {
        let steps =
            (0..).zip(&checkpoint.losses).map(|(step, &loss)| Step { step, loss }).collect();
        Course { steps, epochs: checkpoint.epochs.clone(), end: End::default() }
    }

    fn goes_on(&self) -> bool {
        matches!(self.end, End::Complete)
    }
}

/// Reads losses back from the device, of each run up to the first that is not finite.
fn read(late: &mut Vec<Tensor<2>>, courses: &mut [Course]) {
    for losses in late.drain(..) {
        for (course, loss) in courses.iter_mut().zip(means(losses)) {
            if !course.goes_on() {
                continue;
            }
            let (step, loss) = (course.steps.len() as u64, loss as f32);
            course.steps.push(Step { step, loss });
            if !loss.is_finite() {
                course.end = End::Diverged(step, None);
            }
        }
    }
}

/// Losses and right answers of one network over a split: true means over its images, whatever the batches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    images: u64,
    correct: u64,
    loss: f64,
}

impl Tally {
    /// That of every network.
    pub(crate) fn of(classifier: &Classifier, batches: impl Iterator<Item = Batch>) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); classifier.runs()];
        for batch in batches {
            let judgement = InferenceStep::step(classifier, batch);
            let (correct, images) = (judgement.correct(), judgement.images());
            for ((tally, loss), correct) in
                tallies.iter_mut().zip(means(judgement.losses)).zip(correct)
            {
                tally.loss += loss * images as f64;
                tally.correct += correct;
                tally.images += images;
            }
        }
        tallies
    }

    pub(crate) fn loss(&self) -> f64 {
        self.loss / self.images as f64
    }

    pub(crate) fn accuracy(&self) -> f64 {
        self.correct as f64 / self.images as f64
    }
}

/// The mean of each run's losses, `[runs, batch]`, in double precision.
fn means(losses: Tensor<2>) -> Vec<f64> {
    let [_, batch] = losses.dims();
    // To read from an adapter that was lost would end the program; to wait for it says so, and ends these runs only.
    if let Err(error) = losses.device().sync() {
        panic!("{error}");
    }
    let losses: Vec<f64> = losses.into_data().iter::<f32>().map(f64::from).collect();
    losses
        .chunks(batch.max(1))
        .map(|losses| losses.iter().sum::<f64>() / losses.len() as f64)
        .collect()
}
