//! Tables as Apache Arrow's IPC files, which are also called Feather 2.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};

use super::columnar::{BatchWriter, ColumnarFile, Texts, schema};
use super::table_file::{TableFile, write_tables};
use super::{Exporter, Job};
use crate::cell::Column;
use crate::error::ExportError;

/// Writes Arrow.
pub(super) struct Arrow;

impl Exporter for Arrow {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        write_tables(job, "arrow", open)
    }
}

type Writer = FileWriter<BufWriter<File>>;

fn open(path: &Path, columns: &[Column]) -> Result<Box<dyn TableFile>, String> {
    // A file has one dictionary a column, which would have to hold the texts of all runs from the
    // start.
    let schema = schema(columns, Texts::Plain);
    let file = BufWriter::new(File::create_new(path).map_err(told)?);
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME));
    let writer: Writer =
        FileWriter::try_new_with_options(file, &schema, options.map_err(told)?).map_err(told)?;
    Ok(Box::new(ColumnarFile::new(schema, writer)))
}

impl BatchWriter for Writer {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        FileWriter::write(self, batch).map_err(told)
    }

    fn close(mut self) -> Result<(), String> {
        self.finish().map_err(told)?;
        self.into_inner().map_err(told)?.flush().map_err(told)
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
