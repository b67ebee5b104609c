//! A schedule as a list of phases.

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Maybe, Real, Whole, Words};
use crate::settings::read::read_section;
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{Diagnostic, Diagnostics, Spanned, list};

/// A phase of a schedule. Rates are in units of the settings' learning rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phase {
    /// How many steps it has; `None` of a last one that lasts to the end of the run.
    pub steps: Option<u64>,
    /// The rate of its first step.
    pub start: f64,
    /// The rate that it leads to, which is that of the step after its last.
    pub end: f64,
    /// How it gets there.
    pub shape: Shape,
}

impl Phase {
    /// The rate of the settings, to the end of the run.
    pub(super) const CONSTANT: Phase =
        Phase { steps: None, start: 1.0, end: 1.0, shape: Shape::Linear };
}

string_enum! {
    /// How a phase leads from one rate to another.
    pub enum Shape {
        /// In a straight line.
        Linear = "linear",
        /// Along half a cosine.
        Cosine = "cosine",
    }
}

/// A phase as written.
struct Written {
    steps: Option<u64>,
    start: Option<f64>,
    end: Option<f64>,
    shape: Shape,
}

impl Section for Written {
    const MEANING: &'static str = "A phase of a schedule";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let (stated, rate) = (Stated::Always, Maybe(Real::NON_NEGATIVE));
        let steps = Maybe(Whole::COUNT);
        Written {
            steps: table.field("steps", stated, |w| w.steps, None, &steps, "its steps"),
            start: table.field("start", stated, |w| w.start, None, &rate, "its first rate"),
            end: table.field("end", stated, |w| w.end, None, &rate, "the rate it leads to"),
            shape: table.field("shape", stated, |w| w.shape, Shape::Linear, &Words, "its course"),
        }
    }
}

/// A list of phases: each begins with the rate that the one before it led to, unless it says
/// otherwise, and keeps its rate unless it says where to.
pub(super) struct PhaseList;

impl Domain<Vec<Phase>> for PhaseList {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<Phase>> {
        let items = list(value, name, "the phases, each a table", diagnostics)?;
        if items.is_empty() {
            diagnostics.report(Diagnostic::at(&value.span, format!("`{name}` has no phase")));
            return None;
        }
        let mut phases: Vec<Phase> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let written: Written = read_section(Some(item), name, &[], diagnostics);
            if written.steps.is_none() && index + 1 < items.len() {
                let message = format!("phase {} of `{name}` has no `steps`", index + 1);
                let help = "only the last phase may last to the end of the run";
                diagnostics.report(Diagnostic::at(&item.span, message).help(help));
            }
            let before = phases.last().map_or(1.0, |phase| phase.end);
            let start = written.start.unwrap_or(before);
            let end = written.end.unwrap_or(start);
            phases.push(Phase { steps: written.steps, start, end, shape: written.shape });
        }
        Some(phases)
    }

    fn write(&self, value: &Vec<Phase>) -> Option<toml::Value> {
        let table = |phase: &Phase| {
            let mut table = toml::Table::new();
            if let Some(steps) = phase.steps {
                table.insert("steps".into(), (steps as i64).into());
            }
            table.insert("start".into(), phase.start.into());
            table.insert("end".into(), phase.end.into());
            table.insert("shape".into(), phase.shape.name().into());
            toml::Value::Table(table)
        };
        Some(toml::Value::Array(value.iter().map(table).collect()))
    }

    fn takes(&self) -> String {
        "a list of `{ steps = 100, start = 0.1, end = 1.0, shape = \"linear\" }`".into()
    }

    fn schema(&self) -> Json {
        let rate = || Domain::<f64>::schema(&Real::NON_NEGATIVE);
        json!({ "type": "array", "minItems": 1, "items": {
            "type": "object", "description": Written::MEANING, "additionalProperties": false,
            "properties": {
                "steps": Domain::<u64>::schema(&Whole::COUNT),
                "start": rate(),
                "end": rate(),
                "shape": Domain::<Shape>::schema(&Words),
            },
        } })
    }
}
