//! The first fields of `run.json`, read without the rest. A list of a hundred thousand runs needs
//! no more of most of them.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::read::read_file;
use crate::{FORMAT, ReadError, Status};

/// The first fields of `run.json`. Read alone, they are not checked against the checksum at its
/// end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHeader {
    /// See [`RunRecord`](crate::RunRecord), as for all fields.
    pub id: String,
    /// The experiment's name.
    pub experiment: String,
    /// The arm's name.
    pub arm: String,
    /// The seed.
    pub seed: u64,
    /// The seed of the order of the batches, where it is another.
    pub order_seed: Option<u64>,
    /// What the record says; a process that died at the run could not change it.
    pub status: Status,
    /// Why it failed, diverged or was interrupted.
    pub message: Option<String>,
}

/// Reads the header of `run.json`.
///
/// # Errors
/// See [`ReadError`]; damage behind the header is not seen.
pub fn read_header(directory: &Path) -> Result<RunHeader, ReadError> {
    /// Room for every header but one with a message of unusual length.
    const ENOUGH: usize = 2048;
    let path = directory.join("run.json");
    let failed = |source| ReadError::Io { path: path.clone(), source };
    let mut bytes = [0; ENOUGH];
    let mut file = File::open(&path).map_err(failed)?;
    let mut filled = 0;
    while filled < ENOUGH {
        match file.read(&mut bytes[filled..]).map_err(failed)? {
            0 => break,
            read => filled += read,
        }
    }
    let read = match parse_header(&bytes[..filled]) {
        Some(read) => read,
        None => parse_header(&read_file(&path)?).ok_or_else(|| ReadError::Damaged {
            path: path.clone(),
            reason: "it does not begin as a record does".into(),
        })?,
    };
    match read {
        (format, _) if format > u64::from(FORMAT) => {
            Err(ReadError::Newer { path, found: format, known: FORMAT })
        }
        (_, header) => Ok(header),
    }
}

/// The format and the header of a text that may be cut anywhere behind it.
fn parse_header(text: &[u8]) -> Option<(u64, RunHeader)> {
    let mut fields = Fields::default();
    // What follows the header is not looked at, so that this ends with an error where the text ends
    // early, and with one where it does not.
    let _ =
        Collector(&mut fields).deserialize_from(&mut serde_json::Deserializer::from_slice(text));
    let header = RunHeader {
        id: fields.id?,
        experiment: fields.experiment?,
        arm: fields.arm?,
        seed: fields.seed?,
        order_seed: fields.order_seed,
        status: fields.status?,
        message: fields.message?,
    };
    Some((fields.format?, header))
}

#[derive(Default)]
struct Fields {
    format: Option<u64>,
    id: Option<String>,
    experiment: Option<String>,
    arm: Option<String>,
    seed: Option<u64>,
    order_seed: Option<u64>,
    status: Option<Status>,
    message: Option<Option<String>>,
}

struct Collector<'a>(&'a mut Fields);

impl Collector<'_> {
    fn deserialize_from<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    Format,
    Id,
    Experiment,
    Arm,
    Seed,
    OrderSeed,
    Status,
    Message,
    #[serde(other)]
    Other,
}

impl<'de> Visitor<'de> for Collector<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let fields = self.0;
        while let Some(name) = map.next_key()? {
            match name {
                Name::Format => fields.format = Some(map.next_value()?),
                Name::Id => fields.id = Some(map.next_value()?),
                Name::Experiment => fields.experiment = Some(map.next_value()?),
                Name::Arm => fields.arm = Some(map.next_value()?),
                Name::Seed => fields.seed = Some(map.next_value()?),
                Name::OrderSeed => fields.order_seed = Some(map.next_value()?),
                Name::Status => fields.status = Some(map.next_value()?),
                Name::Message => {
                    fields.message = Some(map.next_value()?);
                    // The last field of the header.
                    return Ok(());
                }
                Name::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunDirectory;
    use crate::testing::example_record;

    fn write(path: &Path, status: Status, message: Option<&str>) {
        RunDirectory::new(path).write_record(&example_record(status, message)).unwrap();
    }

    #[test]
    fn a_header_is_read_whole_however_long_its_message() {
        let folder = tempfile::tempdir().unwrap();
        let long = "long, \"quoted\" ".repeat(1_000);
        for message in [None, Some("short"), Some(&*long)] {
            write(folder.path(), Status::Failed, message);
            let header = read_header(folder.path()).unwrap();
            assert_eq!(
                (header.arm.as_str(), header.seed, header.status),
                ("normal,std=0.1", u64::MAX, Status::Failed)
            );
            assert_eq!(header.message.as_deref(), message);
        }
    }

    #[test]
    fn a_header_that_is_cut_anywhere_is_damaged_and_what_follows_it_is_not_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Status::Finished, None);
        let path = folder.path().join("run.json");
        let whole = std::fs::read_to_string(&path).unwrap();
        let end = whole.find("\"message\": null").unwrap() + "\"message\": null".len();
        for length in 0..end {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(
                matches!(read_header(folder.path()), Err(ReadError::Damaged { .. })),
                "{}",
                &whole[..length]
            );
        }
        std::fs::write(&path, whole[..end].to_owned() + ", garbage").unwrap();
        assert_eq!(read_header(folder.path()).unwrap().status, Status::Finished);
        std::fs::write(&path, whole.replace("\"format\": 1", "\"format\": 99")).unwrap();
        assert!(matches!(read_header(folder.path()), Err(ReadError::Newer { found: 99, .. })));
    }
}
