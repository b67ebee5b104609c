//! Applying one tree of values to another: an arm to its file's settings, a flag to both.

use crate::syntax::value::{Entry, Spanned, Value};

impl Spanned {
    /// Applies `over` to this value. Tables merge key by key; anything else is replaced, and so is
    /// a table by one that names a `kind`, since the parameters of one kind mean nothing to
    /// another. Of a pair of `exclusive` keys the one that `over` gives takes the other away.
    pub(crate) fn apply(&mut self, over: &Spanned, exclusive: &[(&str, &str)]) {
        if let (Value::Text(_), Value::Table(_), None) =
            (&self.value, &over.value, over.get("kind"))
        {
            // `init = "normal"` with `init.std = 0.1` applied to it.
            let kind = self.clone();
            self.value = Value::Table(vec![Entry {
                key: "kind".into(),
                span: self.span.clone(),
                value: kind,
            }]);
        }
        match (&mut self.value, &over.value) {
            (Value::Table(base), Value::Table(entries)) if over.get("kind").is_none() => {
                entries.iter().for_each(|entry| apply_entry(base, entry, exclusive));
            }
            _ => *self = over.clone(),
        }
    }
}

fn apply_entry(base: &mut Vec<Entry>, entry: &Entry, exclusive: &[(&str, &str)]) {
    let excluded = |(a, b): &(&str, &str), other: &Entry| {
        (entry.key == *a && other.key == *b) || (entry.key == *b && other.key == *a)
    };
    base.retain(|other| !exclusive.iter().any(|pair| excluded(pair, other)));
    match base.iter_mut().find(|old| old.key == entry.key) {
        Some(old) => {
            old.span = entry.span.clone();
            old.value.apply(&entry.value, exclusive);
        }
        None => base.push(entry.clone()),
    }
}
