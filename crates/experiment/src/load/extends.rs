//! `extends`: a config file that builds on another, and what the two make together.
//!
//! A file's own settings are applied to those of the file that it extends, as an arm's are to its
//! file's. Arms of one name are merged in the same way, and arms of another name are added. The
//! axes of a file take the place of those over the same settings, and its plain values take axes
//! away. `name` and `title` are each file's own.

use std::io;
use std::path::{Path, PathBuf};

use crate::load::file::ConfigFile;
use crate::settings::Settings;
use crate::sweep::SweepLayer;
use crate::syntax::{Diagnostic, Entry, SourceMap, Spanned, Value};

/// What a file and those that it extends make together.
pub(crate) struct MergedConfig {
    /// Settings and keys of the experiment, but for its arms and its sweep.
    pub(crate) root: Spanned,
    pub(crate) arms: Option<Entry>,
    /// The sweep of each file, the file that extends nothing first.
    pub(crate) sweeps: Vec<SweepLayer>,
    /// The files that the file extends, one after another, with what they said.
    pub(crate) bases: Vec<(PathBuf, String)>,
}

/// Gives the bytes of a file.
pub(crate) type ReadFile<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

impl MergedConfig {
    /// Reads what `file` extends, and merges it.
    pub(crate) fn read(
        file: &ConfigFile,
        read: &ReadFile<'_>,
        sources: &mut SourceMap,
    ) -> Result<Self, Box<Diagnostic>> {
        let mut chain = vec![file.clone()];
        while let Some((path, value)) = chain.last().map(extended).transpose()?.flatten() {
            if let Some(start) = chain.iter().position(|other| same_file(&other.path, &path)) {
                return Err(cycle(&chain[start..], &value).into());
            }
            let base = ConfigFile::parse(&path, read(&path), sources).map_err(|diagnostic| {
                // A file that cannot be read has no text to be marked.
                let span = diagnostic.span.clone().or(Some(value.span));
                Box::new(Diagnostic { span, ..*diagnostic })
            })?;
            chain.push(base);
        }
        let bases = chain.iter().skip(1).map(|base| (base.path.clone(), base.text.clone()));
        let bases = bases.collect();
        let mut merged: Option<MergedConfig> = None;
        for ConfigFile { mut root, .. } in chain.into_iter().rev() {
            root.remove("extends");
            let (arms, sweep) = (root.remove("arms"), root.remove("sweep"));
            let layer = SweepLayer { sweep, settings: root.clone() };
            match &mut merged {
                None => {
                    merged = Some(MergedConfig { root, arms, sweeps: vec![layer], bases: vec![] });
                }
                Some(merged) => merged.apply(&root, arms, layer),
            }
        }
        let merged = merged.unwrap_or_else(|| unreachable!("the file itself is in the chain"));
        Ok(MergedConfig { bases, ..merged })
    }

    fn apply(&mut self, root: &Spanned, arms: Option<Entry>, layer: SweepLayer) {
        self.root.remove("name");
        self.root.remove("title");
        self.root.apply(root, Settings::EXCLUSIVE);
        self.sweeps.push(layer);
        self.arms = match (self.arms.take(), arms) {
            (Some(base), Some(arms)) => Some(merge_arms(base, arms)),
            (base, arms) => arms.or(base),
        };
    }
}

/// Arms of a file over those of the file that it extends.
fn merge_arms(base: Entry, over: Entry) -> Entry {
    let (Value::Table(mut all), Value::Table(arms)) = (base.value.value, &over.value.value) else {
        return over;
    };
    for arm in arms {
        match all.iter_mut().find(|other| other.key == arm.key) {
            Some(other) => {
                other.span = arm.span.clone();
                other.value.apply(&arm.value, Settings::EXCLUSIVE);
            }
            None => all.push(arm.clone()),
        }
    }
    Entry { value: Spanned { span: over.value.span, value: Value::Table(all) }, ..over }
}

/// The file that a file extends, and the value that says so.
fn extended(file: &ConfigFile) -> Result<Option<(PathBuf, Spanned)>, Box<Diagnostic>> {
    let Some(value) = file.root.get("extends") else { return Ok(None) };
    let Value::Text(path) = &value.value else {
        let message = format!("`extends` must be a string, but is {}", value.described());
        let help = "name one file, relative to this one: `extends = \"base.toml\"`";
        return Err(Diagnostic::at(&value.span, message).help(help).into());
    };
    let folder = file.path.parent().unwrap_or(Path::new(""));
    Ok(Some((folder.join(path), value.clone())))
}

fn same_file(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(a) == whole(b)
}

/// Files that extend each other, of which the last names the first.
fn cycle(chain: &[ConfigFile], value: &Spanned) -> Diagnostic {
    let first = chain.iter().take(1);
    let names: Vec<String> =
        chain.iter().chain(first).map(|file| file.path.display().to_string()).collect();
    let message = format!("`extends` goes in a circle: {}", names.join(" -> "));
    Diagnostic::at(&value.span, message).help("one of them must extend none of the others")
}
