//! Prints `docs/initializers.md`:
//! `cargo run -p initializers --example page > docs/initializers.md`.

use std::fmt::Write;

use initializers::catalog::{Category, KINDS, Kind, Parameter};
use initializers::{Activation, Initializer, TensorSpec};

fn main() {
    print!("{}", markdown());
}

const INTRODUCTION: &str = "\
# Initializers

Every initializer that a TOML file may name. A kind whose parameters all have defaults may be
written as its name alone (`init = \"zeros\"`); otherwise it is a table (`init = { kind =
\"normal\", std = 0.1 }`). `fan_in` and `fan_out` are the connections into and out of a unit: for a
fully connected layer its inputs and outputs, for a convolution channels times receptive field.
Biases are 0 unless a kind says otherwise or `bias` names an initializer.

A gain is a number; or an activation, with its constants where they are not the usual ones
(`\"tanh\"`, `\"leaky_relu(0.2)\"`), for the gain in the last table of this page; or `\"auto\"` for
the gain of the activation that follows the layer.

Numbers are drawn from the stream of (seed, layer, tensor) alone. Where they are independent, the
i-th is the distribution's quantile at the i-th uniform number of the stream: two such initializers
with the same seed draw numbers of the same rank, and their comparison is a paired one.

The standard deviations are those of what is drawn for the three layers of the default network,
784-256-128-10 with ReLU. A dash stands where there is none to state: the layout, or the data,
decide.

Left out: MetaInit, GradInit's gradient norm, and other methods that need second derivatives; Fixup,
ReZero, SkipInit and their kin, which belong to residual networks.
";

/// The page `docs/initializers.md`, from the catalog alone.
pub(crate) fn markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    overview(&mut page);
    for category in Category::ALL {
        put(&mut page, format_args!("\n## {}\n", category.title()));
        for kind in KINDS.iter().filter(|kind| kind.category == category) {
            section(&mut page, kind);
        }
    }
    gains(&mut page);
    page
}

/// Appends text; a `String` takes all that is written to it.
fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(text);
}

fn overview(page: &mut String) {
    page.push_str("\n## At a glance\n\n| kind | std 784-256 | std 256-128 | std 128-10 |\n");
    page.push_str("| --- | --- | --- | --- |\n");
    for kind in KINDS {
        let shown = example(kind);
        let parameters = shown.as_ref().map(given).unwrap_or_default();
        let stds = shown.map_or_else(|| vec!["-".to_owned(); 3], |init| stds(&init));
        put(
            page,
            format_args!("| [`{0}`](#{0}){parameters} | {1} |\n", kind.name, stds.join(" | ")),
        );
    }
}

/// The initializer that stands for a kind: its defaults, with 0.1 for a standard deviation or a
/// value that must be given.
fn example(kind: &Kind) -> Option<Initializer> {
    let required = |parameter: &&Parameter| parameter.default.is_none();
    let given: Vec<_> = kind
        .parameters
        .iter()
        .filter(required)
        .map(|parameter| (parameter.name, 0.1.into()))
        .collect();
    kind.build(&given).ok()
}

/// The parameters of `init` that differ from the defaults, as a remark after its name.
fn given(init: &Initializer) -> String {
    let defaults = init.kind().parameters.iter().map(|parameter| parameter.default.as_ref());
    let differing = init
        .parameters()
        .into_iter()
        .zip(defaults)
        .filter(|((_, value), default)| Some(value) != *default);
    let remarks: Vec<_> = differing.map(|((name, value), _)| format!("{name} = {value}")).collect();
    if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) }
}

fn stds(init: &Initializer) -> Vec<String> {
    let layers = TensorSpec::network(&[784, 256, 128, 10], Activation::Relu);
    let shown = |std: Option<f64>| std.map_or_else(|| "-".to_owned(), |std| format!("{std:.4}"));
    layers.iter().map(|layer| shown(init.std(layer))).collect()
}

fn section(page: &mut String, kind: &Kind) {
    put(page, format_args!("\n### {}\n\n{}\n\n", kind.name, kind.summary));
    put(page, format_args!("    {}\n\n", kind.formula));
    if !kind.parameters.is_empty() {
        page.push_str("| parameter | takes | default | meaning |\n| --- | --- | --- | --- |\n");
        for Parameter { name, domain, default, meaning } in kind.parameters {
            let default = default
                .as_ref()
                .map_or_else(|| "must be given".to_owned(), |value| format!("`{value}`"));
            put(page, format_args!("| `{name}` | {domain} | {default} | {meaning} |\n"));
        }
        page.push('\n');
    }
    put(page, format_args!("Example: `{}`  \n", kind.example));
    if !kind.aliases.is_empty() {
        let aliases: Vec<_> = kind.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        put(page, format_args!("Also named: {}  \n", aliases.join(", ")));
    }
    put(page, format_args!("Source: {}\n", kind.source));
}

fn gains(page: &mut String) {
    page.push_str(GAINS);
    for activation in Activation::ALL {
        let (gain, derived) = (activation.gain(), activation.second_moment_gain());
        put(page, format_args!("| `{activation}` | {gain:.4} | {derived:.4} |\n"));
    }
}

const GAINS: &str = "
## Gains

Of `linear`, `sigmoid`, `tanh`, `relu`, `leaky_relu` and `selu` the gain is that of PyTorch's
`calculate_gain` (a PReLU counts as a leaky ReLU); of the others it is 1 / sqrt(E[f(z)^2]) for z ~
N(0, 1), which keeps the second moment.

| activation | gain | 1 / sqrt(E[f(z)^2]) |
| --- | --- | --- |
";
