//! The optimizer's settings: which one, its parameters, its schedule of learning rates.

use serde_json::{Value as Json, json};

use crate::problem::Problem;
use crate::schema::{flag, section, words};
use crate::section::{Found, Section};
use crate::tree::{Node, Tree};

/// How weights change.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    /// The rule.
    pub algorithm: Algorithm,
    /// The learning rate that a schedule starts from.
    pub learning_rate: f64,
    /// Weight decay: added to the gradient (L2) by Adam and SGD, taken off the weight by AdamW.
    pub weight_decay: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// The hidden width for which the learning rate is meant, where the layers' rates follow muP's rule for Adam
    /// ([`initializers::mup_adam_multiplier`]); `None` where all layers have the same.
    pub mup_base_width: Option<f64>,
}

/// The rule by which weights change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Algorithm {
    /// Adam (Kingma & Ba 2015), with TensorFlow's and PyTorch's epsilon of 1e-8 unless said otherwise.
    Adam {
        /// Decay of the first and of the second moment.
        betas: [f64; 2],
        /// What keeps the division from zero.
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019).
    AdamW {
        /// Decay of the first and of the second moment.
        betas: [f64; 2],
        /// What keeps the division from zero.
        epsilon: f64,
    },
    /// Stochastic gradient descent, with momentum where it is above 0.
    Sgd {
        /// The momentum's decay.
        momentum: f64,
        /// Nesterov's momentum.
        nesterov: bool,
    },
}

/// How the learning rate changes over a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// It does not.
    Constant,
    /// In a straight line to `end` times the learning rate at the last step.
    Linear {
        /// The last learning rate over the first.
        end: f64,
    },
    /// Along half a cosine to `end` times the learning rate at the last step (Loshchilov & Hutter 2017).
    Cosine {
        /// The last learning rate over the first.
        end: f64,
    },
    /// Times `gamma` every step.
    Exponential {
        /// The factor.
        gamma: f64,
    },
}

const KINDS: [&str; 3] = ["adam", "adamw", "sgd"];
const SCHEDULES: [&str; 4] = ["constant", "linear", "cosine", "exponential"];

impl Optimizer {
    /// Reads `[optimizer]`, or a bare name.
    pub(crate) fn read(node: Option<&Node>, found: &Found) -> Optimizer {
        let (kind, section) = kind_and_section(node, "optimizer", "adam", &KINDS, found);
        let algorithm = match kind {
            "sgd" => Algorithm::Sgd {
                momentum: section
                    .real("momentum", 0.0, "a number >= 0 and < 1", |x| (0.0..1.0).contains(&x)),
                nesterov: section.bool("nesterov", false),
            },
            _ => {
                let betas = betas(&section);
                let epsilon = section.real("epsilon", 1e-8, "a number > 0", |x| x > 0.0);
                if kind == "adamw" {
                    Algorithm::AdamW { betas, epsilon }
                } else {
                    Algorithm::Adam { betas, epsilon }
                }
            }
        };
        if let (Algorithm::Sgd { momentum: 0.0, nesterov: true }, Some(span)) =
            (algorithm, section.key_span("nesterov"))
        {
            section.report(Problem::at(span, "`optimizer.nesterov` needs a `momentum` above 0"));
        }
        let default = if kind == "sgd" { 0.01 } else { 0.001 };
        let learning_rate = section.real("learning_rate", default, "a number > 0", |x| x > 0.0);
        let decay = if kind == "adamw" { 0.01 } else { 0.0 };
        let weight_decay = section.real("weight_decay", decay, "a number >= 0", |x| x >= 0.0);
        let schedule = Schedule::read(section.node("schedule"), found);
        let mup_base_width = section
            .node("mup_base_width")
            .and_then(|node| section.real_of("mup_base_width", node, "a number > 0", |x| x > 0.0));
        if let ("sgd", Some(span)) = (kind, section.key_span("mup_base_width")) {
            let message =
                "`optimizer.mup_base_width` is a rule for `adam` and `adamw`, not for `sgd`";
            section.report(Problem::at(span, message));
        }
        section.finish(&[]);
        Optimizer { algorithm, learning_rate, weight_decay, schedule, mup_base_width }
    }

    pub(crate) fn add_entries(&self, add: &mut impl FnMut(&str, toml::Value)) {
        let kind = match self.algorithm {
            Algorithm::Adam { .. } => "adam",
            Algorithm::AdamW { .. } => "adamw",
            Algorithm::Sgd { .. } => "sgd",
        };
        add("optimizer.kind", kind.into());
        add("optimizer.learning_rate", self.learning_rate.into());
        match self.algorithm {
            Algorithm::Adam { betas, epsilon } | Algorithm::AdamW { betas, epsilon } => {
                add("optimizer.betas", betas.to_vec().into());
                add("optimizer.epsilon", epsilon.into());
            }
            Algorithm::Sgd { momentum, nesterov } => {
                add("optimizer.momentum", momentum.into());
                add("optimizer.nesterov", nesterov.into());
            }
        }
        add("optimizer.weight_decay", self.weight_decay.into());
        if let Some(width) = self.mup_base_width {
            add("optimizer.mup_base_width", width.into());
        }
        let schedule = match self.schedule {
            Schedule::Constant => "constant",
            Schedule::Linear { end } => {
                add("optimizer.schedule.end", end.into());
                "linear"
            }
            Schedule::Cosine { end } => {
                add("optimizer.schedule.end", end.into());
                "cosine"
            }
            Schedule::Exponential { gamma } => {
                add("optimizer.schedule.gamma", gamma.into());
                "exponential"
            }
        };
        add("optimizer.schedule.kind", schedule.into());
    }
}

