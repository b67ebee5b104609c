//! Draws charts, small multiples and a phase plane of invented numbers, to look at them:
//! `cargo run -p report --example plain_pictures -- FOLDER`.

use std::error::Error;
use std::path::PathBuf;

use report::picture::{
    Chart, ChartAxis, ChartLine, ChartPoint, HistogramPanel, HistogramRow, PhasePlane, PhasePoint,
    Picture, Spacing, chart, phase_plane, small_multiples,
};

const ARMS: [(&str, f64); 7] = [
    ("he_normal", 1.0),
    ("glorot_uniform", 0.71),
    ("normal_0.1", 1.13),
    ("uniform_0.01", 0.08),
    ("uniform_0.001", 0.008),
    ("orthogonal", 0.99),
    ("ones", 180.0),
];

/// A gentle wobble, the same each time.
fn wobble(i: usize, j: usize) -> f64 {
    (((i * 37 + j * 101) % 17) as f64 / 17.0 - 0.5) * 0.3
}

fn signal() -> Picture {
    let (shown, depth) = (&ARMS[..6], 12);
    let lines = shown.iter().enumerate().map(|(i, &(label, factor))| {
        let point = |layer: usize, wobble: f64, spread: f64| {
            let y = factor.powi(layer as i32) * (1.0 + wobble);
            ChartPoint { x: layer as f64, y, band: Some((y * (1.0 - spread), y * (1.0 + spread))) }
        };
        let grows = |layer: usize| 0.03 * (layer as f64).sqrt();
        let theory = |layer| point(layer, 0.0, 3.0 * grows(layer));
        ChartLine {
            label,
            look: i,
            points: (1..=depth).map(|l| point(l, wobble(i, l), grows(l))).collect(),
            theory: if label == "orthogonal" { vec![] } else { (1..=depth).map(theory).collect() },
        }
    });
    chart(&Chart {
        title: "Signal by layer",
        subtitle: "rms of the pre-activations before training · 5 seeds, 1,000 images",
        x: ChartAxis { name: "Layer", spacing: Spacing::Whole },
        y: ChartAxis { name: "rms of pre-activations", spacing: Spacing::Logarithmic },
        lines: lines.collect(),
        levels: Vec::new(),
        note: "Dots: mean over seeds, with its spread. Dashed: mean-field theory, with the band in \
               which a network of this width falls.",
    })
}

fn singular_values() -> Picture {
    let lines = ARMS[..3].iter().enumerate().map(|(i, &(label, factor))| {
        let value = |rank: usize| factor * 3.2 * (1.0 - rank as f64 / 100.5).powf(1.6) + 1e-4;
        let point = |rank| ChartPoint { x: rank as f64 + 1.0, y: value(rank), band: None };
        ChartLine { label, look: i, points: (0..100).map(point).collect(), theory: Vec::new() }
    });
    chart(&Chart {
        title: "Singular values of the input-output Jacobian",
        subtitle: "before training · mean of 5 seeds",
        x: ChartAxis { name: "Rank", spacing: Spacing::Whole },
        y: ChartAxis { name: "Singular value", spacing: Spacing::Logarithmic },
        lines: lines.collect(),
        levels: vec![(1.0, "neither grows nor shrinks")],
        note: "",
    })
}

fn updates() -> Picture {
    let lines = ARMS[..4].iter().enumerate().map(|(i, &(label, _))| {
        let point = |step: usize| {
            let y = -2.6 - 0.25 * i as f64 - 0.8 * (step as f64 / 858.0).sqrt() + wobble(i, step);
            ChartPoint { x: step as f64, y, band: Some((y - 0.15, y + 0.15)) }
        };
        let points = (0..858).step_by(10).map(point).collect();
        ChartLine { label, look: i, points, theory: Vec::new() }
    });
    chart(&Chart {
        title: "Size of the updates, layer 1",
        subtitle: "log10 of update over weight",
        x: ChartAxis { name: "Step", spacing: Spacing::Linear },
        y: ChartAxis { name: "log10(update / weight)", spacing: Spacing::Linear },
        lines: lines.collect(),
        levels: vec![(-3.0, "a thousandth")],
        note: "Bands: 95 % interval of the mean over seeds.",
    })
}

fn activations() -> Picture {
    let rows = ARMS[..3].iter().enumerate().map(|(i, &(label, factor))| {
        let panel = |layer: usize| {
            let count = |bin: usize| {
                let x = bin as f64 / 40.0 * 3.0 / factor.powi(layer as i32);
                (1e4 * (-x * x).exp()) as u64
            };
            HistogramPanel {
                name: format!("Layer {layer}"),
                note: format!("{} % off", 40 + 3 * layer + i),
                low: 0.0,
                high: 3.0,
                counts: (0..40).map(count).collect(),
            }
        };
        HistogramRow { label: label.to_owned(), look: i, panels: (1..=6).map(panel).collect() }
    });
    let rows: Vec<HistogramRow> = rows.collect();
    small_multiples("Activations by layer", "before training · seed 0, 1,000 images", &rows)
}

fn plane() -> Picture {
    let critical: Vec<(f64, f64)> =
        (0..=40).map(|i| f64::from(i) / 40.0).map(|b| (1.0 + 0.9 * b.powf(0.7), b)).collect();
    let places = [(1.41, 0.0), (1.0, 0.0), (1.6, 0.0), (0.16, 0.0), (1.02, 0.05), (1.0, 0.0)];
    let points = ARMS.iter().zip(places).enumerate();
    phase_plane(&PhasePlane {
        title: "Order and chaos, tanh",
        subtitle: "where a signal's differences die out, and where they grow",
        x_name: "σ_w: std of the weights × √fan-in",
        y_name: "σ_b: std of the biases",
        critical: &critical,
        regions: ["ordered: two images become one", "chaotic: two images become unlike"],
        points: points
            .map(|(look, ((label, _), (x, y)))| PhasePoint { label, look, x, y })
            .collect(),
        logarithmic_x: false,
        note: "On the line a signal passes through any depth.",
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: plain_pictures FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (name, picture) in [
        ("signal", signal()),
        ("singular-values", singular_values()),
        ("updates", updates()),
        ("activations", activations()),
        ("plane", plane()),
    ] {
        std::fs::write(folder.join(format!("{name}.svg")), picture.svg())?;
        std::fs::write(folder.join(format!("{name}.png")), picture.png()?)?;
    }
    Ok(())
}
