//! Data sets, each read once however many runs use it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use experiment::{Data, DataSet};
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
}
