//! Numbers and lists as messages show them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A number as a message shows it: without the hundreds of digits of a very large or small one.
pub(crate) struct Short(pub(crate) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size == 0.0 || !size.is_finite() || (1e-5..1e16).contains(&size) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn listed<T: AsRef<str>>(words: &[T], conjunction: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [word] => (*word).into(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}
