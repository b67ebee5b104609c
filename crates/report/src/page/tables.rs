//! The tables of the page.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use crate::load::{decides, plain};
use crate::picture::style::Look;
use crate::table::to_best;
use crate::verdict::number;
use crate::{Comparison, Pair, Study};

/// A sample of an arm's line.
pub(super) fn swatch(arm: usize) -> Markup {
    let look = Look::of(arm);
    html! {
        svg.swatch viewBox="0 0 26 10" aria-hidden="true" {
            line class=(look.stroke()) x1="0" x2="26" y1="5" y2="5" stroke-width="3" stroke-dasharray=[look.dash] {}
        }
    }
}

/// A table that scrolls where the screen is too narrow. Keyboards reach what scrolls.
pub(super) fn scrolling(name: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(name) { (table) } }
}

pub(super) fn arms(comparison: &Comparison) -> Markup {
    let metric = comparison.metric;
    let several = comparison.arms.len() > 1;
    let dash = || "–".to_owned();
    let p = |p: Option<f64>| p.map_or_else(dash, number);
    let (few, many) = comparison.seeds();
    let diverged = comparison.arms.iter().any(|arm| arm.diverged > 0);
    let head = ["mean", "95 % interval", "std", "median", "min", "max"];
    let against = ["to best", "p, t test", "p, permutation", "best wins"];
    let caption = format!("Arms by {}{}, best first", metric.title(), metric.unit());
    let table = html! {
        table {
            caption { (caption) }
            thead { tr {
                th scope="col" { "arm" }
                @if few != many { th scope="col" { "seeds" } }
                @if diverged { th scope="col" { "diverged" } }
                @for name in head { th scope="col" { (name) } }
                @if several { @for name in against { th scope="col" { (name) } } }
            } }
            tbody {
                @for (place, arm) in comparison.arms.iter().enumerate() {
                    @let summary = &arm.summary;
                    @let pair = comparison.against_best(place);
                    tr.best[place == 0 && several] {
                        th scope="row" {
                            (swatch(arm.index)) (arm.label)
                            @if is_alike(pair) { span.alike title="no difference to the best can be shown" { " ≈" } }
                        }
                        @if few != many { td { (summary.n) } }
                        @if diverged { td { @if arm.diverged > 0 { (arm.diverged) " of " (summary.n) } @else { "–" } } }
                        td { (metric.show(summary.mean)) }
                        td { (summary.interval.map_or_else(dash, |i| format!("{} to {}", metric.show(i.low), metric.show(i.high)))) }
                        td { (summary.std.map_or_else(dash, |std| metric.show(std))) }
                        td { (metric.show(summary.median)) }
                        td { (metric.show(summary.min)) }
                        td { (metric.show(summary.max)) }
                        @if several {
                            td { (to_best(comparison, place)) }
                            td { (p(pair.and_then(|pair| pair.p_t_holm))) }
                            td { (p(pair.and_then(|pair| pair.p_permutation_holm))) }
                            td { (pair.map_or_else(dash, |pair| share(pair.probability_of_improvement))) }
                        }
                    }
                }
            }
        }
    };
    scrolling(&caption, &table)
}

fn is_alike(pair: Option<&Pair>) -> bool {
    pair.is_some_and(|pair| pair.p_t_holm.is_some() && !pair.is_shown())
}

fn share(probability: f64) -> String {
    format!("{:.0} %", probability * 100.0)
}

pub(super) fn pairs(comparison: &Comparison) -> Markup {
    let metric = comparison.metric;
    let dash = || "–".to_owned();
    let p = |p: Option<f64>| p.map_or_else(dash, number);
    let head = [
        "worse arm",
        "seeds",
        "lead",
        "95 % interval",
        "p, t test",
        "corrected",
        "p, permutation",
        "corrected",
        "better wins",
    ];
    let table = html! {
        table {
            caption { "Every two arms, the better one first; lead: by how much it is ahead over shared seeds" (metric.unit()) }
            thead { tr { th scope="col" { "better arm" } @for name in head { th scope="col" { (name) } } } }
            tbody {
                @for pair in &comparison.pairs {
                    @let lead = pair.lead;
                    tr {
                        th scope="row" { (comparison.arms[pair.better].label) }
                        td { (comparison.arms[pair.worse].label) }
                        td { (lead.map_or(0, |lead| lead.n)) }
                        td { (lead.filter(|lead| !lead.mean.is_nan()).map_or_else(dash, |lead| metric.show(lead.mean))) }
                        td { (lead.and_then(|lead| lead.interval).map_or_else(dash, |i| format!("{} to {}", metric.show(i.low), metric.show(i.high)))) }
                        td { (p(lead.and_then(|lead| lead.p_t))) }
                        td { (p(pair.p_t_holm)) }
                        td { (p(lead.and_then(|lead| lead.p_permutation))) }
                        td { (p(pair.p_permutation_holm)) }
                        td { (share(pair.probability_of_improvement)) }
                    }
                }
            }
        }
    };
    scrolling("Every pair of arms", &table)
}

pub(super) fn differences(study: &Study) -> Markup {
    let differences = study.differences();
    let table = html! {
        table.words {
            thead { tr {
                th scope="col" { "arm" }
                @for difference in &differences { th scope="col" { code { (difference.setting) } } }
            } }
            tbody {
                @for (index, arm) in study.arms.iter().enumerate() {
                    tr {
                        th scope="row" { (swatch(index)) (arm.label) }
                        @for difference in &differences {
                            td { (difference.values[index].as_deref().unwrap_or("–")) }
                        }
                    }
                }
            }
        }
    };
    html! {
        @if differences.is_empty() { p { "No recorded setting differs between the arms." } } @else { (scrolling("Settings that differ", &table)) }
    }
}

pub(super) fn shared_settings(study: &Study) -> Markup {
    let arms: Vec<&BTreeMap<String, Value>> =
        study.arms.iter().map(|arm| &arm.runs[0].record.settings).collect();
    shared(
        arms[0].iter().filter(|(name, value)| arms.iter().all(|arm| arm.get(*name) == Some(value))),
    )
}

/// The settings of all runs; those that decide.
pub(super) fn shared<'a>(settings: impl Iterator<Item = (&'a String, &'a Value)>) -> Markup {
    let table = html! {
        table.words {
            thead { tr { th scope="col" { "setting" } th scope="col" { "value" } } }
            tbody {
                @for (name, value) in settings.filter(|(name, _)| decides(name)) {
                    tr { th scope="row" { code { (name) } } td { (plain(value)) } }
                }
            }
        }
    };
    scrolling("Settings that all arms share", &table)
}
