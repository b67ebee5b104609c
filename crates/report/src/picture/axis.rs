//! An axis of a picture: from numbers to positions, and the round numbers at which it is labelled.

use crate::number::{minus, power_of_ten};
use crate::quantity::{Quantity, Unit};

/// An axis of one direction; positions run from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    transform: Transform,
    /// Labelled positions.
    pub(crate) ticks: Vec<Tick>,
}

/// What equal distances on an axis stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Transform {
    /// Equal differences.
    Linear,
    /// Equal ratios.
    Logarithmic,
    /// Equal ratios of what is missing to 100 percent.
    Errors,
}

/// A labelled position on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// The largest number that an axis reaches: differences of two such numbers are finite.
const MOST: f64 = 1e300;

/// Ratio of the largest to the smallest loss from which their axis is logarithmic.
pub(crate) const LOGARITHMIC_FROM: f64 = 15.0;

/// Range of percentages from which their axis is logarithmic in the errors.
const ERRORS_FROM: f64 = 30.0;

impl Axis {
    /// A linear axis that holds `low..=high`, with about `count` ticks at multiples of 1, 2 or 5
    /// times a power of ten.
    pub(crate) fn linear(low: f64, high: f64, count: usize) -> Axis {
        let (low, high) = widen(low, high);
        let rough = (high - low) / count.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|m| m * power)
            .into_iter()
            .find(|&s| s >= rough * 0.999)
            .unwrap_or(rough);
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        let ticks = (0..=(last - first).clamp(0.0, 100.0) as usize)
            .map(|i| {
                let value = (first + i as f64) * step;
                Tick { value, label: minus(format_tick(value, step, decimals)) }
            })
            .filter(|tick| tick.value.is_finite())
            .collect();
        Axis { low, high, transform: Transform::Linear, ticks }
    }

    /// A linear axis whose ends are ticks.
    pub(crate) fn linear_to_ticks(low: f64, high: f64, count: usize) -> Axis {
        let axis = Axis::linear(low, high, count);
        match axis.ticks.as_slice() {
            [first, second, ..] => {
                let step = second.value - first.value;
                let low =
                    if low < first.value - 1e-9 * step { first.value - step } else { first.value };
                let last = axis.ticks[axis.ticks.len() - 1].value;
                let high = if high > last + 1e-9 * step { last + step } else { last };
                Axis::linear(low, high, count)
            }
            _ => axis,
        }
    }

    /// A logarithmic axis that holds `low..=high`, both above zero: ticks at powers of ten, and
    /// between them where there are few.
    pub(crate) fn logarithmic(low: f64, high: f64) -> Axis {
        let (low, high) = if high > low { (low, high) } else { (low / 2.0, high * 2.0) };
        let (low, high) = (low.max(f64::MIN_POSITIVE), high.min(MOST));
        let decades = high.log10() - low.log10();
        let multiples: &[f64] = if decades <= 2.2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / 9.0).ceil().max(1.0) as i32;
        let ticks = (low.log10().floor() as i32..=high.log10().ceil() as i32)
            .filter(|exponent| exponent.rem_euclid(every) == 0)
            .flat_map(|exponent| {
                multiples.iter().map(move |m| (m * 10f64.powi(exponent), exponent))
            })
            .filter(|(value, _)| (low * 0.999..=high * 1.001).contains(value))
            .map(|(value, exponent)| Tick { value, label: format_log(value, exponent) })
            .collect();
        Axis { low, high, transform: Transform::Logarithmic, ticks }
    }

    /// The axis of percentages `low..=high`: linear, or logarithmic in the errors where good and
    /// bad stand side by side and the good ones would fall into one point.
    pub(crate) fn of_percents(low: f64, high: f64, count: usize) -> Axis {
        if !(high - low > ERRORS_FROM && high > 90.0 && low >= 0.0) {
            // Equal values get half a percent of room, and nothing lies above 100.
            let room = if high > low { 0.0 } else { 0.5 };
            return Axis::linear_to_ticks((low - room).max(0.0), (high + room).min(100.0), count);
        }
        let (low, high) = ((low - 6.0).max(0.0), (high + 0.15 * (100.0 - high)).min(99.99));
        let ticks = [0.0, 20.0, 50.0, 80.0, 90.0, 95.0, 97.0, 98.0, 99.0, 99.5, 99.8, 99.9]
            .into_iter()
            .filter(|tick| (low..=high).contains(tick))
            .map(|value| Tick { value, label: value.to_string() })
            .collect();
        Axis { low, high, transform: Transform::Errors, ticks }
    }

    /// The axis of a quantity that has these values, in the record's unit; those that are not
    /// finite have no position on it. What is no share is spaced by ratios where the largest is
    /// more than `logarithmic_from` times the smallest.
    pub(crate) fn of_values(
        quantity: &Quantity,
        values: impl Iterator<Item = f64>,
        logarithmic_from: f64,
    ) -> Axis {
        let factor = quantity.factor();
        let finite: Vec<f64> =
            values.filter(|value| value.is_finite()).map(|value| value * factor).collect();
        let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
        let high = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if quantity.unit == Unit::Share {
            return Axis::of_percents(low, high, 6);
        }
        let above_zero =
            finite.iter().copied().filter(|end| *end > 0.0).fold(f64::INFINITY, f64::min);
        if low >= 0.0 && high / above_zero > logarithmic_from {
            Axis::logarithmic(above_zero * 0.8, high * 1.2)
        } else {
            Axis::linear_to_ticks(low, high, 6)
        }
    }

    /// Whether equal distances are equal ratios of errors.
    pub(crate) fn is_of_errors(&self) -> bool {
        self.transform == Transform::Errors
    }

    /// The axis of `losses`: from zero to the largest of them or of `at_least`, or logarithmic
    /// where a linear one would leave most of them on the floor.
    pub(crate) fn of_losses(
        losses: impl Iterator<Item = f64>,
        at_least: f64,
        count: usize,
    ) -> Axis {
        let (low, high) = losses
            .filter(|loss| *loss > 0.0)
            .fold((f64::INFINITY, 0.0f64), |(low, high), loss| (low.min(loss), high.max(loss)));
        if high / low > LOGARITHMIC_FROM {
            // The upper end of an interval may lie far above all means, which are what is looked
            // at.
            Axis::logarithmic(low * 0.8, high.max(at_least.min(high * 3.0)) * 1.15)
        } else {
            Axis::linear_to_ticks(0.0, high.max(at_least).max(1e-9), count)
        }
    }

    /// Where `value` lies, 0 at the low end and 1 at the high; what lies outside is moved to the
    /// nearer end.
    pub(crate) fn position(&self, value: f64) -> f64 {
        let position = match self.transform {
            Transform::Linear => (value - self.low) / (self.high - self.low),
            Transform::Logarithmic => {
                let value = value.max(f64::MIN_POSITIVE);
                (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
            }
            Transform::Errors => {
                let error = |percent: f64| (100.0 - percent).max(1e-9).ln();
                (error(self.low) - error(value)) / (error(self.low) - error(self.high))
            }
        };
        // Neither end is nearer to what is no number.
        if position.is_nan() { 0.5 } else { position.clamp(0.0, 1.0) }
    }
}

