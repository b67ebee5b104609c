//! What happened inside the layers, as panels with shared axes: a panel an arm, a line a layer; of
//! deep networks a map of layers over steps.

use maud::{Markup, html};

use super::axis::Axis;
use super::chart::{
    Chart, ChartAxis, ChartLine, ChartPoint, Plot, Spacing, band, chart_axes, level,
};
use super::frame::{Area, Document, Entry, Text, WIDTH, bottom_axis, fit, px, rule, upwards};
use super::marks;
use super::raster::Picture;
use super::style::{Look, viridis};
use crate::layer_curves::{ArmLayers, LayerCurves, LayerMeasure};
use crate::number::significant;

/// Layers up to which each has a line.
const LINES: usize = 6;
/// Panels beside one another.
const COLUMNS: usize = 4;
/// Steps that a map shows side by side.
const CELLS: usize = 60;
const LEFT: f64 = 92.0;
const TOP: f64 = 120.0;
const GAP: f64 = 18.0;

/// What a picture says of its measure.
struct Words {
    title: &'static str,
    axis: &'static str,
    spacing: Spacing,
    level: Option<(f64, &'static str)>,
}

fn words(measure: LayerMeasure) -> Words {
    let words = |title, axis, spacing| Words { title, axis, spacing, level: None };
    match measure {
        LayerMeasure::UpdateRatio => Words {
            level: Some((-3.0, "")),
            ..words(
                "How large the updates are",
                "log₁₀(update / weight), dashed: −3",
                Spacing::Linear,
            )
        },
        LayerMeasure::Gradient => {
            words("The gradient of each layer's weights", "Gradient (rms)", Spacing::Logarithmic)
        }
        LayerMeasure::Dead => {
            words("Units through which no gradient passes", "Dead units (%)", Spacing::Linear)
        }
        LayerMeasure::Distance => words(
            "How far each layer is from its start",
            "Distance (% of start)",
            Spacing::Logarithmic,
        ),
    }
}

/// What a panel says that has no line.
fn nothing(measure: LayerMeasure) -> &'static str {
    match measure {
        LayerMeasure::UpdateRatio => "no update of any weight",
        LayerMeasure::Gradient => "0 at every step",
        LayerMeasure::Dead => "no activation that is ever flat",
        LayerMeasure::Distance => "started at zero",
    }
}

/// Every picture of layers, each with a name that a file may have; none of nothing.
pub fn layers(curves: &LayerCurves) -> Vec<(&'static str, Picture)> {
    let name = |measure| match measure {
        LayerMeasure::UpdateRatio => "layers-updates",
        LayerMeasure::Gradient => "layers-gradients",
        LayerMeasure::Dead => "layers-dead",
        LayerMeasure::Distance => "layers-distance",
    };
    let shows = |measure: &LayerMeasure| {
        let mut layers = curves.arms.iter().flat_map(|arm| &arm.layers);
        layers.any(|layer| !layer.line(*measure).is_empty())
    };
    let shown = LayerMeasure::ALL.into_iter().filter(shows);
    shown.map(|measure| (name(measure), draw(curves, measure))).collect()
}

/// Where the panels are.
struct Layout {
    columns: usize,
    width: f64,
    height: f64,
}

impl Layout {
    fn of(panels: usize, right: f64) -> Self {
        let columns = panels.clamp(1, COLUMNS);
        let room = WIDTH - LEFT - right - GAP * (columns - 1) as f64;
        let height = match panels {
            1 => 330.0,
            2..=4 => 210.0,
            _ => 140.0,
        };
        Layout { columns, width: room / columns as f64, height }
    }

    fn area(&self, panel: usize) -> Area {
        let (row, column) = (panel / self.columns, panel % self.columns);
        let left = LEFT + (self.width + GAP) * column as f64;
        let top = TOP + (self.height + 34.0) * row as f64;
        Area { left, top, width: self.width, height: self.height }
    }
}

/// The panels of one measure.
struct Panels<'a> {
    curves: &'a LayerCurves,
    measure: LayerMeasure,
    words: Words,
    layout: Layout,
    x: Axis,
    y: Axis,
    spacing: Spacing,
}

