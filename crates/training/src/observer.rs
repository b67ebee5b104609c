//! What happens while runs are carried out, told to whoever wants to show it.

use experiment::RunSpec;

use crate::execute::RunReport;

/// Is told what happens; from several threads at once where runs go side by side.
pub trait Observer: Send + Sync {
    /// A run starts (or goes on) at step `step` of `steps`.
    fn started(&self, run: &RunSpec, step: u64, steps: u64) {
        let _ = (run, step, steps);
    }

    /// A run has made `steps` steps, the last with this loss; now and then with the accuracy on its batch, 0 to 1.
    fn stepped(&self, run: &RunSpec, steps: u64, loss: f32, accuracy: Option<f64>) {
        let _ = (run, steps, loss, accuracy);
    }

    /// A run has ended an epoch (from 1) with this validation accuracy, 0 to 1.
    fn validated(&self, run: &RunSpec, epoch: u64, accuracy: f64) {
        let _ = (run, epoch, accuracy);
    }

    /// A run is over, one way or another.
    fn ended(&self, report: &RunReport) {
        let _ = report;
    }

    /// Something that a person should know, though it stops nothing.
    fn noted(&self, run: &RunSpec, message: &str) {
        let _ = (run, message);
    }
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {}
