//! The numbers of a run over its steps, and when they came about, for programs that show them so.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use record::{Epoch, LayerQuantity, LayerRow, LayerSeries, Metrics, Run, RunRecord, Validation};

/// A number over the steps of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    /// Its name.
    pub(crate) name: &'static str,
    /// Steps and values. What is of a step has its number, from 0; what comes after some steps has
    /// how many they were.
    pub(crate) points: Vec<(u64, f64)>,
}

/// Every number of the run: the losses of the steps, what each epoch ended with, and what came out
/// last.
pub(crate) fn scalars(run: &Run) -> Vec<Scalar> {
    let of_epochs = |name, of: fn(&Epoch) -> f64| Scalar {
        name,
        points: run.epochs.iter().map(|epoch| (epoch.steps, of(epoch))).collect(),
    };
    let at_the_end = |name, of: fn(&Metrics) -> f64| Scalar {
        name,
        points: run.record.metrics.iter().map(|metrics| (run.record.steps, of(metrics))).collect(),
    };
    let loss = run.steps.iter().map(|step| (step.step, f64::from(step.loss)));
    let all = [
        Scalar { name: "loss", points: loss.collect() },
        of_epochs("training_loss", |epoch| epoch.training_loss),
        of_epochs("validation_loss", |epoch| epoch.validation_loss),
        of_epochs("validation_accuracy", |epoch| epoch.validation_accuracy),
        at_the_end("test_loss", |metrics| metrics.test_loss),
        at_the_end("test_accuracy", |metrics| metrics.test_accuracy),
    ];
    all.into_iter().filter(|scalar| !scalar.points.is_empty()).collect()
}

/// What was measured of layers and between epochs, by tags that TensorBoard groups: `layer_1/dead`,
/// `between_epochs/validation_loss`. What is not finite is left out.
pub(crate) fn measured(
    layers: Option<&LayerSeries>,
    validations: &[Validation],
) -> Vec<(String, Vec<(u64, f64)>)> {
    let mut all = Vec::new();
    for layer in 0..layers.map_or(0, LayerSeries::layers) {
        let Some(series) = layers else { continue };
        let mut add = |name: &str, of: &dyn Fn(&LayerRow) -> f32| {
            let rows = series.steps().iter().zip(series.of_layer(layer));
            let points = rows.map(|(&step, row)| (step, f64::from(of(row))));
            all.push((format!("layer_{}/{name}", layer + 1), points.collect()));
        };
        for quantity in LayerQuantity::ALL {
            add(quantity.name(), &|row| row.get(quantity));
        }
        add("update_ratio", &LayerRow::update_ratio);
    }
    type Column = (&'static str, fn(&Validation) -> f64);
    let columns: [Column; 4] = [
        ("training_loss", |row| row.training_loss),
        ("training_accuracy", |row| row.training_accuracy),
        ("validation_loss", |row| row.validation_loss),
        ("validation_accuracy", |row| row.validation_accuracy),
    ];
    for (name, of) in columns {
        let points = validations.iter().map(|row| (row.steps, of(row))).collect();
        all.push((format!("between_epochs/{name}"), points));
    }
    let finite = |(name, mut points): (String, Vec<(u64, f64)>)| {
        points.retain(|(_, value)| value.is_finite());
        (!points.is_empty()).then_some((name, points))
    };
    all.into_iter().filter_map(finite).collect()
}

/// When a run was at which step, as if all steps took equally long and nothing had interrupted it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Clock {
    start: f64,
    seconds_a_step: f64,
    steps: u64,
}

impl Clock {
    pub(crate) fn of(record: &RunRecord) -> Self {
        let start = humantime::parse_rfc3339(&record.provenance.started).ok();
        let since = |start: SystemTime| start.duration_since(UNIX_EPOCH).ok();
        Clock {
            start: start.and_then(since).unwrap_or(Duration::ZERO).as_secs_f64(),
            seconds_a_step: record.provenance.training_seconds / record.steps.max(1) as f64,
            steps: record.steps,
        }
    }

    /// Seconds since 1970 after so many steps.
    pub(crate) fn after(&self, steps: u64) -> f64 {
        self.start + self.seconds_a_step * steps as f64
    }

    /// Seconds since 1970 when the run began.
    pub(crate) fn start(&self) -> f64 {
        self.start
    }

    /// Seconds since 1970 after the last step.
    pub(crate) fn end(&self) -> f64 {
        self.after(self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_a_tag_for_each_quantity_that_was_measured() {
        let mut layers = LayerSeries::new(2);
        let row = LayerRow::default().with(LayerQuantity::WeightRms, 0.1);
        let row = row.with(LayerQuantity::UpdateRms, 1e-4);
        layers.push(0, &[row, LayerRow::default()]);
        layers.push(10, &[row.with(LayerQuantity::UpdateRms, f64::NAN), row]);
        let measured = measured(Some(&layers), &[]);
        let tags: Vec<(&str, Vec<u64>)> = measured
            .iter()
            .map(|(tag, points)| (tag.as_str(), points.iter().map(|(step, _)| *step).collect()))
            .collect();
        let expected = [
            ("layer_1/weight_rms", vec![0, 10]),
            ("layer_1/update_rms", vec![0]),
            ("layer_1/update_ratio", vec![0]),
            ("layer_2/weight_rms", vec![10]),
            ("layer_2/update_rms", vec![10]),
            ("layer_2/update_ratio", vec![10]),
        ];
        assert_eq!(tags, expected);
    }
}
