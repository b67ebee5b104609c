//! A finished picture: its SVG, and its PNG with a font of our own, so that it is the same on every
//! machine.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    svg: String,
}

/// Why a picture has no PNG.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The SVG cannot be read back.
    #[error("cannot rasterise the picture: {0}")]
    Svg(#[from] usvg::Error),
    /// The image cannot be made or encoded.
    #[error("cannot make the image of the picture: {0}")]
    Png(String),
}

/// Pixels per user unit: sharp on a screen of high density and in print.
const PIXELS: f32 = 2.0;

/// Pixels of the longest side; a picture that would be larger is rasterised coarser.
const LONGEST: f32 = 16_000.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../assets/inter/Inter-Regular.otf").to_vec());
    fonts.load_font_data(include_bytes!("../../assets/inter/Inter-SemiBold.otf").to_vec());
    Arc::new(fonts)
});

impl Picture {
    /// A picture of an SVG document.
    pub(super) fn new(svg: String) -> Picture {
        Picture { svg }
    }

    /// The picture as an SVG document.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture as a PNG file, 1,840 pixels wide.
    ///
    /// # Errors
    /// [`PictureError`]; only memory that runs out leads there.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        let options = usvg::Options {
            fontdb: FONTS.clone(),
            font_family: "Inter".to_owned(),
            ..Default::default()
        };
        let tree = usvg::Tree::from_str(&self.svg, &options)?;
        let too_large = || PictureError::Png("it is too large".into());
        let longest = tree.size().width().max(tree.size().height());
        let pixels = PIXELS.min(LONGEST / longest);
        let size = tree.size().to_int_size().scale_by(pixels).ok_or_else(too_large)?;
        let mut image = Pixmap::new(size.width(), size.height()).ok_or_else(too_large)?;
        resvg::render(&tree, Transform::from_scale(pixels, pixels), &mut image.as_mut());
        image.encode_png().map_err(|error| PictureError::Png(error.to_string()))
    }
}
