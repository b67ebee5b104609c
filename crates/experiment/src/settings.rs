//! What will run: every setting of a run, nothing left open. [`Settings::entries`] is the one list of them by dotted
//! name; the resolved TOML, the record and the run's id all come from it.

use std::collections::BTreeMap;

use initializers::catalog::Value;
use initializers::{Activation, DrawError, Initializer, TensorSpec};

use crate::optimizer::Optimizer;

/// Everything that decides a run's numbers but its seed, and how often there is a checkpoint, which does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// What computes.
    pub backend: Backend,
    /// On which device of this machine.
    pub device: DeviceChoice,
    /// The network.
    pub model: Model,
    /// The weights that it starts from.
    pub init: Init,
    /// How its weights change.
    pub optimizer: Optimizer,
    /// How long, in what batches, and what is recorded.
    pub training: Training,
    /// What it learns.
    pub data: Data,
}

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// burn's CPU backend with SIMD kernels: the fastest on a CPU.
    Flex,
    /// burn's older CPU backend, on the crate `ndarray`.
    NdArray,
    /// burn's GPU backend on WebGPU: Vulkan, Metal or DirectX 12.
    Wgpu,
}

impl Backend {
    /// Every backend by its name.
    pub const ALL: [(&'static str, Backend); 3] =
        [("flex", Backend::Flex), ("ndarray", Backend::NdArray), ("wgpu", Backend::Wgpu)];

    /// Its name in TOML.
    pub fn name(self) -> &'static str {
        name_of(&Self::ALL, self)
    }
}

/// Which of a machine's graphics adapters computes. Backends that compute on the CPU know the one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The best that there is.
    #[default]
    Best,
    /// The one of this number in the list of adapters, from 0.
    Index(u64),
    /// The first of this kind.
    Kind(AdapterKind),
}

/// What sort of thing a graphics adapter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdapterKind {
    /// A card with a memory of its own.
    Discrete,
    /// Part of the processor.
    Integrated,
    /// What its driver does not say.
    Other,
    /// A share of another machine's.
    Virtual,
    /// A driver that computes on the CPU.
    Cpu,
}

impl AdapterKind {
    /// Every kind by its name, in the order in which they are preferred.
    pub const ALL: [(&'static str, AdapterKind); 5] = [
        ("discrete", AdapterKind::Discrete),
        ("integrated", AdapterKind::Integrated),
        ("other", AdapterKind::Other),
        ("virtual", AdapterKind::Virtual),
        ("cpu", AdapterKind::Cpu),
    ];

    /// Its name in TOML.
    pub fn name(self) -> &'static str {
        name_of(&Self::ALL, self)
    }
}

/// The network: fully connected layers with an activation between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Units of each hidden layer, from the input on.
    pub hidden: Vec<usize>,
    /// What stands between layers.
    pub activation: Activation,
    /// Whether layers have biases.
    pub bias: bool,
}

impl Model {
    /// Widths from the input to the output: 784, the hidden layers, 10.
    pub fn widths(&self) -> Vec<usize> {
        let mut widths = vec![Data::INPUTS];
        widths.extend(&self.hidden);
        widths.push(Data::CLASSES);
        widths
    }

    /// The weight of each layer as initializers see it: its shape, its place, and the activations around it.
    pub fn targets(&self) -> Vec<TensorSpec> {
        TensorSpec::network(&self.widths(), self.activation)
    }
}

/// The weights that the network starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Init {
    /// What every layer starts from, unless it is named below.
    pub base: LayerInit,
    /// Layers that differ, by number from 1.
    pub layers: BTreeMap<usize, LayerInit>,
}

impl Init {
    /// What `layer`, from 1, starts from.
    pub fn layer(&self, layer: usize) -> &LayerInit {
        self.layers.get(&layer).unwrap_or(&self.base)
    }

    /// Whether every layer's initializer has a meaning for its tensors.
    ///
    /// # Errors
    /// The first that has none, with its layer from 1.
    pub fn check(&self, model: &Model) -> Result<(), (usize, DrawError)> {
        for (index, target) in model.targets().iter().enumerate() {
            let LayerInit { weight, bias } = self.layer(index + 1);
            let checked = if model.bias {
                weight.check_layer(Some(bias), target)
            } else {
                weight.check(target)
            };
            checked.map_err(|error| (index + 1, error))?;
        }
        Ok(())
    }
}

/// What one layer starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerInit {
    /// Its weights.
    pub weight: Initializer,
    /// Its biases.
    pub bias: Initializer,
}

/// How long a run trains, in what batches, and what is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Images in a batch.
    pub batch_size: usize,
    /// When it ends.
    pub length: Length,
    /// What happens to the images that do not fill a last batch.
    pub last_batch: LastBatch,
    /// Which loss of a step is recorded.
    pub record_loss: RecordLoss,
    /// After how many steps, and so on, there is a checkpoint; one at the end of each epoch there is anyway.
    pub checkpoint_every: Option<u64>,
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// After so many times through the training images.
    Epochs(u64),
    /// After so many steps.
    Steps(u64),
}

/// What happens to the images that do not fill a last batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastBatch {
    /// They are left out of the epoch.
    Drop,
    /// They are a smaller batch.
    Keep,
}

