//! Measurements inside a network, before training or at any time: how a signal and a gradient pass
//! through its layers, and what theory says that they should do.
//!
//! A [`Network`] is made of numbers on the host: those of a run of this workspace, or those of any
//! program whose network is a chain of fully connected layers with one activation between them
//! (`model::layers_of` reads them out of a burn module). On a set of [`Images`] it
//! [measures](Network::measure) activations and gradients by layer, the Jacobian, the gradient
//! noise scale and, where asked for, the tangent kernel and the ends of the Hessian's spectrum:
//! exactly, by first-order passes in 64 bits, without finite differences. It computes on all cores,
//! to the same bits whatever their number.

mod activity;
mod change;
mod context;
mod curvature;
mod diagnosis;
mod eigen;
mod error;
mod expectation;
mod forecast;
mod jacobian;
mod kernel;
mod measure;
mod measures;
mod network;
mod parts;
mod passes;
mod random;
mod short;
mod spectrum;
mod statistics;
mod study;
pub mod table;

pub use activity::Activity;
pub use change::Test;
pub use context::Context;
pub use diagnosis::{Finding, diagnose};
pub use error::ProbeError;
pub use expectation::{
    Expectation, Expected, ExpectedQuantity, InnerLayers, Theory, Unmet, theory_layers,
};
pub use forecast::{Forecast, forecast};
pub use measure::Options;
pub use measures::{
    ActivationMeasures, CurvatureMeasures, Entry, Histogram, JacobianMeasures, KernelMeasures,
    LayerMeasures, Measures,
};
pub use network::{Images, LayerWeights, Network};
pub use parts::{BlockEnd, Blocks, Norm, NormKind, Parts};
pub use random::sample_images;
pub use short::short;
pub use spectrum::singular_values;
pub use study::{ArmProbe, ProbeRecord, Row, Scope};
