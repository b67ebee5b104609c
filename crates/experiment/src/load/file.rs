//! Config files: read, decoded, parsed.

use std::io;
use std::path::{Path, PathBuf};

use crate::syntax::{Diagnostic, SourceMap, Span, Spanned, did_you_mean, parse};

/// A config file, parsed.
#[derive(Clone)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// Its number among the sources.
    pub(crate) source: usize,
    pub(crate) text: String,
    pub(crate) root: Spanned,
}

impl ConfigFile {
    /// Parses the bytes of the file at `path`.
    pub(crate) fn parse(
        path: &Path,
        bytes: io::Result<Vec<u8>>,
        sources: &mut SourceMap,
    ) -> Result<Self, Box<Diagnostic>> {
        let bytes = bytes.map_err(|error| unreadable(path, &error))?;
        let name = path.display().to_string();
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Err(not_utf8(&name, error.as_bytes(), sources).into()),
        };
        let source = sources.add(name, text.clone());
        let root = parse(sources, source)?;
        Ok(ConfigFile { path: path.to_owned(), source, text, root })
    }
}

/// Why a file cannot be read.
fn unreadable(file: &Path, error: &io::Error) -> Diagnostic {
    let shown = file.display();
    if error.kind() != io::ErrorKind::NotFound {
        return Diagnostic::without_span(format!("cannot read {shown}: {error}"));
    }
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let wanted =
        file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let help = did_you_mean(&wanted, names.iter().map(String::as_str));
    let help = help.unwrap_or_else(|| "`train list` shows the experiments in configs/".into());
    Diagnostic::without_span(format!("there is no file {shown}")).help(help)
}

/// Marks the first character that is not UTF-8, in the text with marks in the place of such
/// characters.
fn not_utf8(name: &str, bytes: &[u8], sources: &mut SourceMap) -> Diagnostic {
    let save =
        "save it as UTF-8, the encoding of TOML: editors have it under `Save as` or `Encoding`";
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if is_utf16 {
        let message = format!("{name} is UTF-16, and not UTF-8");
        return Diagnostic::without_span(message).help(save);
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    let start = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
    let end = start + char::REPLACEMENT_CHARACTER.len_utf8();
    let source = sources.add(name, text);
    Diagnostic::at(&Span { source, range: start..end }, "this character is not UTF-8").help(save)
}
