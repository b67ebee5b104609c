//! Tables for a terminal: an arm's signal and gradient by layer, its network, what stands out.

use std::fmt::Write;

use super::{WORDS, cells, headings, shown_layers};
use crate::change::Test;
use crate::expectation::Expected;
use crate::short::short;
use crate::study::ArmProbe;

/// The probes of arms for people: each arm by itself, then all of them side by side.
pub fn text(arms: &[ArmProbe], width: usize) -> String {
    let mut text = String::new();
    for arm in arms {
        write_arm(&mut text, arm, width);
        text.push('\n');
    }
    if arms.len() > 1 {
        write_comparison(&mut text, arms);
    }
    text
}

fn write_arm(text: &mut String, arm: &ArmProbe, width: usize) {
    let seeds = arm.measures.len();
    let Some((_, first)) = arm.measures.first() else { return };
    let plural = if seeds == 1 { "" } else { "s" };
    let _ = writeln!(text, "{}: {seeds} seed{plural}, {} images", arm.label(), first.images);
    if let Some(inner) = arm.theory.expectation().and_then(|theory| theory.inner.as_ref()) {
        let [weights, biases, chi] =
            [inner.weight_variance, inner.bias_variance, inner.chi_1].map(short);
        let phase = &inner.phase;
        let _ = writeln!(
            text,
            "  inner layers: sigma_w^2 {weights}, sigma_b^2 {biases}, chi_1 {chi}: {phase}"
        );
    }
    if let Some(unmet) = arm.theory.unmet() {
        let _ = writeln!(text, "  no line of theory: {unmet}");
    }
    let layers = shown_layers(first.layers.len());
    if layers.len() < first.layers.len() {
        let _ = writeln!(text, "  {} of {} layers:", layers.len(), first.layers.len());
    }
    write_layers(text, arm, &layers, &SIGNAL);
    write_layers(text, arm, &layers, &GRADIENT);
    write_network(text, arm);
    write_findings(text, arm, width);
}

