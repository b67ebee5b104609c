//! What arms look like: colours that stay apart for the colour-blind, then dashes, the same in
//! every picture.

/// Colours on white. They start from Okabe and Ito's set for the colour-blind ("Color Universal
/// Design", 2008), moved until each stands 3 : 1 against the ground and any two lie at least 15
/// apart in CAM02-UCS, as people see them and as those with deuteranopia, protanopia or tritanopia
/// do.
pub(crate) const COLOURS: [&str; 6] =
    ["#194b96", "#a22c02", "#00875b", "#db5ea0", "#9b9312", "#4791fc"];

/// The same on a dark ground.
pub(crate) const COLOURS_ON_DARK: [&str; 6] =
    ["#2f75ff", "#fe3a0b", "#0ed88c", "#c86b9a", "#e7f538", "#bdadff"];

/// Dashes, for when the colours come round again.
const DASHES: [&str; 4] = ["", "7 4", "2 3.5", "9 3 2 3"];

/// A colour map from dark to bright that is even to the eye, and as even to the colour-blind and in
/// grey: viridis (Smith and van der Walt, 2015), by nine of its colours.
const VIRIDIS: [[u8; 3]; 9] = [
    [0x44, 0x01, 0x54],
    [0x47, 0x2d, 0x7b],
    [0x3b, 0x52, 0x8b],
    [0x2c, 0x72, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x28, 0xae, 0x80],
    [0x5e, 0xc9, 0x62],
    [0xad, 0xdc, 0x30],
    [0xfd, 0xe7, 0x25],
];

/// The colour of a value from 0, dark, to 1, bright. It stands for itself on any ground.
pub(crate) fn viridis(value: f64) -> String {
    let position = value.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let below = (position as usize).min(VIRIDIS.len() - 2);
    let part = position - below as f64;
    let mix = |i: usize| {
        let [low, high] = [VIRIDIS[below][i], VIRIDIS[below + 1][i]].map(f64::from);
        (low + (high - low) * part).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// The colour of a value from 0 over 0.5 to 1: blue, nearly white, red. Blue and red are told apart
/// by the colour-blind too (ColorBrewer's RdBu, Brewer 2002).
pub(crate) fn diverging(value: f64) -> String {
    const ENDS: [[u8; 3]; 2] = [[0x21, 0x66, 0xac], [0xb2, 0x18, 0x2b]];
    const MIDDLE: u8 = 0xf7;
    let from_middle = (value.clamp(0.0, 1.0) - 0.5) * 2.0;
    let end = ENDS[usize::from(from_middle > 0.0)];
    let mix = |i: usize| {
        let (middle, end) = (f64::from(MIDDLE), f64::from(end[i]));
        (middle + (end - middle) * from_middle.abs()).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// Black or white, whichever can be read on a colour.
pub(crate) fn readable(hex: &str) -> &'static str {
    if luminance(hex) > 0.179 { "#000000" } else { "#ffffff" }
}

/// Relative luminance as WCAG defines it.
fn luminance(hex: &str) -> f64 {
    let part = |i: usize| {
        let value =
            hex.get(i..i + 2).and_then(|part| u8::from_str_radix(part, 16).ok()).unwrap_or(0);
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

pub(crate) const INK: &str = "#1b2230";
pub(crate) const SOFT: &str = "#5a6474";
pub(crate) const GRID: &str = "#e7eaee";
pub(crate) const LINE: &str = "#a9b1bc";
pub(crate) const GROUND: &str = "#ffffff";

/// The font that pictures are rasterised with, then what a browser without it should take.
pub(crate) const FONTS: &str = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// The look of one arm, by its index in the study.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Index of the colour.
    pub(crate) colour: usize,
    /// Dash pattern of its line; none for a solid one.
    pub(crate) dash: Option<&'static str>,
}

impl Look {
    pub(crate) fn of(arm: usize) -> Look {
        let dash = DASHES[(arm / COLOURS.len()) % DASHES.len()];
        Look { colour: arm % COLOURS.len(), dash: (!dash.is_empty()).then_some(dash) }
    }

    pub(crate) fn hex(self) -> &'static str {
        COLOURS[self.colour]
    }

    /// The class by which a page may recolour a stroke of this arm.
    pub(crate) fn stroke(self) -> String {
        format!("stroke-{}", self.colour)
    }

    /// The class by which a page may recolour a fill of this arm.
    pub(crate) fn fill(self) -> String {
        format!("fill-{}", self.colour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_grows_brighter_and_text_on_it_can_be_read() {
        let colours: Vec<String> = (0..=100).map(|i| viridis(f64::from(i) / 100.0)).collect();
        assert!(colours.windows(2).all(|pair| luminance(&pair[0]) < luminance(&pair[1])));
        for colour in &colours {
            let (a, b) = (luminance(colour), luminance(readable(colour)));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{colour} {contrast}");
        }
    }
}