fn draw(curves: &LayerCurves, measure: LayerMeasure) -> Picture {
    let words = words(measure);
    let deepest = curves.arms.iter().map(|arm| arm.layers.len()).max().unwrap_or(0);
    let is_map = deepest > LINES;
    let lines: Vec<ChartLine> = curves.arms.iter().flat_map(|arm| lines(arm, measure)).collect();
    let chart = Chart {
        title: words.title,
        subtitle: "",
        x: ChartAxis { name: "Batch", spacing: Spacing::Linear },
        y: ChartAxis { name: words.axis, spacing: words.spacing },
        lines,
        levels: words.level.into_iter().collect(),
        note: "",
    };
    let (_, y) = chart_axes(&chart);
    let (spacing, x) = horizontal(curves, measure);
    let layout = Layout::of(curves.arms.len(), if is_map { 110.0 } else { 28.0 });
    let panels = Panels { curves, measure, words, layout, x, y, spacing };
    let last = panels.layout.area(curves.arms.len().saturating_sub(1));
    let content = html! {
        @if !is_map { (legend(deepest)) }
        @for (position, arm) in curves.arms.iter().enumerate() {
            @if is_map { (panels.map(position, arm)) } @else { (panels.lines(position, arm)) }
        }
        @if is_map { (panels.key()) }
        (panels.names(is_map))
    };
    Document {
        height: last.bottom() + 58.0,
        title: panels.words.title,
        subtitle: &curves.subtitle(),
        description: &describe(curves, measure),
    }
    .picture(&content)
}

/// The lines of an arm, as they are drawn: shares and lengths in percent, steps from 1.
fn lines(arm: &ArmLayers, measure: LayerMeasure) -> Vec<ChartLine<'static>> {
    let factor = match measure {
        LayerMeasure::Dead | LayerMeasure::Distance => 100.0,
        LayerMeasure::UpdateRatio | LayerMeasure::Gradient => 1.0,
    };
    let point = |point: &ChartPoint| ChartPoint {
        x: point.x + 1.0,
        y: point.y * factor,
        band: point.band.map(|(low, high)| (low * factor, high * factor)),
    };
    let line = |(look, layer): (usize, &crate::layer_curves::LayerLines)| ChartLine {
        label: "",
        look,
        points: layer.line(measure).iter().map(point).collect(),
        theory: Vec::new(),
    };
    arm.layers.iter().enumerate().map(line).collect()
}

/// The axis of steps: logarithmic where the recorded steps are.
fn horizontal(curves: &LayerCurves, measure: LayerMeasure) -> (Spacing, Axis) {
    let line = |arm: &ArmLayers| -> Vec<f64> {
        let longest = arm.layers.iter().map(|layer| layer.line(measure)).max_by_key(|l| l.len());
        longest.unwrap_or_default().iter().map(|point| point.x + 1.0).collect()
    };
    let all: Vec<Vec<f64>> = curves.arms.iter().map(line).collect();
    let end = all.iter().filter_map(|xs| xs.last()).copied().fold(1.0, f64::max);
    // Evenly spaced, half of the points lie beyond the middle; logarithmically, a few do.
    let is_logarithmic = all.iter().any(|xs| {
        let late = xs.iter().filter(|x| **x > end / 2.0).count();
        xs.len() > 8 && late * 4 < xs.len()
    });
    if is_logarithmic {
        (Spacing::Logarithmic, Axis::logarithmic(1.0, end))
    } else {
        (Spacing::Linear, Axis::linear(0.0, end, 3))
    }
}

/// Which colour is which layer, above the panels.
fn legend(layers: usize) -> Markup {
    html! {
        @for layer in 0..layers {
            @let entry = Entry { look: Look::of(layer), label: format!("Layer {}", layer + 1) };
            @let left = LEFT + 104.0 * layer as f64;
            line class=(entry.look.stroke()) stroke=(entry.look.hex()) stroke-width="2.4"
                x1=(px(left)) x2=(px(left + 26.0)) y1="76" y2="76"
                stroke-dasharray=[entry.look.dash] {}
            (Text::new(left + 33.0, 80.5, &entry.label).draw())
        }
    }
}