/// What a column of a layer's table shows.
enum Cell {
    /// Mean, and standard deviation over seeds.
    Measured(&'static str),
    /// Theory's value and band.
    Expected(&'static str),
    /// A share, in percent.
    Share(&'static str),
}

const SIGNAL: [(&str, Cell); 8] = [
    ("z rms", Cell::Measured("pre_activation_rms")),
    ("theory (band)", Cell::Expected("pre_activation_rms")),
    ("h mean", Cell::Measured("activation_mean")),
    ("off %", Cell::Share("off")),
    ("dead %", Cell::Share("dead")),
    ("cosine", Cell::Measured("cosine")),
    ("theory", Cell::Expected("cosine")),
    ("rank", Cell::Measured("effective_rank")),
];

const GRADIENT: [(&str, Cell); 5] = [
    ("d rms", Cell::Measured("gradient_rms")),
    ("theory (band)", Cell::Expected("gradient_rms")),
    ("g of one image", Cell::Measured("image_weight_gradient_rms")),
    ("g of the mean", Cell::Measured("weight_gradient_rms")),
    ("g / W", Cell::Measured("gradient_over_weight")),
];

fn write_layers(text: &mut String, arm: &ArmProbe, layers: &[usize], columns: &[(&str, Cell)]) {
    let rows = arm.rows();
    let cell = |layer: usize, cell: &Cell| {
        let find =
            |name: &str| rows.iter().find(|row| row.layer == Some(layer) && row.name == name);
        match cell {
            Cell::Measured(name) => find(name).map_or(String::new(), |row| match row.std {
                Some(std) => format!("{} ({})", short(row.mean), brief(std)),
                None => short(row.mean),
            }),
            Cell::Expected(name) => find(name).and_then(|row| row.expected).map_or(
                String::new(),
                |Expected { value, band }| match band {
                    // No spread, no band.
                    Some([low, high]) if high > 1.001 * low => {
                        format!("{} ({} to {})", short(value), short(low), short(high))
                    }
                    _ => short(value),
                },
            ),
            Cell::Share(name) => find(name).map_or(String::new(), |row| short(100.0 * row.mean)),
        }
    };
    let shape = |layer: usize| {
        let [inputs, outputs] = arm.measures[0].1.layers[layer - 1].shape;
        format!("{layer}: {inputs}x{outputs}")
    };
    let mut table = vec![vec!["layer".to_owned()]];
    table[0].extend(columns.iter().map(|(heading, _)| (*heading).to_owned()));
    for &layer in layers {
        let mut row = vec![shape(layer)];
        row.extend(columns.iter().map(|(_, of)| cell(layer, of)));
        table.push(row);
    }
    // A column that nothing is known of is left out.
    let kept: Vec<usize> = (0..table[0].len())
        .filter(|&column| table[1..].iter().any(|row| !row[column].is_empty()))
        .collect();
    let table: Vec<Vec<String>> = table
        .into_iter()
        .map(|row| kept.iter().map(|&column| row[column].clone()).collect())
        .collect();
    text.push('\n');
    write_table(text, &table);
}

/// One significant digit: a spread.
fn brief(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let digits = x.abs().log10().floor();
    if (-4.0..4.0).contains(&digits) {
        format!("{x:.*}", (-digits).max(0.0) as usize)
    } else {
        format!("{x:.0e}")
    }
}

fn write_table(text: &mut String, table: &[Vec<String>]) {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in table {
        let mut line = String::from(" ");
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            // Names and words stand on the left, numbers on the right.
            let _ = if index == 0 || (index + 1 == columns && is_words(table, index)) {
                write!(line, "{}{cell}{pad}", if index == 0 { " " } else { "  " })
            } else {
                write!(line, "  {pad}{cell}")
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// Whether a column is of words.
fn is_words(table: &[Vec<String>], column: usize) -> bool {
    table[0].get(column).is_some_and(|heading| heading == WORDS)
}

fn write_network(text: &mut String, arm: &ArmProbe) {
    let expected = |name| {
        let expected = arm.theory.expectation()?.of(None, name)?;
        Some(format!(" (theory {})", short(expected.value)))
    };
    let of = |name: &str| short(arm.mean(None, name));
    let first = &arm.measures[0].1;
    let classes = first.class_shares.len();
    let _ = writeln!(
        text,
        "\n  loss {}{}; ln {classes} is {:.2}; {} % of the images in the most frequent class",
        of("loss"),
        expected("loss").unwrap_or_default(),
        (classes as f64).ln(),
        short(100.0 * arm.mean(None, "largest_class_share"))
    );
    let _ = writeln!(
        text,
        "  Jacobian of {} images: singular values {} to {}, mean square {}{}",
        first.jacobian.images,
        of("jacobian_largest"),
        of("jacobian_smallest"),
        of("jacobian_mean_square"),
        expected("jacobian_mean_square").unwrap_or_default()
    );
    let noise = arm.mean(None, "noise_scale");
    if noise.is_finite() {
        let _ = writeln!(text, "  gradient noise scale {} images", short(noise));
    }
    if let Some(kernel) = &first.kernel {
        let _ = writeln!(
            text,
            "  tangent kernel of {} images: mean diagonal {}, largest eigenvalue {}, condition {}",
            kernel.images,
            of("kernel_mean_diagonal"),
            of("kernel_largest"),
            of("kernel_condition")
        );
    }
    if let Some(curvature) = &first.curvature {
        let _ = writeln!(
            text,
            "  Hessian of {} images: {} to {}; full-batch descent is stable below a rate of {}",
            curvature.images,
            of("hessian_smallest"),
            of("hessian_largest"),
            of("largest_stable_rate")
        );
    }
}

fn write_findings(text: &mut String, arm: &ArmProbe, width: usize) {
    let seeds = arm.measures.len();
    let findings = arm.findings();
    if findings.is_empty() {
        text.push_str("\n  Nothing stands out: this start is fine.\n");
        return;
    }
    text.push('\n');
    for (finding, count) in findings {
        let mut sentence = finding.sentence.clone();
        if count < seeds {
            let _ = write!(sentence, " (in {count} of {seeds} seeds)");
        }
        let Test { what, settings } = &finding.test;
        let settings: Vec<String> =
            settings.iter().map(|setting| format!("--set {}", quoted(setting))).collect();
        let _ = write!(sentence, ". To test it: {what} ({})", settings.join(" "));
        sentence.push('.');
        write_wrapped(text, &sentence, width);
    }
}

/// A setting as a shell takes it.
fn quoted(setting: &str) -> String {
    if setting.contains([' ', '(', '"']) { format!("'{setting}'") } else { setting.to_owned() }
}

fn write_wrapped(text: &mut String, sentence: &str, width: usize) {
    let mut line = String::from("  -");
    for word in sentence.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > width.max(40) {
            let _ = writeln!(text, "{line}");
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
}

fn write_comparison(text: &mut String, arms: &[ArmProbe]) {
    let mut table = vec![vec!["arm".to_owned()]];
    table[0].extend(headings().into_iter().map(str::to_owned));
    table.extend(arms.iter().map(|arm| [vec![arm.label()], cells(arm)].concat()));
    write_table(text, &table);
}
