//! A sweep over two axes: a map an arm, a cell a setting, on one scale of colours.

use maud::html;

use super::axis::{Axis, LOGARITHMIC_FROM};
use super::cells::{Cell, cells, map};
use super::frame::{Document, Text};
use super::map_layout::{Layout, Side, key, names};
use super::over_axis::{describe, subtitle};
use super::raster::Picture;
use super::style::viridis;
use crate::comparison::Comparison;
use crate::phrases::capitalised;

/// Arms that have a map: the best ones.
const ARMS: usize = 6;

/// Cells along an axis; the settings of a longer one share cells.
const CELLS: usize = 64;

pub(super) fn draw(comparison: &Comparison) -> Picture {
    let quantity = &comparison.quantity;
    let arms = &comparison.arms[..comparison.arms.len().min(ARMS)];
    let share = [0, 1].map(|i| comparison.axes[i].values.len().div_ceil(CELLS));
    let axis_names = [0, 1].map(|i| comparison.axes[i].name());
    let [across, up] = [0, 1].map(|i| Side {
        name: &axis_names[i],
        labels: &comparison.axes[i].labels,
        share: share[i],
    });
    let layout = Layout::new(&across, &up, comparison.arms.len());
    let maps: Vec<Vec<Cell>> = arms.iter().map(|arm| cells(arm, share)).collect();
    let means = maps.iter().flatten().map(|cell| cell.mean);
    let scale = Axis::of_values(quantity, means, LOGARITHMIC_FROM);
    let better = |position: f64| if quantity.higher_is_better { position } else { 1.0 - position };
    let brightness = |mean: f64| better(scale.position(mean * quantity.factor()));
    let bottom = layout.top(arms.len() - 1) + layout.height + 74.0;
    let key_name = format!("{}{}", capitalised(&quantity.title), quantity.unit_suffix());
    let content = html! {
        @for (position, (arm, cells)) in arms.iter().zip(&maps).enumerate() {
            @let grid = layout.grid(position);
            (layout.heading(position, &arm.label))
            (map(comparison, &grid, cells, &brightness))
            (names(&across, &up, &grid))
        }
        (key(&layout.key(), &key_name, &scale, &|position| viridis(better(position))))
        @let explanation = explanation(comparison, &maps, share);
        (Text::new(24.0, bottom, &explanation).soft().size(12.0).draw())
    };
    let [across, up] = [0, 1].map(|i| &comparison.axes[i].setting);
    Document {
        height: bottom + 22.0,
        title: &format!("{} over {across} and {up}", capitalised(&quantity.title)),
        subtitle: &subtitle(comparison, ARMS).replace(" and its 95 % interval", ""),
        description: &describe(comparison, ARMS),
    }
    .picture(&content)
}

fn explanation(comparison: &Comparison, maps: &[Vec<Cell>], share: [usize; 2]) -> String {
    let any = |of: fn(&Cell) -> bool| maps.iter().flatten().any(of);
    let mut text = "Brighter is better. Outlined: the best of its arm.".to_owned();
    if any(|cell| cell.alike) {
        text += " Dot: no difference to it can be shown.";
    }
    if any(|cell| cell.diverged) {
        text += " ×: a run diverged.";
    }
    if comparison.grid() > comparison.point_count() {
        text += " Empty: no finished run.";
    }
    if share != [1, 1] {
        text += &format!(" A cell is the mean of {} × {} settings.", share[0], share[1]);
    }
    text
}
