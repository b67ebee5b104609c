//! A table for a document: one line for each arm.

use std::fmt::Write;

use super::{cells, headings};
use crate::study::ArmProbe;

/// The arms side by side.
pub fn markdown(arms: &[ArmProbe]) -> String {
    let mut text = String::from("| arm |");
    let headings = headings();
    let _ = write!(text, " {} |\n| --- |", headings.join(" | "));
    text.push_str(&" ---: |".repeat(headings.len() - 1));
    text.push_str(" --- |\n");
    let of_one = arms.iter().all(|arm| arm.experiment == arms[0].experiment) && arms.len() > 1;
    for arm in arms {
        let label = if of_one { arm.arm.clone() } else { arm.label() };
        let _ = write!(text, "| {} |", label.replace('_', "\\_").replace('|', "\\|"));
        let _ = writeln!(text, " {} |", cells(arm).join(" | "));
    }
    text
}
