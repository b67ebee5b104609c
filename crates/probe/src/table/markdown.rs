//! A table for a document: one line for each arm.

use std::fmt::Write;

use super::{COLUMNS, symptoms};
use crate::diagnosis::short;
use crate::study::ArmProbe;

/// The arms side by side.
pub fn markdown(arms: &[ArmProbe]) -> String {
    let mut text = String::from("| arm |");
    for (heading, _) in COLUMNS {
        let _ = write!(text, " {heading} |");
    }
    text.push_str(" what stands out |\n| --- |");
    text.push_str(&" ---: |".repeat(COLUMNS.len()));
    text.push_str(" --- |\n");
    let of_one = arms.iter().all(|arm| arm.experiment == arms[0].experiment) && arms.len() > 1;
    for arm in arms {
        let label = if of_one { arm.arm.clone() } else { arm.label() };
        let _ = write!(text, "| {} |", label.replace('_', "\\_").replace('|', "\\|"));
        for (_, value) in COLUMNS {
            let _ = write!(text, " {} |", short(value(arm)));
        }
        let _ = writeln!(text, " {} |", symptoms(arm));
    }
    text
}
