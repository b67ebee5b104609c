//! Tables, read back with the libraries that write them.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{Lab, Synthetic};
use export::Format;
use record::Status;
use serde_json::{Value, json};

/// Two arms; one of them sets more, and diverges.
fn lab() -> Lab {
    let std = [("init.std", json!(0.05))];
    let layer = [("init.std", json!(1)), ("init.note", json!("a, b\n\"c\""))];
    Lab::with(&[
        Synthetic { arm: "a", settings: &std, ..Synthetic::default() },
        Synthetic { arm: "a", seed: 1, settings: &std, ..Synthetic::default() },
        Synthetic {
            arm: "b",
            seed: u64::MAX,
            status: Status::Diverged,
            settings: &layer,
            ..Synthetic::default()
        },
    ])
}

fn csv(lab: &Lab, table: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(lab.path(format!("out/{table}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn json_lines(lab: &Lab, table: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(lab.path(format!("out/{table}.jsonl"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_table_has_a_row_for_each_of_its_things_and_every_setting_in_each() {
    let lab = lab();
    let exported = lab.export(Format::Csv, None).unwrap();
    assert_eq!((exported.runs, exported.warnings.len()), (3, 0));
    let names = ["epochs", "layers", "runs", "steps"];
    let paths = names.map(|table| lab.path(format!("out/{table}.csv")));
    assert_eq!(exported.entries, paths);
    assert_eq!(names.map(|table| csv(&lab, table).len()), [6, 6, 3, 12]);
    for row in names.iter().flat_map(|table| csv(&lab, table)) {
        let expected = match row["arm"].as_str() {
            "a" => ("0.05", ""),
            _ => ("1", "a, b\n\"c\""),
        };
        assert_eq!((row["init.std"].as_str(), row["init.note"].as_str()), expected);
        assert_eq!(row["optimizer.epsilon"], "1e-8");
        assert_eq!(row["model.hidden"], "[2]");
        assert_eq!(row["experiment"], "study");
    }
}

#[test]
fn numbers_in_csv_read_back_to_the_same_bits() {
    let lab = lab();
    lab.export(Format::Csv, None).unwrap();
    let steps = csv(&lab, "steps");
    let loss = |row: usize| steps[row]["loss"].parse::<f32>().unwrap();
    assert_eq!((steps[2]["loss"].as_str(), loss(2)), ("0.76666665", 2.3f32 / 3.0));
    assert!(loss(11).is_nan() && steps[11]["step"] == "3");
    let diverged = &csv(&lab, "runs")[2];
    assert_eq!(
        (diverged["validation_loss"].as_str(), diverged["status"].as_str()),
        ("inf", "diverged")
    );
    assert_eq!(diverged["seed"], u64::MAX.to_string());
    assert_eq!(csv(&lab, "epochs")[1]["validation_accuracy"].parse::<f64>().unwrap(), 0.92);
}

#[test]
fn a_row_in_json_has_all_columns_and_says_what_is_not_finite_in_words() {
    let lab = lab();
    lab.export(Format::Json, None).unwrap();
    let (runs, steps) = (json_lines(&lab, "runs"), json_lines(&lab, "steps"));
    assert_eq!((runs.len(), steps.len()), (3, 12));
    assert_eq!(runs[0]["init.note"], Value::Null);
    assert_eq!(runs[0]["init.std"], json!(0.05));
    assert_eq!(runs[2]["validation_loss"], json!("inf"));
    assert_eq!(runs[2]["model.bias"], json!(true));
    assert_eq!(steps[11]["loss"], json!("NaN"));
    assert_eq!(steps[1]["loss"].to_string(), "1.15");
    let columns = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(steps.iter().all(|row| columns(row) == columns(&steps[0])));
}

#[test]
fn the_columns_of_a_step_are_the_run_the_step_and_the_settings() {
    let lab = lab();
    lab.export(Format::Csv, None).unwrap();
    let text = std::fs::read_to_string(lab.path("out/steps.csv")).unwrap();
    insta::assert_snapshot!(text.lines().take(2).collect::<Vec<_>>().join("\n"));
}

#[test]
fn runs_of_a_sweep_say_what_was_swept() {
    let lab = Lab::with(&[]);
    let path = Synthetic::default().write(&lab.runs());
    let mut record = record::read_record(&path).unwrap();
    record.sweep = Some(record::SweepPoint { arm: "normal".to_owned(), axes: Vec::new() });
    record::RunDirectory::new(&path).write_record(&record).unwrap();
    lab.export(Format::Json, None).unwrap();
    assert_eq!(json_lines(&lab, "runs")[0]["swept_arm"], json!("normal"));
}

#[cfg(feature = "parquet")]
mod columnar {
    use std::fs::File;

    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float32Type, Float64Type, Int64Type};
    use arrow_array::{Array, RecordBatch};
    use arrow_schema::DataType;

    use super::*;

    fn checked(batch: &RecordBatch, texts: &DataType) {
        let column = |name: &str| batch.column_by_name(name).unwrap();
        let kind = |name: &str| column(name).data_type().clone();
        assert_eq!(batch.num_rows(), 12);
        assert_eq!([kind("step"), kind("loss")], [DataType::Int64, DataType::Float32]);
        // One run has a whole number there, and one seed has more than 63 bits.
        assert_eq!([kind("init.std"), kind("seed")], [DataType::Float64, texts.clone()]);
        assert_eq!(kind("model.bias"), DataType::Boolean);
        let loss = column("loss").as_primitive::<Float32Type>();
        assert_eq!((loss.value(2), loss.value(11).is_nan()), (2.3f32 / 3.0, true));
        assert_eq!(column("step").as_primitive::<Int64Type>().value(5), 1);
        let std = column("init.std").as_primitive::<Float64Type>();
        assert_eq!((std.value(0), std.value(11)), (0.05, 1.0));
        let note = column("init.note").as_string::<i32>();
        assert_eq!((note.is_null(7), note.value(8)), (true, "a, b\n\"c\""));
        assert_eq!(column("arm").as_string::<i32>().value(8), "b");
    }

    #[test]
    fn parquet_reads_back_with_types_and_nulls() {
        use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
        let lab = lab();
        lab.export(Format::Parquet, None).unwrap();
        assert_eq!(
            lab.files("out"),
            ["epochs.parquet", "export.json", "layers.parquet", "runs.parquet", "steps.parquet"]
        );
        let file = File::open(lab.path("out/steps.parquet")).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        checked(&batches[0], &DataType::Utf8);
    }

    #[test]
    fn arrow_reads_back_with_types_and_nulls() {
        let lab = lab();
        lab.export(Format::Arrow, None).unwrap();
        let file = File::open(lab.path("out/steps.arrow")).unwrap();
        let reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        checked(&batches[0], &DataType::Utf8);
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_what_to_build_before_it_reads_a_record() {
    let lab = Lab::with(&[]);
    insta::assert_snapshot!(lab.told(lab.export(Format::Parquet, None)), @"this build cannot write \
        `parquet`; `cargo run -p export --features parquet -- DIR --format parquet` can");
    let told = lab.told(lab.export(Format::Arrow, None));
    assert!(told.ends_with("-- DIR --format arrow` can"), "{told}");
}
