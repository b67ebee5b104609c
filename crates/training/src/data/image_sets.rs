//! Data sets, each read or drawn once however many runs use it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use experiment::{Data, DataSet, Settings};
use initializers::{Purpose, Stream};
use mnist::{ImageSet, SetError};
use rand::seq::SliceRandom;

use super::synthetic;

/// The order of pixels; index = [0, 0].
const PIXEL_ORDER: Purpose = Purpose::named("pixel order");

/// The data sets that were read so far. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct ImageSets(Arc<Mutex<Vec<(Source, ImageSet)>>>);

/// What distinguishes one set from another, whatever its splits.
#[derive(Debug, PartialEq)]
struct Source {
    set: DataSet,
    classes: Vec<usize>,
    pool: usize,
    permute_pixels: bool,
    /// Of what is drawn, if anything is.
    seed: Option<u64>,
}

impl Source {
    fn of(data: &Data) -> Self {
        let Data { pool, permute_pixels, .. } = *data;
        let is_drawn = permute_pixels || matches!(data.set, DataSet::Synthetic(_));
        let (set, classes) = (data.set.clone(), data.classes.clone());
        Source { set, classes, pool, permute_pixels, seed: is_drawn.then_some(data.seed) }
    }

    /// The files as they are, all of one set.
    fn plain(&self) -> Self {
        let seed = self.seed.filter(|_| matches!(self.set, DataSet::Synthetic(_)));
        Source { set: self.set.clone(), classes: Vec::new(), pool: 1, permute_pixels: false, seed }
    }

    fn read(&self) -> Result<ImageSet, SetError> {
        match &self.set {
            DataSet::Mnist => ImageSet::embedded(0),
            DataSet::Folder(folder) => ImageSet::from_folder(Path::new(folder), 0),
            DataSet::Synthetic(set) => synthetic::draw(set, self.seed.unwrap_or_default()),
        }
    }

    /// What these settings make of the files.
    fn made_of(&self, mut set: ImageSet) -> Result<ImageSet, SetError> {
        if !self.classes.is_empty() {
            let classes: Vec<u16> = self.classes.iter().map(|&class| class as u16).collect();
            set = set.of_classes(&classes)?;
        }
        if self.pool > 1 {
            set = set.pooled(self.pool)?;
        }
        if self.permute_pixels {
            let mut order: Vec<u32> = (0..set.shape().pixels() as u32).collect();
            let seed = self.seed.unwrap_or_default();
            order.shuffle(&mut Stream::new(seed, PIXEL_ORDER, [0, 0]));
            set = set.with_pixel_order(&order)?;
        }
        Ok(set)
    }
}

impl ImageSets {
    /// The set that the settings name: its classes, pixels and splits as they say.
    ///
    /// # Errors
    /// The set cannot be read, has no such classes, does not divide into such squares, or its
    /// training images are too few to be split.
    pub fn get(&self, data: &Data) -> Result<ImageSet, SetError> {
        // Locked while reading: a second worker that needs the same set waits for it.
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let source = Source::of(data);
        let plain = source.plain();
        let set = known(&mut sets, plain, Source::read)?;
        let set = known(&mut sets, source, |source| source.made_of(set))?;
        set.with_validation(data.validation)
    }

    /// The settings with a network for their data set: its inputs and outputs follow from the
    /// images.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn fit(&self, settings: &Settings) -> Result<Settings, SetError> {
        if let Some(known) = settings.data.known() {
            return Ok(settings.for_images(known.inputs, known.classes));
        }
        let shape = self.get(&settings.data)?.shape();
        Ok(settings.for_images(shape.pixels(), shape.classes))
    }
}

/// The set from that source, made unless it was made before.
fn known(
    sets: &mut Vec<(Source, ImageSet)>,
    source: Source,
    make: impl FnOnce(&Source) -> Result<ImageSet, SetError>,
) -> Result<ImageSet, SetError> {
    if let Some((_, set)) = sets.iter().find(|(of, _)| *of == source) {
        return Ok(set.clone());
    }
    let set = make(&source)?;
    sets.push((source, set.clone()));
    Ok(set)
}
