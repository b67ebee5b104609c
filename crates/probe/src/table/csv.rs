//! Every number as comma-separated values: a line for each quantity of each arm.

use std::fmt::Write;

use crate::study::ArmProbe;

/// `experiment,arm,layer,quantity,mean,std,seeds,theory,low,high`; what is not known is empty.
pub fn csv(arms: &[ArmProbe]) -> String {
    let mut text = String::from("experiment,arm,layer,quantity,mean,std,seeds,theory,low,high\n");
    for arm in arms {
        for row in arm.rows() {
            let some = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
            let layer = row.layer.map_or(String::new(), |layer| layer.to_string());
            let band = row.expected.and_then(|expected| expected.band);
            let _ = writeln!(
                text,
                "{},{},{layer},{},{},{},{},{},{},{}",
                quoted(&arm.experiment),
                quoted(&arm.arm),
                row.name,
                row.mean,
                some(row.std),
                arm.measures.len(),
                some(row.expected.map(|expected| expected.value)),
                some(band.map(|[low, _]| low)),
                some(band.map(|[_, high]| high))
            );
        }
    }
    text
}

fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}
