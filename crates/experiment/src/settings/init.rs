//! `[init]`: an initializer for every layer, one for the biases, and layers that differ.

use std::collections::BTreeMap;
use std::path::Path;

use initializers::catalog::{Domain, KINDS};
use initializers::{Bounds, DrawError, Initializer};

use crate::settings::domain::Domain as _;
use crate::settings::domain::{Flag, Real};
use crate::settings::group::NumberForm;
use crate::settings::initializer::{read_initializer, write_initializer};
use crate::settings::model::Model;
use crate::settings::table::Part;
use crate::syntax::{Diagnostic, Diagnostics, Entry, Spanned, Value, text};

/// The weights that the network starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Init {
    /// What every layer starts from, unless it is named below.
    pub base: LayerInit,
    /// Layers that differ, by number from 1.
    pub layers: BTreeMap<usize, LayerInit>,
    /// The factor of every weight that is drawn or read.
    pub factor: f64,
    /// Whether each weight's numbers are shuffled.
    pub permute: bool,
    /// The run or the safetensors file whose weights and biases take the place of drawn ones.
    pub from: Option<String>,
}

/// What one layer starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerInit {
    /// Its weights.
    pub weight: Initializer,
    /// Its biases.
    pub bias: Initializer,
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

/// The default: the tutorial's last word.
fn default_layer() -> LayerInit {
    let weight = Initializer::TruncatedNormal {
        mean: 0.0,
        std: 0.1,
        lower: -2.0,
        upper: 2.0,
        bounds: Bounds::Std,
        corrected: false,
    };
    LayerInit { bias: weight.default_bias(), weight }
}

impl Part for Init {
    type Context = Model;
    const MEANING: &'static str = "The weights that the network starts from";

    fn read(value: Option<&Spanned>, model: &Model, diagnostics: &Diagnostics) -> Self {
        let Some(value) = value else {
            return Init {
                base: default_layer(),
                layers: BTreeMap::new(),
                factor: 1.0,
                permute: false,
                from: None,
            };
        };
        let reader = InitReader { model, diagnostics };
        let base = reader.read_layer(value, "init", &default_layer());
        let layers = reader.read_layers(value, &base);
        let init = Init {
            base,
            layers,
            factor: reader.read_factor(value),
            permute: reader.read_permute(value),
            from: reader.read_from(value),
        };
        if let Err((layer, error)) = init.check(model) {
            let count = model.hidden.len() + 1;
            let message = format!("layer {layer} of {count} cannot be initialized so: {error}");
            diagnostics.report(Diagnostic::at(&value.span, message));
        }
        init
    }

    fn write(&self, model: &Model, add: &mut dyn FnMut(&str, toml::Value)) {
        write_layer(&self.base, "", model.bias, add);
        for (layer, init) in &self.layers {
            write_layer(init, &format!("layers.{layer}."), model.bias, add);
        }
        if self.factor != 1.0 {
            add("factor", self.factor.into());
        }
        if self.permute {
            add("permute", true.into());
        }
        if let Some(from) = &self.from {
            add("from", from.as_str().into());
        }
    }

    fn number_form(path: &str) -> Option<NumberForm> {
        // A parameter's name means the same in each kind of initializer that has it.
        let name = path.rsplit('.').next().unwrap_or_default();
        let mut parameters = KINDS.iter().flat_map(|kind| kind.parameters);
        match parameters.find(|parameter| parameter.name == name)?.domain {
            Domain::Count => Some(NumberForm::Whole),
            Domain::Bool | Domain::Choice(_) => None,
            _ => Some(NumberForm::Real),
        }
    }
}

fn write_layer(init: &LayerInit, prefix: &str, bias: bool, add: &mut dyn FnMut(&str, toml::Value)) {
    write_initializer(&init.weight, prefix, add);
    if bias {
        write_initializer(&init.bias, &format!("{prefix}bias."), add);
    }
}

/// Reads `[init]` for the layers of a model.
struct InitReader<'a> {
    model: &'a Model,
    diagnostics: &'a Diagnostics,
}

/// Keys of `[init]` that are not parameters of a kind.
const BESIDE_PARAMETERS: [&str; 6] = ["kind", "bias", "layers", "factor", "permute", "from"];
/// Those that belong to `[init]` itself.
const OF_ALL_LAYERS: [&str; 4] = ["layers", "factor", "permute", "from"];

