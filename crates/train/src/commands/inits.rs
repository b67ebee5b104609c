//! `train inits [NAME]`: the table of initializers, or one row of it.

use std::io::Write;

use experiment::{Overrides, find_kind, read_initializer_line};
use initializers::catalog::{Category, KINDS, Kind, Parameter};
use initializers::{Activation, Initializer, TensorSpec};
use report::histogram::Histogram;
use serde_json::json;

use crate::cli::{Format, InitsArgs};
use crate::exit::{Done, Failure};
use crate::output::significant;

/// Prints one line for every initializer, or everything about one.
pub(crate) fn inits(args: &InitsArgs, out: &mut dyn Write) -> Done {
    let kinds = match &args.name {
        Some(name) => vec![find_kind(name)?],
        None => KINDS.to_vec(),
    };
    match (args.format, &args.name) {
        (Format::Json, _) => {
            let rows = kinds.into_iter().map(as_json).collect::<Result<Vec<_>, _>>()?;
            writeln!(out, "{:#}", json!(rows))?;
        }
        (Format::Text, None) => list(out, &kinds)?,
        (Format::Text, Some(_)) => {
            kinds.into_iter().try_for_each(|kind| describe(out, kind))?;
        }
    }
    Ok(())
}

fn list(out: &mut dyn Write, kinds: &[&Kind]) -> Done {
    let bold = anstyle::Style::new().bold();
    let width = kinds.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    for category in Category::ALL {
        writeln!(out, "{bold}{}{bold:#}", category.title())?;
        for kind in kinds.iter().filter(|kind| kind.category == category) {
            writeln!(out, "  {:width$}  {}", kind.name, kind.formula)?;
        }
        writeln!(out)?;
    }
    Ok(writeln!(out, "`train inits NAME` describes one; docs/initializers.md has them all.")?)
}

fn describe(out: &mut dyn Write, kind: &Kind) -> Done {
    let bold = anstyle::Style::new().bold();
    writeln!(out, "{bold}{}{bold:#}  {}", kind.name, kind.category.title().to_lowercase())?;
    if !kind.aliases.is_empty() {
        writeln!(out, "also named {}", kind.aliases.join(", "))?;
    }
    writeln!(out, "\n{}\n\n  {}\n", kind.summary, kind.formula)?;
    if !kind.parameters.is_empty() {
        describe_parameters(out, kind.parameters)?;
    }
    writeln!(out, "{bold}Example{bold:#}\n  {}\n", kind.example)?;
    writeln!(
        out,
        "{bold}Standard deviation{bold:#} of the default network's weights, by the example"
    )?;
    for Spread { layer, std, measured } in spreads(kind)? {
        let shape = format!("{}x{}", layer.fan_in(), layer.fan_out());
        let note = match (measured, kind.category) {
            (false, _) => "",
            (true, Category::DataDependent) => "  measured with seed 0, before the first batch",
            (true, _) => "  measured with seed 0",
        };
        writeln!(out, "  {shape:9}  {}{note}", significant(std))?;
    }
    Ok(writeln!(out, "\n{bold}Source{bold:#}\n  {}", kind.source)?)
}

fn describe_parameters(out: &mut dyn Write, parameters: &[Parameter]) -> Done {
    let bold = anstyle::Style::new().bold();
    let width = |text: fn(&Parameter) -> String| {
        parameters.iter().map(|parameter| text(parameter).len()).max().unwrap_or(0)
    };
    let default = |parameter: &Parameter| match &parameter.default {
        Some(default) => format!("default {default}"),
        None => "must be given".to_owned(),
    };
    let names = width(|parameter| parameter.name.to_owned());
    let domains = width(|parameter| parameter.domain.to_string());
    let defaults = width(default);
    writeln!(out, "{bold}Parameters{bold:#}")?;
    for parameter in parameters {
        let (name, domain, meaning) =
            (parameter.name, parameter.domain.to_string(), parameter.meaning);
        let default = default(parameter);
        writeln!(out, "  {name:names$}  {domain:domains$}  {default:defaults$}  {meaning}")?;
    }
    Ok(writeln!(out)?)
}

/// The standard deviation of one layer of the default network.
struct Spread {
    layer: TensorSpec,
    std: f64,
    /// Whether it was measured on a draw, since no formula gives it.
    measured: bool,
}

/// The standard deviations by the table's example, layer by layer.
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
    let spreads = spreads(kind)?.into_iter().map(|Spread { layer, std, measured }| {
        json!({ "shape": layer.shape(), "std": std, "measured": measured })
    });
    let spreads: Vec<_> = spreads.collect();
    Ok(json!({
        "name": kind.name, "aliases": kind.aliases, "family": kind.category.title(),
        "summary": kind.summary, "formula": kind.formula, "parameters": parameters,
        "source": kind.source, "example": kind.example, "standard_deviations": spreads,
    }))
}
