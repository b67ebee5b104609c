//! What happened inside the layers of a study's runs: of each arm at its best point, layer by layer
//! over the steps, as mean and interval over the seeds.

use std::collections::BTreeMap;
use std::path::Path;

use record::{LayerQuantity, LayerRow, LayerSeries, ReadError, read_layers, read_record};

use crate::comparison::{Comparison, RankedArm};
use crate::load::read_each;
use crate::phrases::{capitalised, mean_of, words};
use crate::picture::ChartPoint;
use crate::statistics::interval_of_mean;
use crate::study::{Study, Warning};

/// Arms that are shown: a page of panels.
const ARMS: usize = 24;

/// Steps that a line has at most; of more, every so many-th is shown, and the last.
const POINTS: usize = 240;

/// What is shown of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LayerMeasure {
    /// Update over weight, as a power of ten.
    UpdateRatio,
    /// Root mean square of the gradient.
    Gradient,
    /// Share of dead units.
    Dead,
    /// Distance from the start, over the length of the start.
    Distance,
}

impl LayerMeasure {
    pub(crate) const ALL: [LayerMeasure; 4] = [
        LayerMeasure::UpdateRatio,
        LayerMeasure::Gradient,
        LayerMeasure::Dead,
        LayerMeasure::Distance,
    ];

    /// The mean of the values at a step, and its interval: of what is above zero and ranges over
    /// decades, taken on the logarithm by the delta method, as that of a loss is.
    fn point(self, step: u64, values: &[f64]) -> ChartPoint {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let band = interval_of_mean(values).map(|interval| match self {
            LayerMeasure::Gradient | LayerMeasure::Distance if mean > 0.0 => {
                let half = (interval.high - mean) / mean;
                (mean * (-half).exp(), mean * half.exp())
            }
            LayerMeasure::Dead => (interval.low.max(0.0), interval.high.min(1.0)),
            _ => (interval.low, interval.high),
        });
        ChartPoint { x: step as f64, y: mean, band }
    }

    fn of(self, row: &LayerRow, start: &LayerRow) -> f64 {
        f64::from(match self {
            LayerMeasure::UpdateRatio => row.update_ratio(),
            LayerMeasure::Gradient => row.get(LayerQuantity::GradientRms),
            LayerMeasure::Dead => row.get(LayerQuantity::Dead),
            LayerMeasure::Distance => {
                row.get(LayerQuantity::Distance) / start.get(LayerQuantity::WeightRms)
            }
        })
    }
}

/// The layers of a study's arms, in the order of the study's.
pub struct LayerCurves {
    /// The study's title.
    pub(crate) title: String,
    /// One an arm whose layers were recorded.
    pub(crate) arms: Vec<ArmLayers>,
    /// The labels of the arms whose layers were not recorded.
    pub(crate) without: Vec<String>,
    /// The fewest and the most seeds of an arm.
    pub(crate) seeds: (usize, usize),
    /// Runs that could not be read.
    pub(crate) warnings: Vec<Warning>,
}

/// The layers of one arm.
pub(crate) struct ArmLayers {
    pub(crate) label: String,
    /// How many runs there are.
    pub(crate) runs: usize,
    /// First layer first.
    pub(crate) layers: Vec<LayerLines>,
}

/// One layer over the steps.
pub(crate) struct LayerLines {
    lines: [Vec<ChartPoint>; LayerMeasure::ALL.len()],
}

impl LayerLines {
    /// The line of a measure; what is not finite in a run is not in it.
    pub(crate) fn line(&self, measure: LayerMeasure) -> &[ChartPoint] {
        &self.lines[measure as usize]
    }

    /// The last value of a measure.
    pub(crate) fn last(&self, measure: LayerMeasure) -> Option<f64> {
        self.line(measure).last().map(|point| point.y)
    }

