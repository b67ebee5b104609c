//! What can be checked of a plan before anything is written: whether its backends and data sets
//! exist, and whether its settings fit them.

use std::collections::HashSet;
use std::sync::Arc;

use experiment::{Data, DataSet, RunSpec, Settings};
use mnist::{ImageSet, SetError};
use record::{find_superseded, read_header};

use crate::backend::open_device;
use crate::data::{Images, PixelScale, training_split};
use crate::error::BackendError;
use crate::execute::Options;
use crate::run::draw_weights;

/// Why runs cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The index of the first of the runs.
    pub run: usize,
    /// The settings that are to blame, by their dotted names, the first before the others.
    pub keys: &'static [&'static str],
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether the user can correct it; otherwise the machine failed.
    pub is_bad_input: bool,
}

/// What was found out about a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preflight {
    /// Why runs cannot be carried out; empty if all can.
    pub refusals: Vec<Refusal>,
    /// What the data sets of folders are, a line each.
    pub data_sets: Vec<String>,
    /// What is unusual about them, a line each.
    pub notes: Vec<String>,
}

/// Checks runs that are to be carried out with `options`. Those that have a result need nothing.
/// What was read is kept in [`Options::sets`].
pub fn preflight(runs: &[RunSpec], options: &Options) -> Preflight {
    let mut preflight = Preflight::default();
    // The runs of an arm share their settings.
    let mut checked = HashSet::new();
    for (index, run) in runs.iter().enumerate() {
        let settings = Arc::as_ptr(&run.settings);
        if !checked.contains(&settings) && !has_result(run, options) {
            checked.insert(settings);
            if let Err(refusal) = check(index, run, options, &mut preflight) {
                preflight.refusals.push(*refusal);
            }
        }
    }
    preflight
}

/// Whether a run's record with a result exists, in its place or set aside, and may be used.
pub fn has_result(run: &RunSpec, options: &Options) -> bool {
    if options.force {
        return false;
    }
    let is_final = |directory: &std::path::Path| {
        let header = read_header(directory).ok();
        header.is_some_and(|header| header.id == run.id() && header.status.is_final())
    };
    let superseded = || {
        find_superseded(&options.out.join(&run.experiment), &run.arm, run.seed.weights, &run.id())
    };
    is_final(&run.directory(&options.out)) || superseded().is_some_and(|path| is_final(&path))
}

/// Checks the settings of a run.
fn check(
    index: usize,
    run: &RunSpec,
    options: &Options,
    preflight: &mut Preflight,
) -> Result<(), Box<Refusal>> {
    let refusal = |keys, message: String, help: Option<String>| {
        Box::new(Refusal { run: index, keys, message, help, is_bad_input: true })
    };
    let Settings { backend, device, ref data, ref training, .. } = *run.settings;
    let device = open_device(backend, device).map_err(|error| refusal_of(index, &error))?;
    let needs_images = run.settings.needs_first_batch() || run.settings.init.from.is_some();
    let set = match data.known() {
        // MNIST and what is drawn need not be looked at.
        Some(_) if !needs_images => None,
        _ => Some(options.sets.get(data).map_err(|error| {
            let (keys, help) = blame(&error, data);
            refusal(keys, error.to_string(), help)
        })?),
    };
    let images = set.as_ref().map(|set| set.training.len()).or(run.settings.training_images());
    let images = images.unwrap_or_default();
    if let Some(train) = data.train.filter(|train| *train > images) {
        let message = format!("`data.train` is {train}, but there are {images} training images");
        return Err(refusal(&["data.train", "data.set"], message, None));
    }
    let images = data.train.unwrap_or(images);
    if run.settings.steps_per_epoch(images) == 0 {
        let size = training.batch_size;
        let message =
            format!("batches of {size} images cannot be made from {images} training images");
        let help = format!(
            "set `training.batch_size` to {images} or less, or `training.last_batch` to \"keep\""
        );
        return Err(refusal(&["training.batch_size", "data.set"], message, Some(help)));
    }
    let run = match &set {
        Some(set) => run.for_images(set.shape().pixels(), set.shape().classes),
        None => run.clone(),
    };
    let Settings { init, model, .. } = &*run.settings;
    init.check(model).map_err(|(layer, error)| {
        refusal(&["init", "data.set"], format!("layer {layer}: {error}"), None)
    })?;
    let Some(set) = set else { return Ok(()) };
    preflight.describe(data, &set);
    if needs_images {
        let training = training_split(&set.training, data);
        let scale = PixelScale::of(data.normalize, &training);
        let images = Images::new(&training, scale, &device);
        draw_weights(&run, || Ok(images))
            .map_err(|error| refusal(&["init"], error.to_string(), None))?;
    }
    Ok(())
}

/// The refusal of a run whose device cannot be opened.
fn refusal_of(run: usize, error: &BackendError) -> Box<Refusal> {
    let keys: &[_] = match error {
        BackendError::NotBuilt(_) => &["backend"],
        _ => &["device", "backend"],
    };
    // The first line says what is wrong, the others what to do.
    let message = error.to_string();
    let (message, help) = match message.split_once('\n') {
        Some((message, help)) => {
            (message.trim_end_matches(':').to_owned(), Some(help.trim().to_owned()))
        }
        None => (message, None),
    };
    Box::new(Refusal { run, keys, message, help, is_bad_input: error.is_bad_input() })
}

/// The settings that are to blame for a data set that cannot be used, and what to do.
fn blame(error: &SetError, data: &Data) -> (&'static [&'static str], Option<String>) {
    match error {
        SetError::Validation { available, .. } => {
            let fewer = available.saturating_sub(1).min(available / 10).max(1);
            let help = format!("`data.validation = {fewer}` is a tenth of the images");
            (&["data.validation", "data.set"], Some(help))
        }
        SetError::NoFolder { .. } => {
            let help = "`data.set` is \"mnist\", or a folder of IDX files as the working directory \
                        sees it";
            (&["data.set"], Some(help.to_owned()))
        }
        SetError::Several { choices, .. } => {
            let DataSet::Folder(folder) = &data.set else {
                return (&["data.set"], None);
            };
            let example = choices.first().map(|choice| {
                let choice = choice.rsplit_once('/').map_or(&**choice, |(folder, _)| folder);
                format!("for example `data.set = \"{folder}/{choice}\"`")
            });
            (&["data.set"], example)
        }
        SetError::NoClass { .. } | SetError::Empty(_) if !data.classes.is_empty() => {
            (&["data.classes", "data.set"], None)
        }
        SetError::Pool { .. } => (&["data.pool", "data.set"], None),
        _ => (&["data.set"], None),
    }
}

impl Preflight {
    /// Says what a folder holds, once.
    fn describe(&mut self, data: &Data, set: &ImageSet) {
        let DataSet::Folder(folder) = &data.set else { return };
        let first = set.files().first().map(|file| format!(", from {} and others", file.display()));
        let line = format!("{folder}: {}{}", set.summary(), first.unwrap_or_default());
        if !self.data_sets.contains(&line) {
            self.data_sets.push(line);
            self.notes.extend(set.note().map(|note| format!("{folder}: {note}")));
        }
    }
}
