//! What the formats with typed columns share: the rows of runs as Arrow's record batches.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float32Builder, Float64Builder, Int64Builder};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::table_file::TableFile;
use crate::cell::{Cell, Chunk, Column, Kind, Values};

/// What record batches are written to.
pub(super) trait BatchWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String>;

    fn close(self) -> Result<(), String>;
}

/// How columns of texts are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// Each by itself.
    Plain,
    /// As places in a list of those that differ, which is far less to write.
    Dictionary,
}

/// The columns in Arrow's words; each may be empty in some rows.
pub(super) fn schema(columns: &[Column], texts: Texts) -> SchemaRef {
    let field = |column: &Column| {
        let kind = match (column.kind, texts) {
            (Kind::Bool, _) => DataType::Boolean,
            (Kind::Integer, _) => DataType::Int64,
            (Kind::Float, _) => DataType::Float64,
            (Kind::Float32, _) => DataType::Float32,
            (Kind::Text, Texts::Plain) => DataType::Utf8,
            (Kind::Text, Texts::Dictionary) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
        };
        Field::new(&column.name, kind, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Rows of a batch: enough for its columns to be long, and little to hold.
const BATCH: usize = 1 << 16;

/// A file of record batches.
pub(super) struct ColumnarFile<W> {
    schema: SchemaRef,
    writer: W,
    pending: Vec<Chunk>,
}

impl<W: BatchWriter> ColumnarFile<W> {
    pub(super) fn new(schema: SchemaRef, writer: W) -> Self {
        ColumnarFile { schema, writer, pending: Vec::new() }
    }

    fn write_pending(&mut self) -> Result<(), String> {
        let chunks = std::mem::take(&mut self.pending);
        let fields = self.schema.fields().iter().enumerate();
        let arrays = fields
            .map(|(index, field)| array(field.data_type(), &Parts { chunks: &chunks, index }));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays.collect());
        self.writer.write(&batch.map_err(|error| error.to_string())?)
    }
}

impl<W: BatchWriter> TableFile for ColumnarFile<W> {
    fn add(&mut self, chunk: &Chunk) -> Result<(), String> {
        self.pending.push(chunk.clone());
        let rows: usize = self.pending.iter().map(|chunk| chunk.rows).sum();
        if rows >= BATCH { self.write_pending() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<(), String> {
        self.write_pending()?;
        self.writer.close()
    }
}

/// One column of several runs.
struct Parts<'a> {
    chunks: &'a [Chunk],
    index: usize,
}

impl Parts<'_> {
    /// The values of each run, and how many rows it has.
    fn values(&self) -> impl Iterator<Item = (&Values, usize)> {
        self.chunks.iter().map(|chunk| (&chunk.columns[self.index], chunk.rows))
    }

    /// Every value.
    fn cells(&self) -> impl Iterator<Item = Cell> {
        self.values().flat_map(|(values, rows)| (0..rows).map(|row| values.get(row)))
    }
}

fn array(kind: &DataType, parts: &Parts<'_>) -> ArrayRef {
    match kind {
        DataType::Boolean => {
            let mut builder = BooleanBuilder::new();
            parts.cells().for_each(|cell| builder.append_option(as_bool(&cell)));
            Arc::new(builder.finish())
        }
        DataType::Int64 => {
            let mut builder = Int64Builder::new();
            parts.cells().for_each(|cell| builder.append_option(as_integer(&cell)));
            Arc::new(builder.finish())
        }
        DataType::Float64 => {
            let mut builder = Float64Builder::new();
            parts.cells().for_each(|cell| builder.append_option(as_float(&cell)));
            Arc::new(builder.finish())
        }
        DataType::Float32 => {
            let mut builder = Float32Builder::new();
            let number = |cell: &Cell| as_float(cell).map(|number| number as f32);
            parts.cells().for_each(|cell| builder.append_option(number(&cell)));
            Arc::new(builder.finish())
        }
        DataType::Utf8 => Arc::new(parts.cells().map(|cell| cell.text()).collect::<StringArray>()),
        _ => Arc::new(dictionary(parts)),
    }
}

/// Texts as places in a list of those that differ.
fn dictionary(parts: &Parts<'_>) -> DictionaryArray<Int32Type> {
    let mut places: HashMap<String, i32> = HashMap::new();
    let mut texts = Vec::new();
    let mut keys: Vec<Option<i32>> = Vec::new();
    for (values, rows) in parts.values() {
        // Texts are those of a run, the same in all its rows.
        let Values::Same(cell) = values else { continue };
        let key = cell.text().map(|text| {
            *places.entry(text).or_insert_with_key(|text| {
                texts.push(text.clone());
                texts.len() as i32 - 1
            })
        });
        keys.extend(std::iter::repeat_n(key, rows));
    }
    DictionaryArray::new(Int32Array::from(keys), Arc::new(StringArray::from(texts)))
}

fn as_bool(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(value) => Some(*value),
        _ => None,
    }
}

fn as_integer(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Integer(value) => Some(*value),
        _ => None,
    }
}

fn as_float(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(value) => Some(*value as f64),
        Cell::Float(value) => Some(*value),
        Cell::Float32(value) => Some(f64::from(*value)),
        _ => None,
    }
}
