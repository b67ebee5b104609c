//! Settings of different sections that do not go together.

use crate::settings::architecture::{Norm, Parametrization, Residual};
use crate::settings::optimizer::Algorithm;
use crate::settings::record::Recording;
use crate::settings::run::Settings;
use crate::settings::training::{LastBatch, Training};
use crate::syntax::{Diagnostic, Diagnostics, Spanned};

impl Settings {
    /// Reports what does not go together, each at the key that is at fault.
    pub(super) fn check_together(&self, value: &Spanned, diagnostics: &Diagnostics) {
        let report = |name: &str, message: String| {
            let section = || value.find(name.split_once('.')?.0);
            let entry = value.find(name).or_else(section);
            let span = entry.map_or(&value.span, |entry| &entry.value.span);
            diagnostics.report(Diagnostic::at(span, message));
        };
        self.check_layers(&report);
        self.check_batch_norm(&report);
        self.check_first_batch(&report);
        self.check_mup(&report);
        self.check_recording(value, diagnostics);
    }

    /// What speaks of layers speaks of those that there are.
    fn check_layers(&self, report: &impl Fn(&str, String)) {
        let layers = self.model.hidden.len() + 1;
        let rates = self.optimizer.layer_rates.len();
        if rates > 0 && rates != layers {
            let message = format!("`optimizer.layer_rates` has {rates}, for {layers} layers");
            report("optimizer.layer_rates", message);
        }
        if let Some(layer) = self.training.freeze.last().filter(|layer| **layer > layers) {
            let message =
                format!("`training.freeze` has layer {layer}, but the network has {layers}");
            report("training.freeze", message);
        }
        if self.training.freeze.len() == layers {
            let message = "`training.freeze` has every layer: nothing would be trained".to_owned();
            report("training.freeze", message);
        }
        if matches!(self.optimizer.algorithm, Algorithm::Muon { .. }) && layers < 3 {
            let message = "`muon` is for weights between two hidden layers, and there are none";
            report("optimizer.kind", message.to_owned());
        }
    }

    /// Batch normalization needs two images.
    fn check_batch_norm(&self, report: &impl Fn(&str, String)) {
        let Training { batch_size, last_batch, .. } = self.training;
        let images = self.data.training_images();
        let rest = images.map_or(0, |images| images % batch_size.max(1));
        let one = batch_size == 1 || last_batch == LastBatch::Keep && rest == 1;
        if matches!(self.model.norm, Norm::Batch { .. }) && one {
            let message = "`model.norm = \"batch\"` has no variance in a batch of one image";
            report("model.norm", message.to_owned());
        }
    }

    /// A start that looks at data looks at a plain network.
    fn check_first_batch(&self, report: &impl Fn(&str, String)) {
        let is_plain = self.model.norm == Norm::None && self.model.residual == Residual::None;
        let layers = 1..=self.model.hidden.len() + 1;
        let needs_batch = |layer| self.init.layer(layer).weight.needs_first_batch();
        if let Some(layer) = layers.into_iter().find(|&layer| needs_batch(layer))
            && !is_plain
        {
            let kind = self.init.layer(layer).weight.kind().name;
            let message =
                format!("`{kind}` is made for networks without `model.norm` and `model.residual`");
            report("init", message);
        }
    }

    /// muP is applied once, to starts whose spread is known.
    fn check_mup(&self, report: &impl Fn(&str, String)) {
        let (Parametrization::Mup, Some(base_width)) =
            (self.model.parametrization, self.model.base_width)
        else {
            return;
        };
        if self.optimizer.mup_base_width.is_some() {
            let message = "`optimizer.mup_base_width` is part of `model.parametrization = \"mup\"`";
            report("optimizer.mup_base_width", message.to_owned());
        }
        let layers = 1..=self.model.hidden.len() + 1;
        let mut kinds = layers.map(|layer| self.init.layer(layer).weight.kind().name);
        if kinds.any(|kind| kind == "mup") {
            let message = "the initializer `mup` is part of `model.parametrization = \"mup\"`";
            report("init", message.to_owned());
        }
        if self.init.from.is_some() {
            return;
        }
        if let Err((layer, kind)) = self.mup_starts(base_width) {
            let message =
                format!("layer {layer}: `{kind}` has no standard deviation that muP could scale");
            report("init", message);
        }
    }

    /// What is recorded of layers fits into memory, where the steps are known.
    fn check_recording(&self, value: &Spanned, diagnostics: &Diagnostics) {
        let Some(images) = self.training_images().filter(|_| self.record.layers) else { return };
        let bytes = self.record.bytes(self.model.hidden.len() + 1, self.steps(images));
        if bytes > Recording::MOST_BYTES
            && let Some(entry) = value.find("record.layers")
        {
            let [bytes, most] = [bytes, Recording::MOST_BYTES].map(|bytes| bytes / 1_000_000);
            let message = format!("what is recorded of layers takes {bytes} MB, more than {most}");
            let help = "give a larger `record.every`, or \"log\"";
            diagnostics.report(Diagnostic::at(&entry.value.span, message).help(help));
        }
    }
}
