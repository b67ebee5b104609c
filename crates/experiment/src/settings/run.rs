//! All settings of a run: the sections, what of one depends on another, and the resolved config.

use crate::settings::backend::{AdapterKind, Backend, DeviceChoice, Devices};
use crate::settings::data::Data;
use crate::settings::data_set::KnownSet;
use crate::settings::describe::describe;
use crate::settings::domain::Words;
use crate::settings::experiment_keys::TOP_KEYS;
use crate::settings::group::NumberForm;
use crate::settings::init::Init;
use crate::settings::model::Model;
use crate::settings::optimizer::Optimizer;
use crate::settings::read::read_section;
use crate::settings::record::Recording;
use crate::settings::table::{Section, Stated, Table};
use crate::settings::training::Training;
use crate::settings::write::{ResolvedSetting, write_section};
use crate::syntax::{Diagnostic, Diagnostics, Spanned, did_you_mean, number};

/// Everything that decides a run's numbers but its seed; and how often there is a checkpoint and what
/// is recorded, which do not.
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
    /// What is recorded besides losses.
    pub record: Recording,
}

impl Section for Settings {
    const MEANING: &'static str = "The settings of a run";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let backend = table.field(
            "backend",
            Stated::Always,
            |settings| settings.backend,
            Backend::Flex,
            &Words,
            "what computes",
        );
        let device = table.field(
            "device",
            Stated::UnlessDefault,
            |settings| settings.device,
            DeviceChoice::Best,
            &Devices,
            "wgpu: the adapter that computes, by its number or the first of a kind; else the best",
        );
        let model = table.section("model", |settings| &settings.model);
        let init = table.part("init", &model, |settings| &settings.init);
        let optimizer = table.section("optimizer", |settings| &settings.optimizer);
        let training = table.section("training", |settings| &settings.training);
        let data = table.section("data", |settings| &settings.data);
        let record = table.section("record", |settings| &settings.record);
        Settings { backend, device, model, init, optimizer, training, data, record }
    }
}

impl Settings {
    /// The same settings with a network for images of so many pixels in so many classes.
    pub fn for_images(&self, pixels: usize, classes: usize) -> Settings {
        let model = Model { inputs: pixels, outputs: classes, ..self.model.clone() };
        Settings { model, ..self.clone() }
    }

    /// Whether an initial weight depends on a batch of training images.
    pub fn needs_first_batch(&self) -> bool {
        let layers = 1..=self.model.hidden.len() + 1;
        layers.into_iter().any(|layer| self.init.layer(layer).weight.needs_first_batch())
    }

    /// Keys of one section of which one may be given: an arm or a flag that gives one takes the
    /// other away.
    pub(crate) const EXCLUSIVE: &'static [(&'static str, &'static str)] = &[Training::EXCLUSIVE];

    /// Reads the settings of a run; `others` are keys that are known, and read elsewhere.
    pub(crate) fn read(
        value: &Spanned,
        others: &[&'static str],
        diagnostics: &Diagnostics,
    ) -> Settings {
        let mut settings: Settings = read_section(Some(value), "", others, diagnostics);
        if let Some(KnownSet { inputs, classes, .. }) = settings.data.known() {
            (settings.model.inputs, settings.model.outputs) = (inputs, classes);
        }
        settings.settle_device(value, diagnostics);
        settings.settle_batch(value, diagnostics);
        settings.check_together(value, diagnostics);
        settings
    }

    /// All backends but one compute on the CPU, and may be told so.
    fn settle_device(&mut self, value: &Spanned, diagnostics: &Diagnostics) {
        if self.backend == Backend::Wgpu || self.device == DeviceChoice::Best {
            return;
        }
        if let (Some(device), false) =
            (value.get("device"), self.device == DeviceChoice::Kind(AdapterKind::Cpu))
        {
            let message = format!(
                "`device` chooses an adapter, but the backend `{}` computes on the CPU",
                self.backend.name()
            );
            let help = "the backend `wgpu` computes on adapters, and `train devices` lists them";
            diagnostics.report(Diagnostic::at(&device.span, message).help(help));
        }
        self.device = DeviceChoice::Best;
    }

    /// A batch is at most the training images; the usual batch shrinks to them.
    fn settle_batch(&mut self, value: &Spanned, diagnostics: &Diagnostics) {
        let Some(images) = self.data.training_images() else { return };
        if images == 0 || self.training.batch_size <= images {
            return;
        }
        let given = value.find("training.batch_size");
        let is_all = self.training.batch_size == Training::ALL_IMAGES;
        if let Some(entry) = given.filter(|entry| !is_all && number(&entry.value).is_some()) {
            let message = format!(
                "`training.batch_size` is {}, but there are {images} training images",
                self.training.batch_size
            );
            let label = format!("{images} at most");
            diagnostics.report(Diagnostic::at(&entry.value.span, message).label(label));
        }
        self.training.batch_size = images;
    }

    /// Every setting by its dotted name, in the order of the grammar.
    pub fn entries(&self) -> Vec<(String, toml::Value)> {
        self.resolved().map(|setting| (setting.name, setting.value)).collect()
    }

    /// What ids are made of.
    pub(crate) fn id_entries(&self) -> impl Iterator<Item = (String, toml::Value)> {
        let settings = self.resolved().filter(|setting| setting.in_id);
        settings.map(|setting| (setting.name, setting.value))
    }

    fn resolved(&self) -> impl Iterator<Item = ResolvedSetting> {
        write_section(self, "").into_iter()
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

    /// Whether a key of a file is nearly of that name.
    pub(crate) fn is_like_a_key(key: &str) -> bool {
        let group = describe::<Settings>();
        let keys = group.rows.iter().map(|row| row.key).chain(TOP_KEYS);
        did_you_mean(key, keys).is_some()
    }

    /// How the numbers of the setting of that dotted name are written, if it takes some.
    pub(crate) fn number_form(name: &str) -> Option<NumberForm> {
        describe::<Settings>().number_form(name)
    }
}
