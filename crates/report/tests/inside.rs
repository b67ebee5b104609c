//! What is inside the starts of a study: pictures, charts and the page's section, from probes that
//! are kept beside the runs.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic.rs"]
mod synthetic;

use std::path::Path;

use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec};
use probe::{
    Context, Expectation, Images, LayerWeights, Network, Options, ProbeRecord, Scope, Theory,
};
use report::inside::{Inside, InsideArm, InsideAxis};
use report::{Metric, Study, page};
use synthetic::Synthetic;

/// A small network's start, looked into.
fn probe(id: &str, init: &Initializer, hidden: &[usize], seed: u64) -> ProbeRecord {
    let widths = [&[12], hidden, &[3]].concat();
    let specs = TensorSpec::network(&widths, Activation::Relu);
    let draw = |(layer, spec): (u64, &TensorSpec)| {
        init.draw(spec, &mut Stream::new(seed, Purpose::WEIGHTS, [layer, 0])).unwrap()
    };
    let weights: Vec<Vec<f32>> = (0..).zip(&specs).map(draw).collect();
    let layer = |(widths, weight)| {
        let [inputs, outputs] = <[usize; 2]>::try_from(widths).unwrap();
        LayerWeights { shape: [inputs, outputs], weight, bias: None }
    };
    let pairs = widths.windows(2).zip(weights.iter().map(Vec::as_slice));
    let layers: Vec<LayerWeights> = pairs.map(layer).collect();
    let pixels: Vec<f32> = (0..360u16).map(|i| f32::from(i * 37 % 101) / 100.0).collect();
    let labels: Vec<u16> = (0..30).map(|image| image % 3).collect();
    let images = Images::new(&pixels, &labels).unwrap();
    let theory = match probe::theory_layers(&specs, |_| (init.clone(), None)) {
        Ok(layers) => {
            Theory::Expects(Expectation::new(Activation::Relu, &layers, &images.second_moments()))
        }
        Err(unmet) => Theory::IsSilent(unmet.to_string()),
    };
    ProbeRecord {
        format: ProbeRecord::FORMAT,
        id: id.to_owned(),
        scope: Scope { images: 30, kernel_images: None, hessian_images: None },
        context: Context {
            activation: Activation::Relu,
            is_adaptive: true,
            learning_rate: 1e-3,
            init_factor: 1.0,
            output_scale: 1.0,
        },
        measures: Network::new(&layers, Activation::Relu)
            .unwrap()
            .measure(&images, &Options::default())
            .unwrap(),
        theory,
    }
}

fn normal(std: f64) -> Initializer {
    Initializer::Normal { mean: 0.0, std }
}

/// A study of two arms and two seeds, with probes beside all runs of the first arm.
fn study(root: &Path) -> Study {
    let arms = vec!["normal", "zeros"];
    let synthetic = Synthetic {
        experiment: "starts",
        title: "Starts",
        arms,
        seeds: 2,
        steps: 20,
        diverges: None,
    };
    for directory in synthetic.write(root).unwrap() {
        if directory.to_string_lossy().contains("normal") {
            let record = record::read_record(&directory).unwrap();
            let probe = probe(&record.id, &normal(0.4), &[16, 16], record.seed);
            let text = serde_json::to_string(&probe).unwrap();
            std::fs::write(directory.join(ProbeRecord::FILE), text).unwrap();
        }
    }
    Study::load(&[root.to_owned()], Metric::ValidationAccuracy).unwrap()
}

/// One arm a start, two seeds each.
fn inside(starts: &[(&str, Initializer)]) -> Inside {
    let arm = |(look, (name, init)): (usize, &(&str, Initializer))| {
        let records = (0..2).map(|seed| (seed, probe("", init, &[16, 16], seed))).collect();
        let probe = probe::ArmProbe::new("starts", name, records).unwrap();
        let (label, arm) = ((*name).to_owned(), (*name).to_owned());
        InsideArm { label, look, arm, at: Vec::new(), probe }
    };
    Inside { arms: starts.iter().enumerate().map(arm).collect(), ..Inside::default() }
}

