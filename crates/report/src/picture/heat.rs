//! A sweep over two axes: a map an arm, a cell a setting, on one scale of colours.

use maud::{Markup, html};

use super::Picture;
use super::axis::{Axis, LOGARITHMIC_FROM};
use super::forest::capitalised;
use super::frame::{Area, Text, WIDTH, document, fit, px, text_width};
use super::style::{LINE, on_scale, readable};
use super::sweep::seeds;
use crate::{SweepComparison, SweptResult};

/// Arms that have a map: the best ones.
const ARMS: usize = 6;

/// Cells along an axis; the settings of a longer one share cells.
const CELLS: usize = 64;

/// Cells up to which each is drawn by itself, with its marks.
const SINGLE: usize = 900;

/// Colours that many cells are drawn in.
const LEVELS: usize = 64;

/// What a cell shows.
struct Cell {
    column: usize,
    row: usize,
    mean: f64,
    diverged: bool,
    alike: bool,
    best: bool,
}

/// Where cells are.
struct Grid {
    area: Area,
    columns: usize,
    rows: usize,
}

impl Grid {
    /// Left, top, width and height of a cell; rows count from the bottom.
    fn place(&self, column: usize, row: usize) -> (f64, f64, f64, f64) {
        let (width, height) =
            (self.area.width / self.columns as f64, self.area.height / self.rows as f64);
        (
            self.area.left + width * column as f64,
            self.area.bottom() - height * (row + 1) as f64,
            width,
            height,
        )
    }
}

pub(super) fn draw(comparison: &SweepComparison) -> Picture {
    let metric = comparison.metric;
    let (across, up) = (&comparison.axes[0], &comparison.axes[1]);
    let arms = &comparison.arms[..comparison.arms.len().min(ARMS)];
    let share = [across, up].map(|axis| axis.values.len().div_ceil(CELLS));
    let [columns, rows] = [0, 1].map(|i| comparison.axes[i].values.len().div_ceil(share[i]));
    let beside = if arms.len() > 1 { 2 } else { 1 };
    let labels =
        up.labels.iter().map(|label| text_width(label, 12.0)).fold(0.0, f64::max).min(110.0);
    let (left, right, gap) = (24.0 + 22.0 + labels + 10.0, 118.0, labels + 54.0);
    let width = (WIDTH - left - right - gap * (beside - 1) as f64) / beside as f64;
    let height =
        (width / columns as f64 * rows as f64).clamp(90.0, if beside == 1 { 440.0 } else { 320.0 });
    let heading = if comparison.arms.len() > 1 { 26.0 } else { 0.0 };
    let step = heading + height + 66.0;
    let grid = |place: usize| Grid {
        area: Area {
            left: left + (width + gap) * (place % beside) as f64,
            top: 80.0 + heading + step * (place / beside) as f64,
            width,
            height,
        },
        columns,
        rows,
    };
    let maps: Vec<Vec<Cell>> = arms.iter().map(|arm| cells(arm, share)).collect();
    let scale =
        Axis::of_values(metric, maps.iter().flatten().map(|cell| cell.mean), LOGARITHMIC_FROM);
    let colour = |mean: f64| {
        let place = scale.place(mean * metric.scale());
        if metric.higher_is_better() { place } else { 1.0 - place }
    };
    let bottom = 80.0 + step * arms.len().div_ceil(beside) as f64 + 8.0;
    let content = html! {
        @for (place, (arm, cells)) in arms.iter().zip(&maps).enumerate() {
            @let grid = grid(place);
            @if heading > 0.0 { (Text::new(grid.area.left, grid.area.top - 10.0, &fit(&arm.label, width, 14.0)).strong(14.0).draw()) }
            (map(comparison, &grid, cells, &colour))
            (names(comparison, &grid, share))
        }
        (key(&Area { left: WIDTH - right + 30.0, top: 80.0 + heading, width: 16.0, height }, comparison, &scale))
        (Text::new(24.0, bottom, &explanation(&maps, comparison.grid() > comparison.arms.iter().map(|arm| arm.points.len()).sum(), share)).soft().size(12.0).draw())
    };
    let title =
        format!("{} over {} and {}", capitalised(&metric.title()), across.setting, up.setting);
    let mut subtitle =
        vec![comparison.title.clone(), seeds(comparison).replace(" and its 95 % interval", "")];
    if comparison.arms.len() > ARMS {
        subtitle.push(format!("the best {ARMS} of {} arms", comparison.arms.len()));
    }
    let best = |arm: &SweptResult| {
        format!(
            "{}: best {} at {}",
            arm.label,
            metric.say(arm.best().summary.mean),
            comparison.place(arm.best())
        )
    };
    let description: Vec<String> = arms.iter().map(best).collect();
    Picture {
        svg: document(
            bottom + 22.0,
            &title,
            &subtitle.join(" · "),
            &description.join("; "),
            &content,
        ),
    }
}

