//! The phrases that tables, verdicts, pictures and pages share.

use crate::number::p_value;

/// `1 run`, `3 runs`.
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// `one seed`, `5 seeds`, `3 to 5 seeds`; of the fewest and the most that there are.
pub(crate) fn range((few, many): (usize, usize), one: &str) -> String {
    match (few, many) {
        (_, 1) => format!("one {one}"),
        (few, many) if few == many => format!("{many} {one}s"),
        (few, many) => format!("{few} to {many} {one}s"),
    }
}

/// What the lines and marks of a picture are of.
pub(crate) fn mean_of(counts: (usize, usize), one: &str) -> String {
    match counts {
        (_, 1) => range(counts, one),
        _ => format!("mean of {} and its 95 % interval", range(counts, one)),
    }
}

/// `p = 0.012`, `p < 0.001`.
pub(crate) fn p_equals(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {}", p_value(p)) }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn words(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Names in a sentence, or how many where they are more than four.
pub(crate) fn arms(labels: &[String]) -> String {
    if labels.len() > 4 { format!("{} other arms", labels.len()) } else { words(labels) }
}

/// With a capital, as a title begins.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().chain(characters).collect());
    first.unwrap_or_default()
}
