//! What is found in a record without training: it agrees with what training said.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{BASE, Lab, finish};
use record::{LayerQuantity, read_layers, read_record};
use training::{connect, dissect};

#[test]
fn a_dissection_agrees_with_what_was_recorded() {
    for settings in ["model.activation = \"prelu\"\n", "model.parametrization = \"ntk\"\n"] {
        let lab = Lab::new();
        let run =
            lab.run(&format!("{settings}{BASE}training.freeze = [2]\nrecord.layers = true\n"));
        let [report] = finish(&[run], &lab.out("a"), 1).try_into().unwrap();
        let dissection = dissect(&report.directory).unwrap();
        let record = read_record(&report.directory).unwrap();
        let metrics = record.metrics.unwrap();
        let end = dissection.line.last().unwrap();
        assert_eq!((end.part, end.score.accuracy), (1.0, metrics.validation_accuracy));
        assert!((end.score.loss - metrics.validation_loss).abs() < 1e-6, "{settings}");
        let recorded = read_layers(&report.directory, &record).unwrap().unwrap();
        for (index, layer) in dissection.layers.iter().enumerate() {
            let rows: Vec<_> = recorded.of_layer(index).collect();
            let distance = rows.last().unwrap().get(LayerQuantity::Distance)
                / rows[0].get(LayerQuantity::WeightRms);
            assert!((layer.distance - f64::from(distance)).abs() < 1e-5, "{settings} {layer:?}");
            let squares: f64 = layer.start_values.iter().map(|value| value * value).sum();
            let entries = (layer.shape[0] * layer.shape[1]) as f64;
            let initial = &record.initial_weights[index];
            let rms = initial.mean.hypot(initial.std);
            assert!(((squares / entries).sqrt() - rms).abs() < 1e-6);
        }
        let frozen = &dissection.layers[1];
        assert_eq!((frozen.distance, frozen.start_values == frozen.end_values), (0.0, true));
        // Its bias is frozen too: put back, it changes nothing.
        assert_eq!(frozen.put_back, end.score);
        assert_ne!(dissection.layers[0].put_back, end.score);
    }
}

#[test]
fn the_line_between_a_run_and_itself_has_no_barrier_and_other_networks_have_no_line() {
    let lab = Lab::new();
    let runs = lab.runs(&format!("{BASE}[arms.a]\n[arms.b]\nmodel.hidden = [8]\n"));
    let reports = finish(&runs, &lab.out("a"), 1);
    let itself = connect(&reports[0].directory, &reports[0].directory).unwrap();
    assert_eq!(itself.barrier, 0.0);
    assert!(itself.line.iter().all(|point| point.score == itself.line[0].score));
    let error = connect(&reports[0].directory, &reports[1].directory).unwrap_err();
    assert!(error.to_string().contains("have no line between them"), "{error}");
}

#[test]
fn what_cannot_be_dissected_is_refused() {
    let lab = Lab::new();
    let run = lab.run(&format!("{BASE}model.norm = \"layer\"\n"));
    let [report] = finish(&[run], &lab.out("a"), 1).try_into().unwrap();
    let error = dissect(&report.directory).unwrap_err();
    assert!(error.is_bad_input());
    assert!(error.to_string().ends_with(
        "cannot be dissected: with `model.norm`, a layer is more than its weight and bias"
    ));
    assert!(dissect(&lab.out("nothing")).unwrap_err().is_bad_input());
}
