//! Statistics of one layer: its pre-activations, its activations, its gradients.

use initializers::Activation;
use ndarray::{Array2, ArrayView1, Axis};

use crate::eigen::eigenvalues;
use crate::measures::{ActivationMeasures, Histogram};

/// Mean and mean square.
pub(crate) fn moments(numbers: &Array2<f64>) -> [f64; 2] {
    let n = numbers.len() as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for x in numbers {
        sum += x;
        squares += x * x;
    }
    [sum / n, squares / n]
}

/// The squared length of each row.
pub(crate) fn row_squares(numbers: &Array2<f64>) -> Vec<f64> {
    numbers.axis_iter(Axis(0)).map(|row| row.dot(&row)).collect()
}

pub(crate) fn of_activations(
    activation: Activation,
    pre: &Array2<f64>,
    slopes: &Array2<f64>,
    post: &Array2<f64>,
) -> ActivationMeasures {
    let [mean, square] = moments(post);
    let count = post.len() as f64;
    let units = post.ncols() as f64;
    let share = |of: &Array2<f64>, is: fn(f64) -> bool| {
        of.axis_iter(Axis(1)).filter(|unit| unit.iter().all(|&x| is(x))).count() as f64 / units
    };
    ActivationMeasures {
        mean,
        rms: square.sqrt(),
        off: post.iter().filter(|&&h| h == 0.0).count() as f64 / count,
        dead: share(slopes, |slope| slope == 0.0),
        always_on: share(pre, |z| z > 0.0),
        saturated: saturation(activation)
            .map(|is| post.iter().filter(|&&h| is(h)).count() as f64 / count),
        cosine: mean_cosine(post),
        effective_rank: effective_rank(post),
        values: Histogram::of(post.iter()),
    }
}

/// What counts as saturated, of a bounded activation: beyond 0.97 of what lies in [-1, 1], as in
/// Karpathy's lecture on batch normalization; outside [0.05, 0.95] of what lies in [0, 1].
pub(crate) fn saturation(activation: Activation) -> Option<fn(f64) -> bool> {
    match activation {
        Activation::Tanh | Activation::Softsign => Some(|h| h.abs() > 0.97),
        Activation::Hardtanh { min: -1.0, max: 1.0 } => Some(|h| h.abs() > 0.97),
        Activation::Sigmoid | Activation::HardSigmoid { .. } => {
            Some(|h| !(0.05..=0.95).contains(&h))
        }
        _ => None,
    }
}

/// Mean cosine of two different rows, of those that are not 0. NaN where there are not two.
pub(crate) fn mean_cosine(rows: &Array2<f64>) -> f64 {
    let mut sum = vec![0.0; rows.ncols()];
    let mut count = 0.0;
    for row in rows.axis_iter(Axis(0)) {
        let length = row.dot(&row).sqrt();
        if length > 0.0 {
            count += 1.0;
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x / length);
        }
    }
    // The squared sum of unit vectors counts every pair twice, and each vector with itself once.
    let square: f64 = sum.iter().map(|x| x * x).sum();
    if count < 2.0 { f64::NAN } else { (square - count) / (count * (count - 1.0)) }
}

/// Mean squared cosine of two different rows, of those that are not 0.
pub(crate) fn mean_squared_cosine(rows: &Array2<f64>) -> f64 {
    let mut unit = rows.clone();
    let mut count = 0.0;
    for mut row in unit.axis_iter_mut(Axis(0)) {
        let length = row.dot(&row).sqrt();
        if length > 0.0 {
            count += 1.0;
            row /= length;
        }
    }
    // The squared norm of the smaller of the two products is the sum over all pairs.
    let products =
        if unit.nrows() < unit.ncols() { unit.dot(&unit.t()) } else { unit.t().dot(&unit) };
    let squares: f64 = products.iter().map(|x| x * x).sum();
    if count < 2.0 { f64::NAN } else { (squares - count) / (count * (count - 1.0)) }
}

/// Exponential of the entropy of the singular values over their sum (Roy and Vetterli 2007). 0 of
/// nothing.
pub(crate) fn effective_rank(rows: &Array2<f64>) -> f64 {
    // A common factor changes nothing, and keeps the squares from overflow.
    let largest = rows.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let scaled = rows.mapv(|x| x / largest);
    let gram =
        if rows.nrows() < rows.ncols() { scaled.dot(&scaled.t()) } else { scaled.t().dot(&scaled) };
    let values: Vec<f64> = eigenvalues(gram).iter().map(|x| x.max(0.0).sqrt()).collect();
    let sum: f64 = values.iter().sum();
    let entropy = |x: &f64| if *x > 0.0 { -(x / sum) * (x / sum).ln() } else { 0.0 };
    if sum.is_nan() { f64::NAN } else { values.iter().map(entropy).sum::<f64>().exp() }
}

/// How many of each class a network predicts, as shares; and the share that is right.
pub(crate) fn predictions(logits: &Array2<f64>, labels: &[usize]) -> (Vec<f64>, f64) {
    let mut shares = vec![0.0; logits.ncols()];
    let mut correct = 0.0;
    for (row, &label) in logits.axis_iter(Axis(0)).zip(labels) {
        if let Some(class) = largest_index(row) {
            shares[class] += 1.0 / labels.len() as f64;
            correct += if class == label { 1.0 / labels.len() as f64 } else { 0.0 };
        }
    }
    (shares, correct)
}

/// The first index of the largest number; none where a number is NaN.
fn largest_index(row: ArrayView1<f64>) -> Option<usize> {
    let mut best = 0;
    for (index, x) in row.iter().enumerate() {
        if x.is_nan() {
            return None;
        }
        if *x > row[best] {
            best = index;
        }
    }
    Some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn cosines_are_those_of_all_pairs() {
        let rows = array![[1.0, 0.0], [0.0, 2.0], [3.0, 3.0], [0.0, 0.0]];
        let half = 0.5f64.sqrt();
        assert!((mean_cosine(&rows) - 2.0 * half / 3.0).abs() < 1e-12);
        assert!((mean_squared_cosine(&rows) - 1.0 / 3.0).abs() < 1e-12);
        assert!(mean_cosine(&array![[1.0], [0.0]]).is_nan());
    }

    #[test]
    fn the_effective_rank_counts_equal_directions() {
        assert!((effective_rank(&Array2::eye(5)) - 5.0).abs() < 1e-9);
        assert!((effective_rank(&Array2::ones([7, 3])) - 1.0).abs() < 1e-6);
        assert_eq!(effective_rank(&Array2::zeros([2, 2])), 0.0);
    }

    #[test]
    fn predictions_are_counted_by_class() {
        let (shares, correct) =
            predictions(&array![[1.0, 2.0], [3.0, 0.0], [0.0, 0.0], [0.0, 5.0]], &[1, 0, 1, 1]);
        assert_eq!((shares, correct), (vec![0.5, 0.5], 0.75));
    }
}
