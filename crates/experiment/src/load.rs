//! From files and flags to a plan: parse each file, lay its arms and then the flags over its base, read the settings,
//! and tell all that is wrong at once.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use initializers::Activation;

use crate::flags::{Flag, Overrides, read_overrides};
use crate::initializer;
use crate::optimizer::Optimizer;
use crate::plan::{Arm, Experiment, Plan, RunSpec};
use crate::points::read_points;
use crate::problem::{Problem, Problems, did_you_mean, listed};
use crate::section::{Found, MAX_INTEGER, Section};
use crate::settings::{
    AdapterKind, Backend, Data, DataSet, DeviceChoice, LastBatch, Length, Model, Normalization,
    RecordLoss, Settings, Training,
};
use crate::sources::{Sources, Span};
use crate::sweep::Sweep;
use crate::tree::{Entry, Node, Tree, parse};

/// Keys of a file that are not settings of a run.
pub(crate) const NOT_SETTINGS: [&str; 5] = ["name", "title", "seeds", "arms", "sweep"];
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
    load_texts(files.iter().map(|file| (file.as_path(), std::fs::read_to_string(file))), overrides)
}

/// Reads the plan of a config file that said `text`, whatever it says by now.
///
/// # Errors
/// As [`load`].
pub fn load_text(file: &Path, text: &str, overrides: &Overrides) -> Result<Plan, Problems> {
    load_texts(std::iter::once((file, Ok(text.to_owned()))), overrides)
}

fn load_texts<'a>(
    files: impl Iterator<Item = (&'a Path, io::Result<String>)>,
    overrides: &Overrides,
) -> Result<Plan, Problems> {
    let mut sources = Sources::default();
    let found = Found::default();
    let over = read_overrides(overrides, &mut sources, &found);
    let mut limit = Limit { many: overrides.many, runs: 0 };
    let mut experiments: Vec<Experiment> = Vec::new();
    for (file, text) in files {
        let Some(experiment) = load_file(file, text, &over, &mut limit, &mut sources, &found)
        else {
            continue;
        };
        if let Some(other) = experiments.iter().find(|other| other.name == experiment.name) {
            let message = format!(
                "{} and {} are both called `{}`, and would write the same records",
                other.file.display(),
                file.display(),
                experiment.name
            );
            found
                .borrow_mut()
                .push(Problem::nowhere(message).help("give one of them a `name` of its own"));
        }
        experiments.push(experiment);
    }
    // What is wrong with a base is wrong with each of its arms; once is enough.
    let mut seen = HashSet::new();
    let mut list = found.into_inner();
    list.retain(|problem| seen.insert(problem.clone()));
    list.sort_by_key(|problem| problem.span.as_ref().map(|span| (span.source, span.range.start)));
    if list.is_empty() { Ok(Plan { experiments }) } else { Err(Problems { list, sources }) }
}

/// Reads one file; `total` counts the runs of all.
fn load_file(
    file: &Path,
    text: io::Result<String>,
    over: &[Flag],
    limit: &mut Limit,
    sources: &mut Sources,
    found: &Found,
) -> Option<Experiment> {
    let report = |problem| found.borrow_mut().push(problem);
    let shown = file.display().to_string();
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            report(unreadable(file, &shown, &error));
            return None;
        }
    };
    let source = sources.add(shown, text);
    let mut root = parse(sources, source).map_err(report).ok()?;
    let arms = root.remove("arms");
    let sweep = Sweep::read(root.remove("sweep").as_ref(), over, found);
    let mut run_over = Vec::new();
    for flag in over {
        // The seeds are the experiment's, everything else is each run's.
        let mut node = flag.node.clone();
        if let Some(entry) = node.remove("seeds") {
            root.overlay(&Node { span: node.span.clone(), tree: Tree::Table(vec![entry]) });
        }
        run_over.push(node);
    }
    let top = Section::of(Some(&root), "", found);
    let name = match top.text("name") {
        Some((name, span)) => checked_name(name, "an experiment", span, found),
        None => {
            let stem = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            checked_name(&stem, "an experiment", &Span { source, range: 0..0 }, found)
        }
    };
    let title = top.text("title").map_or_else(|| name.clone(), |(title, _)| title.to_owned());
    let seeds = read_seeds(&top);
    let arms = read_arms(arms.as_ref(), found);
    limit.admit(&name, arms.len(), &sweep, seeds.len()).map_err(report).ok()?;
    let read = |mut tree: Node, found: &Found| {
        for key in NOT_SETTINGS {
            tree.remove(key);
        }
        run_over.iter().for_each(|node| tree.overlay(node));
        read_settings(&tree, found)
    };
    let arms = arms.into_iter().flat_map(|arm| {
        let mut tree = root.clone();
        let name = arm.map(|(name, delta)| {
            tree.overlay(delta);
            name
        });
        if sweep.is_empty() {
            vec![Arm::new(name.unwrap_or(RunSpec::BASE).to_owned(), read(tree, found), None)]
        } else {
            read_points(name, &tree, &sweep, read, found)
        }
    });
    let arms = arms.collect();
    let text = sources.get(source).text.clone();
    Some(Experiment {
        name,
        title,
        file: file.to_owned(),
        text,
        arms,
        sweep: sweep.to_axes(),
        seeds,
    })
}

