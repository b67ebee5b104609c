//! Stacks of runs: which runs can train as one, and the state of a stack as the states of its runs, so that whatever a
//! stack leaves on disk is what each of its runs would leave alone.
//!
//! Every tensor of a stack's state has the leading axis of runs: parameters, and what an optimizer keeps beside them. A
//! run's part of it is a slice of one.

use std::collections::BTreeMap;

use burn::tensor::{Bytes, DType, Shape};
use burn_pack::{Error, Reader, Tensor, Writer};
use experiment::{RunSpec, Settings};
use initializers::Initializer;

use crate::optimizer::takes_own_rates;

/// Gathers runs that can train as one into stacks of at most `most`, in their order; gives the places of the runs.
///
/// Runs of a stack share everything but their names, their seeds, the weights that they start from and, for most
/// optimizers, a constant learning rate.
pub(crate) fn stacks(runs: &[RunSpec], most: impl Fn(&Settings) -> usize) -> Vec<Vec<usize>> {
    let mut stacks: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<(Settings, usize)> = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        let most = most(&run.settings);
        if most > 1 {
            let shared = shared_settings(&run.settings);
            if let Some((_, stack)) = open.iter().find(|(other, _)| *other == shared) {
                stacks[*stack].push(place);
                if stacks[*stack].len() >= most {
                    open.retain(|(other, _)| *other != shared);
                }
                continue;
            }
            open.push((shared, stacks.len()));
        }
        stacks.push(vec![place]);
    }
    stacks
}

/// The settings, less those in which runs of a stack may differ.
fn shared_settings(settings: &Settings) -> Settings {
    let mut shared = settings.clone();
    shared.init.layers.clear();
    shared.init.base.weight = Initializer::Zeros;
    shared.init.base.bias = Initializer::Zeros;
    if takes_own_rates(&settings.optimizer) {
        shared.optimizer.learning_rate = 1.0;
    }
    shared
}

/// What each of `runs` would have recorded alone, of what its stack recorded.
///
/// # Errors
/// burn's word on why the record cannot be read.
pub(crate) fn split(pack: Vec<u8>, runs: usize) -> Result<Vec<Vec<u8>>, String> {
    if runs == 1 {
        return Ok(vec![pack]);
    }
    let pack = Pack::read(&pack).map_err(|error| error.to_string())?;
    let part = |run: usize| {
        let slice = |tensor: &Part| {
            let length = tensor.bytes.len() / runs;
            let mut shape = tensor.shape.clone();
            shape[0] /= runs;
            Part { shape, bytes: tensor.bytes[run * length..][..length].to_vec(), ..tensor.clone() }
        };
        Pack { tensors: pack.tensors.iter().map(slice).collect(), ..pack.clone() }.write()
    };
    (0..runs).map(part).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// What a stack would have recorded, of what each of its runs did.
///
/// # Errors
/// burn's word on why a record cannot be read; or one of them is of another network.
pub(crate) fn join(packs: &[&[u8]]) -> Result<Vec<u8>, String> {
    if let [one] = packs {
        return Ok(one.to_vec());
    }
    let mut packs = packs
        .iter()
        .map(|pack| Pack::read(pack))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| e.to_string())?;
    if packs.is_empty() {
        return Err("there is no record to join".to_owned());
    }
    let mut whole = packs.remove(0);
    for pack in &packs {
        let parts: BTreeMap<String, &Part> =
            pack.tensors.iter().map(|part| (pack.path(part), part)).collect();
        for index in 0..whole.tensors.len() {
            let path = whole.path(&whole.tensors[index]);
            let part = parts.get(&path).ok_or_else(|| format!("a record has no tensor {path}"))?;
            let tensor = &mut whole.tensors[index];
            tensor.shape[0] += part.shape[0];
            tensor.bytes.extend_from_slice(&part.bytes);
        }
    }
    whole.write().map_err(|error| error.to_string())
}

/// One of burn's records, read whole.
#[derive(Clone)]
struct Pack {
    tensors: Vec<Part>,
    scalars: BTreeMap<String, burn_pack::Scalar>,
    metadata: BTreeMap<String, String>,
}

#[derive(Clone)]
struct Part {
    name: String,
    dtype: DType,
    shape: Shape,
    parameter: Option<u64>,
    bytes: Vec<u8>,
}

impl Pack {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let reader = Reader::from_bytes(Bytes::from_bytes_vec(bytes.to_vec()))?;
        let (scalars, metadata) = (reader.scalars().clone(), reader.metadata().clone());
        let part = |tensor: Tensor| {
            let (name, dtype, shape, parameter, bytes) = tensor.into_parts()?;
            Ok(Part { name, dtype, shape, parameter, bytes: bytes.to_vec() })
        };
        let tensors = reader.into_tensors()?.into_iter().map(part).collect::<Result<_, Error>>()?;
        Ok(Pack { tensors, scalars, metadata })
    }

    fn write(self) -> Result<Vec<u8>, Error> {
        let tensor = |part: Part| {
            Tensor::new(
                part.name,
                part.dtype,
                part.shape,
                part.parameter,
                Bytes::from_bytes_vec(part.bytes),
            )
        };
        let mut writer = Writer::new(self.tensors.into_iter().map(tensor).collect());
        for (name, scalar) in &self.scalars {
            writer = writer.with_scalar(name, *scalar);
        }
        for (name, value) in &self.metadata {
            writer = writer.with_metadata(name, value);
        }
        Ok(writer.into_bytes()?.to_vec())
    }

    /// What a tensor is called in every run: a model's by its path, as it is; an optimizer's begins with the number of its
    /// parameter, which each run draws anew, and the metadata has the path of each number.
    fn path(&self, part: &Part) -> String {
        match part
            .name
            .split_once('.')
            .and_then(|(number, rest)| Some((self.metadata.get(number)?, rest)))
        {
            Some((path, rest)) => format!("{path}.{rest}"),
            None => part.name.clone(),
        }
    }
}
