//! From files and flags to a plan: parse each file, lay its arms and then the flags over its base, read the settings,
//! and tell all that is wrong at once.

use std::path::{Path, PathBuf};

use initializers::Activation;

use crate::initializer;
use crate::optimizer::Optimizer;
use crate::plan::{Arm, Experiment, Plan, RunSpec};
use crate::problem::{Problem, Problems, did_you_mean, listed};
use crate::section::{Found, MAX_INTEGER, Section};
use crate::settings::{
    Backend, Data, DataSet, LastBatch, Length, Model, Normalization, RecordLoss, Settings, Training,
};
use crate::sources::{Sources, Span};
use crate::tree::{Entry, Node, Tree, parse};

/// What the command line lays over every file, after its arms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Pairs of what to call it in messages and `key=value`, the key dotted, the value in TOML or a bare word.
    pub set: Vec<(String, String)>,
}

/// Keys of a file that are not settings of a run.
const NOT_SETTINGS: [&str; 4] = ["name", "title", "seeds", "arms"];
/// More seeds than this are a slip.
const MAX_SEEDS: u64 = 100_000;
/// A layer of more units, or a network of more layers, is a slip.
const MAX_WIDTH: u64 = 1 << 16;
const MAX_LAYERS: usize = 1_000;

/// Reads config files into a plan.
///
/// # Errors
/// Everything that is wrong with the files or the overrides, each with its place.
pub fn load(files: &[PathBuf], overrides: &Overrides) -> Result<Plan, Problems> {
    let mut sources = Sources::default();
    let found = Found::default();
    let over = read_overrides(overrides, &mut sources, &found);
    let mut experiments: Vec<Experiment> = Vec::new();
    for file in files {
        let Some(experiment) = load_file(file, &over, &mut sources, &found) else { continue };
        if let Some(other) = experiments.iter().find(|other| other.name == experiment.name) {
            let message = format!(
                "{} and {} are both called `{}`, and would write the same records",
                other.file.display(),
                file.display(),
                experiment.name
            );
            found.borrow_mut().push(Problem::nowhere(message).help("give one of them a `name` of its own"));
        }
        experiments.push(experiment);
    }
    let mut list = Vec::new();
    // What is wrong with a base is wrong with each of its arms; once is enough.
    for problem in found.into_inner() {
        if !list.contains(&problem) {
            list.push(problem);
        }
    }
    list.sort_by_key(|problem| problem.span.as_ref().map(|span| (span.source, span.range.start)));
    if list.is_empty() { Ok(Plan { experiments }) } else { Err(Problems { list, sources }) }
}

/// Parses `--set` and its like into one tree each.
pub(crate) fn read_overrides(overrides: &Overrides, sources: &mut Sources, found: &Found) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (name, text) in &overrides.set {
        let source = sources.add(name, text);
        let Some((key, value)) = text.split_once('=') else {
            let span = Span { source, range: 0..text.len() };
            let problem =
                Problem::at(&span, "expected `key=value`").help("for example `--set optimizer.learning_rate=0.01`");
            found.borrow_mut().push(problem);
            continue;
        };
        let parsed = parse(sources, source).or_else(|problem| {
            // A bare word is a string: `--set init=zeros` needs no quotes within quotes.
            let quoted = toml::Value::String(value.trim().to_owned());
            let source = sources.add(name, format!("{key}={quoted}"));
            parse(sources, source).map_err(|_| problem)
        });
        match parsed {
            Ok(node) => nodes.push(node),
            Err(problem) => found.borrow_mut().push(problem),
        }
    }
    nodes
}

