//! What is shown when runs are done: a block for one run, and the pictures of all.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use record::{Run, Status, write_atomically};
use report::{Comparison, Study, picture, table, terminal};

use crate::exit::Failure;

/// Prints the block of one run and its loss curve.
pub(crate) fn print_run(run: &Run, skipped: bool) {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let record = &run.record;
    let already = if skipped { " (finished before; --force runs it anew)" } else { "" };
    anstream::println!(
        "{bold}{}{bold:#}, seed {}{dim}{already}{dim:#}\n",
        record.title,
        record.seed
    );
    if record.status != Status::Finished {
        let why =
            record.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
        anstream::println!(
            "  {} after {} of {} steps{why}\n",
            record.status,
            record.steps,
            record.steps_planned
        );
    }
    if let Some(metrics) = &record.metrics {
        let percent = |name, share: f64| anstream::println!("  {name:20}{:7.2} %", share * 100.0);
        let number = |name, value: f64| anstream::println!("  {name:20}{value:8.3}");
        percent("validation accuracy", metrics.validation_accuracy);
        percent("test accuracy", metrics.test_accuracy);
        number("validation loss", metrics.validation_loss);
        number("loss of last batch", metrics.last_batch_loss);
        let seconds = record.provenance.training_seconds;
        anstream::println!(
            "  {dim}{} steps on {} in {seconds:.2} s{dim:#}\n",
            record.steps,
            record.provenance.backend
        );
    }
    let curve = terminal::loss_curve(std::slice::from_ref(run));
    if !curve.is_empty() {
        let cyan = anstyle::AnsiColor::Cyan.on_default();
        anstream::println!("  loss of each batch\n{cyan}{}{cyan:#}\n", indented(&curve));
    }
}

/// Prints the comparison of the study's arms, or of a sweep's settings.
pub(crate) fn print_comparison(study: &Study, comparison: &Comparison, options: table::Options) {
    anstream::print!("{}", table::render(study, comparison, options));
}

/// How wide the reader's terminal is, as tables need to know.
pub(crate) fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}

/// Draws what was compared into `folder`, as SVG and PNG, and gives the paths of the PNGs.
pub(crate) fn draw(
    study: &Study,
    comparison: &Comparison,
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let pictures = picture::all(study, comparison);
    // Rasterising is most of what is left to do after training: a thread for each picture.
    std::thread::scope(|scope| {
        let draw = |(name, picture)| scope.spawn(move || write(&picture, folder, name));
        let threads: Vec<_> = pictures.into_iter().map(draw).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

fn write(picture: &picture::Picture, folder: &Path, name: &str) -> Result<PathBuf, Failure> {
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
