//! `train schema`: the JSON schema of config files.

use crate::exit::Done;

/// Prints the schema.
pub(crate) fn schema() -> Done {
    anstream::println!("{:#}", experiment::schema());
    Ok(())
}
