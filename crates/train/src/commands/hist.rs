//! `train hist`: the histogram of an initializer's numbers, or of every layer's weights of a
//! config.

use std::io::Write;
use std::path::Path;

use experiment::{Overrides, find_kind, load, read_initializer_line};
use initializers::{Distribution, Initializer, TensorSpec};
use record::write_atomically;
use report::histogram::Histogram;
use report::picture::{self, Panel};
use training::ImageSets;

use crate::cli::HistArgs;
use crate::exit::{Done, Failure};
use crate::output::significant;

/// One tensor's numbers.
struct Drawn {
    label: String,
    histogram: Histogram,
    distribution: Option<Distribution>,
    /// The standard deviation of the distribution.
    std: Option<f64>,
}

/// Draws, prints a histogram of each tensor and, where a file is named, makes a picture of all.
pub(crate) fn hist(args: &HistArgs, out: &mut dyn Write) -> Done {
    let format = args.out.as_deref().map(format_of).transpose()?;
    if let (Some(min), Some(max)) = (args.min, args.max)
        && (min >= max || !(max - min).is_finite())
    {
        return Err(Failure::BadInput(format!(
            "--min must be less than --max, but {min} is not less than {max}"
        )));
    }
    let (title, seed, drawn) =
        if let Some(file) = &args.config { of_config(args, file)? } else { of_kind(args)? };
    for tensor in &drawn {
        print(out, tensor, seed)?;
    }
    if let (Some(path), Some(format)) = (&args.out, format) {
        draw_picture(path, format, &title, seed, &drawn)?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}

fn print(out: &mut dyn Write, drawn: &Drawn, seed: u64) -> Done {
    let bold = anstyle::Style::new().bold();
    let cyan = anstyle::AnsiColor::Cyan.on_default();
    let Drawn { label, histogram, std, .. } = drawn;
    let [mean, measured, min, max] =
        [histogram.mean, histogram.std, histogram.min, histogram.max].map(significant);
    let theory = std.map(|std| format!(" (theory {})", significant(std))).unwrap_or_default();
    writeln!(out, "{bold}{label}{bold:#}, {} numbers with seed {seed}\n", histogram.count)?;
    writeln!(out, "{cyan}{}{cyan:#}\n", histogram.text())?;
    Ok(writeln!(out, "mean {mean}  std {measured}{theory}  min {min}  max {max}\n")?)
}

fn draw_picture(path: &Path, format: Format, title: &str, seed: u64, drawn: &[Drawn]) -> Done {
    let panels: Vec<Panel> = drawn.iter().map(panel).collect();
    let line = if panels.iter().any(|panel| panel.density.is_some()) {
        ", the line the density drawn from"
    } else {
        ""
    };
    let picture = picture::histograms(title, &format!("seed {seed}{line}"), &panels);
    let bytes = match format {
        Format::Svg => picture.svg().as_bytes().to_vec(),
        Format::Png => picture.png().map_err(|error| Failure::Failed(error.to_string()))?,
    };
    write_atomically(path, &bytes)
        .map_err(|error| Failure::BadInput(format!("cannot write {}: {error}", path.display())))
}

fn panel(drawn: &Drawn) -> Panel<'_> {
    // A constant has no density: all of it is at one point.
    let density = drawn.distribution.filter(|it| !matches!(it, Distribution::Constant { .. }));
    Panel {
        label: format!("{}, {} numbers", drawn.label, drawn.histogram.count),
        histogram: &drawn.histogram,
        density: density.map(|it| Box::new(move |x| it.density(x)) as Box<dyn Fn(f64) -> f64>),
    }
}

/// The format of a picture, by its file's name.
#[derive(Clone, Copy)]
enum Format {
    Svg,
    Png,
}

fn format_of(out: &Path) -> Result<Format, Failure> {
    match out.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => Ok(Format::Svg),
        Some("png") => Ok(Format::Png),
        _ => Err(Failure::BadInput(format!("{} must end in .svg or .png", out.display()))),
    }
}

fn of_kind(args: &HistArgs) -> Result<(String, u64, Vec<Drawn>), Failure> {
    let kind = find_kind(args.kind.as_deref().unwrap_or_default())?;
    let line = format!("init = {{ kind = {:?} }}", kind.name);
    let init = read_initializer_line(&line, &overrides(args))?;
    let seed = args.seed.unwrap_or(0);
    let [fan_in, fan_out] = args.shape;
    // The title names only the parameters that differ from their defaults.
    let given = init.parameters().into_iter().zip(kind.parameters);
    let unusual = given.filter(|((_, value), parameter)| parameter.default.as_ref() != Some(value));
    let said: Vec<String> = unusual.map(|((name, value), _)| format!("{name} = {value}")).collect();
    let title = if said.is_empty() {
        kind.name.to_owned()
    } else {
        format!("{}: {}", kind.name, said.join(", "))
    };
    let drawn = draw(
        args,
        &init,
        None,
        &TensorSpec::linear(fan_in, fan_out).at_layer(0, 1),
        seed,
        format!("{fan_in} × {fan_out}"),
    )
    .map_err(|error| Failure::BadInput(error.to_string()))?;
    Ok((title, seed, vec![drawn]))
}

fn of_config(args: &HistArgs, file: &Path) -> Result<(String, u64, Vec<Drawn>), Failure> {
    let plan = load(&[file.to_owned()], &overrides(args))?;
    let Some(experiment) = plan.experiments.first() else {
        return Ok((String::new(), 0, Vec::new()));
    };
    let seed = args.seed.unwrap_or_else(|| experiment.seeds.first().map_or(0, |seed| seed.weights));
    let mut drawn = Vec::new();
    let sets = ImageSets::default();
    for experiment::Arm { name: arm, settings, .. } in &experiment.arms {
        let settings = sets.fit(settings).map_err(|error| Failure::BadInput(error.to_string()))?;
        for (index, target) in settings.model.targets().iter().enumerate() {
            let init = settings.init.layer(index + 1);
            let arm = if experiment.arms.len() > 1 { format!("{arm}, ") } else { String::new() };
            let label = format!(
                "{arm}layer {}: {} × {}, {}",
                index + 1,
                target.fan_in(),
                target.fan_out(),
                init.weight.kind().name
            );
            let bias = settings.model.bias.then_some(&init.bias);
            let one = draw(args, &init.weight, bias, target, seed, label);
            drawn.push(one.map_err(|error| Failure::BadInput(error.to_string()))?);
        }
    }
    Ok((experiment.title.clone(), seed, drawn))
}

fn overrides(args: &HistArgs) -> Overrides {
    let set = args.set.iter().map(|text| ("--set".to_owned(), text.clone())).collect();
    Overrides { set, ..Overrides::default() }
}

fn draw(
    args: &HistArgs,
    init: &Initializer,
    bias: Option<&Initializer>,
    target: &TensorSpec,
    seed: u64,
    label: String,
) -> Result<Drawn, initializers::DrawError> {
    let mut numbers = init.draw_layer(bias, target, seed)?.weight;
    if let Some(draws) = args.draws {
        numbers.truncate(usize::try_from(draws).unwrap_or(usize::MAX));
    }
    let label =
        if init.needs_first_batch() { format!("{label}, before the first batch") } else { label };
    let histogram = Histogram::of(&numbers, usize::from(args.bins), args.min.zip(args.max));
    Ok(Drawn { label, histogram, distribution: init.distribution(target), std: init.std(target) })
}
