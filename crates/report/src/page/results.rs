//! What came out: the pictures of the comparison, and its tables by every metric.

use maud::{Markup, html};

use super::parts::{alike, figure, heads, scrolling, swatch};
use crate::comparison::{Comparison, Pair, RankedArm, RankedPoint};
use crate::metric::Metric;
use crate::number::p_value;
use crate::picture;
use crate::spread_phrases::PARTS;
use crate::study::Study;
use crate::table::ArmColumn;

/// Metrics that the page shows below the one asked for.
const OTHERS: [Metric; 5] = [
    Metric::ValidationAccuracy,
    Metric::ValidationLoss,
    Metric::TestAccuracy,
    Metric::TestLoss,
    Metric::LastBatchLoss,
];

/// Rows of a long table; `train compare --format csv` has all.
const ROWS: usize = 300;

pub(super) fn section(study: &Study, comparison: &Comparison) -> Markup {
    let swept = !study.axes.is_empty();
    let several = comparison.arms.len() > 1;
    let others = OTHERS.into_iter().filter(|metric| Some(*metric) != study.metric);
    html! {
        section aria-labelledby="results" {
            h2 #results { "Results" }
            @if swept {
                @for (_, picture) in picture::over_axes(comparison) { (figure(&picture)) }
            } @else if several || comparison.seeds().1 > 1 {
                (figure(&picture::forest(comparison)))
            }
            (arms(comparison))
            @if swept || several { p.hint { (explanation(comparison)) } }
            @if let Some(sentence) = comparison.spread_sentence() {
                (spread(comparison))
                p { (sentence) }
            }
            @if comparison.pairs.len() > 1 {
                details {
                    summary { "Every pair of arms (" (comparison.pairs.len()) ")" }
                    (pairs(comparison))
                }
            }
            @if swept {
                details {
                    summary { "Every setting (" (study.point_count()) ")" }
                    (points(comparison))
                }
            }
            @for other in others.filter_map(|metric| study.compare_by(metric)) {
                details {
                    summary { "By " (other.quantity.title) }
                    p { (other.verdict()) }
                    (arms(&other))
                }
            }
        }
    }
}

/// What the columns of the arms say.
fn explanation(comparison: &Comparison) -> Markup {
    let swept = !comparison.axes.is_empty();
    html! {
        @if swept {
            "95 % interval: of the best setting's mean, by Student's t over the seeds, corrected "
            "for the choice among the arm's settings (Bonferroni). No difference: settings of the "
            "arm that cannot be told from its best (paired t test, p ≥ 0.05 after correction over "
            "its other settings); with 95 % at least, the setting that is truly best is among "
            "them or is the one shown as best. "
        } @else if comparison.is_crossed() {
            "Intervals: 95 % of the mean, by Student's t and the two-way analysis of variance of "
            "draws and orders. "
        } @else {
            "Intervals: 95 % of the mean, by Student's t over the " (comparison.one()) "s. "
        }
        @if comparison.arms.len() > 1 {
            @if comparison.paired {
                "“To best”: mean difference to the best arm over shared seeds. p: "
                (comparison.test())
                @if !comparison.is_crossed() {
                    ", and exact sign-flip permutation test, corrected alike"
                }
            } @else {
                "“To best”: difference of the means to the best arm. p: " (comparison.test())
                ", and permutation test of the values, corrected alike"
            }
            @if swept { ", and both for the choice of the setting" }
            "; ≈ marks arms whose difference to the best is not shown (p ≥ 0.05). “Best wins”: the "
            "probability that a run of the best arm beats one of this arm."
        }
    }
}

/// The arms, each at its best.
fn arms(comparison: &Comparison) -> Markup {
    let quantity = &comparison.quantity;
    let several = comparison.arms.len() > 1;
    let what = if comparison.axes.is_empty() { "Arms" } else { "Each arm at its best," };
    let caption = format!("{what} by {}{}, best first", quantity.title, quantity.unit_suffix());
    let columns = ArmColumn::all(comparison);
    let names: Vec<&str> = columns.iter().map(|column| column.head()).collect();
    let is_alike = |arm| comparison.against_best(arm).is_some_and(Pair::is_alike);
    let table = html! {
        table {
            caption { (caption) }
            thead { tr { th scope="col" { "arm" } (heads(&names)) } }
            tbody {
                @for (index, arm) in comparison.arms.iter().enumerate().take(ROWS) {
                    tr.best[index == 0 && several] {
                        th scope="row" { (swatch(arm.index)) (arm.label) (alike(is_alike(index))) }
                        @for column in &columns { td { (column.cell(comparison, index)) } }
                    }
                }
            }
        }
    };
    html! { (cut(comparison.arms.len())) (scrolling(&caption, &table)) }
}

