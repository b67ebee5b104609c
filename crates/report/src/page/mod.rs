//! The page: one HTML file that says what a study shows, and needs nothing else, no network
//! included.
//!
//! Text, tables and pictures are in the page as they are, so that it prints and reads without
//! scripts; the interactive curves are drawn by uPlot, which travels along. The page forbids itself
//! any request by its content security policy.

mod curves;
mod data;
mod document;
mod inside;
mod layers;
mod parts;
mod provenance;
mod results;
mod settings;
mod shell;

use maud::html;

use crate::comparison::Comparison;
use crate::inside::Inside;
use crate::layer_curves::LayerCurves;
use crate::learning_curves::LearningCurves;
use crate::phrases::{count, range};
use crate::study::Study;
use document::Document;

/// The page of `study`, its verdict by what the study was read for: a whole HTML document.
///
/// Of a sweep it shows pictures over the axes, each arm at its best, and the learning curves of
/// those best settings. Where probes are kept beside the runs, it shows what is inside the starts.
/// Runs that were not kept whole are read again for their curves. Twelve arms of ten seeds and 858
/// steps make about 1 MB; longer or more runs are shown with fewer points, not with more bytes.
pub fn render(study: &Study) -> String {
    let comparison = study.compare();
    let mut learning = LearningCurves::read(study, &comparison);
    let layers = LayerCurves::read(study, &comparison);
    learning.warnings.extend(layers.warnings.iter().cloned());
    let content = html! {
        section.verdict aria-labelledby="verdict" {
            h2 #verdict { "What it shows" }
            p.says { (comparison.verdict()) }
            @let notes = comparison.notes();
            @if !notes.is_empty() { ul.notes.hint { @for note in notes { li { (note) } } } }
        }
        (results::section(study, &comparison))
        @if study.metric.is_some() { (settings::section(study)) }
        @if !learning.arms.is_empty() { (curves::section(study, &learning)) }
        (inside::section(&Inside::read(study)))
        @if study.metric.is_some() { (layers::section(&layers)) }
        (provenance::section(study, &learning))
    };
    let document = Document { title: &study.title, lead: &scope(study, &comparison) };
    document.render(&content, (!learning.arms.is_empty()).then_some(&learning))
}

/// `3 arms × 13 values of init.std × 5 seeds: 195 runs, compared by validation accuracy`.
fn scope(study: &Study, comparison: &Comparison) -> String {
    let mut factors = vec![count(study.arms.len(), "arm")];
    let axes = study.axes.iter();
    factors.extend(
        axes.map(|axis| format!("{} of {}", count(axis.values.len(), "value"), axis.setting)),
    );
    factors.push(range(comparison.seeds(), comparison.one()));
    format!(
        "{}: {}, compared by {}",
        factors.join(" × "),
        count(study.run_count(), "run"),
        comparison.quantity.title
    )
}
