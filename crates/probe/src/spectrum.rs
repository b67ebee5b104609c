//! The singular values of a weight.

use ndarray::Array2;

use crate::eigen::eigenvalues;

/// The singular values of a matrix of this shape, row after row, the largest first: as many as its
/// shorter side. They are the roots of the eigenvalues of its product with itself, in 64 bits: one
/// below a hundred-millionth of the largest is lost in rounding. NaN of what is not finite; none
/// where the numbers do not fill the shape.
///
/// ```
/// assert_eq!(probe::singular_values(&[3.0, 0.0, 0.0, 0.0, 4.0, 0.0], [2, 3]), [4.0, 3.0]);
/// ```
pub fn singular_values(numbers: &[f32], shape: [usize; 2]) -> Vec<f64> {
    let numbers = numbers.iter().copied().map(f64::from).collect();
    let Ok(matrix) = Array2::<f64>::from_shape_vec(shape, numbers) else { return Vec::new() };
    let [rows, columns] = shape;
    let product = if rows < columns { matrix.dot(&matrix.t()) } else { matrix.t().dot(&matrix) };
    let mut values: Vec<f64> = eigenvalues(product).into_iter().map(root).collect();
    values.reverse();
    values
}

/// The root of an eigenvalue that rounding may have made negative.
fn root(value: f64) -> f64 {
    if value < 0.0 { 0.0 } else { value.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_finite_has_no_singular_values() {
        assert!(singular_values(&[1.0, f32::NAN, 0.0, 2.0], [2, 2]).iter().all(|x| x.is_nan()));
        assert!(singular_values(&[1.0; 3], [2, 2]).is_empty());
    }

    proptest! {
        #[test]
        fn their_squares_add_up_to_those_of_the_entries(
            numbers in prop::collection::vec(-2.0f32..2.0, 5 * 9), wide: bool
        ) {
            let values = singular_values(&numbers, if wide { [5, 9] } else { [9, 5] });
            prop_assert_eq!(values.len(), 5);
            let squares: f64 = numbers.iter().map(|&x| f64::from(x).powi(2)).sum();
            let sum: f64 = values.iter().map(|x| x * x).sum();
            prop_assert!((sum - squares).abs() < 1e-9 * squares.max(1.0));
            prop_assert!(values.windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }
}