fn load_file(file: &Path, over: &[Node], sources: &mut Sources, found: &Found) -> Option<Experiment> {
    let shown = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            found.borrow_mut().push(unreadable(file, &shown, &error));
            return None;
        }
    };
    let source = sources.add(shown, text);
    let mut root = match parse(sources, source) {
        Ok(root) => root,
        Err(problem) => {
            found.borrow_mut().push(problem);
            return None;
        }
    };
    let arms = root.remove("arms");
    let mut run_over = Vec::new();
    for node in over {
        // The seeds are the experiment's, everything else is each run's.
        let mut node = node.clone();
        if let Some(entry) = node.remove("seeds") {
            root.overlay(&Node { span: node.span.clone(), tree: Tree::Table(vec![entry]) });
        }
        run_over.push(node);
    }
    let top = Section::of(Some(&root), "", found);
    let name = match top.text("name") {
        Some((name, span)) => checked_name(name, "an experiment", span, found),
        None => {
            let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            checked_name(&stem, "an experiment", &Span { source, range: 0..0 }, found)
        }
    };
    let title = top.text("title").map_or_else(|| name.clone(), |(title, _)| title.to_owned());
    let seeds = read_seeds(&top);
    let settings = |arm: Option<&Entry>| {
        let mut tree = root.clone();
        if let Some(arm) = arm {
            tree.overlay(&arm.node);
        }
        for key in NOT_SETTINGS {
            tree.remove(key);
        }
        for node in &run_over {
            tree.overlay(node);
        }
        read_settings(&tree, found)
    };
    let arms = match &arms {
        None => vec![Arm::new(RunSpec::BASE.to_owned(), settings(None), None)],
        Some(Entry { node: Node { tree: Tree::Table(arms), .. }, .. }) if !arms.is_empty() => arms
            .iter()
            .map(|arm| {
                if !matches!(arm.node.tree, Tree::Table(_)) {
                    let message = format!("arm `{}` must be a table, but is {}", arm.name, arm.node.described());
                    let help = format!("write `[arms.{}]`, and below it what differs", arm.name);
                    found.borrow_mut().push(Problem::at(&arm.node.span, message).help(help));
                    return Arm::new(arm.name.clone(), settings(None), None);
                }
                for key in NOT_SETTINGS {
                    if let Some(entry) = arm.node.entry(key) {
                        let message = format!("`{key}` belongs to the experiment, not to an arm");
                        found.borrow_mut().push(Problem::at(&entry.span, message));
                    }
                }
                Arm::new(checked_name(&arm.name, "an arm", &arm.span, found), settings(Some(arm)), None)
            })
            .collect(),
        Some(arms) => {
            let problem = Problem::at(&arms.node.span, "`arms` must be a table of arms, and hold at least one")
                .help("write `[arms.NAME]`, and below it what differs from the file's other settings");
            found.borrow_mut().push(problem);
            Vec::new()
        }
    };
    Some(Experiment { name, title, file: file.to_owned(), arms, seeds })
}

fn unreadable(file: &Path, shown: &str, error: &std::io::Error) -> Problem {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Problem::nowhere(format!("cannot read {shown}: {error}"));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let wanted = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let help = did_you_mean(&wanted, names.iter().map(String::as_str));
    let help = help.unwrap_or_else(|| "`train list` shows the experiments in configs/".into());
    Problem::nowhere(format!("there is no file {shown}")).help(help)
}

/// A name that can be a folder everywhere, and nothing but a folder.
fn checked_name(name: &str, of: &str, span: &Span, found: &Found) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    // Windows keeps these for devices, whatever follows the first dot.
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered =
        |device| stem.strip_prefix(device).is_some_and(|n: &str| n.len() == 1 && n.as_bytes()[0].is_ascii_digit());
    let reserved = ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt");
    let fine = !name.is_empty() && name.len() <= 100 && name.chars().all(plain) && !reserved;
    if !fine || name.starts_with(['.', '-']) || name.ends_with('.') {
        let message = format!("`{}` cannot be the name of {of}", name.escape_debug());
        let help = "names are folders: up to 100 letters, digits, `_`, `-`, `+` and `.`, a letter, digit or `_` first, and no name \
                    that an operating system keeps for itself";
        found.borrow_mut().push(Problem::at(span, message).help(help));
    }
    name.to_owned()
}

fn read_seeds(top: &Section<'_>) -> Vec<u64> {
    let Some(node) = top.node("seeds") else { return vec![0] };
    let Tree::List(values) = &node.tree else {
        return (0..top.integer_of("seeds", node, 1, MAX_SEEDS).unwrap_or(1)).collect();
    };
    if values.is_empty() {
        top.report(Problem::at(&node.span, "`seeds` must name at least one seed"));
    }
    let mut seeds = Vec::new();
    for value in values {
        let Some(seed) = top.integer_of("seeds", value, 0, MAX_INTEGER) else { continue };
        if seeds.contains(&seed) {
            top.report(Problem::at(&value.span, format!("seed {seed} is there twice")));
        }
        seeds.push(seed);
    }
    seeds
}