impl LastBatch {
    pub(crate) const ALL: [(&'static str, LastBatch); 2] =
        [("drop", LastBatch::Drop), ("keep", LastBatch::Keep)];
}

/// Which loss of a step is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordLoss {
    /// That of the forward pass, before the step's update: step 0 is the loss of the initial weights.
    BeforeUpdate,
    /// The loss on the same batch after the update: the tutorial's own.
    AfterUpdate,
}

impl RecordLoss {
    pub(crate) const ALL: [(&'static str, RecordLoss); 2] =
        [("before_update", RecordLoss::BeforeUpdate), ("after_update", RecordLoss::AfterUpdate)];
}

/// What a run learns.
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Which images.
    pub set: DataSet,
    /// How many of the training file's first images are the validation set.
    pub validation: usize,
    /// How bytes become inputs.
    pub normalize: Normalization,
}

impl Data {
    /// Inputs of the network: pixels of an image.
    pub const INPUTS: usize = 784;
    /// Outputs of the network: classes.
    pub const CLASSES: usize = 10;
    /// Images in MNIST's training file.
    pub(crate) const MNIST_TRAINING_FILE: usize = 60_000;
}

/// Which images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataSet {
    /// The embedded MNIST.
    Mnist,
    /// A folder of IDX files of the same form, as the working directory sees it.
    Folder(String),
}

/// How bytes become inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalization {
    /// Divided by 255, into [0, 1]: the tutorial's.
    Unit,
    /// Into [0, 1], then less the mean and divided by the standard deviation of all training pixels.
    Standard,
}

impl Normalization {
    pub(crate) const ALL: [(&'static str, Normalization); 2] =
        [("unit", Normalization::Unit), ("standard", Normalization::Standard)];
}

impl Settings {
    /// The one setting that changes nothing about a run's numbers.
    pub(crate) const CHECKPOINT_EVERY: &'static str = "training.checkpoint_every";

    /// Every setting by its dotted name, in the order of the grammar.
    pub fn entries(&self) -> Vec<(String, toml::Value)> {
        let mut entries = vec![("backend".to_owned(), toml::Value::from(self.backend.name()))];
        let mut add = |name: &str, value: toml::Value| entries.push((name.to_owned(), value));
        match self.device {
            DeviceChoice::Best => {}
            DeviceChoice::Index(index) => add("device", (index as i64).into()),
            DeviceChoice::Kind(kind) => add("device", kind.name().into()),
        }
        let hidden: Vec<i64> = self.model.hidden.iter().map(|&units| units as i64).collect();
        add("model.hidden", hidden.into());
        add("model.activation", self.model.activation.to_string().into());
        add("model.bias", self.model.bias.into());
        add_layer(&mut add, "init", &self.init.base, self.model.bias);
        for (layer, init) in &self.init.layers {
            add_layer(&mut add, &format!("init.layers.{layer}"), init, self.model.bias);
        }
        self.optimizer.add_entries(&mut add);
        add("training.batch_size", (self.training.batch_size as i64).into());
        match self.training.length {
            Length::Epochs(epochs) => add("training.epochs", (epochs as i64).into()),
            Length::Steps(steps) => add("training.max_steps", (steps as i64).into()),
        }
        add("training.last_batch", name_of(&LastBatch::ALL, self.training.last_batch).into());
        add("training.record_loss", name_of(&RecordLoss::ALL, self.training.record_loss).into());
        if let Some(steps) = self.training.checkpoint_every {
            add(Self::CHECKPOINT_EVERY, (steps as i64).into());
        }
        let set = match &self.data.set {
            DataSet::Mnist => "mnist",
            DataSet::Folder(folder) => folder,
        };
        add("data.set", set.into());
        add("data.validation", (self.data.validation as i64).into());
        add("data.normalize", name_of(&Normalization::ALL, self.data.normalize).into());
        entries
    }

    /// The settings as nested TOML tables.
    pub(crate) fn to_table(&self) -> toml::Table {
        let mut root = toml::Table::new();
        for (name, value) in self.entries() {
            let mut path: Vec<&str> = name.split('.').collect();
            let Some(last) = path.pop() else { continue };
            let mut table = &mut root;
            for part in path {
                let entry =
                    table.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
                let toml::Value::Table(inner) = entry else {
                    unreachable!("a name is a value or a table, not both")
                };
                table = inner;
            }
            table.insert(last.to_owned(), value);
        }
        root
    }
}

fn add_layer(add: &mut impl FnMut(&str, toml::Value), prefix: &str, init: &LayerInit, bias: bool) {
    add_initializer(add, prefix, &init.weight);
    if bias {
        add_initializer(add, &format!("{prefix}.bias"), &init.bias);
    }
}

fn add_initializer(
    add: &mut impl FnMut(&str, toml::Value),
    prefix: &str,
    initializer: &Initializer,
) {
    add(&format!("{prefix}.kind"), initializer.kind().name.into());
    for (name, value) in initializer.parameters() {
        let value = match value {
            Value::Real(value) => value.into(),
            Value::Integer(value) => value.into(),
            Value::Bool(value) => value.into(),
            Value::Text(value) => value.into_owned().into(),
        };
        add(&format!("{prefix}.{name}"), value);
    }
}

/// The name that `choices` pairs with `value`.
pub(crate) fn name_of<T: PartialEq>(choices: &[(&'static str, T)], value: T) -> &'static str {
    choices.iter().find(|(_, choice)| *choice == value).map_or("", |(name, _)| name)
}
