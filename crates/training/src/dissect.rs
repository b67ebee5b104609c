//! What a run learned where, from its record alone: its layers put back to their start one by one,
//! the loss along the way from start to end, the spectra of both. Nothing is trained.

use std::path::Path;

use burn::module::Param;
use burn::tensor::{Device, TensorData};
use experiment::{Backend, DeviceChoice, Norm, Residual, RunSpec, Settings};
use kernels::ChangeSums;
use model::LayerWeights;
use probe::singular_values;
use record::{RunRecord, read_record, read_weights};
use safetensors::SafeTensors;

use crate::burn_glue::Classifier;
use crate::data::{EVALUATION_BATCH, ImageSets, InputLayout, Splits, SplitsCache};
use crate::error::RunError;
use crate::replay::recorded_spec;
use crate::run::Evaluation;
use crate::start::Starts;

/// Parts that a line between two networks is divided into.
const PARTS: usize = 20;

/// What a trained run learned where.
#[derive(Debug, Clone, PartialEq)]
pub struct Dissection {
    /// The run.
    pub spec: RunSpec,
    /// First layer first.
    pub layers: Vec<DissectedLayer>,
    /// The way from the start, at 0, to the end, at 1, in a straight line.
    pub line: Vec<LinePoint>,
}

/// One layer of a trained run.
#[derive(Debug, Clone, PartialEq)]
pub struct DissectedLayer {
    /// Its number, from 1.
    pub layer: usize,
    /// Fan-in and fan-out.
    pub shape: [usize; 2],
    /// How far its weight moved, over the length of its start; infinite where that is 0.
    pub distance: f64,
    /// The cosine of the angle between its weights at the end and at the start.
    pub start_cosine: f64,
    /// The trained network with this layer, weight and bias, as it was at the start.
    pub put_back: Score,
    /// The singular values of its weight at the start, the largest first.
    pub start_values: Vec<f64>,
    /// The same at the end.
    pub end_values: Vec<f64>,
    /// Between which values those of the start lie, if its entries are independent random numbers
    /// (Marchenko and Pastur 1967). A mean that is not 0 adds one value beyond them.
    pub edges: Option<[f64; 2]>,
}

/// How good a network is on the validation images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Mean loss.
    pub loss: f64,
    /// Share of the images that is classified rightly, 0 to 1.
    pub accuracy: f64,
}

/// A network on the line between two others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinePoint {
    /// The part of the way, 0 to 1.
    pub part: f64,
    /// The network there.
    pub score: Score,
}

/// The line between the ends of two runs. Their units are not matched to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// The line.
    pub line: Vec<LinePoint>,
    /// By how much the loss on the line exceeds that of a mixture of both ends, at most: the
    /// barrier (Entezari et al. 2022).
    pub barrier: f64,
}

/// Dissects the run in `directory`; its initial weights are drawn again from its config.
///
/// # Errors
/// The record is damaged, has no result, or is of a network that cannot be put together from parts.
pub fn dissect(directory: &Path) -> Result<Dissection, RunError> {
    let run = Loaded::read(directory)?;
    let starts = Starts::default();
    let start = Weights::parse(&starts.model_file(&starts.recorded(directory)?)?)?;
    let put_back = |layer: usize| {
        let name = format!("layers.{layer}.");
        let mut weights = run.end.clone();
        for (tensor, of_start) in weights.0.iter_mut().zip(&start.0) {
            if tensor.name.starts_with(&name) {
                tensor.clone_from(of_start);
            }
        }
        run.score(&weights)
    };
    let layers = run.spec.settings.model.hidden.len() + 1;
    let layer = |index: usize| -> Result<DissectedLayer, RunError> {
        let name = format!("layers.{index}.weight");
        let (of_start, of_end) = (start.get(&name)?, run.end.get(&name)?);
        let shape = of_end.matrix()?;
        let sums = ChangeSums::of(&of_end.numbers, &of_start.numbers);
        Ok(DissectedLayer {
            layer: index + 1,
            shape,
            distance: (sums.distance / sums.start).sqrt(),
            start_cosine: sums.product / (sums.weight * sums.start).sqrt(),
            put_back: put_back(index)?,
            start_values: singular_values(&of_start.numbers, shape),
            end_values: singular_values(&of_end.numbers, shape),
            edges: edges(&run.spec.settings, index, shape, &of_start.numbers),
        })
    };
    Ok(Dissection {
        layers: (0..layers).map(layer).collect::<Result<_, _>>()?,
        line: run.line(&start, &run.end)?,
        spec: run.spec,
    })
}

