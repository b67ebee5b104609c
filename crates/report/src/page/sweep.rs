//! The page of a sweep.

use maud::{Markup, html};

use super::tables::{scrolling, shared, swatch};
use super::{count, curves, document, figure, notes, provenance};
use crate::load::{decides, plain};
use crate::picture;
use crate::table::{alike, to_text};
use crate::verdict::number;
use crate::{Metric, Sweep, SweepComparison, SweptResult};

/// Metrics that the page shows below the one asked for.
const OTHERS: [Metric; 4] =
    [Metric::ValidationAccuracy, Metric::ValidationLoss, Metric::TestAccuracy, Metric::TestLoss];

/// Arms whose best setting has its loss curves in the page.
const CURVES: usize = 6;

/// Settings that the page lists; `compare --format csv` lists all.
const LISTED: usize = 300;

/// The page of `sweep`, its verdict by the metric that it was read for: a whole HTML document.
///
/// It shows pictures over the axes, each arm at its best, and the loss curves of those best settings, whose runs it reads
/// whole. It is a few hundred kilobytes, however many runs the sweep has.
pub fn render_sweep(sweep: &Sweep) -> String {
    let comparison = sweep.compare();
    // Curves that cannot be read are left out; why is said where the other records that were left out are named.
    let best = sweep.best(&comparison, CURVES);
    let content = html! {
        section.verdict aria-labelledby="verdict" {
            h2 #verdict { "What it shows" }
            p.says { (comparison.verdict()) }
            (notes(&comparison.notes()))
        }
        (results(sweep, &comparison))
        (swept(sweep))
        @if let Ok(best) = &best {
            (curves(best, "Loss at each arm's best setting, batch by batch"))
        }
        (provenance::sweep_section(sweep, best.as_ref().ok()))
    };
    document(&sweep.title, &scope(sweep, &comparison), &content, best.as_ref().ok())
}

fn scope(sweep: &Sweep, comparison: &SweepComparison) -> String {
    let seeds = match comparison.seeds() {
        (few, many) if few == many => count(many, "seed"),
        (few, many) => format!("{few} to {many} seeds"),
    };
    let axes: Vec<String> = sweep
        .axes
        .iter()
        .map(|axis| format!("{} of {}", count(axis.values.len(), "value"), axis.setting))
        .collect();
    format!(
        "{} × {} × {seeds}: {}, compared by {}",
        count(sweep.arms.len(), "arm"),
        axes.join(" × "),
        count(sweep.runs(), "run"),
        comparison.metric.title()
    )
}

fn results(sweep: &Sweep, comparison: &SweepComparison) -> Markup {
    html! {
        section aria-labelledby="results" {
            h2 #results { "Results" }
            @for (_, picture) in picture::sweep(comparison) { (figure(&picture)) }
            (arms(comparison))
            p.hint {
                "95 % interval: of the best setting's mean, by Student's t over the seeds, corrected for the choice among the arm's settings (Bonferroni). "
                "No difference: settings of the arm that cannot be told from its best (paired t test, p ≥ 0.05 after correction over its other settings); "
                "with 95 % at least, the setting that is truly best is among them or is the one shown as best. "
                @if comparison.arms.len() > 1 { "p: each arm's best setting against that of the first, corrected for the choice and over all pairs of arms (Holm)." }
            }
            @if comparison.pairs.len() > 1 {
                details { summary { "Every pair of arms at their best (" (comparison.pairs.len()) ")" } (pairs(comparison)) }
            }
            details {
                summary { "Every setting (" (sweep.points()) ")" }
                (points(comparison))
            }
            @for other in OTHERS.into_iter().filter(|metric| *metric != comparison.metric).filter_map(|metric| sweep.compare_by(metric)) {
                details {
                    summary { "By " (other.metric.title()) }
                    p { (other.verdict()) }
                    (arms(&other))
                }
            }
        }
    }
}

fn swept(sweep: &Sweep) -> Markup {
    let names: std::collections::BTreeSet<&String> =
        sweep.arms.iter().flat_map(|arm| arm.settings.keys()).collect();
    let differing: Vec<&&String> = names
        .iter()
        .filter(|name| decides(name))
        .filter(|name| {
            sweep
                .arms
                .iter()
                .any(|arm| arm.settings.get(**name) != sweep.arms[0].settings.get(**name))
        })
        .collect();
    let axes = html! {
        table.words {
            thead { tr { th scope="col" { "axis" } th scope="col" { "values" } th scope="col" { "from, to" } th scope="col" { "spaced" } } }
            tbody {
                @for axis in &sweep.axes {
                    tr {
                        th scope="row" { code { (axis.name()) } }
                        td { (axis.values.len()) }
                        td { (axis.labels[0]) " to " (axis.labels[axis.labels.len() - 1]) }
                        td { (match axis.scale { record::Scale::Linear => "evenly", record::Scale::Log => "by equal ratios", record::Scale::Listed => "as listed" }) }
                    }
                }
            }
        }
    };
    let arms = html! {
        table.words {
            thead { tr { th scope="col" { "arm" } @for name in &differing { th scope="col" { code { (name) } } } } }
            tbody {
                @for (index, arm) in sweep.arms.iter().enumerate() {
                    tr {
                        th scope="row" { (swatch(index)) (arm.label) }
                        @for name in &differing { td { (arm.settings.get(**name).map_or("–".into(), plain)) } }
                    }
                }
            }
        }
    };
    html! {
        section aria-labelledby="compared" {
            h2 #compared { "What was swept" }
            (scrolling("Axes", &axes))
            @if sweep.arms.len() > 1 && !differing.is_empty() {
                p.hint { "The other settings in which the arms differ. Runs of one seed are paired: they see the same batches in the same order unless a setting changes that." }
                (scrolling("Settings that differ", &arms))
            }
            details {
                summary { "Settings that all runs share" }
                (shared(sweep.shared.iter()))
            }
        }
    }
}