fn read_settings(root: &Node, found: &Found) -> Settings {
    let top = Section::of(Some(root), "", found);
    let backend = top.choice("backend", Backend::Flex, &Backend::ALL);
    let model = read_model(top.node("model"), found);
    let init = initializer::read(top.node("init"), &model, found);
    let optimizer = Optimizer::read(top.node("optimizer"), found);
    let data = read_data(top.node("data"), found);
    let training = read_training(top.node("training"), &data, found);
    top.finish(&NOT_SETTINGS);
    Settings { backend, model, init, optimizer, training, data }
}

fn read_model(node: Option<&Node>, found: &Found) -> Model {
    let section = Section::of(node, "model", found);
    let hidden = match section.list("hidden", "the units of each hidden layer") {
        None => vec![256, 128],
        Some((values, span)) => {
            if values.len() > MAX_LAYERS {
                section.report(Problem::at(span, format!("`model.hidden` has more than {MAX_LAYERS} layers")));
            }
            let units = |value| section.integer_of("hidden", value, 1, MAX_WIDTH);
            values.iter().take(MAX_LAYERS).filter_map(units).map(|units| units as usize).collect()
        }
    };
    let activation = match section.text("activation") {
        None => Activation::Relu,
        Some((text, span)) => text.parse().unwrap_or_else(|error| {
            let names = || Activation::ALL.iter().map(|activation| activation.name());
            let help = did_you_mean(text, names()).unwrap_or_else(|| format!("known are {}", listed(names(), "and")));
            section.report(Problem::at(span, format!("{error}")).help(help));
            Activation::Relu
        }),
    };
    let bias = section.bool("bias", true);
    section.finish(&[]);
    Model { hidden, activation, bias }
}

fn read_data(node: Option<&Node>, found: &Found) -> Data {
    let section = Section::of(node, "data", found);
    let set = match section.text("set") {
        None | Some(("mnist", _)) => DataSet::Mnist,
        Some((folder, span)) => {
            if !Path::new(folder).is_dir() {
                let message = format!("there is no folder `{}`", folder.escape_debug());
                let help = "`data.set` is \"mnist\", or a folder of IDX files as the working directory sees it";
                section.report(Problem::at(span, message).help(did_you_mean(folder, ["mnist"]).unwrap_or(help.into())));
            }
            DataSet::Folder(folder.to_owned())
        }
    };
    let most = if set == DataSet::Mnist { Data::MNIST_TRAINING_FILE as u64 - 1 } else { MAX_INTEGER };
    let validation = section.integer("validation", 1, most).unwrap_or(5_000) as usize;
    let normalize = section.choice("normalize", Normalization::Unit, &Normalization::ALL);
    section.finish(&[]);
    Data { set, validation, normalize }
}

fn read_training(node: Option<&Node>, data: &Data, found: &Found) -> Training {
    let section = Section::of(node, "training", found);
    let most = match data.set {
        DataSet::Mnist => (Data::MNIST_TRAINING_FILE - data.validation) as u64,
        DataSet::Folder(_) => MAX_INTEGER,
    };
    let batch_size = section.integer("batch_size", 1, most).map_or(128.min(most as usize), |size| size as usize);
    let epochs = section.integer("epochs", 1, 1_000_000);
    let max_steps = section.integer("max_steps", 1, MAX_INTEGER);
    if let (Some(_), Some(_), Some(span)) = (epochs, max_steps, section.key_span("max_steps")) {
        section
            .report(Problem::at(span, "`training.epochs` and `training.max_steps` are both given: give one of them"));
    }
    let length = match (epochs, max_steps) {
        (_, Some(steps)) => Length::Steps(steps),
        (epochs, None) => Length::Epochs(epochs.unwrap_or(2)),
    };
    let last_batch = section.choice("last_batch", LastBatch::Drop, &LastBatch::ALL);
    let record_loss = section.choice("record_loss", RecordLoss::BeforeUpdate, &RecordLoss::ALL);
    let checkpoint_every = section.integer("checkpoint_every", 1, MAX_INTEGER);
    section.finish(&[]);
    Training { batch_size, length, last_batch, record_loss, checkpoint_every }
}
