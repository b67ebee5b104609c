//! `[model]`: the network.

use initializers::{Activation, TensorSpec};
use serde_json::{Value as Json, json};

use crate::settings::architecture::{Norm, Parametrization, Residual};
use crate::settings::data::Data;
use crate::settings::domain::{Domain, Flag, Maybe, Real, Whole, Words};
use crate::settings::group::NumberForm;
use crate::settings::read::read_section;
use crate::settings::table::{Section, Stated, Table};
use crate::syntax::{
    Diagnostic, Diagnostics, SectionReader, Spanned, Value, did_you_mean, list, quoted_list, text,
};

/// The network: fully connected layers with an activation between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Inputs of the first layer: pixels of an image. No setting: they follow from the data set.
    pub inputs: usize,
    /// Outputs of the last layer: classes. No setting: they follow from the data set.
    pub outputs: usize,
    /// Units of each hidden layer, from the input on.
    pub hidden: Vec<usize>,
    /// What stands between layers.
    pub activation: Activation,
    /// Whether layers have biases.
    pub bias: bool,
    /// What normalizes the hidden layers.
    pub norm: Norm,
    /// Skip connections around blocks of hidden layers.
    pub residual: Residual,
    /// The probability that an output of a hidden layer is set to 0 in training.
    pub dropout: f64,
    /// The factor of the logits.
    pub output_scale: f64,
    /// What the trained numbers of a weight are.
    pub parametrization: Parametrization,
    /// The hidden width at which muP changes nothing.
    pub base_width: Option<usize>,
}

impl Section for Model {
    const MEANING: &'static str = "The network";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let (hidden, activation, bias) = layers(table);
        let (norm, residual) = blocks(table);
        let (dropout, output_scale) = outputs(table);
        let (parametrization, base_width) = parametrization(table);
        Model {
            inputs: Data::MNIST_INPUTS,
            outputs: Data::MNIST_CLASSES,
            hidden,
            activation,
            bias,
            norm,
            residual,
            dropout,
            output_scale,
            parametrization,
            base_width,
        }
    }

    fn check(&self, section: &SectionReader<'_>) {
        let report = |key, message: String| {
            if let Some(span) = section.key_span(key) {
                section.diagnostics.report(Diagnostic::at(span, message));
            }
        };
        if let Some(problem) = self.residual.problem_with(&self.hidden) {
            report("residual", problem);
        }
        match (self.parametrization, self.base_width) {
            (Parametrization::Mup, None) => report(
                "parametrization",
                "`model.parametrization = \"mup\"` needs `model.base_width`: the hidden width \
                 at which it changes nothing"
                    .to_owned(),
            ),
            (Parametrization::Standard | Parametrization::Ntk, Some(_)) => report(
                "base_width",
                "`model.base_width` belongs to `model.parametrization = \"mup\"`".to_owned(),
            ),
            _ => {}
        }
    }
}

fn layers(table: &mut impl Table<Model>) -> (Vec<usize>, Activation, bool) {
    let hidden = table.field(
        "hidden",
        Stated::Always,
        |model| model.hidden.clone(),
        vec![256, 128],
        &Widths,
        "units of each hidden layer, from the input on; or `depth` layers of `width` units",
    );
    let activation = table.field(
        "activation",
        Stated::Always,
        |model| model.activation,
        Activation::Relu,
        &Activations,
        "what stands between layers; `train inits` and its page list them",
    );
    let bias = table.field(
        "bias",
        Stated::Always,
        |model| model.bias,
        true,
        &Flag,
        "whether layers have biases",
    );
    (hidden, activation, bias)
}

fn blocks(table: &mut impl Table<Model>) -> (Norm, Residual) {
    let norm = table.kinds(
        "norm",
        Stated::UnlessDefault,
        |model| &model.norm,
        "what normalizes the hidden layers",
    );
    let residual = table.kinds(
        "residual",
        Stated::UnlessDefault,
        |model| &model.residual,
        "skip connections around blocks of the hidden layers after the first",
    );
    (norm, residual)
}

fn outputs(table: &mut impl Table<Model>) -> (f64, f64) {
    let dropout = table.field(
        "dropout",
        Stated::UnlessDefault,
        |model| model.dropout,
        0.0,
        &Real::DECAY,
        "the probability that an output of a hidden layer is set to 0 in training",
    );
    let output_scale = table.field(
        "output_scale",
        Stated::UnlessDefault,
        |model| model.output_scale,
        1.0,
        &Real::POSITIVE,
        "the factor of the logits",
    );
    (dropout, output_scale)
}

fn parametrization(table: &mut impl Table<Model>) -> (Parametrization, Option<usize>) {
    let parametrization = table.field(
        "parametrization",
        Stated::UnlessDefault,
        |model| model.parametrization,
        Parametrization::Standard,
        &Words,
        "what the trained numbers of a weight are: the weight, it times sqrt(fan_in), or muP's",
    );
    let base_width = table.field(
        "base_width",
        Stated::UnlessDefault,
        |model| model.base_width,
        None,
        &Maybe(WIDTH),
        "mup: the hidden width at which it changes nothing",
    );
    (parametrization, base_width)
}

