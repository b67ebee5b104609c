//! Tables as Apache Parquet.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::columnar::{BatchWriter, ColumnarFile, Texts, schema};
use super::table_file::{TableFile, write_tables};
use super::{Exporter, Job};
use crate::cell::Column;
use crate::error::ExportError;

/// Writes Parquet.
pub(super) struct Parquet;

impl Exporter for Parquet {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        write_tables(job, "parquet", open)
    }
}

fn open(path: &Path, columns: &[Column]) -> Result<Box<dyn TableFile>, String> {
    let schema = schema(columns, Texts::Dictionary);
    let file = File::create_new(path).map_err(told)?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    // Without Arrow's schema beside it readers have columns of texts, not of categories.
    let options =
        ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let writer = ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(told)?;
    Ok(Box::new(ColumnarFile::new(schema, writer)))
}

impl BatchWriter for ArrowWriter<File> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        ArrowWriter::write(self, batch).map_err(told)
    }

    fn close(self) -> Result<(), String> {
        ArrowWriter::close(self).map(|_| ()).map_err(told)
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
