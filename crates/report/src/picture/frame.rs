//! What every picture shares: the ground, the title, the axes with their labels, the legend, and
//! how numbers and text become SVG.

use maud::{Markup, html};

use super::axis::Axis;
use super::raster::Picture;
use super::style::{FONTS, GRID, GROUND, INK, LINE, Look, SOFT};
use crate::printable::printable;

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
        self.left + self.width * axis.position(value)
    }

    /// The ordinate of `value`.
    pub(crate) fn y(&self, axis: &Axis, value: f64) -> f64 {
        self.bottom() - self.height * axis.position(value)
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
            text x=(px(self.x)) y=(px(self.y)) class=(class) fill=(fill)
                font-size=(px(self.size)) text-anchor=(self.anchor)
                font-weight=[self.strong.then_some("600")] { (self.text) }
        }
    }
}

/// What stands around the content of a picture.
pub(crate) struct Document<'a> {
    pub(crate) height: f64,
    /// Drawn at the top, and read out by screen readers.
    pub(crate) title: &'a str,
    /// Drawn below the title.
    pub(crate) subtitle: &'a str,
    /// The picture in words, for those who do not see it.
    pub(crate) description: &'a str,
}

impl Document<'_> {
    /// The whole picture around `content`.
    pub(crate) fn picture(&self, content: &Markup) -> Picture {
        let (width, height) = (px(WIDTH), px(self.height));
        let title = fit(self.title, WIDTH - 48.0, 18.0);
        let subtitle = fit(self.subtitle, WIDTH - 48.0, 13.0);
        let svg = html! {
            svg xmlns="http://www.w3.org/2000/svg" class="picture"
                viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height)
                font-family=(FONTS) role="img" {
                title { (self.title) }
                desc { (self.description) }
                rect class="ground" width="100%" height="100%" fill=(GROUND) {}
                (Text::new(24.0, 34.0, &title).strong(18.0).draw())
                (Text::new(24.0, 55.0, &subtitle).soft().draw())
                (content)
            }
        };
        Picture::new(printable(&svg.into_string()).into_owned())
    }
}

/// A straight line of the frame: `grid` or `axis`.
pub(crate) fn rule(class: &str, from: (f64, f64), to: (f64, f64)) -> Markup {
    let colour = if class == "grid" { GRID } else { LINE };
    html! {
        line class=(class) stroke=(colour) x1=(px(from.0)) y1=(px(from.1)) x2=(px(to.0))
            y2=(px(to.1)) {}
    }
}

/// A text that runs upwards, its middle at a point.
pub(crate) fn upwards(x: f64, y: f64, text: Text) -> Markup {
    html! {
        g transform=(format!("rotate(-90 {} {})", px(x), px(y))) {
            (Text { x, y, anchor: "middle", ..text }.draw())
        }
    }
}

/// Grid lines, tick labels and names of both axes.
pub(crate) fn axes(area: &Area, x: &Axis, y: &Axis, x_name: &str, y_name: &str) -> Markup {
    let widest = y.ticks.iter().map(|tick| text_width(&tick.label, 12.5)).fold(0.0, f64::max);
    let name_x = (area.left - widest - 24.0).max(20.0);
    let label = |at: f64, label| {
        Text::new(area.left - 10.0, at + 4.5, label).soft().size(12.5).flush_right().draw()
    };
    html! {
        @for tick in &y.ticks {
            @let at = area.y(y, tick.value);
            (rule("grid", (area.left, at), (area.right(), at)))
            (label(at, &tick.label))
        }
        (upwards(name_x, area.top + area.height / 2.0, Text::new(0.0, 0.0, y_name)))
        (bottom_axis(area, x, x_name))
    }
}

/// The horizontal axis below `area`.
pub(crate) fn bottom_axis(area: &Area, x: &Axis, name: &str) -> Markup {
    let bottom = area.bottom();
    html! {
        (rule("axis", (area.left, bottom), (area.right(), bottom)))
        @for tick in &x.ticks {
            @let at = area.x(x, tick.value);
            (rule("axis", (at, bottom), (at, bottom + 5.0)))
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

/// How wide a legend is, the gap to the data included; nothing for a single line, which the title
/// names.
pub(crate) fn legend_width(entries: &[Entry]) -> f64 {
    if entries.len() < 2 {
        return 0.0;
    }
    let widest = entries.iter().map(|entry| text_width(&entry.label, 13.0)).fold(0.0, f64::max);
    28.0 + SAMPLE + 8.0 + widest.min(LABEL)
}

/// How high it is.
pub(crate) fn legend_height(entries: &[Entry]) -> f64 {
    if entries.len() > 1 { ENTRY * entries.len() as f64 } else { 0.0 }
}

/// The middle of the sample of an entry of the legend to the right of `area`.
pub(crate) fn legend_sample(area: &Area, entry: usize) -> (f64, f64) {
    (area.right() + 28.0 + SAMPLE / 2.0, area.top + ENTRY * (entry as f64 + 0.5))
}

/// A legend to the right of `area`, with each line's colour and dashes.
pub(crate) fn legend(area: &Area, entries: &[Entry]) -> Markup {
    let left = area.right() + 28.0;
    let right = left + SAMPLE;
    html! {
        @if entries.len() > 1 {
            @for (i, entry) in entries.iter().enumerate() {
                @let y = area.top + ENTRY * (i as f64 + 0.5);
                @let look = entry.look;
                g {
                    title { (entry.label) }
                    line class=(look.stroke()) stroke=(look.hex()) stroke-width="2.4"
                        x1=(px(left)) x2=(px(right)) y1=(px(y)) y2=(px(y))
                        stroke-dasharray=[look.dash] {}
                    (Text::new(right + 8.0, y + 4.5, &fit(&entry.label, LABEL, 13.0)).draw())
                }
            }
        }
    }
}
