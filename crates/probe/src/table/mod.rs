//! The probes of arms as text: tables for people and for documents, and every number for programs.

mod csv;
mod json;
mod markdown;
mod text;

use crate::short::short;
use crate::study::ArmProbe;

pub use csv::csv;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

/// Of more layers than this, as many are shown, evenly from the first to the last.
const SHOWN: usize = 12;

/// The layers that a table shows, from 1.
fn shown_layers(count: usize) -> Vec<usize> {
    if count <= SHOWN {
        return (1..=count).collect();
    }
    (0..SHOWN).map(|i| 1 + i * (count - 1) / (SHOWN - 1)).collect()
}

/// The column of words.
const WORDS: &str = "what stands out";

/// The columns of the table that compares arms but for the first, which names them.
pub fn headings() -> Vec<&'static str> {
    COLUMNS.iter().map(|(heading, _)| *heading).chain([WORDS]).collect()
}

/// The cells of an arm below [`headings`]: numbers, and what stands out.
pub fn cells(arm: &ArmProbe) -> Vec<String> {
    COLUMNS.iter().map(|(_, value)| short(value(arm))).chain([symptoms(arm)]).collect()
}

/// What stands out, a few words for each symptom; "nothing" where nothing does.
fn symptoms(arm: &ArmProbe) -> String {
    let mut words: Vec<String> = Vec::new();
    for (finding, _) in arm.findings() {
        let word = finding.rule.replace('_', " ");
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.is_empty() { "nothing stands out".to_owned() } else { words.join(", ") }
}

/// A column of the table that compares arms: heading and value.
type Column = (&'static str, fn(&ArmProbe) -> f64);

/// What arms are compared by.
const COLUMNS: [Column; 6] = [
    ("loss", |arm| arm.mean(None, "loss")),
    ("logits", |arm| arm.mean(Some(arm.layer_count()), "pre_activation_rms")),
    ("Jacobian", |arm| arm.mean(None, "jacobian_mean_square").sqrt()),
    ("d last/first", ArmProbe::gradient_ratio),
    ("dead", |arm| {
        (1..arm.layer_count()).map(|layer| arm.mean(Some(layer), "dead")).fold(0.0, f64::max)
    }),
    ("cosine", |arm| arm.mean(Some(arm.layer_count().saturating_sub(1)), "cosine")),
];
