//! The keys of a config that belong to the experiment, and not to each of its runs.

/// A key of the experiment.
pub(crate) struct ExperimentKey {
    pub(crate) key: &'static str,
    /// What it takes, in words.
    pub(crate) takes: &'static str,
    /// Its default, in words.
    pub(crate) default: &'static str,
    pub(crate) meaning: &'static str,
}

/// The keys of the experiment.
pub(crate) const EXPERIMENT_KEYS: [ExperimentKey; 6] = [
    ExperimentKey {
        key: "name",
        takes: "letters, digits, `_ - + .`",
        default: "the file's name",
        meaning: "the folder of its records",
    },
    ExperimentKey {
        key: "title",
        takes: "text",
        default: "the name",
        meaning: "what tables and pictures call it",
    },
    ExperimentKey {
        key: "extends",
        takes: "a file, relative to this one",
        default: "none",
        meaning: "the config that this one states its difference from",
    },
    ExperimentKey {
        key: "seeds",
        takes: "a count, a list of seeds, or `{ weights = 5, order = 5 }`",
        default: "`1`",
        meaning: "`5` is seeds 0 to 4; runs of one seed see the same batches; or each seed of the \
                  weights with each of the order",
    },
    ExperimentKey {
        key: "arms",
        takes: "tables of settings by name",
        default: "none",
        meaning: "variants to compare over the same seeds: `[arms.NAME]`, and what differs",
    },
    ExperimentKey {
        key: "sweep",
        takes: "axes by dotted names",
        default: "none",
        meaning: "settings and the values that each takes: every combination is an arm",
    },
];

/// Their names.
pub(crate) const TOP_KEYS: [&str; EXPERIMENT_KEYS.len()] = {
    let mut keys = [""; EXPERIMENT_KEYS.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = EXPERIMENT_KEYS[index].key;
        index += 1;
    }
    keys
};
