//! Aligned columns of text, as a terminal shows them.

use textwrap::core::display_width;

/// The narrowest that a label is cut to.
const LABEL: usize = 12;

/// A column of text. The first of a grid holds marks, the second labels.
pub(super) struct Column {
    head: String,
    cells: Vec<String>,
    flush_left: bool,
}

impl Column {
    /// A column of words.
    pub(super) fn left(head: &str, cells: Vec<String>) -> Self {
        Column { head: head.to_owned(), cells, flush_left: true }
    }

    /// A column of figures.
    pub(super) fn right(head: &str, cells: Vec<String>) -> Self {
        Column { head: head.to_owned(), cells, flush_left: false }
    }

    fn width(&self) -> usize {
        self.cells.iter().chain([&self.head]).map(|cell| display_width(cell)).max().unwrap_or(0)
    }
}

/// The width of a grid that cuts nothing, two spaces between columns but one after the mark.
pub(super) fn natural_width(columns: &[Column]) -> usize {
    (columns.iter().map(|column| column.width() + 2).sum::<usize>()).saturating_sub(3)
}

/// Aligns the columns; the labels give way where the width does not suffice.
pub(super) fn lines(mut columns: Vec<Column>, width: usize) -> String {
    let widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let all = natural_width(&columns);
    let label = widths[1].saturating_sub(all.saturating_sub(width)).max(LABEL).min(widths[1]);
    for cell in &mut columns[1].cells {
        *cell = shorten(cell, label);
    }
    let rows = columns[0].cells.len();
    let line = |cell: &dyn Fn(&Column) -> String| {
        let cells: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let width = if i == 1 { label } else { widths[i] };
                let cell = cell(column);
                let air = " ".repeat(width.saturating_sub(display_width(&cell)));
                if column.flush_left { cell + &air } else { air + &cell }
            })
            .collect();
        // The mark stands close to its label.
        let text = format!("{} {}", cells[0], cells[1..].join("  "));
        text.trim_end().to_owned() + "\n"
    };
    let head = line(&|column| column.head.clone());
    let body: String = (0..rows).map(|row| line(&|column| column.cells[row].clone())).collect();
    head + &body
}

/// Cuts the middle out of a label: its beginning and its end tell it from others.
pub(super) fn shorten(label: &str, width: usize) -> String {
    if display_width(label) <= width {
        return label.to_owned();
    }
    let characters: Vec<char> = label.chars().collect();
    let mut kept = characters.len();
    loop {
        kept -= 1;
        let (start, end) = (kept.div_ceil(2), kept / 2);
        let short: String = characters[..start]
            .iter()
            .chain(&['…'])
            .chain(&characters[characters.len() - end..])
            .collect();
        if display_width(&short) <= width || kept == 0 {
            return short;
        }
    }
}

/// A paragraph, broken between words.
pub(super) fn paragraph(text: &str, width: usize) -> String {
    let splitter = textwrap::WordSplitter::NoHyphenation;
    textwrap::fill(text, textwrap::Options::new(width).word_splitter(splitter)) + "\n"
}