impl Model {
    /// Widths from the input to the output: for MNIST 784, the hidden layers, 10.
    pub fn widths(&self) -> Vec<usize> {
        let mut widths = vec![self.inputs];
        widths.extend(&self.hidden);
        widths.push(self.outputs);
        widths
    }

    /// The weight of each layer as initializers see it: its shape, its index, and the activations
    /// around it.
    pub fn targets(&self) -> Vec<TensorSpec> {
        TensorSpec::network(&self.widths(), self.activation)
    }
}

/// Widths of layers: a list, or so many equal ones.
struct Widths;

/// More layers than this are a typo, and so is a wider layer.
const MAX_LAYERS: u64 = 1_000;
const WIDTH: Whole = Whole(1..=1 << 16);
const DEPTH: Whole = Whole(0..=MAX_LAYERS);

/// `{ width = 64, depth = 3 }`
struct EqualLayers {
    width: Option<usize>,
    depth: Option<usize>,
}

impl Section for EqualLayers {
    const MEANING: &'static str = "Hidden layers of equal width";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let stated = Stated::Always;
        EqualLayers {
            width: table.field("width", stated, |l| l.width, None, &Maybe(WIDTH), "units of each"),
            depth: table.field("depth", stated, |l| l.depth, None, &Maybe(DEPTH), "how many"),
        }
    }
}

impl Domain<Vec<usize>> for Widths {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<usize>> {
        if matches!(value.value, Value::Table(_)) {
            return read_equal_layers(value, name, diagnostics);
        }
        let values = list(value, name, "the units of each hidden layer", diagnostics)?;
        if values.len() as u64 > MAX_LAYERS {
            let message = format!("`{name}` has more than {MAX_LAYERS} layers");
            diagnostics.report(Diagnostic::at(&value.span, message));
            return None;
        }
        Some(values.iter().filter_map(|value| WIDTH.read(value, name, diagnostics)).collect())
    }

    fn write(&self, value: &Vec<usize>) -> Option<toml::Value> {
        Some(value.iter().map(|&units| units as i64).collect::<Vec<_>>().into())
    }

    fn takes(&self) -> String {
        let width = Domain::<u64>::takes(&WIDTH);
        format!("a list of at most {MAX_LAYERS}, each {width}; or `{{ width = 64, depth = 3 }}`")
    }

    fn schema(&self) -> Json {
        let width = Domain::<u64>::schema(&WIDTH);
        let depth = Domain::<u64>::schema(&DEPTH);
        json!({ "anyOf": [
            { "type": "array", "maxItems": MAX_LAYERS, "items": width },
            { "type": "object", "description": EqualLayers::MEANING, "additionalProperties": false,
              "properties": { "width": width, "depth": depth } },
        ] })
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        const WHOLE: NumberForm = NumberForm::Whole;
        &[("", WHOLE), ("width", WHOLE), ("depth", WHOLE)]
    }
}

fn read_equal_layers(value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Vec<usize>> {
    let layers: EqualLayers = read_section(Some(value), name, &[], diagnostics);
    for key in ["width", "depth"].into_iter().filter(|key| value.entry(key).is_none()) {
        let message = format!("`{name}` has no `{key}`");
        let help = "write both: `hidden = { width = 64, depth = 3 }`";
        diagnostics.report(Diagnostic::at(&value.span, message).help(help));
    }
    Some(vec![layers.width?; layers.depth?])
}

/// An activation by its name, with its constants in parentheses where they are not the usual ones.
struct Activations;

impl Activations {
    fn names() -> impl Iterator<Item = &'static str> {
        Activation::ALL.iter().map(|activation| activation.name())
    }
}

impl Domain<Activation> for Activations {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Activation> {
        let given = text(value, name, diagnostics)?;
        // Names are in lower case, and constants are the same in either.
        let activation = given
            .parse()
            .or_else(|error| given.to_ascii_lowercase().parse::<Activation>().map_err(|_| error));
        activation
            .map_err(|error: initializers::ActivationError| {
                let help = did_you_mean(given, Self::names())
                    .unwrap_or_else(|| format!("known are {}", quoted_list(Self::names(), "and")));
                diagnostics.report(Diagnostic::at(&value.span, error.to_string()).help(help));
            })
            .ok()
    }

    fn write(&self, value: &Activation) -> Option<toml::Value> {
        Some(value.to_string().into())
    }

    fn takes(&self) -> String {
        "a name, constants in parentheses: `\"leaky_relu(0.2)\"`".into()
    }

    fn schema(&self) -> Json {
        let names: Vec<_> = Self::names().collect();
        let pattern = format!("^{}$", Activation::pattern());
        json!({ "anyOf": [{ "enum": names }, { "type": "string", "pattern": pattern }] })
    }
}
