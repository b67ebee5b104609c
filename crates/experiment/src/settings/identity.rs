//! The identity of a run: a hash of the settings that decide its numbers.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::settings::run::Settings;

/// The hash of all settings that decide a run's numbers, ready to take in the seed.
#[derive(Clone)]
pub(crate) struct Identity(Sha256);

impl Identity {
    pub(crate) fn of(settings: &Settings) -> Self {
        let mut text = String::with_capacity(1024);
        for (name, value) in settings.id_entries() {
            text.extend([&name, " = ", &value.to_string(), "\n"]);
        }
        Identity(Sha256::new().chain_update(text))
    }

    /// The first 64 bits of the hash: what an id shows as 16 hexadecimal digits.
    pub(crate) fn with_seed(&self, seed: u64) -> u64 {
        let digest = self.0.clone().chain_update(format!("seed = {seed}\n")).finalize();
        digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.with_seed(0) == other.with_seed(0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:016x} with seed 0)", self.with_seed(0))
    }
}
