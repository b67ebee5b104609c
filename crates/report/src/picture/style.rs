//! What arms look like: colours that stay apart for the colour-blind, then dashes, the same in every picture.

/// Colours on white, after Okabe and Ito's set for the colour-blind ("Color Universal Design", 2008), the light ones
/// darkened until each stands 3 : 1 against white.
pub(crate) const COLOURS: [&str; 6] = ["#0067a8", "#d55e00", "#00855f", "#b0508f", "#b07800", "#2f8fc4"];

/// The same on a dark ground.
pub(crate) const COLOURS_ON_DARK: [&str; 6] = ["#4fa3e3", "#ff8a3d", "#2cc394", "#e08cc3", "#e6b030", "#8fd0f5"];

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
