//! The tables that runs make: one row a run, an epoch, a step or a layer, each with every setting
//! of its run.

use std::collections::{BTreeMap, BTreeSet};

use record::{Epoch, InitialWeights, Metrics, RunRecord, Step};

use crate::cell::{Cell, Chunk, Column, Kind, Values};
use crate::runs::ExportedRun;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// A row a run: what came out, and where and when it ran.
    Runs,
    /// A row an epoch.
    Epochs,
    /// A row a step.
    Steps,
    /// A row a layer: its weights before the first step.
    Layers,
}

impl Table {
    pub(crate) const ALL: [Table; 4] = [Table::Runs, Table::Epochs, Table::Steps, Table::Layers];

    /// Its file's name, without an extension.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Table::Runs => "runs",
            Table::Epochs => "epochs",
            Table::Steps => "steps",
            Table::Layers => "layers",
        }
    }
}

/// The series of a run that fill the tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) epochs: &'a [Epoch],
}

/// A table with its columns, which are the same for all runs.
pub(crate) struct Schema {
    table: Table,
    /// What stands in each row, in this order.
    pub(crate) columns: Vec<Column>,
    /// The settings that any run has.
    settings: Vec<String>,
    /// Whether any run is of a sweep.
    swept: bool,
    /// Whether any run has a seed of its own for the order of the batches.
    crossed: bool,
}

/// The settings that any of the runs has, and what their values are.
pub(crate) fn settings(runs: &[ExportedRun]) -> BTreeMap<String, Kind> {
    let mut settings: BTreeMap<String, Kind> = BTreeMap::new();
    for (name, value) in runs.iter().flat_map(|run| &run.record.settings) {
        if let Some(kind) = Cell::of_setting(value).kind() {
            settings
                .entry(name.clone())
                .and_modify(|known| *known = known.or(kind))
                .or_insert(kind);
        }
    }
    settings
}

/// Names and values.
type Named = Vec<(String, Values)>;

impl Schema {
    /// The columns that hold all of the runs.
    pub(crate) fn of(table: Table, runs: &[ExportedRun]) -> Self {
        let records = || runs.iter().map(|run| &run.record);
        let names: BTreeSet<&String> =
            records().flat_map(|record| record.settings.keys()).collect();
        let swept = records().any(|record| record.sweep.is_some());
        let crossed = records().any(|record| record.order_seed.is_some());
        let mut schema =
            Schema { table, columns: Vec::new(), settings: Vec::new(), swept, crossed };
        let taken: BTreeSet<String> = records()
            .take(1)
            .flat_map(|record| schema.values(record, Series { steps: &[], epochs: &[] }))
            .map(|(name, _)| name)
            .collect();
        // A seed or a title among the settings is the run's, which stands there already.
        schema.settings =
            names.into_iter().filter(|name| !taken.contains(*name)).cloned().collect();
        let mut kinds: Vec<Option<Kind>> = Vec::new();
        for record in records() {
            let row = schema.values(record, Series { steps: &[], epochs: &[] });
            if schema.columns.is_empty() {
                let column =
                    |(name, _): &(String, _)| Column { name: name.clone(), kind: Kind::Text };
                schema.columns = row.iter().map(column).collect();
                kinds = vec![None; row.len()];
            }
            for (kind, (_, values)) in kinds.iter_mut().zip(&row) {
                *kind = [*kind, values.kind()].into_iter().flatten().reduce(Kind::or);
            }
        }
        for (column, kind) in schema.columns.iter_mut().zip(kinds) {
            column.kind = kind.unwrap_or(Kind::Text);
        }
        schema
    }

    /// The rows of a run.
    pub(crate) fn chunk(&self, run: &ExportedRun, series: Series<'_>) -> Chunk {
        let rows = match self.table {
            Table::Runs => 1,
            Table::Epochs => series.epochs.len(),
            Table::Steps => series.steps.len(),
            Table::Layers => run.record.initial_weights.len(),
        };
        let columns = self.values(&run.record, series).into_iter().map(|(_, values)| values);
        Chunk { rows, columns: columns.collect() }
    }

