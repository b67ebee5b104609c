//! What arms look like: colours that stay apart for the colour-blind, then dashes, the same in every picture.

/// Colours on white. They start from Okabe and Ito's set for the colour-blind ("Color Universal Design", 2008), moved until
/// each stands 3 : 1 against the ground and any two lie at least 15 apart in CAM02-UCS, as people see them and as those
/// with deuteranopia, protanopia or tritanopia do.
pub(crate) const COLOURS: [&str; 6] = ["#194b96", "#a22c02", "#00875b", "#db5ea0", "#9b9312", "#4791fc"];

/// The same on a dark ground.
pub(crate) const COLOURS_ON_DARK: [&str; 6] = ["#2f75ff", "#fe3a0b", "#0ed88c", "#c86b9a", "#e7f538", "#bdadff"];

/// Dashes, for when the colours come round again.
const DASHES: [&str; 4] = ["", "7 4", "2 3.5", "9 3 2 3"];

pub(crate) const INK: &str = "#1b2230";
pub(crate) const SOFT: &str = "#5a6474";
pub(crate) const GRID: &str = "#e7eaee";
pub(crate) const LINE: &str = "#a9b1bc";
pub(crate) const GROUND: &str = "#ffffff";

/// The font that pictures are rasterised with, then what a browser without it should take.
pub(crate) const FONTS: &str = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// The look of one arm, by its place in the study.
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
