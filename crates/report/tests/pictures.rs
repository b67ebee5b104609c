//! Pictures of plain data: whatever is drawn, there is a picture.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use proptest::prelude::*;
use report::picture::{
    Chart, ChartAxis, ChartLine, ChartPoint, HistogramPanel, HistogramRow, PhasePlane, PhasePoint,
    Spacing, chart, phase_plane, small_multiples,
};

fn numbers() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let number = || {
        prop_oneof![
            8 => -1e3..1e3f64,
            1 => any::<f64>(),
            1 => Just(0.0),
            1 => Just(f64::INFINITY),
            1 => Just(f64::NAN),
            1 => Just(1e-300),
            1 => Just(1e300),
        ]
    };
    prop::collection::vec((number(), number()), 0..8)
}

fn spacing() -> impl Strategy<Value = Spacing> {
    prop_oneof![Just(Spacing::Linear), Just(Spacing::Whole), Just(Spacing::Logarithmic)]
}

/// Whether a picture can be rasterised and has no coordinate that is no number.
fn is_drawn(picture: &report::picture::Picture) -> bool {
    let svg = picture.svg();
    picture.png().is_ok() && !svg.contains("=\"NaN") && !svg.contains("=\"inf")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_numbers_make_a_chart(
        measured in numbers(),
        theory in numbers(),
        x in spacing(),
        y in spacing(),
        banded in any::<bool>(),
    ) {
        let points = |numbers: &[(f64, f64)]| -> Vec<ChartPoint> {
            let band = |y: f64| banded.then_some((y - 1.0, y + 1.0));
            numbers.iter().map(|&(x, y)| ChartPoint { x, y, band: band(y) }).collect()
        };
        let picture = chart(&Chart {
            title: "A chart",
            subtitle: "of anything",
            x: ChartAxis { name: "x", spacing: x },
            y: ChartAxis { name: "y", spacing: y },
            lines: vec![
                ChartLine {
                    label: "measured",
                    look: 7,
                    points: points(&measured),
                    theory: Vec::new(),
                },
                ChartLine {
                    label: "beside theory",
                    look: 0,
                    points: points(&measured),
                    theory: points(&theory),
                },
            ],
            levels: vec![(1.0, "one")],
            note: "a note",
        });
        prop_assert!(is_drawn(&picture), "{}", picture.svg());
    }

    #[test]
    fn any_counts_make_small_multiples(
        counts in prop::collection::vec(prop::collection::vec(any::<u32>(), 0..40), 0..7),
        (low, high) in (-1e6..1e6f64, -1e6..1e6f64),
    ) {
        let panel = |(layer, counts): (usize, &Vec<u32>)| HistogramPanel {
            name: format!("Layer {layer}"),
            note: String::new(),
            low: low.min(high),
            high: if layer % 2 == 0 { low.max(high) } else { low.min(high) },
            counts: counts.iter().map(|&count| count.into()).collect(),
        };
        let panels = counts.iter().enumerate().map(panel).collect();
        let rows = [HistogramRow { label: "arm".into(), look: 0, panels }];
        prop_assert!(is_drawn(&small_multiples("Activations", "by layer", &rows)));
    }

    #[test]
    fn any_numbers_make_a_phase_plane(
        critical in numbers(),
        arms in numbers(),
        logarithmic_x in any::<bool>(),
    ) {
        let critical: Vec<(f64, f64)> =
            critical.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
        let point = |&(x, y): &(f64, f64)| PhasePoint { label: "arm", look: 0, x, y };
        let picture = phase_plane(&PhasePlane {
            title: "A plane",
            subtitle: "of anything",
            x_name: "x",
            y_name: "y",
            critical: &critical,
            regions: ["ordered", "chaotic"],
            points: arms.iter().map(point).collect(),
            logarithmic_x,
            note: "",
        });
        prop_assert!(is_drawn(&picture), "{}", picture.svg());
    }
}