/// The cells of an arm; of several settings in one, the mean.
fn cells(arm: &SweptResult, share: [usize; 2]) -> Vec<Cell> {
    let mut found: std::collections::BTreeMap<(usize, usize), Vec<usize>> = Default::default();
    for (place, point) in arm.points.iter().enumerate() {
        found.entry((point.at[0] / share[0], point.at[1] / share[1])).or_default().push(place);
    }
    found
        .into_iter()
        .map(|((column, row), places)| {
            let points = || places.iter().map(|&place| &arm.points[place]);
            Cell {
                column,
                row,
                mean: points().map(|point| point.summary.mean).sum::<f64>() / places.len() as f64,
                diverged: points().any(|point| point.diverged > 0),
                alike: points().any(|point| point.is_alike()),
                best: places.contains(&arm.best),
            }
        })
        .collect()
}

fn map(
    comparison: &SweepComparison,
    grid: &Grid,
    cells: &[Cell],
    colour: &dyn Fn(f64) -> f64,
) -> Markup {
    let Area { left, top, width, height } = grid.area;
    let single = grid.columns * grid.rows <= SINGLE;
    html! {
        // Cells of which there is nothing to show let the ground through.
        rect class="axis" x=(px(left)) y=(px(top)) width=(px(width)) height=(px(height)) fill="none" stroke=(LINE) {}
        @if single {
            @for cell in cells { (one(comparison, grid, cell, colour)) }
        } @else {
            (many(grid, cells, colour))
        }
        @for cell in cells.iter().filter(|cell| cell.best) {
            @let (left, top, width, height) = grid.place(cell.column, cell.row);
            rect x=(px(left)) y=(px(top)) width=(px(width)) height=(px(height)) fill="none" stroke="#ffffff" stroke-width="5" {}
            rect x=(px(left)) y=(px(top)) width=(px(width)) height=(px(height)) fill="none" stroke="#101418" stroke-width="2.4" {}
        }
    }
}

fn one(
    comparison: &SweepComparison,
    grid: &Grid,
    cell: &Cell,
    colour: &dyn Fn(f64) -> f64,
) -> Markup {
    let metric = comparison.metric;
    let (left, top, width, height) = grid.place(cell.column, cell.row);
    let figure = metric.show(cell.mean);
    let fill = cell.mean.is_finite().then(|| on_scale(colour(cell.mean)));
    let ink = fill.as_deref().map(readable);
    let axis =
        |i: usize, place: usize| comparison.axes[i].labels.get(place).cloned().unwrap_or_default();
    let wide = width > text_width(&figure, 11.5) + 4.0 && height > 17.0;
    let (middle, base) = (left + width / 2.0, top + height / 2.0 + 4.0);
    let arm = (width.min(height) / 5.0).min(if fill.is_some() { 4.0 } else { 8.0 });
    let (cross_x, cross_y) = if wide && fill.is_some() {
        (left + arm + 4.0, top + arm + 4.0)
    } else {
        (middle, top + height / 2.0)
    };
    let cross = format!(
        "M{} {}l{d} {d}m0 -{d}l-{d} {d}",
        px(cross_x - arm),
        px(cross_y - arm),
        d = px(2.0 * arm)
    );
    html! {
        g {
            title { (axis(0, cell.column)) ", " (axis(1, cell.row)) ": " (figure) @if cell.diverged { ", a run diverged" } }
            @if let (Some(fill), Some(ink)) = (&fill, ink) {
                rect x=(px(left + 0.4)) y=(px(top + 0.4)) width=(px((width - 0.8).max(0.5))) height=(px((height - 0.8).max(0.5))) fill=(fill) {}
                @if wide { text.in-cell x=(px(middle)) y=(px(base)) fill=(ink) font-size="11.5" text-anchor="middle" { (figure) } }
                @if cell.alike { circle cx=(px(left + width - 6.0)) cy=(px(top + 6.0)) r="2.6" fill=(ink) {} }
                @if cell.diverged { path d=(cross) fill="none" stroke=(ink) stroke-width="1.6" {} }
            } @else {
                path class="axis" d=(cross) fill="none" stroke=(LINE) stroke-width="2" {}
            }
        }
    }
}

