//! burn's records of a stack of runs: cut into a record for each run, and put together again.
//!
//! Every tensor of a stack's state has a leading axis of runs, in parameters and in what an
//! optimizer keeps for them. A run's part is a slice of that axis.

use std::collections::BTreeMap;

use burn::tensor::{Bytes, DType, Shape};
use burn_pack::{Error, Reader, Tensor, Writer};

/// The record that each of `runs` would have written alone, from the record of their stack.
///
/// # Errors
/// burn cannot read the record.
pub(super) fn split(pack: Vec<u8>, runs: usize) -> Result<Vec<Vec<u8>>, String> {
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

/// The record of a stack, from the record of each of its runs.
///
/// # Errors
/// burn cannot read a record, or one is of another network.
pub(super) fn join(packs: &[&[u8]]) -> Result<Vec<u8>, String> {
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

/// A record of burn's, read whole.
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

    /// The name of a tensor that all runs share. A model's is its path. An optimizer's begins with
    /// the id of its parameter, which differs from run to run; the metadata has the path of each
    /// id.
    fn path(&self, part: &Part) -> String {
        match part.name.split_once('.').and_then(|(id, rest)| Some((self.metadata.get(id)?, rest)))
        {
            Some((path, rest)) => format!("{path}.{rest}"),
            None => part.name.clone(),
        }
    }
}
