//! Data sets, each read once however many runs use it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use experiment::{Data, DataSet, Settings};
use mnist::{ImageSet, SetError};

/// The data sets that were read so far. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct ImageSets(Arc<Mutex<Vec<(DataSet, ImageSet)>>>);

impl ImageSets {
    /// The set that the settings name, split as they say.
    ///
    /// # Errors
    /// The set cannot be read, or its training images are too few to be split.
    pub fn get(&self, data: &Data) -> Result<ImageSet, SetError> {
        // Locked while reading: a second worker that needs the same set waits for it.
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = sets.iter().find(|(of, _)| *of == data.set).map(|(_, set)| set.clone());
        let set = match read {
            Some(set) => set,
            None => {
                let set = match &data.set {
                    DataSet::Mnist => ImageSet::embedded(0)?,
                    DataSet::Folder(folder) => ImageSet::from_folder(Path::new(folder), 0)?,
                };
                sets.push((data.set.clone(), set.clone()));
                set
            }
        };
        set.with_validation(data.validation)
    }

    /// The settings with a network for their data set: its inputs and outputs follow from the
    /// images.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn fit(&self, settings: &Settings) -> Result<Settings, SetError> {
        // MNIST need not be read: a network is for MNIST unless it is fitted to something else.
        let DataSet::Folder(_) = settings.data.set else { return Ok(settings.clone()) };
        let shape = self.get(&settings.data)?.shape();
        Ok(settings.for_images(shape.pixels(), shape.classes))
    }
}