    /// All values of a run: who it is, what the table tells, its settings.
    fn values(&self, record: &RunRecord, series: Series<'_>) -> Named {
        let mut all: Named = Vec::new();
        let mut same = |name: &str, cell: Cell| all.push((name.to_owned(), Values::Same(cell)));
        same("id", record.id.as_str().into());
        same("experiment", record.experiment.as_str().into());
        same("arm", record.arm.as_str().into());
        if self.swept {
            same("swept_arm", record.sweep.as_ref().map(|sweep| sweep.arm.as_str()).into());
        }
        same("seed", record.seed.into());
        if self.crossed {
            same("order_seed", record.order_seed.unwrap_or(record.seed).into());
        }
        all.extend(match self.table {
            Table::Runs => of_run(record),
            Table::Epochs => of_epochs(series.epochs),
            Table::Steps => of_steps(series.steps),
            Table::Layers => of_layers(&record.initial_weights),
        });
        all.extend(self.settings.iter().map(|name| {
            let cell = record.settings.get(name).map_or(Cell::Null, Cell::of_setting);
            (name.clone(), Values::Same(cell))
        }));
        all
    }
}

fn of_run(record: &RunRecord) -> Named {
    let (metrics, provenance) = (record.metrics.as_ref(), &record.provenance);
    let metric = |of: fn(&Metrics) -> f64| Cell::from(metrics.map(of));
    let text = |text: &str| Cell::from(text);
    let cells = [
        ("title", text(&record.title)),
        ("status", text(&record.status.to_string())),
        ("message", record.message.as_deref().into()),
        ("steps_planned", record.steps_planned.into()),
        ("steps", record.steps.into()),
        ("last_batch_loss", metric(|metrics| metrics.last_batch_loss)),
        ("validation_loss", metric(|metrics| metrics.validation_loss)),
        ("validation_accuracy", metric(|metrics| metrics.validation_accuracy)),
        ("test_loss", metric(|metrics| metrics.test_loss)),
        ("test_accuracy", metric(|metrics| metrics.test_accuracy)),
        ("training_seconds", provenance.training_seconds.into()),
        ("provenance.started", text(&provenance.started)),
        ("provenance.version", text(&provenance.version)),
        ("provenance.burn", text(&provenance.burn)),
        ("provenance.commit", provenance.commit.as_deref().into()),
        ("provenance.dirty", provenance.dirty.map_or(Cell::Null, Cell::Bool)),
        ("provenance.backend", text(&provenance.backend)),
        ("provenance.device", text(&provenance.device)),
        ("provenance.cpu", text(&provenance.cpu)),
        ("provenance.os", text(&provenance.os)),
        ("provenance.host", text(&provenance.host)),
        ("provenance.data", provenance.data.as_deref().into()),
    ];
    cells.into_iter().map(|(name, cell)| (name.to_owned(), Values::Same(cell))).collect()
}

fn of_steps(steps: &[Step]) -> Named {
    named([
        ("step", Values::Integers(steps.iter().map(|step| step.step as i64).collect())),
        ("loss", Values::Floats32(steps.iter().map(|step| step.loss).collect())),
    ])
}

fn of_epochs(epochs: &[Epoch]) -> Named {
    let integers = |of: fn(&Epoch) -> u64| {
        Values::Integers(epochs.iter().map(|epoch| of(epoch) as i64).collect())
    };
    let floats = |of: fn(&Epoch) -> f64| Values::Floats(epochs.iter().map(of).collect());
    named([
        ("epoch", integers(|epoch| epoch.epoch)),
        ("steps", integers(|epoch| epoch.steps)),
        ("training_loss", floats(|epoch| epoch.training_loss)),
        ("validation_loss", floats(|epoch| epoch.validation_loss)),
        ("validation_accuracy", floats(|epoch| epoch.validation_accuracy)),
    ])
}

fn of_layers(layers: &[InitialWeights]) -> Named {
    let integers = |of: fn(&InitialWeights) -> usize| {
        Values::Integers(layers.iter().map(|layer| of(layer) as i64).collect())
    };
    let floats = |of: fn(&InitialWeights) -> f64| Values::Floats(layers.iter().map(of).collect());
    named([
        ("layer", integers(|layer| layer.layer)),
        ("fan_in", integers(|layer| layer.shape[0])),
        ("fan_out", integers(|layer| layer.shape[1])),
        ("initial_mean", floats(|layer| layer.mean)),
        ("initial_std", floats(|layer| layer.std)),
        ("initial_min", floats(|layer| layer.min)),
        ("initial_max", floats(|layer| layer.max)),
    ])
}

fn named<const N: usize>(columns: [(&str, Values); N]) -> Named {
    columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect()
}
