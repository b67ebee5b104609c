//! What every picture shares: the ground, the title, the axes with their labels, the legend, and how numbers and text
//! become SVG.

use maud::{Markup, html};

use super::axis::Axis;
use super::style::{FONTS, GRID, GROUND, INK, LINE, Look, SOFT};

/// Width of every picture in user units; heights differ.
pub(crate) const WIDTH: f64 = 920.0;

/// The rectangle that data are drawn in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    /// The abscissa of `value`.
    pub(crate) fn x(&self, axis: &Axis, value: f64) -> f64 {
        self.left + self.width * axis.place(value)
    }

    /// The ordinate of `value`.
    pub(crate) fn y(&self, axis: &Axis, value: f64) -> f64 {
        self.bottom() - self.height * axis.place(value)
    }

    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// A number as short as a picture needs it.
pub(crate) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// About how wide `text` is, erring to the wide side: the browser's font is not known.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let wide = |c: char| {
        if "ilj.,:;'|!() ".contains(c) {
            0.36
        } else if c.is_uppercase() || "mw%".contains(c) {
            0.78
        } else {
            0.6
        }
    };
    text.chars().map(wide).sum::<f64>() * size
}

/// `text`, cut to `width` with an ellipsis.
pub(crate) fn fit(text: &str, width: f64, size: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if text_width(&short, size) + size > width {
            break;
        }
    }
    short.push('…');
    short
}

/// A line of text.
pub(crate) struct Text<'a> {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) text: &'a str,
    pub(crate) size: f64,
    pub(crate) anchor: &'static str,
    pub(crate) strong: bool,
    pub(crate) soft: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn new(x: f64, y: f64, text: &'a str) -> Self {
        Text { x, y, text, size: 13.0, anchor: "start", strong: false, soft: false }
    }

    pub(crate) fn soft(self) -> Self {
        Text { soft: true, ..self }
    }

    pub(crate) fn strong(self, size: f64) -> Self {
        Text { strong: true, size, ..self }
    }

    pub(crate) fn size(self, size: f64) -> Self {
        Text { size, ..self }
    }

    pub(crate) fn centred(self) -> Self {
        Text { anchor: "middle", ..self }
    }

    pub(crate) fn flush_right(self) -> Self {
        Text { anchor: "end", ..self }
    }

    pub(crate) fn draw(self) -> Markup {
        let (class, fill) = if self.soft { ("soft", SOFT) } else { ("ink", INK) };
        html! {
            text x=(px(self.x)) y=(px(self.y)) class=(class) fill=(fill) font-size=(px(self.size)) text-anchor=(self.anchor)
                font-weight=[self.strong.then_some("600")] { (self.text) }
        }
    }
}

/// The whole document around `content`, with its title drawn at the top and read out by screen readers.
pub(crate) fn document(
    height: f64,
    title: &str,
    subtitle: &str,
    description: &str,
    content: &Markup,
) -> String {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox=(format!("0 0 {} {}", px(WIDTH), px(height)))
            width=(px(WIDTH)) height=(px(height)) font-family=(FONTS) role="img" {
            title { (title) }
            desc { (description) }
            rect class="ground" width="100%" height="100%" fill=(GROUND) {}
            (Text::new(24.0, 34.0, &fit(title, WIDTH - 48.0, 18.0)).strong(18.0).draw())
            (Text::new(24.0, 55.0, &fit(subtitle, WIDTH - 48.0, 13.0)).soft().draw())
            (content)
        }
    }
    .into_string()
}

/// Grid lines, tick labels and names of both axes.
pub(crate) fn axes(area: &Area, x: &Axis, y: &Axis, x_name: &str, y_name: &str) -> Markup {
    let middle = area.top + area.height / 2.0;
    let widest = y.ticks.iter().map(|tick| text_width(&tick.label, 12.5)).fold(0.0, f64::max);
    let name_x = (area.left - widest - 24.0).max(20.0);
    html! {
        @for tick in &y.ticks {
            @let at = px(area.y(y, tick.value));
            line class="grid" stroke=(GRID) x1=(px(area.left)) x2=(px(area.right())) y1=(at) y2=(at) {}
            (Text::new(area.left - 10.0, area.y(y, tick.value) + 4.5, &tick.label).soft().size(12.5).flush_right().draw())
        }
        g transform=(format!("rotate(-90 {} {})", px(name_x), px(middle))) {
            (Text::new(name_x, middle, y_name).centred().draw())
        }
        (bottom_axis(area, x, x_name))
    }
}

/// The horizontal axis below `area`.
pub(crate) fn bottom_axis(area: &Area, x: &Axis, name: &str) -> Markup {
    let bottom = area.bottom();
    html! {
        line class="axis" stroke=(LINE) x1=(px(area.left)) x2=(px(area.right())) y1=(px(bottom)) y2=(px(bottom)) {}
        @for tick in &x.ticks {
            @let at = area.x(x, tick.value);
            line class="axis" stroke=(LINE) x1=(px(at)) x2=(px(at)) y1=(px(bottom)) y2=(px(bottom + 5.0)) {}
            (Text::new(at, bottom + 20.0, &tick.label).soft().size(12.5).centred().draw())
        }
        (Text::new(area.left + area.width / 2.0, bottom + 42.0, name).centred().draw())
    }
}

/// One entry of a legend.
pub(crate) struct Entry {
    pub(crate) look: Look,
    pub(crate) label: String,
}

const ENTRY: f64 = 22.0;
const SAMPLE: f64 = 30.0;
const LABEL: f64 = 230.0;

/// How wide a legend is, the gap to the data included; nothing for a single line, which the title names.
pub(crate) fn legend_width(entries: &[Entry]) -> f64 {
    match entries {
        [] | [_] => 0.0,
        _ => {
            28.0 + SAMPLE
                + 8.0
                + entries.iter().map(|e| text_width(&e.label, 13.0)).fold(0.0, f64::max).min(LABEL)
        }
    }
}

/// How high it is.
pub(crate) fn legend_height(entries: &[Entry]) -> f64 {
    if entries.len() > 1 { ENTRY * entries.len() as f64 } else { 0.0 }
}

/// A legend to the right of `area`, with each line's colour and dashes.
pub(crate) fn legend(area: &Area, entries: &[Entry]) -> Markup {
    let left = area.right() + 28.0;
    html! {
        @if entries.len() > 1 {
            @for (i, entry) in entries.iter().enumerate() {
                @let y = area.top + ENTRY * (i as f64 + 0.5);
                g {
                    title { (entry.label) }
                    line class=(entry.look.stroke()) stroke=(entry.look.hex()) stroke-width="2.4" x1=(px(left)) x2=(px(left + SAMPLE))
                        y1=(px(y)) y2=(px(y)) stroke-dasharray=[entry.look.dash] {}
                    (Text::new(left + SAMPLE + 8.0, y + 4.5, &fit(&entry.label, LABEL, 13.0)).draw())
                }
            }
        }
    }
}
