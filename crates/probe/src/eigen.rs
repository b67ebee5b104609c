//! Eigenvalues of a symmetric matrix: Householder's reduction to three diagonals, then the implicit
//! QL algorithm (Wilkinson and Reinsch 1971, `tred1` and `tql1`; as in EISPACK).

use ndarray::Array2;

/// The eigenvalues, from the smallest to the largest. Those of a matrix that is not finite are NaN.
pub(crate) fn eigenvalues(mut matrix: Array2<f64>) -> Vec<f64> {
    if !matrix.iter().all(|x| x.is_finite()) {
        return vec![f64::NAN; matrix.nrows()];
    }
    let (diagonal, beside) = tridiagonal(&mut matrix);
    of_tridiagonal(diagonal, beside)
}

/// The diagonal and, from index 1 on, the numbers beside it, of a tridiagonal matrix with the same
/// eigenvalues. Only the lower triangle is read.
fn tridiagonal(a: &mut Array2<f64>) -> (Vec<f64>, Vec<f64>) {
    let n = a.nrows();
    let mut beside = vec![0.0; n];
    let mut p = vec![0.0; n];
    for i in (1..n).rev() {
        let row: Vec<f64> = a.row(i).iter().take(i).copied().collect();
        let scale: f64 = row.iter().map(|x| x.abs()).sum();
        if i == 1 || scale == 0.0 {
            beside[i] = row[i - 1];
            continue;
        }
        // The reflection that leaves of the row only its last number.
        let mut u: Vec<f64> = row.iter().map(|x| x / scale).collect();
        let square: f64 = u.iter().map(|x| x * x).sum();
        let last = u[i - 1];
        let g = -square.sqrt().copysign(last);
        beside[i] = scale * g;
        let h = square - last * g;
        u[i - 1] = last - g;
        // p = A u / h from the lower triangle, a row at a time.
        p[..i].fill(0.0);
        for j in 0..i {
            let lower = a.row(j);
            let lower = &lower.as_slice().unwrap_or_default()[..j + 1];
            let (uj, mut sum) = (u[j], lower[j] * u[j]);
            for ((&x, &uk), pk) in lower[..j].iter().zip(&u).zip(&mut p) {
                sum += x * uk;
                *pk += x * uj;
            }
            p[j] += sum;
        }
        p[..i].iter_mut().for_each(|x| *x /= h);
        let k = p[..i].iter().zip(&u).map(|(p, u)| p * u).sum::<f64>() / (2.0 * h);
        p[..i].iter_mut().zip(&u).for_each(|(p, u)| *p -= k * u);
        for j in 0..i {
            let (uj, pj) = (u[j], p[j]);
            let mut lower = a.row_mut(j);
            let lower = &mut lower.as_slice_mut().unwrap_or_default()[..j + 1];
            for ((x, &uk), &pk) in lower.iter_mut().zip(&u).zip(&p) {
                *x -= uj * pk + pj * uk;
            }
        }
    }
    (a.diag().to_vec(), beside)
}

/// The eigenvalues of a tridiagonal matrix, from the smallest to the largest; `e[i]` stands beside
/// `d[i - 1]` and `d[i]`.
pub(crate) fn of_tridiagonal(mut d: Vec<f64>, mut e: Vec<f64>) -> Vec<f64> {
    let n = d.len();
    e.rotate_left(1.min(n));
    if let Some(last) = e.last_mut() {
        *last = 0.0;
    }
    for l in 0..n {
        // Thirty steps suffice for any finite matrix; a value that has not settled is kept as it
        // is.
        for _ in 0..60 {
            let negligible = |m: usize| e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs());
            let m = (l..n - 1).find(|&m| negligible(m)).unwrap_or(n - 1);
            if m == l {
                break;
            }
            let g = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let r = g.hypot(1.0);
            let mut g = d[m] - d[l] + e[l] / (g + r.copysign(g));
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            let mut is_split = false;
            for i in (l..m).rev() {
                let (f, b) = (s * e[i], c * e[i]);
                let r = f.hypot(g);
                e[i + 1] = r;
                if r == 0.0 {
                    d[i + 1] -= p;
                    e[m] = 0.0;
                    is_split = true;
                    break;
                }
                (s, c) = (f / r, g / r);
                g = d[i + 1] - p;
                let r = (d[i] - g) * s + 2.0 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
            }
            if !is_split {
                d[l] -= p;
                e[l] = g;
                e[m] = 0.0;
            }
        }
    }
    d.sort_by(f64::total_cmp);
    d
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_matrices_have_their_eigenvalues() {
        let matrix = Array2::from_shape_vec([3, 3], vec![2., -1., 0., -1., 2., -1., 0., -1., 2.]);
        let got = eigenvalues(matrix.unwrap());
        for (got, expected) in got.iter().zip([2.0 - 2f64.sqrt(), 2.0, 2.0 + 2f64.sqrt()]) {
            assert!((got - expected).abs() < 1e-14);
        }
        assert_eq!(eigenvalues(Array2::zeros([4, 4])), [0.0; 4]);
        assert_eq!(eigenvalues(Array2::from_elem([1, 1], 3.0)), [3.0]);
        assert!(eigenvalues(Array2::from_elem([2, 2], f64::NAN))[0].is_nan());
        assert!(eigenvalues(Array2::zeros([0, 0])).is_empty());
    }

    #[test]
    fn eigenvalues_of_a_low_rank_matrix_are_found_beside_its_zeros() {
        // n ones in a row times n ones: one eigenvalue n, the rest 0.
        let got = eigenvalues(Array2::ones([50, 50]));
        assert!((got[49] - 50.0).abs() < 1e-12 && got[..49].iter().all(|x| x.abs() < 1e-12));
    }

    proptest! {
        #[test]
        fn their_sums_are_the_trace_and_the_squared_norm(
            numbers in prop::collection::vec(-1.0f64..1.0, 12 * 12)
        ) {
            let a = Array2::from_shape_vec([12, 12], numbers).unwrap();
            let a = &a + &a.t();
            let got = eigenvalues(a.clone());
            let squares: f64 = a.iter().map(|x| x * x).sum();
            prop_assert!((got.iter().sum::<f64>() - a.diag().sum()).abs() < 1e-11);
            prop_assert!((got.iter().map(|x| x * x).sum::<f64>() - squares).abs() < 1e-10);
        }
    }
}
