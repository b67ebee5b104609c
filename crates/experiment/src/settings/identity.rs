//! The identity of a run: a hash of the settings that decide its numbers.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::settings::run::Settings;
use crate::settings::seeds::SeedPair;

const SEED_0: SeedPair = SeedPair::same(0);

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
    pub(crate) fn with_seed(&self, seed: SeedPair) -> u64 {
        let mut text = format!("seed = {}\n", seed.weights);
        if let Some(order) = seed.other_order() {
            text.push_str(&format!("order_seed = {order}\n"));
        }
        let digest = self.0.clone().chain_update(text).finalize();
        digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.with_seed(SEED_0) == other.with_seed(SEED_0)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:016x} with seed 0)", self.with_seed(SEED_0))
    }
}
