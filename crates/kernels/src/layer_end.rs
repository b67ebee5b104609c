//! What goes over the rows of a matrix once: biases, ReLU, and their gradients.

/// Adds a bias to each row, and applies a ReLU.
pub(crate) fn bias_and_relu(outputs: &mut [f32], columns: usize, bias: Option<&[f32]>, relu: bool) {
    pulp::Arch::new().dispatch(|| {
        for row in outputs.chunks_exact_mut(columns.max(1)) {
            if let Some(bias) = bias {
                for (output, bias) in row.iter_mut().zip(bias) {
                    *output += bias;
                }
            }
            if relu {
                for output in row {
                    // Written so that NaN stays.
                    *output = if *output <= 0.0 { 0.0 } else { *output };
                }
            }
        }
    });
}

/// The gradient of what a ReLU was applied to: 0 where it gave 0.
pub(crate) fn mask(gradient: &mut [f32], outputs: &[f32]) {
    pulp::Arch::new().dispatch(|| {
        for (gradient, output) in gradient.iter_mut().zip(outputs) {
            *gradient = if *output <= 0.0 { 0.0 } else { *gradient };
        }
    });
}

/// The sum of each column, row after row.
pub(crate) fn sum_rows(numbers: &[f32], sums: &mut [f32]) {
    pulp::Arch::new().dispatch(|| {
        sums.fill(0.0);
        for row in numbers.chunks_exact(sums.len().max(1)) {
            for (sum, number) in sums.iter_mut().zip(row) {
                *sum += number;
            }
        }
    });
}
