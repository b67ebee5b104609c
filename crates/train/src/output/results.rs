//! What is shown of runs with a result: a block for one run, a table for several, and their
//! pictures.

use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use record::{Metrics, Run, RunRecord, Status, write_atomically};
use report::{Comparison, Study, picture, printable, table, terminal};

use crate::exit::{Done, Failure};
use crate::output::count;

/// Prints the block of one run and its loss curve.
pub(crate) fn print_run(out: &mut dyn Write, run: &Run, skipped: bool) -> Done {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let record = &run.record;
    let already = if skipped { " (finished before; --force runs it anew)" } else { "" };
    let (title, seed) = (printable(&record.title), record.seed);
    let order = record.order_seed.map(|order| format!(" order {order}")).unwrap_or_default();
    writeln!(out, "{bold}{title}{bold:#}, seed {seed}{order}{dim}{already}{dim:#}\n")?;
    if record.status != Status::Finished {
        let RunRecord { status, steps, steps_planned, .. } = record;
        let why = record.message.as_ref().map(|message| format!(": {message}"));
        let why = why.unwrap_or_default();
        writeln!(out, "  {status} after {steps} of {steps_planned} steps{why}\n")?;
    }
    if let Some(metrics) = &record.metrics {
        print_metrics(out, metrics)?;
        let (steps, backend) = (count(record.steps, "step"), &record.provenance.backend);
        let seconds = record.provenance.training_seconds;
        writeln!(out, "  {dim}{steps} on {backend} in {seconds:.2} s{dim:#}\n")?;
    }
    let curve = terminal::loss_curve(std::slice::from_ref(run));
    if !curve.is_empty() {
        let cyan = anstyle::AnsiColor::Cyan.on_default();
        let curve = indented(&curve);
        writeln!(out, "  loss of each batch\n{cyan}{curve}{cyan:#}\n")?;
    }
    Ok(())
}

fn print_metrics(out: &mut dyn Write, metrics: &Metrics) -> Done {
    let shares = [
        ("validation accuracy", metrics.validation_accuracy),
        ("test accuracy", metrics.test_accuracy),
    ];
    for (name, share) in shares {
        writeln!(out, "  {name:20}{:7.2} %", share * 100.0)?;
    }
    let losses = [
        ("validation loss", metrics.validation_loss),
        ("loss of last batch", metrics.last_batch_loss),
    ];
    for (name, loss) in losses {
        writeln!(out, "  {name:20}{loss:8.3}")?;
    }
    Ok(())
}

/// Prints the comparison of the study's arms, or of a sweep's settings.
pub(crate) fn print_comparison(
    out: &mut dyn Write,
    study: &Study,
    comparison: &Comparison,
    options: table::Options,
) -> Done {
    Ok(write!(out, "{}", table::render(study, comparison, options))?)
}

/// Draws what was compared into `folder`, as SVG and PNG, and gives the paths of the PNGs.
pub(crate) fn draw(
    study: &Study,
    comparison: &Comparison,
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    write_all(picture::all(study, comparison), folder)
}

/// Writes pictures with their names into `folder`, as SVG and PNG, and gives the paths of the PNGs.
pub(crate) fn write_all(
    pictures: Vec<(&'static str, picture::Picture)>,
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    // Rasterising takes most of the time: a thread for each picture.
    std::thread::scope(|scope| {
        let draw = |(name, picture)| scope.spawn(move || write_picture(&picture, folder, name));
        let threads: Vec<_> = pictures.into_iter().map(draw).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

/// Writes a picture into `folder` as SVG and PNG, and gives the path of the PNG.
pub(crate) fn write_picture(
    picture: &picture::Picture,
    folder: &Path,
    name: &str,
) -> Result<PathBuf, Failure> {
    let failed = |path: &Path, error: std::io::Error| {
        Failure::Failed(format!("cannot write {}: {error}", path.display()))
    };
    let png = picture.png().map_err(|error| Failure::Failed(error.to_string()))?;
    for (extension, bytes) in [("svg", picture.svg().as_bytes()), ("png", &png)] {
        let path = folder.join(format!("{name}.{extension}"));
        write_atomically(&path, bytes).map_err(|error| failed(&path, error))?;
    }
    Ok(folder.join(format!("{name}.png")))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