impl Panels<'_> {
    /// A panel with its name, its grid and, at the left, its labels.
    fn frame(&self, position: usize, arm: &ArmLayers, with_ticks: bool) -> Markup {
        let area = self.layout.area(position);
        let is_left = position.is_multiple_of(self.layout.columns);
        let is_last = position + self.layout.columns >= self.curves.arms.len();
        let label = fit(&arm.label, area.width, 13.0);
        html! {
            (Text::new(area.left, area.top - 8.0, &label).strong(13.0).draw())
            @if with_ticks {
                @for tick in &self.y.ticks {
                    @let at = area.y(&self.y, tick.value);
                    (rule("grid", (area.left, at), (area.right(), at)))
                    @if is_left {
                        (Text::new(area.left - 10.0, at + 4.5, &tick.label).soft().size(12.0)
                            .flush_right().draw())
                    }
                }
            }
            @if is_last { (bottom_axis(&area, &self.x, "")) }
            @else { (rule("axis", (area.left, area.bottom()), (area.right(), area.bottom()))) }
        }
    }

    fn lines(&self, position: usize, arm: &ArmLayers) -> Markup {
        let spacings = [self.spacing, self.words.spacing];
        let plot = Plot {
            area: self.layout.area(position),
            x: self.x.clone(),
            y: self.y.clone(),
            spacings,
        };
        let lines = lines(arm, self.measure);
        html! {
            (self.frame(position, arm, true))
            @if let Some((value, name)) = self.words.level { (level(&plot, value, name)) }
            @if lines.iter().all(|line| plot.parts(&line.points).is_empty()) {
                @let middle = plot.area.top + plot.area.height / 2.0;
                @let centre = plot.area.left + plot.area.width / 2.0;
                @let text = Text::new(centre, middle, nothing(self.measure)).soft();
                (text.size(12.0).centred().draw())
            }
            @for line in &lines {
                @for part in plot.parts(&line.points) {
                    (marks::area(&band(&part), Look::of(line.look), 0.15))
                }
            }
            @for (number, line) in (1..).zip(&lines) {
                g {
                    title { "Layer " (number) }
                    @for part in plot.parts(&line.points) {
                        @let path = marks::line(part.iter().map(|&(x, y, _)| (x, y)));
                        (marks::stroke(&path, Look::of(line.look), 1.8))
                    }
                }
            }
        }
    }

    /// The layers of an arm over the steps, the first at the bottom.
    fn map(&self, position: usize, arm: &ArmLayers) -> Markup {
        let area = self.layout.area(position);
        let lines = lines(arm, self.measure);
        let height = area.height / lines.len().max(1) as f64;
        let cells = |layer: usize, line: &ChartLine| -> Vec<Markup> {
            let top = area.bottom() - height * (layer + 1) as f64;
            let columns = self.columns(&area, line);
            columns
                .into_iter()
                .map(|(left, right, value)| {
                    let colour = viridis(self.y.position(value));
                    html! {
                        rect x=(px(left)) y=(px(top)) width=(px((right - left).max(0.3)))
                            height=(px(height + 0.2)) fill=(colour) {}
                    }
                })
                .collect()
        };
        html! {
            (self.frame(position, arm, false))
            @for (layer, line) in lines.iter().enumerate() {
                @for cell in cells(layer, line) { (cell) }
            }
        }
    }

    /// The cells of a layer: from where to where, and the value there.
    fn columns(&self, area: &Area, line: &ChartLine) -> Vec<(f64, f64, f64)> {
        let has_place = |point: &&ChartPoint| self.words.spacing.has_place(point.y);
        let every = line.points.len().div_ceil(CELLS).max(1);
        let points: Vec<&ChartPoint> =
            line.points.iter().step_by(every).filter(has_place).collect();
        let ends = points.iter().skip(1).map(|point| area.x(&self.x, point.x));
        let ends = ends.chain([area.right()]);
        points.iter().zip(ends).map(|(p, end)| (area.x(&self.x, p.x), end, p.y)).collect()
    }

    /// The scale of colours of a map.
    fn key(&self) -> Markup {
        const STEPS: usize = 40;
        let first = self.layout.area(0);
        let area = Area { left: WIDTH - 84.0, width: 16.0, ..first };
        let top = |step: usize| area.bottom() - area.height * (step + 1) as f64 / STEPS as f64;
        html! {
            @for step in (0..STEPS).rev() {
                rect x=(px(area.left)) y=(px(top(step))) width=(px(area.width))
                    height=(px(area.bottom() - top(step)))
                    fill=(viridis((step as f64 + 0.5) / STEPS as f64)) {}
            }
            @for tick in &self.y.ticks {
                @let y = area.y(&self.y, tick.value);
                (rule("axis", (area.right(), y), (area.right() + 4.0, y)))
                (Text::new(area.right() + 8.0, y + 4.0, &tick.label).soft().size(12.0).draw())
            }
            (Text::new(area.left - 6.0, area.top - 8.0, self.words.axis).soft().size(12.0).draw())
        }
    }

    /// The names of the axes: once for all panels.
    fn names(&self, is_map: bool) -> Markup {
        let rows = self.curves.arms.len().div_ceil(self.layout.columns);
        let last = self.layout.area((rows.max(1) - 1) * self.layout.columns);
        let middle = (self.layout.area(0).top + last.bottom()) / 2.0;
        let vertical = if is_map { "Layer, the first at the bottom" } else { self.words.axis };
        let centre = LEFT + (self.layout.width + GAP) * self.layout.columns as f64 / 2.0;
        html! {
            (upwards(26.0, middle, Text::new(0.0, 0.0, vertical)))
            (Text::new(centre, last.bottom() + 44.0, "Batch").centred().draw())
        }
    }
}

/// The picture in words, for those who do not see it.
fn describe(curves: &LayerCurves, measure: LayerMeasure) -> String {
    let of_arm = |arm: &ArmLayers| {
        let ends: Vec<String> = (1..)
            .zip(lines(arm, measure))
            .filter_map(|(number, line)| {
                let (first, last) = (line.points.first()?, line.points.last()?);
                let [first, last] = [first, last].map(|point| significant(point.y, 3));
                Some(format!("layer {number} from {first} to {last}"))
            })
            .collect();
        format!("{}: {}", arm.label, ends.join(", "))
    };
    curves.arms.iter().map(of_arm).collect::<Vec<_>>().join("; ")
}
