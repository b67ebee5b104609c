//! What burn's traits ask for: a learner over our networks and our training loop, checkpoints in
//! memory, and a renderer that shows nothing.

mod architecture;
mod checkpointer;
mod classifier;
mod learner;
mod loss;
mod noop_renderer;
mod pack;

pub(crate) use checkpointer::CheckpointState;
pub(crate) use classifier::{BatchOutput, Classifier};
pub(crate) use learner::{Session, TrainingLoop, new_learner, restored_learner, run_loop};
