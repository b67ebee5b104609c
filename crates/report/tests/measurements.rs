//! Tables of another program's numbers: compared like records, and refused with one message each.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::path::PathBuf;

use report::table::{Format, Options, render};
use report::{Columns, Study, TableError, page, picture};

fn columns(seed: bool) -> Columns {
    Columns {
        metric: "accuracy".into(),
        arm: "init".into(),
        seed: seed.then(|| "seed".into()),
        higher_is_better: None,
    }
}

/// A table in a folder of its own.
struct Table {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Table {
    fn new(name: &str, text: &str) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Table { _folder: folder, path }
    }

    fn read(&self, columns: &Columns) -> Result<Study, TableError> {
        Study::of_table(&self.path, columns)
    }

    fn refused(&self, columns: &Columns) -> String {
        let folder = self.path.parent().unwrap().join("");
        let error = self.read(columns).unwrap_err();
        error.to_string().replace(&*folder.to_string_lossy(), "")
    }
}

const RESULTS: &str = "init,seed,accuracy,epochs
he,0,0.971,2
he,1,0.973,2
he,2,0.969,2
he,3,0.974,2
he,4,0.972,2
zeros,4,0.113,2
zeros,3,0.098,2
zeros,2,0.113,2
zeros,1,0.113,2
zeros,0,0.099,2
glorot,0,0.970,2
glorot,1,0.971,2
glorot,2,0.968,2
glorot,3,0.972,2
glorot,4,0.973,2
";

fn written(study: &Study, format: Format) -> String {
    render(study, &study.compare(), Options { format, ..Options::default() })
}

#[test]
fn arms_are_paired_by_seed() {
    let study = Table::new("results.csv", RESULTS).read(&columns(true)).unwrap();
    insta::assert_snapshot!(written(&study, Format::Table));
}

#[test]
fn without_seeds_arms_are_compared_unpaired_and_it_is_said() {
    let study = Table::new("results.csv", RESULTS).read(&columns(false)).unwrap();
    insta::assert_snapshot!(written(&study, Format::Table));
}

#[test]
fn the_same_numbers_in_every_format_make_the_same_study() {
    let lines = |row: &str| {
        let cells: Vec<&str> = row.split(',').collect();
        format!(r#"{{"init": "{}", "seed": {}.0, "accuracy": {}}}"#, cells[0], cells[1], cells[2])
    };
    let json: Vec<String> = RESULTS.lines().skip(1).map(lines).collect();
    let tables = [
        Table::new("results.csv", RESULTS),
        Table::new("results.csv", &format!("\u{FEFF}{}", RESULTS.replace('\n', "\r\n"))),
        Table::new("results.tsv", &RESULTS.replace(',', "\t")),
        Table::new("results.jsonl", &json.join("\n")),
        Table::new("results.ndjson", &(json.join("\n\n") + "\n")),
    ];
    let written = tables.map(|table| written(&table.read(&columns(true)).unwrap(), Format::Json));
    assert!(written.iter().all(|text| *text == written[0]));
}

#[test]
fn a_table_has_every_format_its_picture_and_its_page() {
    for seed in [true, false] {
        let study = Table::new("results.csv", RESULTS).read(&columns(seed)).unwrap();
        for format in Format::ALL {
            assert!(written(&study, format).contains("glorot"));
        }
        let pictures = picture::all(&study, &study.compare());
        assert_eq!(pictures.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["forest"]);
        assert!(pictures[0].1.png().is_ok());
        let page = page::render(&study);
        assert!(page.contains("results.csv") && !page.contains("Make it again"));
        assert_eq!(page.contains("Welch"), !seed);
    }
}

#[test]
fn a_run_that_diverged_is_infinite() {
    let losses = "init,seed,loss\na,0,0.1\na,1,inf\nb,0,0.2\nb,1,0.3\n";
    let columns = Columns { metric: "loss".into(), ..columns(true) };
    let study = Table::new("results.csv", losses).read(&columns).unwrap();
    let text = written(&study, Format::Table);
    assert!(text.contains('∞') && text.contains("a diverged with 1 of 2 seeds"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_one_message() {
    let cells = |metric: &str, row: &str| {
        let text =
            format!("{}{row}\n", RESULTS.replace("0.971,2\nhe,1", &format!("{metric},2\nhe,1")));
        Table::new("results.csv", &text)
    };
    let whole = || cells("0.971", "");
    let metric = |metric: &str| Columns { metric: metric.into(), ..columns(true) };
    let messages = [
        whole().refused(&metric("acuracy")),
        whole().refused(&metric("Accuracy")),
        whole().refused(&metric("reward")),
        whole().refused(&Columns { seed: Some("sed".into()), ..columns(true) }),
        whole().refused(&Columns { arm: "optimizer".into(), ..columns(true) }),
        whole().refused(&metric("epochs")),
        cells("NaN", "").refused(&columns(true)),
        cells("", "").refused(&columns(false)),
        cells("n/a", "").refused(&columns(true)),
        cells("0.971", "he,5.5,0.9,2").refused(&columns(true)),
        cells("0.971", "he,-1,0.9,2").refused(&columns(true)),
        cells("0.971", "he,3,0.9,2").refused(&columns(true)),
        cells("0.971", "he,5,0.9,2").refused(&columns(true)),
        cells("0.971", ",5,0.9,2").refused(&columns(true)),
        cells("0.971", "he,5").refused(&columns(true)),
        cells("0.971", "ones,0,0.1,2").refused(&columns(false)),
        Table::new("one.csv", "init,seed,accuracy\na,0,0.9\nb,0,0.8\n").refused(&columns(true)),
        Table::new("none.csv", "init,seed,accuracy\n").refused(&columns(true)),
        Table::new("empty.csv", "").refused(&columns(true)),
        Table::new("results.parquet", "PAR1").refused(&columns(true)),
        Table::new("results", "").refused(&columns(true)),
        Table::new("broken.jsonl", "{\"init\": \"a\",").refused(&columns(true)),
        Table::new("list.jsonl", "[1, 2]").refused(&columns(true)),
        Table::new("null.jsonl", r#"{"init": "a", "seed": 0, "accuracy": null}"#)
            .refused(&columns(true)),
    ];
    insta::assert_snapshot!(messages.join("\n"));
    let missing = Study::of_table(&PathBuf::from("not-there.csv"), &columns(true)).unwrap_err();
    assert!(missing.to_string().starts_with("cannot read not-there.csv: "));
}
