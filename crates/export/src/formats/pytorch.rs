//! Weights as a state dict of PyTorch, a file a run and moment: `initial.pt`, `final.pt`, and the
//! same tensors as safetensors.
//!
//! The names are those of `Sequential(Linear, activation, Linear, ...)`: layer `n` is `2n`, and the
//! slope of a PReLU after it is `2n+1`. A weight is `[fan_out, fan_in]`, the transpose of the
//! recorded one.
//!
//! A `.pt` is what `torch.save` writes since PyTorch 1.6: a zip archive, nothing compressed, of
//! `archive/data.pkl`, of `archive/data/0` and so on with the numbers of each tensor, of
//! `archive/byteorder` and of `archive/version`
//! (<https://docs.pytorch.org/docs/stable/notes/serialization.html>). `torch.load` reads it with
//! `weights_only=True`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rawzip::extra_fields::ExtraFieldId;
use rawzip::{Header, ZipArchiveWriter};

use super::pickle::state_dict;
use super::safetensors::{for_each_weights, write_safetensors};
use super::{Exporter, Job};
use crate::error::{ExportError, cannot_write};
use crate::tensors::{Moment, ParameterName, Tensor, transposed};

/// Writes state dicts.
pub(super) struct Pytorch;

impl Exporter for Pytorch {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        for_each_weights(job, |run, tensors, path| {
            let named: Vec<(String, Tensor)> = tensors.into_iter().map(renamed).collect();
            write_safetensors(&named, run, &path.with_extension("safetensors"))?;
            let path = path.with_extension("pt");
            write_pt(&named, &path).map_err(cannot_write(&path))
        })
    }

    fn weights(&self) -> &'static [Moment] {
        &[Moment::Final]
    }

    fn holds_only_weights(&self) -> bool {
        true
    }
}

/// The tensor as PyTorch has it, and its name in a `Sequential`.
fn renamed(tensor: Tensor) -> (String, Tensor) {
    let name = match tensor.name {
        ParameterName::Weight(layer) => format!("{}.weight", 2 * layer),
        ParameterName::Bias(layer) => format!("{}.bias", 2 * layer),
        ParameterName::Slope(layer) => format!("{}.weight", 2 * layer + 1),
    };
    let tensor = match tensor.shape[..] {
        [fan_in, fan_out] => Tensor {
            values: transposed(&tensor.values, [fan_in, fan_out]),
            shape: vec![fan_out, fan_in],
            ..tensor
        },
        _ => tensor,
    };
    (name, tensor)
}

/// The numbers of a tensor start at a multiple of so many bytes, as PyTorch has it, so that they
/// can be mapped into memory.
const ALIGNMENT: u64 = 64;
/// The extra field that pads a file's header, by the name that PyTorch gives it: `FB`.
const PADDING: ExtraFieldId = ExtraFieldId::new(u16::from_le_bytes(*b"FB"));

fn write_pt(tensors: &[(String, Tensor)], path: &Path) -> Result<(), rawzip::Error> {
    let mut archive = ZipArchiveWriter::new(BufWriter::new(File::create_new(path)?));
    let shapes = tensors.iter().map(|(name, tensor)| (name.as_str(), &tensor.shape[..]));
    add(&mut archive, "data.pkl", &state_dict(shapes))?;
    add(&mut archive, "byteorder", b"little")?;
    for (index, (_, tensor)) in tensors.iter().enumerate() {
        let bytes: Vec<u8> = tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        add(&mut archive, &format!("data/{index}"), &bytes)?;
    }
    add(&mut archive, "version", b"3\n")?;
    Ok(archive.finish()?.flush()?)
}

/// Adds a file as it is.
fn add<W: Write>(
    archive: &mut ZipArchiveWriter<W>,
    name: &str,
    bytes: &[u8],
) -> Result<(), rawzip::Error> {
    let name = format!("archive/{name}");
    // A header is 30 bytes, the name, and the padding after 4 bytes of its own.
    let unpadded = archive.stream_offset() + 30 + name.len() as u64 + 4;
    let padding = vec![0; (unpadded.next_multiple_of(ALIGNMENT) - unpadded) as usize];
    let file = archive.new_file(name.as_str()).extra_field(PADDING, &padding, Header::LOCAL)?;
    let (mut file, config) = file.start()?;
    let mut writer = config.wrap(&mut file);
    writer.write_all(bytes)?;
    let (_, descriptor) = writer.finish()?;
    file.finish(descriptor)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_holds_the_pickle_and_the_numbers_of_each_tensor() {
        let weight = Tensor {
            name: ParameterName::Weight(1),
            shape: vec![2, 3],
            values: vec![1., 2., 3., 4., 5., 6.],
        };
        let bias =
            Tensor { name: ParameterName::Bias(1), shape: vec![3], values: vec![7., 8., 9.] };
        let slope = Tensor { name: ParameterName::Slope(1), shape: vec![1], values: vec![0.25] };
        let named: Vec<_> = [weight, bias, slope].into_iter().map(renamed).collect();
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["2.weight", "2.bias", "3.weight"]);
        assert_eq!(
            (&named[0].1.shape[..], &named[0].1.values[..]),
            (&[3, 2][..], &[1., 4., 2., 5., 3., 6.][..])
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("final.pt");
        write_pt(&named, &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let read = |name: &str| {
            let named = |entry: &rawzip::ZipFileHeaderRecord<'_>| {
                entry.file_path().as_ref() == format!("archive/{name}").as_bytes()
            };
            let entry = archive.entries().map(Result::unwrap).find(named).unwrap();
            assert_eq!(entry.compression_method(), rawzip::CompressionMethod::STORE);
            let data = archive.get_entry(entry.wayfinder()).unwrap().data();
            assert_eq!((data.as_ptr() as usize - bytes.as_ptr() as usize) % 64, 0);
            data.to_vec()
        };
        assert_eq!(read("version"), b"3\n");
        assert_eq!(read("data/1"), [7f32, 8., 9.].map(f32::to_le_bytes).concat());
        assert!(read("data.pkl").starts_with(&[0x80, 2]));
    }
}