/// An axis needs some length, whatever it has to show.
fn widen(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = match low.is_finite() && high.is_finite() {
        true => (low.clamp(-MOST, MOST), high.clamp(-MOST, MOST)),
        false => (low, high),
    };
    match (low.is_finite() && high.is_finite(), high - low > 1e-12 * high.abs().max(low.abs())) {
        (true, true) => (low, high),
        (true, false) if low == 0.0 => (-1.0, 1.0),
        (true, false) => (low - 0.05 * low.abs(), low + 0.05 * low.abs()),
        (false, _) => (0.0, 1.0),
    }
}

fn format_tick(value: f64, step: f64, decimals: usize) -> String {
    if value == 0.0 && step < 1e-4 {
        "0".to_owned()
    } else if value.abs() >= 1e5 || step < 1e-4 {
        power_of_ten(value)
    } else {
        format!("{value:.decimals$}")
    }
}

fn format_log(value: f64, exponent: i32) -> String {
    if (-4..=4).contains(&exponent) {
        format!("{value:.*}", usize::try_from(-exponent).unwrap_or(0))
    } else {
        power_of_ten(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&Axis::linear(0.0, 100.0, 5)), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(labels(&Axis::linear(-0.1, 0.1, 4)), ["−0.10", "−0.05", "0.00", "0.05", "0.10"]);
        assert_eq!(labels(&Axis::logarithmic(0.01, 100.0)), ["0.01", "0.1", "1", "10", "100"]);
        assert_eq!(labels(&Axis::logarithmic(0.1, 3.0)), ["0.1", "0.2", "0.5", "1", "2"]);
        assert_eq!(labels(&Axis::linear_to_ticks(0.0, 2.3, 4)), ["0", "1", "2", "3"]);
        assert_eq!(labels(&Axis::linear(0.0, 4e6, 2)), ["0", "2·10⁶", "4·10⁶"]);
    }

    #[test]
    fn good_accuracies_beside_bad_ones_stay_apart() {
        let axis = Axis::of_percents(9.8, 97.5, 6);
        assert_eq!(labels(&axis), ["20", "50", "80", "90", "95", "97"]);
        assert!(axis.position(97.5) - axis.position(95.0) > 0.15);
        assert_eq!((axis.position(0.0), axis.position(100.0)), (0.0, 1.0));
        assert_eq!(
            labels(&Axis::of_percents(96.9, 97.4, 5)),
            ["96.9", "97.0", "97.1", "97.2", "97.3", "97.4"]
        );
    }

    #[test]
    fn any_range_makes_an_axis() {
        for (low, high) in [
            (0.0, 0.0),
            (5.0, 5.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (-1e300, 1e300),
            (0.97, 0.97),
        ] {
            let position = Axis::linear(low, high, 5).position(0.5);
            assert!((0.0..=1.0).contains(&position), "{low} {high} {position}");
        }
        assert_eq!(Axis::logarithmic(1.0, 1.0).position(1.0), 0.5);
        assert!(Axis::logarithmic(1e-30, 1e38).ticks.len() < 12);
    }
}
