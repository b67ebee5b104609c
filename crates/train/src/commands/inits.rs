//! `train inits [NAME]`: the table of initializers, or one row of it.

use experiment::{Overrides, find_kind, read_initializer_line};
use initializers::catalog::{Category, KINDS, Kind, Parameter};
use initializers::{Activation, Initializer, TensorSpec};
use report::histogram::Histogram;
use serde_json::json;

use crate::args::{Format, InitsArgs};
use crate::exit::{Done, Failure};

/// Prints every initializer in a line, or all there is to say of one.
pub(crate) fn inits(args: &InitsArgs) -> Done {
    let kinds = match &args.name {
        Some(name) => vec![find_kind(name)?],
        None => KINDS.to_vec(),
    };
    match (args.format, &args.name) {
        (Format::Json, _) => {
            let rows = kinds.into_iter().map(as_json).collect::<Result<Vec<_>, _>>()?;
            anstream::println!("{:#}", json!(rows));
        }
        (Format::Text, None) => list(&kinds),
        (Format::Text, Some(_)) => kinds.into_iter().try_for_each(describe)?,
    }
    Ok(())
}

fn list(kinds: &[&Kind]) {
    let bold = anstyle::Style::new().bold();
    let width = kinds.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    for category in Category::ALL {
        anstream::println!("{bold}{}{bold:#}", category.title());
        for kind in kinds.iter().filter(|kind| kind.category == category) {
            anstream::println!("  {:width$}  {}", kind.name, kind.formula);
        }
        anstream::println!();
    }
    anstream::println!("`train inits NAME` describes one; docs/initializers.md has them all.");
}

fn describe(kind: &Kind) -> Done {
    let bold = anstyle::Style::new().bold();
    anstream::println!("{bold}{}{bold:#}  {}", kind.name, kind.category.title().to_lowercase());
    if !kind.aliases.is_empty() {
        anstream::println!("also named {}", kind.aliases.join(", "));
    }
    anstream::println!("\n{}\n\n  {}\n", kind.summary, kind.formula);
    if !kind.parameters.is_empty() {
        let width = |text: fn(&Parameter) -> String| {
            kind.parameters.iter().map(|parameter| text(parameter).len()).max().unwrap_or(0)
        };
        let default = |parameter: &Parameter| match &parameter.default {
            Some(default) => format!("default {default}"),
            None => "must be given".to_owned(),
        };
        let (names, domains, defaults) =
            (width(|it| it.name.to_owned()), width(|it| it.domain.to_string()), width(default));
        anstream::println!("{bold}Parameters{bold:#}");
        for parameter in kind.parameters {
            let (name, domain, meaning) =
                (parameter.name, parameter.domain.to_string(), parameter.meaning);
            anstream::println!(
                "  {name:names$}  {domain:domains$}  {:defaults$}  {meaning}",
                default(parameter)
            );
        }
        anstream::println!();
    }
    anstream::println!("{bold}Example{bold:#}\n  {}\n", kind.example);
    anstream::println!(
        "{bold}Standard deviation{bold:#} of the default network's weights, by the example"
    );
    for Spread { layer, std, measured } in spreads(kind)? {
        let [inputs, outputs] = [layer.fan_in(), layer.fan_out()].map(|fan| fan.to_string());
        let note = match (measured, kind.category) {
            (false, _) => "",
            (true, Category::DataDependent) => "  measured with seed 0, before the first batch",
            (true, _) => "  measured with seed 0",
        };
        anstream::println!("  {:9}  {std:.4}{note}", format!("{inputs}x{outputs}"));
    }
    anstream::println!("\n{bold}Source{bold:#}\n  {}", kind.source);
    Ok(())
}

/// The standard deviation of one layer of the default network.
struct Spread {
    layer: TensorSpec,
    std: f64,
    /// Whether it is that of a draw, since none follows from a formula.
    measured: bool,
}

/// Those of the table's example.
fn spreads(kind: &Kind) -> Result<Vec<Spread>, Failure> {
    let init = read_initializer_line(kind.example, &Overrides::default())?;
    let of_layer = |layer: TensorSpec| match init.std(&layer) {
        Some(std) => Ok(Spread { std, layer, measured: false }),
        None => {
            let std = measured(&init, &layer)?;
            Ok(Spread { std, layer, measured: true })
        }
    };
    TensorSpec::network(&[784, 256, 128, 10], Activation::Relu).into_iter().map(of_layer).collect()
}

fn measured(init: &Initializer, layer: &TensorSpec) -> Result<f64, Failure> {
    let drawn =
        init.draw_layer(None, layer, 0).map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(Histogram::of(&drawn.weight, 1, None).std)
}

fn as_json(kind: &Kind) -> Result<serde_json::Value, Failure> {
    let parameters: Vec<_> = kind
        .parameters
        .iter()
        .map(|parameter| {
            let default = parameter.default.as_ref().map(ToString::to_string);
            let (name, takes, meaning) =
                (parameter.name, parameter.domain.to_string(), parameter.meaning);
            json!({ "name": name, "takes": takes, "default": default, "meaning": meaning })
        })
        .collect();
    let spreads: Vec<_> = spreads(kind)?
        .into_iter()
        .map(|Spread { layer, std, measured }| json!({ "shape": layer.shape(), "std": std, "measured": measured }))
        .collect();
    Ok(json!({
        "name": kind.name, "aliases": kind.aliases, "family": kind.category.title(), "summary": kind.summary,
        "formula": kind.formula, "parameters": parameters, "source": kind.source, "example": kind.example,
        "standard_deviations": spreads,
    }))
}