fn arms(comparison: &SweepComparison) -> Markup {
    let metric = comparison.metric;
    let several = comparison.arms.len() > 1;
    let caption = format!("Each arm at its best, by {}{}", metric.title(), metric.unit());
    let diverged = comparison.arms.iter().any(|arm| arm.diverged().1 > 0);
    let against = |place: usize| comparison.against_best(place);
    let table = html! {
        table {
            caption { (caption) }
            thead { tr {
                th scope="col" { "arm" }
                @for axis in &comparison.axes { th scope="col" { (axis.setting) } }
                @for name in ["mean", "95 % interval", "no difference", "settings"] { th scope="col" { (name) } }
                @if diverged { th scope="col" { "runs diverged" } }
                @if several { th scope="col" { "to best" } th scope="col" { "p" } }
            } }
            tbody {
                @for (place, arm) in comparison.arms.iter().enumerate() {
                    @let best = arm.best();
                    tr.best[place == 0 && several] {
                        th scope="row" {
                            (swatch(arm.index)) (arm.label)
                            @if against(place).is_some_and(|pair| pair.p.is_some() && !pair.is_shown()) {
                                span.alike title="no difference to the best can be shown" { " ≈" }
                            }
                        }
                        @for (axis, &at) in comparison.axes.iter().zip(&best.at) { td { (axis.labels[at]) } }
                        td { (metric.show(best.summary.mean)) }
                        td { (to_text(comparison, arm.interval)) }
                        td { (alike(comparison, arm)) }
                        td { (arm.points.len()) }
                        @if diverged { @let (runs, diverged) = arm.diverged(); td { @if diverged > 0 { (diverged) " of " (runs) } @else { "–" } } }
                        @if several {
                            td { (behind(comparison, place)) }
                            td { (against(place).and_then(|pair| pair.p).map_or("–".into(), number)) }
                        }
                    }
                }
            }
        }
    };
    scrolling(&caption, &table)
}

/// How far an arm at its best is from the best of all, as a signed difference of the metric.
fn behind(comparison: &SweepComparison, place: usize) -> String {
    let lead = comparison
        .against_best(place)
        .and_then(|pair| pair.lead)
        .filter(|lead| !lead.mean.is_nan());
    match (place, lead) {
        (0, _) => "best".to_owned(),
        (_, None) => "–".to_owned(),
        (_, Some(lead)) => {
            let text = comparison.metric.show(-comparison.metric.sign() * lead.mean);
            if text.starts_with('−') || text.chars().all(|c| matches!(c, '0' | '.')) {
                text
            } else {
                format!("+{text}")
            }
        }
    }
}

fn pairs(comparison: &SweepComparison) -> Markup {
    let metric = comparison.metric;
    let dash = || "–".to_owned();
    let at = |arm: &SweptResult| format!("{} at {}", arm.label, comparison.values(arm.best()));
    let table = html! {
        table {
            caption { "Every two arms, each at its best setting, the better one first; lead: by how much it is ahead over shared seeds" (metric.unit()) }
            thead { tr { @for name in ["better", "worse", "seeds", "lead", "p, t test", "corrected"] { th scope="col" { (name) } } } }
            tbody {
                @for pair in &comparison.pairs {
                    tr {
                        th scope="row" { (at(&comparison.arms[pair.better])) }
                        td { (at(&comparison.arms[pair.worse])) }
                        td { (pair.lead.map_or(0, |lead| lead.n)) }
                        td { (pair.lead.filter(|lead| !lead.mean.is_nan()).map_or_else(dash, |lead| metric.show(lead.mean))) }
                        td { (pair.lead.and_then(|lead| lead.p_t).map_or_else(dash, number)) }
                        td { (pair.p.map_or_else(dash, number)) }
                    }
                }
            }
        }
    };
    scrolling("Every pair of arms at their best", &table)
}

fn points(comparison: &SweepComparison) -> Markup {
    let metric = comparison.metric;
    let dash = || "–".to_owned();
    let all = || {
        comparison
            .arms
            .iter()
            .flat_map(|arm| arm.points.iter().enumerate().map(move |point| (arm, point)))
    };
    let count = all().count();
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "arm" }
                @for axis in &comparison.axes { th scope="col" { (axis.setting) } }
                @for name in ["seeds", "mean", "95 % interval", "std", "min", "max", "behind its best", "p, corrected"] { th scope="col" { (name) } }
            } }
            tbody {
                @for (arm, (place, point)) in all().take(LISTED) {
                    tr.best[place == arm.best] {
                        th scope="row" { (swatch(arm.index)) (arm.label) @if point.is_alike() { span.alike { " ≈" } } }
                        @for (axis, &at) in comparison.axes.iter().zip(&point.at) { td { (axis.labels[at]) } }
                        td { (point.summary.n) @if point.diverged > 0 { ", " (point.diverged) " diverged" } }
                        td { (metric.show(point.summary.mean)) }
                        td { (to_text(comparison, point.summary.interval)) }
                        td { (point.summary.std.map_or_else(dash, |std| metric.show(std))) }
                        td { (metric.show(point.summary.min)) }
                        td { (metric.show(point.summary.max)) }
                        td { @if place == arm.best { "best" } @else { (point.behind.map_or_else(dash, |behind| metric.show(behind))) } }
                        td { (point.p.map_or_else(dash, number)) }
                    }
                }
            }
        }
    };
    html! {
        @if count > LISTED { p.hint { "The first " (LISTED) " of " (count) "; " code { "train compare --format csv" } " lists all." } }
        p.hint { "Intervals of single settings are not corrected." }
        (scrolling("Every setting", &table))
    }
}
