//! The page as text: nothing in a record can break out of its place, and nothing is asked of the
//! network.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic.rs"]
mod synthetic;

use report::{Metric, Study, page};
use synthetic::Synthetic;

fn study(seeds: u64, metric: Metric) -> Study {
    let root = tempfile::tempdir().unwrap();
    let arms = vec!["normal", "uniform_neg1_1"];
    let diverges = Some(("uniform_neg1_1", 0));
    Synthetic { experiment: "starts", title: "Starts", arms, seeds, steps: 40, diverges }
        .write(root.path())
        .unwrap();
    Study::load(&[root.path().to_owned()], metric).unwrap()
}

#[test]
fn names_and_values_stay_text() {
    let hostile =
        "</script><script>alert(1)</script><img src=x onerror='alert(2)'> & \"quotes\" <!--";
    let mut study = study(2, Metric::ValidationAccuracy);
    study.title = hostile.to_owned();
    study.arms[0].label = hostile.to_owned();
    study.arms[0].settings.insert(hostile.to_owned(), hostile.into());
    study.shared.insert(hostile.to_owned(), hostile.into());
    for run in study.arms.iter_mut().flat_map(|arm| &mut arm.points[0].runs) {
        run.whole.as_mut().unwrap().record.id = hostile.to_owned();
    }
    for provenance in &mut study.origin.provenances {
        provenance.host = hostile.to_owned();
        provenance.commit = Some("$(rm -rf /)'`".to_owned());
    }
    let page = page::render(&study);
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    assert_eq!(page.matches("</script>").count(), 3);
    assert!(page.contains("git checkout '$(rm -rf /)'\\''`'"));
}

#[test]
fn the_data_of_the_curves_are_json() {
    let page = page::render(&study(3, Metric::ValidationLoss));
    let data = page
        .split("<script id=\"data\" type=\"application/json\">")
        .nth(1)
        .unwrap()
        .split("</script>")
        .next()
        .unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["x"].as_array().unwrap().len(), 40);
    assert_eq!(data["arms"][0]["seeds"].as_array().unwrap().len(), 3);
    // A run that diverged has values up to that step only.
    assert!(data["arms"][1]["seeds"][0][39].is_null() && data["arms"][1]["mean"][39].is_number());
}

#[test]
fn nothing_is_asked_of_the_network() {
    let page = page::render(&study(1, Metric::ValidationAccuracy));
    for asking in
        ["src=", "href=\"http", "url(", "@import", "fetch(", "XMLHttpRequest", "WebSocket"]
    {
        assert!(!page.contains(asking), "{asking}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn what_was_left_out_is_named() {
    let mut study = study(1, Metric::ValidationAccuracy);
    study.warnings.push(report::Warning {
        directory: "runs/broken".into(),
        reason: "run.json is damaged".into(),
    });
    assert!(page::render(&study).contains("<code>runs/broken</code>: run.json is damaged"));
}
