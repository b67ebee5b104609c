//! Tables as JSON lines: an object for each row, with all columns. JSON has no infinity and no NaN:
//! as in `run.json`, they are the strings `inf`, `-inf` and `NaN`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::table_file::{TableFile, write_tables};
use super::{Exporter, Job};
use crate::cell::{Cell, Chunk, Column};
use crate::error::ExportError;

/// Writes JSON lines.
pub(super) struct Json;

impl Exporter for Json {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        write_tables(job, "jsonl", open)
    }
}

fn open(path: &Path, columns: &[Column]) -> Result<Box<dyn TableFile>, String> {
    let file = File::create_new(path).map_err(|error| error.to_string())?;
    Ok(Box::new(JsonFile { columns: columns.to_vec(), writer: BufWriter::new(file) }))
}

struct JsonFile {
    columns: Vec<Column>,
    writer: BufWriter<File>,
}

impl TableFile for JsonFile {
    fn add(&mut self, chunk: &Chunk) -> Result<(), String> {
        for row in 0..chunk.rows {
            let object = Object { columns: &self.columns, chunk, row };
            serde_json::to_writer(&mut self.writer, &object).map_err(|error| error.to_string())?;
            self.writer.write_all(b"\n").map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.writer.flush().map_err(|error| error.to_string())
    }
}

/// A row as an object.
struct Object<'a> {
    columns: &'a [Column],
    chunk: &'a Chunk,
    row: usize,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, values) in self.columns.iter().zip(&self.chunk.columns) {
            let name = &column.name;
            match values.get(self.row) {
                Cell::Null => object.serialize_entry(name, &())?,
                Cell::Bool(value) => object.serialize_entry(name, &value)?,
                Cell::Integer(value) => object.serialize_entry(name, &value)?,
                Cell::Float(value) if value.is_finite() => object.serialize_entry(name, &value)?,
                Cell::Float32(value) if value.is_finite() => {
                    object.serialize_entry(name, &value)?
                }
                Cell::Float(value) => object.serialize_entry(name, &value.to_string())?,
                Cell::Float32(value) => object.serialize_entry(name, &value.to_string())?,
                Cell::Text(value) => object.serialize_entry(name, &value)?,
            }
        }
        object.end()
    }
}
