//! Pictures: drawn once as SVG, rasterised to PNG with a font of our own, so that they are the same
//! on every machine.
//!
//! The SVG is templated by [`maud`] and says in classes what is ink, ground or the colour of an
//! arm, so that a page can show it on a dark ground too. An arm has the same colour and dashes in
//! every picture: those of its index in [`Study::arms`].

pub(crate) mod axis;
mod cells;
mod chart;
mod density;
mod forest;
mod frame;
mod heat;
mod heat_map;
mod histograms;
mod layers;
mod learning;
mod lines;
mod map_layout;
mod marks;
mod over_axis;
mod phase_plane;
mod raster;
pub(crate) mod style;

pub(crate) use chart::chart_axes;
pub use chart::{Chart, ChartAxis, ChartLine, ChartPoint, Spacing, chart};
pub use density::{Panel, histograms};
pub use forest::forest;
pub use heat_map::{Colours, HeatMap, HeatPanel, HeatSide, heat_map};
pub use histograms::{HistogramPanel, HistogramRow, small_multiples, weights};
pub use layers::layers;
pub use learning::{accuracy_per_epoch, all_batches, first_batches, initial_weights};
pub use phase_plane::{PhasePlane, PhasePoint, phase_plane};
pub use raster::{Picture, PictureError};

use crate::comparison::Comparison;
use crate::layer_curves::LayerCurves;
use crate::learning_curves::LearningCurves;
use crate::study::Study;

/// Every picture of `comparison`, which is of `study`, with a name each that a file may have.
///
/// Of a sweep, see [`over_axes`]. Without axes: the loss of the first batches and of all, and where
/// there are several arms the accuracy after each epoch, the forest plot and the initial weights;
/// their runs are read whole where they were not kept. Where layers were
/// recorded, their pictures too. Of numbers from a table, the forest plot.
pub fn all(study: &Study, comparison: &Comparison) -> Vec<(&'static str, Picture)> {
    if !comparison.axes.is_empty() {
        return over_axes(comparison);
    }
    if study.metric.is_none() {
        return vec![("forest", forest(comparison))];
    }
    let curves = LearningCurves::read(study, comparison);
    let mut pictures =
        vec![("loss-first-100", first_batches(&curves)), ("loss-all", all_batches(&curves))];
    if study.arms.len() > 1 {
        pictures.push(("accuracy", accuracy_per_epoch(&curves)));
        pictures.push(("forest", forest(comparison)));
        pictures.push(("initial-weights", initial_weights(&curves)));
    }
    pictures.extend(layers(&LayerCurves::read(study, comparison)));
    pictures
}

/// The pictures of a sweep, with a name each. Over one axis: the metric along it. Over two: a map
/// of both, then each axis by itself; over more, the latter alone. A picture of many settings shows
/// means of some in one place, and of many arms the best ones.
pub fn over_axes(comparison: &Comparison) -> Vec<(&'static str, Picture)> {
    match comparison.axes.len() {
        0 => Vec::new(),
        1 => vec![("sweep", over_axis::over_axis(comparison))],
        2 => vec![("sweep-map", heat::draw(comparison)), ("sweep", over_axis::slices(comparison))],
        _ => vec![("sweep", over_axis::slices(comparison))],
    }
}
