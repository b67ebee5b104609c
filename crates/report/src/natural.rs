//! The order of names as people expect it: a2 before a10.

use std::cmp::Ordering;

/// Compares two names: runs of digits by their number, everything else by the alphabet.
///
/// ```
/// let mut arms = ["a10", "a2", "a1"];
/// arms.sort_by(|a, b| report::natural_order(a, b));
/// assert_eq!(arms, ["a1", "a2", "a10"]);
/// ```
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    while let (Some(x), Some(y)) = (left.chars().next(), right.chars().next()) {
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (number, other) = (digits(left), digits(right));
            (left, right) = (&left[number.len()..], &right[other.len()..]);
            by_size(number, other)
        } else {
            (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
            x.cmp(&y)
        };
        if order.is_ne() {
            return order;
        }
    }
    // Names that differ in leading zeros alone are still two names.
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// Whole numbers of any length, by their size.
fn by_size(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_in_names_are_ordered_by_their_size() {
        let mut names = ["x", "a10b", "a2", "a02", "a2b3", "a2b21", "a", "10", "9"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["9", "10", "a", "a02", "a2", "a2b3", "a2b21", "a10b", "x"]);
        assert!(natural_order("a99999999999999999999999", "a100000000000000000000000").is_lt());
    }

    proptest! {
        #[test]
        fn the_order_is_total(names in prop::collection::vec("[a-c0-2]{0,5}", 3)) {
            let order = |i: usize, j: usize| natural_order(&names[i], &names[j]);
            prop_assert_eq!(order(0, 1), order(1, 0).reverse());
            prop_assert_eq!(order(0, 1).is_eq(), names[0] == names[1]);
            if order(0, 1).is_le() && order(1, 2).is_le() {
                prop_assert!(order(0, 2).is_le());
            }
        }
    }
}
