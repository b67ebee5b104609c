//! The cells of a map of a sweep over two axes.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::frame::{Area, px, text_width};
use super::marks::cross;
use super::style::{LINE, readable, viridis};
use crate::comparison::{Comparison, RankedArm};

/// Cells up to which each is drawn by itself, with its marks.
const SINGLE: usize = 900;

/// Colours that many cells are drawn in.
const LEVELS: usize = 64;

/// What a cell shows.
pub(super) struct Cell {
    column: usize,
    row: usize,
    pub(super) mean: f64,
    pub(super) diverged: bool,
    pub(super) alike: bool,
    best: bool,
}

/// Where cells are.
pub(super) struct Grid {
    pub(super) area: Area,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Grid {
    /// The rectangle of a cell; rows count from the bottom.
    pub(super) fn place(&self, column: usize, row: usize) -> Area {
        let width = self.area.width / self.columns as f64;
        let height = self.area.height / self.rows as f64;
        let left = self.area.left + width * column as f64;
        let top = self.area.bottom() - height * (row + 1) as f64;
        Area { left, top, width, height }
    }
}

/// The cells of an arm; of several settings in one, the mean.
pub(super) fn cells(arm: &RankedArm, share: [usize; 2]) -> Vec<Cell> {
    let mut found: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (index, point) in arm.points.iter().enumerate() {
        let cell = (point.at[0] / share[0], point.at[1] / share[1]);
        found.entry(cell).or_default().push(index);
    }
    let cell = |((column, row), indices): ((usize, usize), Vec<usize>)| {
        let points = || indices.iter().map(|&index| &arm.points[index]);
        let sum: f64 = points().map(|point| point.summary.mean).sum();
        Cell {
            column,
            row,
            mean: sum / indices.len() as f64,
            diverged: points().any(|point| point.diverged > 0),
            alike: points().any(|point| point.is_alike()),
            best: indices.contains(&arm.best),
        }
    };
    found.into_iter().map(cell).collect()
}

/// All cells of a map, each in the colour of its brightness from 0 to 1.
pub(super) fn map(
    comparison: &Comparison,
    grid: &Grid,
    cells: &[Cell],
    brightness: &dyn Fn(f64) -> f64,
) -> Markup {
    let single = grid.columns * grid.rows <= SINGLE;
    html! {
        // Cells of which there is nothing to show let the ground through.
        (outline(&grid.area, LINE, 1.0))
        @if single {
            @for cell in cells { (one(comparison, grid, cell, brightness)) }
        } @else {
            (many(grid, cells, brightness))
        }
        @for cell in cells.iter().filter(|cell| cell.best) {
            @let place = grid.place(cell.column, cell.row);
            (outline(&place, "#ffffff", 5.0))
            (outline(&place, "#101418", 2.4))
        }
    }
}

pub(super) fn outline(area: &Area, colour: &str, width: f64) -> Markup {
    let class = (colour == LINE).then_some("axis");
    html! {
        rect class=[class] x=(px(area.left)) y=(px(area.top)) width=(px(area.width))
            height=(px(area.height)) fill="none" stroke=(colour) stroke-width=(px(width)) {}
    }
}

/// A cell by itself, with its figure where there is room for it.
fn one(
    comparison: &Comparison,
    grid: &Grid,
    cell: &Cell,
    brightness: &dyn Fn(f64) -> f64,
) -> Markup {
    let figure = comparison.quantity.show(cell.mean);
    let axis = |i: usize, at: usize| comparison.axes[i].labels.get(at).cloned().unwrap_or_default();
    let diverged = if cell.diverged { ", a run diverged" } else { "" };
    let place = grid.place(cell.column, cell.row);
    html! {
        g {
            title {
                (axis(0, cell.column)) ", " (axis(1, cell.row)) ": " (figure) (diverged)
            }
            @if cell.mean.is_finite() {
                (filled(&place, cell, &figure, &viridis(brightness(cell.mean))))
            } @else {
                @let arm = (place.width.min(place.height) / 5.0).min(8.0);
                @let middle = (place.left + place.width / 2.0, place.top + place.height / 2.0);
                path class="axis" d=(cross(middle, arm)) fill="none" stroke=(LINE)
                    stroke-width="2" {}
            }
        }
    }
}

fn filled(place: &Area, cell: &Cell, figure: &str, fill: &str) -> Markup {
    let &Area { left, top, width, height } = place;
    let ink = readable(fill);
    let wide = width > text_width(figure, 11.5) + 4.0 && height > 17.0;
    let (middle, base) = (left + width / 2.0, top + height / 2.0 + 4.0);
    let arm = (width.min(height) / 5.0).min(4.0);
    let corner = (left + arm + 4.0, top + arm + 4.0);
    let cross_at = if wide { corner } else { (middle, top + height / 2.0) };
    html! {
        rect x=(px(left + 0.4)) y=(px(top + 0.4)) width=(px((width - 0.8).max(0.5)))
            height=(px((height - 0.8).max(0.5))) fill=(fill) {}
        @if wide {
            text.in-cell x=(px(middle)) y=(px(base)) fill=(ink) font-size="11.5"
                text-anchor="middle" { (figure) }
        }
        @if cell.alike {
            circle cx=(px(left + width - 6.0)) cy=(px(top + 6.0)) r="2.6" fill=(ink) {}
        }
        @if cell.diverged {
            path d=(cross(cross_at, arm)) fill="none" stroke=(ink) stroke-width="1.6" {}
        }
    }
}

/// Many cells as one path a colour.
fn many(grid: &Grid, cells: &[Cell], brightness: &dyn Fn(f64) -> f64) -> Markup {
    let mut paths = vec![String::new(); LEVELS + 1];
    for cell in cells.iter().filter(|cell| cell.mean.is_finite()) {
        let Area { left, top, width, height } = grid.place(cell.column, cell.row);
        let level = (brightness(cell.mean) * LEVELS as f64).round() as usize;
        let (width, height) = (px(width + 0.2), px(height + 0.2));
        paths[level.min(LEVELS)] +=
            &format!("M{} {}h{width}v{height}h-{width}z", px(left), px(top));
    }
    html! {
        @for (level, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            path d=(path) fill=(viridis(level as f64 / LEVELS as f64)) {}
        }
    }
}
