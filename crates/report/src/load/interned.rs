//! The settings of many runs, each setting and each set of them held once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::settings::decides;

/// Sets of settings; a set is known by its index.
#[derive(Default)]
pub(super) struct InternedSettings {
    pairs: Vec<(String, Value)>,
    pair_indices: HashMap<String, u32>,
    sets: Vec<Arc<[u32]>>,
    set_indices: HashMap<Arc<[u32]>, usize>,
}

impl InternedSettings {
    /// The index of the set of those settings that decide.
    pub(super) fn index(&mut self, settings: BTreeMap<String, Value>) -> usize {
        let pairs = settings.into_iter().filter(|(name, _)| decides(name)).map(|(name, value)| {
            let next = self.pairs.len() as u32;
            let index = *self.pair_indices.entry(format!("{name}={value}")).or_insert(next);
            if index == next {
                self.pairs.push((name, value));
            }
            index
        });
        let set: Arc<[u32]> = pairs.collect();
        let next = self.sets.len();
        let index = *self.set_indices.entry(Arc::clone(&set)).or_insert(next);
        if index == next {
            self.sets.push(set);
        }
        index
    }

    /// The settings of a set.
    pub(super) fn get(&self, set: usize) -> BTreeMap<String, Value> {
        self.sets[set].iter().map(|&pair| self.pairs[pair as usize].clone()).collect()
    }

    /// Names of the settings that are in one of two sets and not in the other.
    pub(super) fn unequal(&self, a: usize, b: usize) -> BTreeSet<&str> {
        if a == b {
            return BTreeSet::new();
        }
        let [a, b] = [a, b].map(|set| self.sets[set].iter().copied().collect::<HashSet<u32>>());
        a.symmetric_difference(&b).map(|&pair| self.pairs[pair as usize].0.as_str()).collect()
    }

    /// The settings that all of these sets have.
    pub(super) fn shared(&self, sets: impl Iterator<Item = usize>) -> BTreeMap<String, Value> {
        let distinct: BTreeSet<usize> = sets.collect();
        let mut distinct = distinct.into_iter().map(|set| &self.sets[set]);
        let mut shared: Vec<u32> = distinct.next().map(|set| set.to_vec()).unwrap_or_default();
        for set in distinct {
            let set: HashSet<u32> = set.iter().copied().collect();
            shared.retain(|pair| set.contains(pair));
        }
        shared.into_iter().map(|pair| self.pairs[pair as usize].clone()).collect()
    }
}
