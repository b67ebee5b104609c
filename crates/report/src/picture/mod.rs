//! Pictures: drawn once as SVG, rasterised to PNG with a font of our own, so that they are the same on every machine.
//!
//! The SVG is templated by [`maud`] and says in classes what is ink, ground or the colour of an arm, so that a page can
//! show it on a dark ground too. An arm has the same colour and dashes in every picture: those of its place in
//! [`Study::arms`](crate::Study::arms).

pub(crate) mod axis;
mod curves;
mod density;
mod forest;
mod frame;
mod heat;
mod histograms;
pub(crate) mod style;
mod sweep;

use std::sync::{Arc, LazyLock};

use record::InitialWeights;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use crate::curve::Curve;
use crate::{Arm, Comparison, Study, SweepComparison};
use curves::{Line, Lines, Marks, Vertical};
pub use density::Panel;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    svg: String,
}

/// Why a picture has no PNG.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The SVG cannot be read back.
    #[error("cannot rasterise the picture: {0}")]
    Svg(#[from] usvg::Error),
    /// The image cannot be made or encoded.
    #[error("cannot make the image of the picture: {0}")]
    Png(String),
}

/// Pixels per user unit: sharp on a screen of high density and in print.
const SCALE: f32 = 2.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../assets/inter/Inter-Regular.otf").to_vec());
    fonts.load_font_data(include_bytes!("../../assets/inter/Inter-SemiBold.otf").to_vec());
    Arc::new(fonts)
});

impl Picture {
    /// The picture as an SVG document.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture as a PNG file, 1,840 pixels wide.
    ///
    /// # Errors
    /// [`PictureError`]; only memory that runs out leads there.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let options = usvg::Options {
            fontdb: FONTS.clone(),
            font_family: "Inter".to_owned(),
            ..Default::default()
        };
        let tree = usvg::Tree::from_str(&self.svg, &options)?;
        let size = tree
            .size()
            .to_int_size()
            .scale_by(SCALE)
            .ok_or_else(|| PictureError::Png("it is too large".into()))?;
        let mut pixels = Pixmap::new(size.width(), size.height())
            .ok_or_else(|| PictureError::Png("it is too large".into()))?;
        resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| PictureError::Png(error.to_string()))
    }
}

/// Batches of the tutorial's plot.
const FIRST: usize = 100;

/// Points that a line of many steps is reduced to, at the least.
const POINTS: usize = 140;

/// The loss of the first 100 batches, a line an arm.
pub fn first_batches(study: &Study) -> Picture {
    loss(study, "Loss of the first 100 batches", FIRST)
}

/// The loss of all batches, a line an arm. Long runs are shown as the mean of some successive batches a point, with
/// every batch faintly behind where there is one arm.
pub fn all_batches(study: &Study) -> Picture {
    loss(study, "Loss of all batches", usize::MAX)
}

fn loss(study: &Study, title: &str, steps: usize) -> Picture {
    let longest =
        study.arms.iter().flat_map(|arm| &arm.runs).map(|run| run.steps.len()).max().unwrap_or(0);
    let block = (longest.min(steps) / POINTS).max(1);
    let line = |arm: &Arm| Line {
        label: labelled(arm),
        curve: Curve::loss(&arm.runs, steps, block),
        detail: (block > 1 && study.arms.len() == 1).then(|| Curve::loss(&arm.runs, steps, 1)),
    };
    let mut subtitle = vec![study.title.clone()];
    subtitle.extend(seeds(study));
    if block > 1 {
        subtitle.push(format!("each point the mean of {block} batches"));
    }
    curves::draw(&Lines {
        title,
        subtitle: subtitle.join(" · "),
        x_name: "Batch",
        y_name: "Loss",
        lines: study.arms.iter().map(line).collect(),
        marks: Marks::None { end: longest.min(steps).max(1) as f64 },
        vertical: Vertical::Loss,
    })
}

/// The validation accuracy after each epoch, a line an arm.
pub fn accuracy_per_epoch(study: &Study) -> Picture {
    let epochs =
        study.arms.iter().flat_map(|arm| &arm.runs).map(|run| run.epochs.len()).max().unwrap_or(0);
    let mut subtitle = vec![study.title.clone()];
    subtitle.extend(seeds(study));
    curves::draw(&Lines {
        title: "Validation accuracy after each epoch",
        subtitle: subtitle.join(" · "),
        x_name: "Epoch",
        y_name: "Validation accuracy (%)",
        lines: study
            .arms
            .iter()
            .map(|arm| Line {
                label: labelled(arm),
                curve: Curve::validation_accuracy(&arm.runs),
                detail: None,
            })
            .collect(),
        marks: if epochs <= 10 { Marks::Every } else { Marks::None { end: epochs as f64 } },
        vertical: Vertical::Percent,
    })
}

/// Each arm's mean with its 95 % interval and every seed, best arm first; `comparison` is of `study`. Values that are not
/// finite have no place on an axis and are left out.
pub fn forest(study: &Study, comparison: &Comparison) -> Picture {
    forest::draw(study, comparison)
}

/// The pictures of a sweep, with a name each that a file may have. Over one axis: the metric along it. Over two: a map
/// of both, then each axis by itself; over more, the latter alone. A picture of many settings shows means of some in one
/// place, and of many arms the best ones.
pub fn sweep(comparison: &SweepComparison) -> Vec<(&'static str, Picture)> {
    match comparison.axes.len() {
        1 => vec![("sweep", sweep::over_axis(comparison))],
        2 => vec![("sweep-map", heat::draw(comparison)), ("sweep", sweep::slices(comparison))],
        _ => vec![("sweep", sweep::slices(comparison))],
    }
}

/// The weights of each arm before the first step, a histogram a layer; of its first seed.
pub fn initial_weights(study: &Study) -> Picture {
    let rows: Vec<histograms::Row> = study
        .arms
        .iter()
        .map(|arm| histograms::Row {
            label: &arm.label,
            layers: &arm.runs[0].record.initial_weights,
        })
        .collect();
    let seed = study.arms[0].runs[0].record.seed;
    histograms::draw(
        "Initial weights by layer",
        &format!("{} · before the first step, seed {seed}", study.title),
        &rows,
    )
}

/// The weights of one network before its first step, a histogram a layer.
pub fn weights(title: &str, subtitle: &str, layers: &[InitialWeights]) -> Picture {
    histograms::draw(title, subtitle, &[histograms::Row { label: "", layers }])
}

/// Drawn numbers, a histogram a panel, with the densities of their laws.
pub fn histograms(title: &str, subtitle: &str, panels: &[Panel]) -> Picture {
    density::draw(title, subtitle, panels)
}

fn labelled(arm: &Arm) -> String {
    match (arm.diverged(), arm.runs.len()) {
        (0, _) => arm.label.clone(),
        (1, 1) => format!("{} (diverged)", arm.label),
        (diverged, all) => format!("{} ({diverged}/{all} diverged)", arm.label),
    }
}

/// What the lines are of.
fn seeds(study: &Study) -> Option<String> {
    let counts: Vec<usize> = study.arms.iter().map(|arm| arm.runs.len()).collect();
    match (counts.iter().min()?, counts.iter().max()?) {
        (_, 1) => Some("one seed".to_owned()),
        (few, many) if few == many => Some(format!("mean of {many} seeds and its 95 % interval")),
        (few, many) => Some(format!("mean of {few} to {many} seeds and its 95 % interval")),
    }
}