/// The arms of a file, each with what differs; one without a name where the file has none.
fn read_arms<'a>(arms: Option<&'a Entry>, found: &Found) -> Vec<Option<(&'a str, &'a Node)>> {
    let report = |problem| found.borrow_mut().push(problem);
    let Some(entry) = arms else { return vec![None] };
    let Some(arms) = entry.node.entries().filter(|arms| !arms.is_empty()) else {
        let problem =
            Problem::at(&entry.node.span, "`arms` must be a table of arms, and hold at least one")
                .help(
                    "write `[arms.NAME]`, and below it what differs from the file's other settings",
                );
        report(problem);
        return Vec::new();
    };
    for arm in arms {
        checked_name(&arm.name, "an arm", &arm.span, found);
        if arm.node.entries().is_none() {
            let message =
                format!("arm `{}` must be a table, but is {}", arm.name, arm.node.described());
            let help = format!("write `[arms.{}]`, and below it what differs", arm.name);
            report(Problem::at(&arm.node.span, message).help(help));
        }
        for entry in NOT_SETTINGS.iter().filter_map(|key| arm.node.entry(key)) {
            let message = format!("`{}` belongs to the experiment, not to an arm", entry.name);
            report(Problem::at(&entry.span, message));
        }
    }
    arms.iter()
        .filter(|arm| arm.node.entries().is_some())
        .map(|arm| Some((arm.name.as_str(), &arm.node)))
        .collect()
}

/// How many runs there may be, and are.
struct Limit {
    many: bool,
    runs: u128,
}

impl Limit {
    /// Counts the runs of an experiment before there are any.
    fn admit(
        &mut self,
        name: &str,
        arms: usize,
        sweep: &Sweep,
        seeds: usize,
    ) -> Result<(), Problem> {
        let points = sweep.points();
        let runs = (arms as u128).saturating_mul(points).saturating_mul(seeds as u128);
        self.runs = self.runs.saturating_add(runs);
        let most = if self.many { Plan::MOST_RUNS } else { Plan::USUAL_RUNS };
        if self.runs <= most as u128 {
            return Ok(());
        }
        let counted = |count: u128, what: &str| {
            format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
        };
        let mut factors = vec![counted(arms as u128, "arm"), counted(seeds as u128, "seed")];
        if !sweep.is_empty() {
            factors.insert(1, counted(points, "point"));
        }
        let mut message = format!("`{name}` is {} ({})", counted(runs, "run"), factors.join(" x "));
        if self.runs != runs {
            message = format!("{message}, {} with the files before it", grouped(self.runs));
        }
        let help = match self.many {
            true => format!("no more than {} can be planned at once", grouped(most as u128)),
            false => {
                format!("more than {} are a slip, unless you add `--many`", grouped(most as u128))
            }
        };
        Err(match &sweep.span {
            Some(span) => Problem::at(span, message),
            None => Problem::nowhere(message),
        }
        .help(help))
    }
}

/// 1,000,000
fn grouped(count: u128) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

fn unreadable(file: &Path, shown: &str, error: &std::io::Error) -> Problem {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Problem::nowhere(format!("cannot read {shown}: {error}"));
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
    Problem::nowhere(format!("there is no file {shown}")).help(help)
}

