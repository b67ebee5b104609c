//! A folder that appears whole or not at all.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{ExportError, io_error};

/// The file that tells a folder with an export from any other.
pub(crate) const MANIFEST: &str = "export.json";

/// A folder that is being filled under a temporary name beside its place.
pub(crate) struct Staging {
    temporary: TempDir,
    place: PathBuf,
    // Dropped after the folder that it holds.
    _parents: NewFolders,
}

/// Folders that were made, from the lowest up. Those that are still empty are removed at the end.
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Makes `folder` and all above it.
    fn make(folder: &Path) -> Result<Self, ExportError> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        // The last ancestor of a relative path is the empty one, which is there.
        let missing = missing.filter(|folder| !folder.as_os_str().is_empty());
        let made = NewFolders(missing.map(Path::to_owned).collect());
        std::fs::create_dir_all(folder).map_err(io_error(folder))?;
        Ok(made)
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Where something is in it, it stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

impl Staging {
    /// Makes the temporary folder. What is at `place` stays until [`finish`](Self::finish).
    ///
    /// # Errors
    /// Something is there, and `force` is not given or it is no export.
    pub(crate) fn begin(place: &Path, force: bool) -> Result<Self, ExportError> {
        check(place, force)?;
        let parent = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let parents = NewFolders::make(parent)?;
        let temporary = tempfile::Builder::new()
            .prefix(".export-")
            .suffix(".tmp")
            .tempdir_in(parent)
            .map_err(io_error(parent))?;
        // Temporary folders are private; an export is as readable as any folder that the user
        // makes.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let readable = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(temporary.path(), readable)
                .map_err(io_error(temporary.path()))?;
        }
        Ok(Staging { temporary, place: place.to_owned(), _parents: parents })
    }

    /// The folder to fill.
    pub(crate) fn folder(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the folder in its place, and removes what was there.
    pub(crate) fn finish(self) -> Result<(), ExportError> {
        let failed = io_error(&self.place);
        let old = self.temporary.path().with_extension("old");
        let replaces = self.place.exists();
        if replaces {
            std::fs::rename(&self.place, &old).map_err(&failed)?;
        }
        if let Err(error) = std::fs::rename(self.temporary.path(), &self.place) {
            if replaces {
                std::fs::rename(&old, &self.place).map_err(&failed)?;
            }
            return Err(failed(error));
        }
        // The name is gone: there is nothing left for the temporary folder to remove.
        let _ = self.temporary.keep();
        if replaces {
            std::fs::remove_dir_all(&old).map_err(io_error(&old))?;
        }
        Ok(())
    }
}

fn check(place: &Path, force: bool) -> Result<(), ExportError> {
    let is_empty = std::fs::read_dir(place).is_ok_and(|mut entries| entries.next().is_none());
    if std::fs::symlink_metadata(place).is_err() || is_empty {
        Ok(())
    } else if !force {
        Err(ExportError::Exists(place.to_owned()))
    } else if !place.join(MANIFEST).is_file() {
        Err(ExportError::NotAnExport(place.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_appears_whole_and_one_that_is_given_up_never() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("deep/er");
        drop(Staging::begin(&place, false).unwrap());
        assert!(names(root.path()).is_empty());
        let staging = Staging::begin(&place, false).unwrap();
        std::fs::write(staging.folder().join(MANIFEST), "{}").unwrap();
        assert!(!place.exists());
        staging.finish().unwrap();
        assert_eq!(names(&place), [MANIFEST]);
        assert!(matches!(Staging::begin(&place, false), Err(ExportError::Exists(_))));
        let staging = Staging::begin(&place, true).unwrap();
        std::fs::write(staging.folder().join("half"), "").unwrap();
        drop(staging);
        assert_eq!(names(&place), [MANIFEST]);
        let staging = Staging::begin(&place, true).unwrap();
        std::fs::write(staging.folder().join("new"), "").unwrap();
        staging.finish().unwrap();
        assert_eq!(names(&place), ["new"]);
        assert_eq!(names(place.parent().unwrap()), ["er"]);
    }

    #[test]
    fn what_is_no_export_is_never_replaced() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("thesis.tex"), "").unwrap();
        assert!(matches!(Staging::begin(root.path(), true), Err(ExportError::NotAnExport(_))));
        let file = root.path().join("thesis.tex");
        assert!(matches!(Staging::begin(&file, true), Err(ExportError::NotAnExport(_))));
        assert!(matches!(Staging::begin(&file, false), Err(ExportError::Exists(_))));
    }
}