impl Schedule {
    fn read(node: Option<&Node>, found: &Found) -> Schedule {
        let (kind, section) =
            kind_and_section(node, "optimizer.schedule", "constant", &SCHEDULES, found);
        let end = || section.real("end", 0.0, "a number from 0 to 1", |x| (0.0..=1.0).contains(&x));
        let schedule = match kind {
            "linear" => Schedule::Linear { end: end() },
            "cosine" => Schedule::Cosine { end: end() },
            "exponential" => {
                let gamma =
                    section.real("gamma", 1.0, "a number > 0 and <= 1", |x| x > 0.0 && x <= 1.0);
                Schedule::Exponential { gamma }
            }
            _ => Schedule::Constant,
        };
        section.finish(&[]);
        schedule
    }
}

/// `[optimizer]` as a JSON schema.
pub(crate) fn schema() -> Json {
    let decay = |description: &str| json!({ "type": "number", "minimum": 0, "exclusiveMaximum": 1, "description": description });
    let positive = |description: &str| json!({ "type": "number", "exclusiveMinimum": 0, "description": description });
    let schedule = section(
        "How the learning rate changes",
        &[
            ("kind", words("Its form", SCHEDULES.to_vec(), SCHEDULES[0])),
            (
                "end",
                json!({ "type": "number", "minimum": 0, "maximum": 1, "default": 0,
                "description": "linear, cosine: the last learning rate over the first" }),
            ),
            (
                "gamma",
                json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 1,
                "description": "exponential: the factor of each step" }),
            ),
        ],
    );
    let betas = json!({
        "type": "array", "minItems": 2, "maxItems": 2, "items": decay("One of them"), "default": [0.9, 0.999],
        "description": "adam, adamw: decay of the first and of the second moment",
    });
    let table = section(
        "How weights change",
        &[
            ("kind", words("The rule", KINDS.to_vec(), KINDS[0])),
            ("learning_rate", positive("The first learning rate: 0.001, and 0.01 for sgd")),
            ("betas", betas),
            ("epsilon", positive("adam, adamw: what keeps the division from zero: 1e-8")),
            ("momentum", decay("sgd: the momentum's decay: 0")),
            ("nesterov", flag("sgd: Nesterov's momentum", false)),
            (
                "weight_decay",
                json!({ "type": "number", "minimum": 0, "description": "0, and 0.01 for adamw" }),
            ),
            ("schedule", json!({ "anyOf": [{ "enum": SCHEDULES }, schedule] })),
            (
                "mup_base_width",
                positive(
                    "adam, adamw: the hidden width that muP scales the layers' learning rates from",
                ),
            ),
        ],
    );
    json!({ "anyOf": [{ "enum": KINDS }, table] })
}

/// A setting with kinds: a bare name, or a table with `kind` and the kind's parameters.
fn kind_and_section<'a>(
    node: Option<&'a Node>,
    name: &'static str,
    default: &'static str,
    kinds: &[&'static str],
    found: &'a Found,
) -> (&'static str, Section<'a>) {
    let choices: Vec<(&'static str, &'static str)> =
        kinds.iter().map(|kind| (*kind, *kind)).collect();
    if let Some(Node { tree: Tree::Text(word), span }) = node {
        let section = Section::of(None, name, found);
        let kind = kinds.iter().find(|kind| *kind == word).copied().unwrap_or_else(|| {
            let problem =
                Problem::at(span, format!("`{name}` cannot be `{}`", word.escape_debug()))
                    .label(format!(
                        "expected {}",
                        crate::problem::listed(kinds.iter().copied(), "or")
                    ))
                    .maybe_help(crate::problem::did_you_mean(word, kinds.iter().copied()));
            section.report(problem);
            default
        });
        return (kind, section);
    }
    let section = Section::of(node, name, found);
    (section.choice("kind", default, &choices), section)
}

fn betas(section: &Section<'_>) -> [f64; 2] {
    const DEFAULT: [f64; 2] = [0.9, 0.999];
    const EXPECTED: &str = "a list of two numbers >= 0 and < 1";
    let Some((values, span)) = section.list("betas", "two numbers >= 0 and < 1") else {
        return DEFAULT;
    };
    let betas: Vec<f64> = values
        .iter()
        .filter_map(|value| {
            section.real_of("betas", value, "a number >= 0 and < 1", |x| (0.0..1.0).contains(&x))
        })
        .collect();
    match (betas.as_slice(), values.len()) {
        ([first, second], 2) => [*first, *second],
        (_, 2) => DEFAULT,
        (_, length) => {
            section.report(Problem::at(
                span,
                format!("`optimizer.betas` must be {EXPECTED}, but has {length}"),
            ));
            DEFAULT
        }
    }
}