impl InitReader<'_> {
    /// The layers that differ from `base`.
    fn read_layers(&self, init: &Spanned, base: &LayerInit) -> BTreeMap<usize, LayerInit> {
        let mut layers = BTreeMap::new();
        let Some(table) = init.get("layers") else { return layers };
        let Value::Table(entries) = &table.value else {
            let diagnostic = Diagnostic::at(&table.span, "`init.layers` must be a table")
                .help("write `[init.layers.1]`, or `layers.first = { kind = ... }`");
            self.diagnostics.report(diagnostic);
            return layers;
        };
        // A layer's number says more than `first` or `last`, and these say more than `hidden`.
        let mut entries: Vec<&Entry> = entries.iter().collect();
        entries.sort_by_key(|entry| match entry.key.as_str() {
            "hidden" => 0,
            "first" | "last" => 1,
            _ => 2,
        });
        for entry in entries {
            let name = format!("init.layers.{}", entry.key);
            for key in OF_ALL_LAYERS {
                if let Some(Entry { span, .. }) = entry.value.entry(key) {
                    let message = format!("`{key}` belongs to `init`, not to `{name}`");
                    self.diagnostics.report(Diagnostic::at(span, message));
                }
            }
            for layer in self.addressed(entry) {
                let under = layers.get(&layer).unwrap_or(base);
                let init = self.read_layer(&entry.value, &name, under);
                layers.insert(layer, init);
            }
        }
        layers.retain(|_, init| init != base);
        layers
    }

    /// The factor of every weight.
    fn read_factor(&self, init: &Spanned) -> f64 {
        let given = init.get("factor");
        let factor =
            given.and_then(|value| Real::POSITIVE.read(value, "init.factor", self.diagnostics));
        factor.unwrap_or(1.0)
    }

    /// Whether each weight's numbers are shuffled.
    fn read_permute(&self, init: &Spanned) -> bool {
        let given = init.get("permute");
        given.and_then(|value| Flag.read(value, "init.permute", self.diagnostics)).unwrap_or(false)
    }

    /// The run or file that weights are read from.
    fn read_from(&self, init: &Spanned) -> Option<String> {
        let value = init.get("from")?;
        let path = text(value, "init.from", self.diagnostics)?;
        if !Path::new(path).exists() {
            let message = format!("there is no run and no file `{}`", path.escape_debug());
            let help = "`init.from` is the directory of a run, or a safetensors file";
            self.diagnostics.report(Diagnostic::at(&value.span, message).help(help));
        }
        Some(path.to_owned())
    }

    /// The layers, from 1, that a key of `[init.layers]` speaks of.
    fn addressed(&self, entry: &Entry) -> Vec<usize> {
        let count = self.model.hidden.len() + 1;
        match entry.key.as_str() {
            "first" => vec![1],
            "last" => vec![count],
            "hidden" => (2..count).collect(),
            number => match number.parse() {
                Ok(layer) if (1..=count).contains(&layer) => vec![layer],
                _ => {
                    let message = format!("the network has no layer `{number}`");
                    let help = format!(
                        "its layers are 1 to {count}, `first`, `hidden` (all between) and `last`"
                    );
                    self.diagnostics.report(Diagnostic::at(&entry.span, message).help(help));
                    Vec::new()
                }
            },
        }
    }

    /// Reads the initializer of a layer's weight and of its bias; what is not given is as in
    /// `under`.
    fn read_layer(&self, value: &Spanned, name: &str, under: &LayerInit) -> LayerInit {
        let weight = self.read_weight(value, name);
        let bias = value.get("bias").and_then(|value| {
            if !self.model.bias {
                let message = format!("`{name}.bias` is given, but `model.bias` is false");
                self.diagnostics.report(Diagnostic::at(&value.span, message));
            }
            read_initializer(value, &format!("{name}.bias"), &["kind"], self.diagnostics)
        });
        let inherited = || match &weight {
            Some(weight) => weight.default_bias(),
            None => under.bias.clone(),
        };
        LayerInit {
            bias: bias.unwrap_or_else(inherited),
            weight: weight.unwrap_or_else(|| under.weight.clone()),
        }
    }

    /// The initializer of a layer's weight, where one is given.
    fn read_weight(&self, value: &Spanned, name: &str) -> Option<Initializer> {
        let entries = value.entries().filter(|_| value.get("kind").is_none());
        let Some(entries) = entries else {
            return read_initializer(value, name, &BESIDE_PARAMETERS, self.diagnostics);
        };
        let stray = |entry: &&Entry| !BESIDE_PARAMETERS.contains(&entry.key.as_str());
        if let Some(stray) = entries.iter().find(stray) {
            let message = format!("`{name}` has `{}`, but no `kind`", stray.key);
            let help = "say which initializer it is a parameter of: `kind = \"...\"`; \
                        `train inits` lists them";
            self.diagnostics.report(Diagnostic::at(&stray.span, message).help(help));
        }
        None
    }
}

/// The layers that `[init.layers]` may name, besides their numbers.
pub(crate) const LAYER_NAMES: [&str; 3] = ["first", "hidden", "last"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_number_of_one_form_in_each_kind_that_has_it() {
        let mut counts = 0;
        for parameter in KINDS.iter().flat_map(|kind| kind.parameters) {
            let form = Init::number_form(&format!("layers.1.{}", parameter.name));
            let is_count = matches!(parameter.domain, Domain::Count);
            assert_eq!(form == Some(NumberForm::Whole), is_count, "{}", parameter.name);
            let mark = crate::sweep::MARKS.contains(&parameter.name);
            assert!(!mark, "{} would make an axis of a section", parameter.name);
            counts += usize::from(is_count);
        }
        assert!(counts > 0);
    }
}