/// The line between the ends of two runs on the same data.
///
/// # Errors
/// As [`dissect`]; or the runs have other networks, or learned other data.
pub fn connect(a: &Path, b: &Path) -> Result<Connection, RunError> {
    let [first, second] = [Loaded::read(a)?, Loaded::read(b)?];
    let [of_first, of_second] = [&first, &second].map(|run| &*run.spec.settings);
    if of_first.model != of_second.model || of_first.data != of_second.data {
        return Err(RunError::BadInput(format!(
            "{} and {} have no line between them: their networks or their data are not the same",
            a.display(),
            b.display()
        )));
    }
    let line = first.line(&first.end, &second.end)?;
    let loss = |point: Option<&LinePoint>| point.map_or(f64::NAN, |point| point.score.loss);
    let (one, other) = (loss(line.first()), loss(line.last()));
    let excess =
        |point: &LinePoint| point.score.loss - ((1.0 - point.part) * one + point.part * other);
    let barrier = line.iter().map(excess).fold(0.0, f64::max);
    Ok(Connection { barrier, line })
}

/// The edges of a start's singular values, where its entries are independent.
fn edges(
    settings: &Settings,
    index: usize,
    shape: [usize; 2],
    numbers: &[f32],
) -> Option<[f64; 2]> {
    let target = settings.model.targets().into_iter().nth(index)?;
    let weight = &settings.init.layer(index + 1).weight;
    let is_independent = settings.init.from.is_none()
        && !weight.needs_first_batch()
        && weight.distribution(&target).is_some_and(|law| law.std() > 0.0);
    is_independent.then(|| {
        let count = numbers.len() as f64;
        let mean = numbers.iter().copied().map(f64::from).sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum();
        theory::marchenko_pastur_edges(shape, (squares / count).sqrt())
    })
}

/// A record with a result, and what its network is evaluated on.
struct Loaded {
    spec: RunSpec,
    end: Weights,
    splits: Splits,
}

impl Loaded {
    fn read(directory: &Path) -> Result<Self, RunError> {
        let bad_input = |error: record::ReadError| RunError::BadInput(error.to_string());
        let record = read_record(directory).map_err(bad_input)?;
        if !record.status.is_final() {
            return Err(RunError::BadInput(format!(
                "{} has no result to dissect: it is {}",
                directory.display(),
                record.status
            )));
        }
        let spec = recorded_spec(directory, &record)?;
        check(&spec, directory)?;
        let end = Weights::parse(&read_weights(directory, &record).map_err(bad_input)?)?;
        let on_cpu = Settings {
            backend: Backend::Flex,
            device: DeviceChoice::Best,
            ..Settings::clone(&spec.settings)
        };
        let splits = SplitsCache::new(&ImageSets::default()).get(&on_cpu)?;
        let spec = spec.for_images(splits.shape.pixels(), splits.shape.classes);
        let splits = splits.in_layout(layout(&spec, &record));
        Ok(Loaded { spec, end, splits })
    }

    fn score(&self, weights: &Weights) -> Result<Score, RunError> {
        let network = weights.classifier(&self.spec.settings, &self.splits.device)?;
        let images = self.splits.validation.chunks(EVALUATION_BATCH);
        let evaluation = Evaluation::of(&network, images)[0];
        Ok(Score { loss: evaluation.loss(), accuracy: evaluation.accuracy() })
    }

    fn line(&self, a: &Weights, b: &Weights) -> Result<Vec<LinePoint>, RunError> {
        let point = |step: usize| {
            let part = step as f64 / PARTS as f64;
            Ok(LinePoint { part, score: self.score(&a.mixed(b, part)?)? })
        };
        (0..=PARTS).map(point).collect()
    }
}

/// The kernels of the record, where it was trained on flex: they give its own numbers again.
fn layout(spec: &RunSpec, record: &RunRecord) -> InputLayout {
    match spec.settings.backend {
        Backend::Flex => InputLayout::named(record.provenance.kernels.as_deref()),
        Backend::NdArray | Backend::Wgpu => InputLayout::Dense,
    }
}

/// Networks whose parts mean nothing by themselves cannot be put together from them.
fn check(spec: &RunSpec, directory: &Path) -> Result<(), RunError> {
    let model = &spec.settings.model;
    let what = match (&model.norm, &model.residual) {
        (Norm::None, Residual::ReZero { .. }) => "`model.residual = \"rezero\"`",
        (Norm::None, _) => return Ok(()),
        _ => "`model.norm`",
    };
    Err(RunError::BadInput(format!(
        "{} cannot be dissected: with {what}, a layer is more than its weight and bias",
        directory.display()
    )))
}