/// Where the spread of arms comes from.
fn spread(comparison: &Comparison) -> Markup {
    let caption = comparison.spread_caption();
    let table = html! {
        table {
            caption { (caption) }
            thead { tr { th scope="col" { "arm" } (heads(&PARTS)) } }
            tbody {
                @for (index, arm) in comparison.arms.iter().enumerate().take(ROWS) {
                    tr {
                        th scope="row" { (swatch(arm.index)) (arm.label) }
                        @for cell in comparison.spread_cells(index).unwrap_or_default() {
                            td { (cell) }
                        }
                    }
                }
            }
        }
    };
    scrolling(&caption, &table)
}

/// Says that a table has more rows than are shown.
fn cut(rows: usize) -> Markup {
    html! {
        @if rows > ROWS {
            p.hint {
                "The first " (ROWS) " of " (rows) "; "
                code { "train compare --format csv" } " and " code { "json" } " have all."
            }
        }
    }
}

fn pairs(comparison: &Comparison) -> Markup {
    let heads = heads(&[
        "better arm",
        "worse arm",
        "seeds",
        "lead",
        "95 % interval",
        "p, t test",
        "corrected",
        "p, permutation",
        "corrected",
        "better wins",
    ]);
    let table = html! {
        table {
            caption {
                "Every two arms, the better one first; lead: by how much it is ahead"
                @if comparison.paired { " over shared seeds" }
                (comparison.quantity.unit_suffix())
            }
            thead { tr { (heads) } }
            tbody {
                @for pair in comparison.pairs.iter().take(ROWS) {
                    tr {
                        th scope="row" { (at_best(comparison, pair.better)) }
                        td { (at_best(comparison, pair.worse)) }
                        @for cell in pair_cells(comparison, pair) { td { (cell) } }
                    }
                }
            }
        }
    };
    html! { (cut(comparison.pairs.len())) (scrolling("Every pair of arms", &table)) }
}

/// An arm, of a sweep with the values of its best setting.
fn at_best(comparison: &Comparison, arm: usize) -> String {
    let arm: &RankedArm = &comparison.arms[arm];
    match comparison.values(arm.best()).as_str() {
        "" => arm.label.clone(),
        values => format!("{} at {values}", arm.label),
    }
}

fn pair_cells(comparison: &Comparison, pair: &Pair) -> [String; 8] {
    let dash = || "–".to_owned();
    let p = |p: Option<f64>| p.map_or_else(dash, p_value);
    let quantity = &comparison.quantity;
    let lead = pair.lead;
    let mean = lead.map(|lead| lead.mean).filter(|mean| !mean.is_nan());
    [
        lead.map_or(0, |lead| lead.n).to_string(),
        mean.map_or_else(dash, |mean| quantity.show(mean)),
        quantity.show_interval(lead.and_then(|lead| lead.interval)),
        p(lead.and_then(|lead| lead.p_t)),
        p(pair.p_t_holm),
        p(lead.and_then(|lead| lead.p_permutation)),
        p(pair.p_permutation_holm),
        format!("{:.0} %", pair.probability_of_improvement * 100.0),
    ]
}

/// Every setting of a sweep.
fn points(comparison: &Comparison) -> Markup {
    let all = comparison
        .arms
        .iter()
        .flat_map(|arm| arm.points.iter().enumerate().map(move |point| (arm, point)));
    let names = ["seeds", "mean", "95 % interval", "std", "min", "max", "behind its best"];
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "arm" }
                @for axis in &comparison.axes { th scope="col" { (axis.setting) } }
                (heads(&names)) th scope="col" { "p, corrected" }
            } }
            tbody {
                @for (arm, (index, point)) in all.take(ROWS) {
                    tr.best[index == arm.best] {
                        th scope="row" { (swatch(arm.index)) (arm.label) (alike(point.is_alike())) }
                        @for (axis, &at) in comparison.axes.iter().zip(&point.at) {
                            td { (axis.labels[at]) }
                        }
                        @for cell in point_cells(comparison, point, index == arm.best) {
                            td { (cell) }
                        }
                    }
                }
            }
        }
    };
    html! {
        (cut(comparison.point_count()))
        p.hint { "Intervals of single settings are not corrected." }
        (scrolling("Every setting", &table))
    }
}

fn point_cells(comparison: &Comparison, point: &RankedPoint, is_best: bool) -> [String; 8] {
    let dash = || "–".to_owned();
    let quantity = &comparison.quantity;
    let summary = &point.summary;
    let seeds = match point.diverged {
        0 => summary.n.to_string(),
        diverged => format!("{}, {diverged} diverged", summary.n),
    };
    let behind = point.behind.map_or_else(dash, |behind| quantity.show(behind));
    [
        seeds,
        quantity.show(summary.mean),
        quantity.show_interval(summary.interval),
        summary.std.map_or_else(dash, |std| quantity.show(std)),
        quantity.show(summary.min),
        quantity.show(summary.max),
        if is_best { "best".to_owned() } else { behind },
        point.p.map_or_else(dash, p_value),
    ]
}