    /// The median of a measure over the steps.
    pub(crate) fn median(&self, measure: LayerMeasure) -> Option<f64> {
        let mut values: Vec<f64> = self.line(measure).iter().map(|point| point.y).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

impl LayerCurves {
    /// Reads the layers of each arm's best point. `comparison` is of `study`.
    ///
    /// Runs without layers are left out, and arms without a run that has some are named.
    pub fn read(study: &Study, comparison: &Comparison) -> LayerCurves {
        let (mut arms, mut without, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        let most = if study.metric.is_some() { ARMS } else { 0 };
        let mut chosen: Vec<&RankedArm> = comparison.arms.iter().take(most).collect();
        chosen.sort_by_key(|arm| arm.index);
        for arm in chosen {
            let runs = &study.arms[arm.index].points[arm.best].runs;
            let directories: Vec<&Path> = runs.iter().map(|run| run.directory.as_path()).collect();
            let mut builder = ArmBuilder::default();
            read_each(&directories, read_one, |directory, series| match series {
                Ok(series) => builder.extend(series),
                Err(error) => warnings
                    .push(Warning { directory: directory.to_owned(), reason: error.to_string() }),
            });
            let label = match comparison.values(arm.best()).as_str() {
                "" => arm.label.clone(),
                values => format!("{} at {values}", arm.label),
            };
            match builder.finish(label) {
                Ok(found) => arms.push(found),
                Err(label) => without.push(label),
            }
        }
        let seeds = || arms.iter().map(|arm: &ArmLayers| arm.runs);
        let seeds = (seeds().min().unwrap_or(0), seeds().max().unwrap_or(0));
        LayerCurves { title: study.title.clone(), seeds, arms, without, warnings }
    }

    /// Whether no run has recorded its layers.
    pub fn is_empty(&self) -> bool {
        self.arms.is_empty()
    }

    /// What pictures say below their title.
    pub(crate) fn subtitle(&self) -> String {
        format!("{} · {}", self.title, mean_of(self.seeds, "seed"))
    }
}

fn read_one(directory: &Path) -> Result<Option<LayerSeries>, ReadError> {
    read_layers(directory, &read_record(directory)?)
}

/// The values of one arm, as far as its runs have come in.
#[derive(Default)]
struct ArmBuilder {
    runs: usize,
    /// By layer, measure and step: a value a run.
    layers: Vec<[BTreeMap<u64, Vec<f64>>; LayerMeasure::ALL.len()]>,
}

impl ArmBuilder {
    fn extend(&mut self, series: Option<LayerSeries>) {
        let Some(series) = series.filter(|series| !series.steps().is_empty()) else { return };
        self.runs += 1;
        if self.layers.len() < series.layers() {
            self.layers.resize_with(series.layers(), Default::default);
        }
        let every = series.steps().len().div_ceil(POINTS);
        let last = series.steps().len() - 1;
        for (layer, measures) in self.layers.iter_mut().enumerate().take(series.layers()) {
            let mut rows = series.of_layer(layer).zip(series.steps()).enumerate();
            let Some((_, (start, _))) = rows.clone().next() else { continue };
            let mut add = |row: &LayerRow, step: u64| {
                for measure in LayerMeasure::ALL {
                    let value = measure.of(row, start);
                    if value.is_finite() {
                        measures[measure as usize].entry(step).or_default().push(value);
                    }
                }
            };
            rows.by_ref()
                .filter(|(index, _)| index % every == 0 || *index == last)
                .for_each(|(_, (row, &step))| add(row, step));
        }
    }

    /// The lines; the label again where no run has any.
    fn finish(self, label: String) -> Result<ArmLayers, String> {
        if self.runs == 0 {
            return Err(label);
        }
        let layers = self.layers.into_iter().map(|of_layer| {
            let mut measures = LayerMeasure::ALL.into_iter();
            let lines = of_layer.map(|by_step| {
                let measure = measures.next().unwrap_or(LayerMeasure::UpdateRatio);
                by_step.into_iter().map(|(step, values)| measure.point(step, &values)).collect()
            });
            LayerLines { lines }
        });
        Ok(ArmLayers { label, runs: self.runs, layers: layers.collect() })
    }
}

/// Below which part of its length a layer has kept its start. At a few percent it has not: put back
/// there, such layers cost most of the accuracy.
const KEPT: f64 = 0.01;

/// Beyond which power of ten an update is small or large for its weight.
const RATIOS: std::ops::RangeInclusive<f64> = -4.0..=-2.0;

/// The share of dead units from which they are told of.
const MANY_DEAD: f64 = 0.1;

impl ArmLayers {
    /// What stands out, in sentences: what was seen, and not why.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.moved()];
        sentences.extend(self.without_gradient());
        sentences.extend((1..).zip(&self.layers).flat_map(|(number, layer)| {
            [of_ratio(number, layer), of_dead(number, layer)].into_iter().flatten()
        }));
        sentences
    }

    /// How far each layer moved.
    fn moved(&self) -> String {
        let distances: Vec<Option<f64>> =
            self.layers.iter().map(|layer| layer.last(LayerMeasure::Distance)).collect();
        if distances.iter().all(Option::is_none) {
            return "Every layer started at zero, so that its way has no measure.".to_owned();
        }
        let of_layer = |(number, distance): (usize, &Option<f64>)| match *distance {
            Some(distance) if distance < KEPT => {
                format!("layer {number} moved {}: it kept its start", lengths(distance))
            }
            Some(distance) => format!("layer {number} moved {}", lengths(distance)),
            None => format!("layer {number} started at zero, so that its way has no measure"),
        };
        let layers: Vec<String> = (1..).zip(&distances).map(of_layer).collect();
        capitalised(&(layers.join("; ") + "."))
    }

    /// The layers whose gradient is 0 wherever it was measured.
    fn without_gradient(&self) -> Option<String> {
        let has_none = |layer: &LayerLines| {
            let gradient = layer.line(LayerMeasure::Gradient);
            !gradient.is_empty() && gradient.iter().all(|point| point.y == 0.0)
        };
        let layers = (1..).zip(&self.layers).filter(|(_, layer)| has_none(layer));
        let numbers: Vec<String> = layers.map(|(number, _)| number.to_string()).collect();
        match numbers.as_slice() {
            [] => None,
            [one] => Some(format!("Layer {one} had no gradient at any recorded step.")),
            _ => Some(format!("Layers {} had no gradient at any recorded step.", words(&numbers))),
        }
    }
}

fn of_ratio(number: usize, layer: &LayerLines) -> Option<String> {
    let ratio = layer.median(LayerMeasure::UpdateRatio)?;
    let small = match RATIOS.contains(&ratio) {
        true => return None,
        false if ratio < -3.0 => "small",
        false => "large",
    };
    let ratio = crate::number::minus(format!("{ratio:.1}"));
    Some(format!(
        "The updates of layer {number} were {small}: 10^{ratio} of its weights, in the median over \
         the steps."
    ))
}

fn of_dead(number: usize, layer: &LayerLines) -> Option<String> {
    let first = layer.line(LayerMeasure::Dead).first()?.y;
    let last = layer.last(LayerMeasure::Dead).filter(|dead| *dead >= MANY_DEAD)?;
    Some(format!(
        "At the end {} of the units of layer {number} were dead on the measured images, at the \
         start {}.",
        percent(last),
        percent(first)
    ))
}

/// "34 % of its length", "80 times its length".
fn lengths(distance: f64) -> String {
    match distance {
        ..2.0 => format!("{} of its length", percent(distance)),
        _ => format!("{} times its length", crate::number::significant(distance, 2)),
    }
}

/// "0.3 %", "34 %".
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        ..0.095 if percent > 0.0 => format!("{percent:.1e} %"),
        ..9.95 => format!("{percent:.1} %"),
        _ => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(steps: u64, weight: f64, update: f64, dead: f64) -> LayerSeries {
        let mut series = LayerSeries::new(1);
        for step in 0..steps {
            let row = LayerRow::default()
                .with(LayerQuantity::WeightRms, weight)
                .with(LayerQuantity::UpdateRms, update)
                .with(LayerQuantity::GradientRms, 0.5)
                .with(LayerQuantity::Distance, update * step as f64)
                .with(LayerQuantity::Dead, dead);
            series.push(step, &[row]);
        }
        series
    }

    fn arm(runs: Vec<LayerSeries>) -> ArmLayers {
        let mut builder = ArmBuilder::default();
        runs.into_iter().for_each(|run| builder.extend(Some(run)));
        builder.finish("a".to_owned()).unwrap_or_else(|label| panic!("{label} has no run"))
    }

    #[test]
    fn lines_are_means_over_the_seeds_and_long_ones_are_thinned_but_for_their_ends() {
        let arm = arm(vec![series(1_001, 1.0, 1e-3, 0.0), series(1_001, 1.0, 3e-3, 0.0)]);
        let line = arm.layers[0].line(LayerMeasure::Distance);
        assert!(line.len() <= POINTS + 1, "{}", line.len());
        assert_eq!((line[0].x, line[line.len() - 1].x), (0.0, 1_000.0));
        assert!((line[line.len() - 1].y - 2.0).abs() < 1e-5);
        assert!(line[0].band.is_some());
    }

    #[test]
    fn sentences_say_what_was_seen() {
        let kept = arm(vec![series(4, 1.0, 1e-3, 0.0)]).sentences();
        assert_eq!(kept, ["Layer 1 moved 0.3 % of its length: it kept its start."]);
        let moved = arm(vec![series(11, 1.0, 0.1, 0.25)]).sentences();
        assert_eq!(moved[0], "Layer 1 moved 100 % of its length.");
        assert!(moved[1].contains("were large: 10^−1.0 of its weights"), "{moved:?}");
        assert!(moved[2].starts_with("At the end 25 % of the units of layer 1 were dead"));
        let zero = arm(vec![series(4, 0.0, 0.0, 0.0)]).sentences();
        assert_eq!(zero[0], "Every layer started at zero, so that its way has no measure.");
        let far = arm(vec![series(11, 1.0, 8.0, 0.0)]).sentences();
        assert_eq!(far[0], "Layer 1 moved 80 times its length.");
    }

    #[test]
    fn an_arm_without_layers_has_no_lines() {
        let mut builder = ArmBuilder::default();
        builder.extend(None);
        builder.extend(Some(LayerSeries::new(3)));
        assert_eq!(builder.finish("a".to_owned()).err().as_deref(), Some("a"));
    }
}