/// Many cells as one path a colour.
fn many(grid: &Grid, cells: &[Cell], colour: &dyn Fn(f64) -> f64) -> Markup {
    let mut paths = vec![String::new(); LEVELS + 1];
    for cell in cells.iter().filter(|cell| cell.mean.is_finite()) {
        let (left, top, width, height) = grid.place(cell.column, cell.row);
        let level = (colour(cell.mean) * LEVELS as f64).round() as usize;
        let width = px(width + 0.2);
        paths[level.min(LEVELS)] +=
            &format!("M{} {}h{width}v{}h-{width}z", px(left), px(top), px(height + 0.2));
    }
    html! {
        @for (level, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            path d=(path) fill=(on_scale(level as f64 / LEVELS as f64)) {}
        }
    }
}

/// The values along both axes, and the axes' names.
fn names(comparison: &SweepComparison, grid: &Grid, share: [usize; 2]) -> Markup {
    let (across, up) = (&comparison.axes[0], &comparison.axes[1]);
    let Area { left, top, width, height } = grid.area;
    let widest =
        across.labels.iter().map(|label| text_width(label, 12.0)).fold(0.0, f64::max).min(120.0)
            + 6.0;
    let (cell, line) = (width / grid.columns as f64, height / grid.rows as f64);
    let every =
        [(widest / cell).ceil() as usize, (15.0 / line).ceil() as usize].map(|every| every.max(1));
    let name_x = left
        - up.labels.iter().map(|label| text_width(label, 12.0)).fold(0.0, f64::max).min(110.0)
        - 22.0;
    let middle = top + height / 2.0;
    html! {
        @for column in (0..grid.columns).step_by(every[0]) {
            @let label = fit(&across.labels[column * share[0]], widest.max(cell * every[0] as f64), 12.0);
            (Text::new(left + cell * (column as f64 + 0.5), top + height + 17.0, &label).soft().size(12.0).centred().draw())
        }
        @for row in (0..grid.rows).step_by(every[1]) {
            @let label = fit(&up.labels[row * share[1]], 112.0, 12.0);
            (Text::new(left - 8.0, top + height - line * (row as f64 + 0.5) + 4.0, &label).soft().size(12.0).flush_right().draw())
        }
        (Text::new(left + width / 2.0, top + height + 38.0, &across.name()).centred().draw())
        g transform=(format!("rotate(-90 {} {})", px(name_x), px(middle))) {
            (Text::new(name_x, middle, &up.name()).centred().draw())
        }
    }
}

/// The scale of colours with its values.
fn key(area: &Area, comparison: &SweepComparison, scale: &Axis) -> Markup {
    const STEPS: usize = 48;
    let at = |step: usize| (step as f64 + 0.5) / STEPS as f64;
    let top = |step: usize| area.bottom() - area.height * (step + 1) as f64 / STEPS as f64;
    let name = format!("{}{}", capitalised(&comparison.metric.title()), comparison.metric.unit());
    let better =
        |place: f64| if comparison.metric.higher_is_better() { place } else { 1.0 - place };
    let name_x = area.right() + 66.0;
    let middle = area.top + area.height / 2.0;
    html! {
        // From the top down, each to the bottom: no seam shows between two.
        @for step in (0..STEPS).rev() {
            rect x=(px(area.left)) y=(px(top(step))) width=(px(area.width)) height=(px(area.bottom() - top(step)))
                fill=(on_scale(better(at(step)))) {}
        }
        @for tick in &scale.ticks {
            @let y = area.y(scale, tick.value);
            line class="axis" stroke=(LINE) x1=(px(area.right())) x2=(px(area.right() + 4.0)) y1=(px(y)) y2=(px(y)) {}
            (Text::new(area.right() + 8.0, y + 4.0, &tick.label).soft().size(12.0).draw())
        }
        g transform=(format!("rotate(-90 {} {})", px(name_x), px(middle))) {
            (Text::new(name_x, middle, &fit(&name, area.height.max(200.0), 12.0)).soft().size(12.0).centred().draw())
        }
    }
}

fn explanation(maps: &[Vec<Cell>], gaps: bool, share: [usize; 2]) -> String {
    let any = |of: fn(&Cell) -> bool| maps.iter().flatten().any(of);
    let mut text = "Brighter is better. Outlined: the best of its arm.".to_owned();
    if any(|cell| cell.alike) {
        text += " Dot: no difference to it can be shown.";
    }
    if any(|cell| cell.diverged) {
        text += " ×: a run diverged.";
    }
    if gaps {
        text += " Empty: no finished run.";
    }
    if share != [1, 1] {
        text += &format!(" A cell is the mean of {} × {} settings.", share[0], share[1]);
    }
    text
}