/// All tensors of a network.
#[derive(Debug, Clone, PartialEq)]
struct Weights(Vec<NamedTensor>);

#[derive(Debug, Clone, PartialEq)]
struct NamedTensor {
    name: String,
    shape: Vec<usize>,
    numbers: Vec<f32>,
}

impl NamedTensor {
    fn matrix(&self) -> Result<[usize; 2], RunError> {
        <[usize; 2]>::try_from(self.shape.as_slice())
            .map_err(|_| RunError::Failed(format!("`{}` is no matrix", self.name)))
    }
}

impl Weights {
    /// The tensors of a `model.safetensors`, in the order of their names.
    fn parse(bytes: &[u8]) -> Result<Self, RunError> {
        let tensors =
            SafeTensors::deserialize(bytes).map_err(|error| RunError::Failed(error.to_string()))?;
        let mut weights: Vec<NamedTensor> = tensors
            .iter()
            .map(|(name, tensor)| {
                let (numbers, _) = tensor.data().as_chunks::<4>();
                NamedTensor {
                    name: name.to_owned(),
                    shape: tensor.shape().to_vec(),
                    numbers: numbers.iter().map(|&number| f32::from_le_bytes(number)).collect(),
                }
            })
            .collect();
        weights.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Weights(weights))
    }

    fn get(&self, name: &str) -> Result<&NamedTensor, RunError> {
        let found = self.0.iter().find(|tensor| tensor.name == name);
        found.ok_or_else(|| RunError::Failed(format!("the weights have no tensor `{name}`")))
    }

    /// The network at `part` of the way from this one, at 0, to another, at 1. The ends are these
    /// networks to the bit.
    fn mixed(&self, other: &Weights, part: f64) -> Result<Weights, RunError> {
        let pairs = self.0.iter().zip(&other.0);
        let fits = |(a, b): (&NamedTensor, &NamedTensor)| a.name == b.name && a.shape == b.shape;
        if self.0.len() != other.0.len() || !pairs.clone().all(fits) {
            return Err(RunError::Failed("the networks have other tensors".to_owned()));
        }
        let number = |(&a, &b): (&f32, &f32)| match part {
            0.0 => a,
            1.0 => b,
            part => ((1.0 - part) * f64::from(a) + part * f64::from(b)) as f32,
        };
        let tensor = |(a, b): (&NamedTensor, &NamedTensor)| NamedTensor {
            numbers: a.numbers.iter().zip(&b.numbers).map(number).collect(),
            ..a.clone()
        };
        Ok(Weights(pairs.map(tensor).collect()))
    }

    /// The network of these weights.
    fn classifier(&self, settings: &Settings, device: &Device) -> Result<Classifier, RunError> {
        let layer = |index: usize| -> Result<LayerWeights, RunError> {
            let weight = self.get(&format!("layers.{index}.weight"))?;
            let bias = || self.get(&format!("layers.{index}.bias"));
            let bias = settings.model.bias.then(bias).transpose()?;
            Ok(LayerWeights {
                shape: weight.matrix()?,
                weight: weight.numbers.clone(),
                bias: bias.map(|bias| bias.numbers.clone()),
            })
        };
        let layers = (0..=settings.model.hidden.len()).map(layer).collect::<Result<_, _>>()?;
        let mut classifier = Classifier::new(&[layers], settings, device);
        for (index, slope) in classifier.network.slopes.iter_mut().enumerate() {
            let numbers = self.get(&format!("slopes.{index}"))?.numbers.clone();
            *slope = Param::from_data(TensorData::new(numbers, [1, 1, 1]), device);
        }
        Ok(classifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_line_are_the_networks_and_its_middle_their_mean() {
        let tensor = |numbers: &[f32]| {
            let (name, shape) = ("layers.0.weight".to_owned(), vec![1, numbers.len()]);
            Weights(vec![NamedTensor { name, shape, numbers: numbers.to_vec() }])
        };
        let (a, b) = (tensor(&[0.1, 1.0]), tensor(&[0.3, -1.0]));
        assert_eq!(a.mixed(&b, 0.0).unwrap(), a);
        assert_eq!(a.mixed(&b, 1.0).unwrap(), b);
        assert_eq!(a.mixed(&b, 0.5).unwrap(), tensor(&[0.2, 0.0]));
        assert!(a.mixed(&tensor(&[1.0]), 0.5).is_err());
    }
}