#[test]
fn a_page_tells_what_is_inside_where_probes_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let study = study(root.path());
    let inside = Inside::read(&study);
    assert_eq!((inside.arms.len(), inside.missing), (1, 2));
    assert_eq!(inside.arms[0].probe.measures.len(), 2);
    let page = page::render(&study);
    for told in ["<h2 id=\"inside\">", "Signal by layer", "Order and chaos", "is kept of 2 runs"] {
        assert!(page.contains(told), "{told}");
    }
    // A probe of another run is none.
    for arm in &study.arms {
        for run in &arm.points[0].runs {
            let file = run.directory.join(ProbeRecord::FILE);
            if let Ok(text) = std::fs::read_to_string(&file) {
                let id = record::read_record(&run.directory).unwrap().id;
                std::fs::write(&file, text.replace(&id, "0000000000000000")).unwrap();
            }
        }
    }
    assert_eq!(Inside::read(&study).missing, 4);
    assert!(!page::render(&study).contains("<h2 id=\"inside\">"));
}

#[test]
fn names_inside_stay_text() {
    let root = tempfile::tempdir().unwrap();
    let mut study = study(root.path());
    study.arms[0].label = "<script>alert(1)</script><img src=x onerror='alert(2)'>".to_owned();
    let page = page::render(&study);
    assert!(page.contains("<h2 id=\"inside\">"));
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
}

#[test]
fn every_start_has_its_pictures_however_extreme_it_is() {
    let uniform = Initializer::Uniform { min: 0.0, max: 1.0 };
    let starts = [
        ("normal", normal(0.4)),
        ("zeros", Initializer::Zeros),
        ("ones", Initializer::Ones),
        ("uniform", uniform),
        ("huge", normal(1e30)),
        ("tiny", normal(1e-30)),
    ];
    let inside = inside(&starts);
    let pictures = inside.pictures();
    let names: Vec<&str> = pictures.iter().map(|(name, _)| *name).collect();
    let expected =
        ["signal", "gradient", "singular-values", "activations", "gradients", "phase-plane"];
    assert_eq!(names, expected);
    for (name, picture) in &pictures {
        assert!(picture.png().is_ok(), "{name}");
        assert!(!picture.svg().contains("NaN"), "{name}");
    }
    let signal = pictures[0].1.svg();
    assert!(signal.contains("Not drawn: zeros"), "zeros have no place on a logarithmic axis");
    assert!(signal.contains("normal, 1: ") && signal.contains("(theory "));
    let text = inside.terminal(80);
    assert!(text.contains("Signal by layer") && text.contains("a normal"), "{text}");
    assert!(Inside::default().pictures().is_empty() && Inside::default().terminal(80).is_empty());
}

#[test]
fn a_sweep_of_one_or_two_axes_has_maps() {
    let stds = [0.1, 0.3, 1.0];
    let axis = |name: &str, values: &[&str]| InsideAxis {
        name: name.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let point = |depth: usize, index: usize| {
        let records = vec![(0, probe("", &normal(stds[index]), &vec![8; depth], 0))];
        probe::ArmProbe::new("starts", "base", records).unwrap()
    };
    let arm = |at: Vec<usize>, probe| InsideArm {
        label: format!("{at:?}"),
        look: 0,
        arm: "base".to_owned(),
        at,
        probe,
    };
    let scales = axis("init.std", &["0.1", "0.3", "1"]);
    let one = Inside {
        arms: (0..3).map(|index| arm(vec![index], point(3, index))).collect(),
        axes: vec![scales.clone()],
        missing: 0,
    };
    let names = |inside: &Inside| -> Vec<&str> {
        let all = inside.pictures();
        all.into_iter().map(|(name, _)| name).filter(|name| name.ends_with("-map")).collect()
    };
    assert_eq!(names(&one), ["signal-map", "gradient-map"]);
    let cells = [(0, 0), (0, 2), (1, 1)];
    let two = Inside {
        arms: cells.iter().map(|&(d, s)| arm(vec![d, s], point(2 + 4 * d, s))).collect(),
        axes: vec![axis("model.hidden.depth", &["2", "6"]), scales],
        missing: 0,
    };
    assert_eq!(names(&two), ["signal-map", "gradient-map", "cosine-map"]);
    let (_, map) = two.pictures().into_iter().find(|(name, _)| *name == "gradient-map").unwrap();
    assert!(map.svg().contains("model.hidden.depth 6, init.std 0.3: "), "{}", map.svg());
}
