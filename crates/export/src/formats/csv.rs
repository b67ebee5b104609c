//! Tables as comma-separated values with a header. What is not finite is `inf`, `-inf` or `NaN`;
//! nothing is empty.

use std::fs::File;
use std::path::Path;

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::table_file::{TableFile, write_tables};
use super::{Exporter, Job};
use crate::cell::{Cell, Chunk, Column};
use crate::error::ExportError;

/// Writes CSV.
pub(super) struct Csv;

impl Exporter for Csv {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        write_tables(job, "csv", open)
    }
}

fn open(path: &Path, columns: &[Column]) -> Result<Box<dyn TableFile>, String> {
    let mut writer = csv::Writer::from_path(path).map_err(told)?;
    writer.write_record(columns.iter().map(|column| &column.name)).map_err(told)?;
    Ok(Box::new(CsvFile(writer)))
}

struct CsvFile(csv::Writer<File>);

impl TableFile for CsvFile {
    fn add(&mut self, chunk: &Chunk) -> Result<(), String> {
        (0..chunk.rows).try_for_each(|row| self.0.serialize(Fields { chunk, row })).map_err(told)
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.0.flush().map_err(|error| error.to_string())
    }
}

fn told(error: csv::Error) -> String {
    error.to_string()
}

/// A row as a sequence of fields.
struct Fields<'a> {
    chunk: &'a Chunk,
    row: usize,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_seq(Some(self.chunk.columns.len()))?;
        for values in &self.chunk.columns {
            match values.get(self.row) {
                Cell::Null => fields.serialize_element(&())?,
                Cell::Bool(value) => fields.serialize_element(&value)?,
                Cell::Integer(value) => fields.serialize_element(&value)?,
                Cell::Float(value) => fields.serialize_element(&value)?,
                Cell::Float32(value) => fields.serialize_element(&value)?,
                Cell::Text(value) => fields.serialize_element(&value)?,
            }
        }
        fields.end()
    }
}