/// A name that can be a folder everywhere, and nothing but a folder.
fn checked_name(name: &str, of: &str, span: &Span, found: &Found) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    // Windows keeps these for devices, whatever follows the first dot.
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |device| {
        stem.strip_prefix(device)
            .is_some_and(|n: &str| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    let reserved =
        ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt");
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
    let device = read_device(&top, backend);
    let model = read_model(top.node("model"), found);
    let init = initializer::read(top.node("init"), &model, found);
    let optimizer = Optimizer::read(top.node("optimizer"), found);
    let data = read_data(top.node("data"), found);
    let training = read_training(top.node("training"), &data, found);
    top.finish(&NOT_SETTINGS);
    Settings { backend, device, model, init, optimizer, training, data }
}

/// The device, by the number of its adapter or by its kind. All backends but one compute on the CPU, and may be told so.
fn read_device(top: &Section<'_>, backend: Backend) -> DeviceChoice {
    let Some(node) = top.node("device") else { return DeviceChoice::Best };
    let device = match &node.tree {
        Tree::Text(_) => top
            .choice("device", None, &AdapterKind::ALL.map(|(name, kind)| (name, Some(kind))))
            .map(DeviceChoice::Kind),
        _ => top.integer_of("device", node, 0, MAX_INTEGER).map(DeviceChoice::Index),
    };
    match (backend, device) {
        (_, None)
        | (Backend::Flex | Backend::NdArray, Some(DeviceChoice::Kind(AdapterKind::Cpu))) => {
            DeviceChoice::Best
        }
        (Backend::Wgpu, Some(device)) => device,
        (Backend::Flex | Backend::NdArray, Some(_)) => {
            let message = format!(
                "`device` chooses an adapter, but the backend `{}` computes on the CPU",
                backend.name()
            );
            let help = "the backend `wgpu` computes on adapters, and `train devices` lists them";
            top.report(Problem::at(&node.span, message).help(help));
            DeviceChoice::Best
        }
    }
}

fn read_model(node: Option<&Node>, found: &Found) -> Model {
    let section = Section::of(node, "model", found);
    let hidden = match section.node("hidden") {
        Some(node @ Node { tree: Tree::Table(_), .. }) => read_equal_layers(node, found),
        _ => read_layers(&section),
    };
    let activation = match section.text("activation") {
        None => Activation::Relu,
        Some((text, span)) => text.parse().unwrap_or_else(|error| {
            let names = || Activation::ALL.iter().map(|activation| activation.name());
            let help = did_you_mean(text, names())
                .unwrap_or_else(|| format!("known are {}", listed(names(), "and")));
            section.report(Problem::at(span, format!("{error}")).help(help));
            Activation::Relu
        }),
    };
    let bias = section.bool("bias", true);
    section.finish(&[]);
    Model { hidden, activation, bias }
}

/// Reads `hidden = [256, 128]`.
fn read_layers(section: &Section<'_>) -> Vec<usize> {
    let Some((values, span)) = section.list("hidden", "the units of each hidden layer") else {
        return vec![256, 128];
    };
    if values.len() > MAX_LAYERS {
        section
            .report(Problem::at(span, format!("`model.hidden` has more than {MAX_LAYERS} layers")));
    }
    let units = |value| section.integer_of("hidden", value, 1, MAX_WIDTH);
    values.iter().take(MAX_LAYERS).filter_map(units).map(|units| units as usize).collect()
}

/// Reads `hidden = { width = 64, depth = 3 }`: so many layers of so many units.
fn read_equal_layers(node: &Node, found: &Found) -> Vec<usize> {
    let section = Section::of(Some(node), "model.hidden", found);
    let width = section.integer("width", 1, MAX_WIDTH);
    let depth = section.integer("depth", 0, MAX_LAYERS as u64);
    for key in ["width", "depth"] {
        if node.entry(key).is_none() {
            let problem = Problem::at(&node.span, format!("`model.hidden` has no `{key}`"));
            section.report(problem.help("write both: `hidden = { width = 64, depth = 3 }`"));
        }
    }
    section.finish(&[]);
    vec![width.unwrap_or(1) as usize; depth.unwrap_or(1) as usize]
}

fn read_data(node: Option<&Node>, found: &Found) -> Data {
    let section = Section::of(node, "data", found);
    let set = match section.text("set") {
        None | Some(("mnist", _)) => DataSet::Mnist,
        Some((folder, span)) => {
            if !Path::new(folder).is_dir() {
                let message = format!("there is no folder `{}`", folder.escape_debug());
                let help = "`data.set` is \"mnist\", or a folder of IDX files as the working directory sees it";
                section.report(
                    Problem::at(span, message)
                        .help(did_you_mean(folder, ["mnist"]).unwrap_or(help.into())),
                );
            }
            DataSet::Folder(folder.to_owned())
        }
    };
    let most =
        if set == DataSet::Mnist { Data::MNIST_TRAINING_FILE as u64 - 1 } else { MAX_INTEGER };
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
    let batch_size =
        section.integer("batch_size", 1, most).map_or(128.min(most as usize), |size| size as usize);
    let epochs = section.integer("epochs", 1, 1_000_000);
    let max_steps = section.integer("max_steps", 1, MAX_INTEGER);
    if let (Some(_), Some(_), Some(span)) = (epochs, max_steps, section.key_span("max_steps")) {
        section.report(Problem::at(
            span,
            "`training.epochs` and `training.max_steps` are both given: give one of them",
        ));
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
