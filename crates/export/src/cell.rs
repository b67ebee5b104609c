//! What stands in a table: one value, the values of a column, and what a column is made of.

use serde_json::Value;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// None: the run has no such setting, or nothing came out.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number in 64 bits.
    Float(f64),
    /// A number in 32 bits.
    Float32(f32),
    /// A text. A list is one, in JSON: `[256,128]`.
    Text(String),
}

impl Cell {
    /// A setting's value.
    pub(crate) fn of_setting(value: &Value) -> Self {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(unsigned), ..) => unsigned.into(),
                (_, Some(integer), _) => Cell::Integer(integer),
                (.., Some(float)) => Cell::Float(float),
                _ => Cell::Null,
            },
            Value::String(text) => Cell::Text(text.clone()),
            list => Cell::Text(list.to_string()),
        }
    }

    /// As a text; none where there is nothing.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Cell::Null => None,
            Cell::Bool(value) => Some(value.to_string()),
            Cell::Integer(value) => Some(value.to_string()),
            Cell::Float(value) => Some(shortest(*value)),
            Cell::Float32(value) => Some(shortest((*value).into())),
            Cell::Text(value) => Some(value.clone()),
        }
    }

    /// What it is; none where there is nothing.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Cell::Null => None,
            Cell::Bool(_) => Some(Kind::Bool),
            Cell::Integer(_) => Some(Kind::Integer),
            Cell::Float(_) => Some(Kind::Float),
            Cell::Float32(_) => Some(Kind::Float32),
            Cell::Text(_) => Some(Kind::Text),
        }
    }
}

/// `1e-8`, where Rust's own text has many zeros.
fn shortest(number: f64) -> String {
    if number.is_finite() { Value::from(number).to_string() } else { number.to_string() }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

/// A number of more than 63 bits, which few programs know, becomes a text: some seeds do.
impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Integer)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Cell::Float(number)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

/// What all values of a column are, as formats with typed columns need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Integer,
    Float,
    Float32,
    Text,
}

impl Kind {
    /// The narrowest kind that holds the values of both.
    pub(crate) fn or(self, other: Kind) -> Kind {
        use Kind::{Float, Float32, Integer};
        match (self, other) {
            (a, b) if a == b => a,
            (Integer | Float | Float32, Integer | Float | Float32) => Float,
            _ => Kind::Text,
        }
    }
}

/// The values of a column, as many as there are rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Values {
    /// One value in every row.
    Same(Cell),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Numbers in 64 bits.
    Floats(Vec<f64>),
    /// Numbers in 32 bits.
    Floats32(Vec<f32>),
}

impl Values {
    /// The value in a row.
    pub(crate) fn get(&self, row: usize) -> Cell {
        match self {
            Values::Same(cell) => cell.clone(),
            Values::Integers(numbers) => Cell::Integer(numbers[row]),
            Values::Floats(numbers) => Cell::Float(numbers[row]),
            Values::Floats32(numbers) => Cell::Float32(numbers[row]),
        }
    }

    /// What they are; none where there is nothing.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Values::Same(cell) => cell.kind(),
            Values::Integers(_) => Some(Kind::Integer),
            Values::Floats(_) => Some(Kind::Float),
            Values::Floats32(_) => Some(Kind::Float32),
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: String,
    /// What its values are.
    pub(crate) kind: Kind,
}

/// The rows of one run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chunk {
    /// How many they are.
    pub(crate) rows: usize,
    /// Their values, column by column.
    pub(crate) columns: Vec<Values>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(values: &[Value]) -> Option<Kind> {
        values.iter().filter_map(|value| Cell::of_setting(value).kind()).reduce(Kind::or)
    }

    #[test]
    fn a_column_is_of_the_narrowest_kind_that_holds_its_values() {
        assert_eq!(kind(&[json!(true), json!(null)]), Some(Kind::Bool));
        assert_eq!(kind(&[json!(1), json!(-1)]), Some(Kind::Integer));
        assert_eq!(kind(&[json!(1), json!(0.5)]), Some(Kind::Float));
        assert_eq!(kind(&[json!(0.5), json!("constant")]), Some(Kind::Text));
        assert_eq!(kind(&[json!([256, 128])]), Some(Kind::Text));
        assert_eq!(kind(&[json!(null)]), None);
    }

    #[test]
    fn lists_and_numbers_beyond_63_bits_are_texts() {
        assert_eq!(Cell::of_setting(&json!([256, 128])), Cell::Text("[256,128]".to_owned()));
        let seed = u64::MAX;
        assert_eq!(Cell::of_setting(&json!(seed)), Cell::Text(seed.to_string()));
        assert_eq!(Cell::from(seed / 2), Cell::Integer(i64::MAX));
    }
}
