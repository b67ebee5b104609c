//! The ends of the Hessian's spectrum, by Lanczos' method on exact products.
//!
//! Finite differences of gradients are wrong where ReLU has its kinks, and plain power iteration
//! does not converge where the two ends are a pair, +x and -x. The product of the Hessian with a
//! vector is first-order work for such a network (Pearlmutter 1994): one pass forward and one back.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, Axis, Zip};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use theory::{derivative, second_derivative};

use crate::eigen::of_tridiagonal;
use crate::measures::CurvatureMeasures;
use crate::network::{Images, Network};
use crate::random::{Use, stream};

/// Images of a part: parts are worked on side by side, and added up in their order.
const PART: usize = 250;
/// Products after which the ends are given as they are.
const MOST_PRODUCTS: usize = 300;
/// The ends are looked at after every so many products.
const EVERY: usize = 5;
/// They are found when they move by no more than this, relative to the larger one, twice.
const SETTLED: f64 = 1e-5;

/// A number for each weight and bias of a layer.
type Parameters = (Array2<f64>, Option<Array1<f64>>);

/// A direction in the space of parameters.
#[derive(Debug, Clone)]
struct Direction(Vec<Parameters>);

impl Direction {
    fn zeros(network: &Network) -> Self {
        let zeros = network.layers.iter().map(|layer| {
            let bias = layer.bias.as_ref().map(|bias| Array1::zeros(bias.len()));
            (Array2::zeros(layer.weight.raw_dim()), bias)
        });
        Direction(zeros.collect())
    }

    /// A random one of length 1, always the same.
    fn random(network: &Network) -> Self {
        let mut direction = Self::zeros(network);
        let mut stream = stream(Use::Direction);
        for (weight, bias) in &mut direction.0 {
            let numbers = weight.iter_mut().chain(bias.iter_mut().flatten());
            numbers.for_each(|x| *x = stream.uniform() - 0.5);
        }
        let length = direction.dot(&direction).sqrt();
        direction.scale(1.0 / length);
        direction
    }

    fn dot(&self, other: &Self) -> f64 {
        let flat = |weight: &Array2<f64>, other: &Array2<f64>| {
            let [a, b] = [weight, other].map(|array| array.as_slice().unwrap_or_default());
            ArrayView1::from(a).dot(&ArrayView1::from(b))
        };
        let of_layer = |((weight, bias), (other, other_bias)): (&Parameters, &Parameters)| {
            let bias = bias.as_ref().zip(other_bias.as_ref()).map_or(0.0, |(a, b)| a.dot(b));
            flat(weight, other) + bias
        };
        self.0.iter().zip(&other.0).map(of_layer).sum()
    }

    fn scale(&mut self, factor: f64) {
        for (weight, bias) in &mut self.0 {
            *weight *= factor;
            bias.iter_mut().for_each(|bias| *bias *= factor);
        }
    }

    /// Adds `factor` times another.
    fn add(&mut self, factor: f64, other: &Self) {
        for ((weight, bias), (of_weight, of_bias)) in self.0.iter_mut().zip(&other.0) {
            weight.scaled_add(factor, of_weight);
            if let (Some(bias), Some(other)) = (bias, of_bias) {
                bias.scaled_add(factor, other);
            }
        }
    }
}

/// Some of the images, and what every product with the Hessian needs of them.
struct Part {
    inputs: Vec<Array2<f64>>,
    slopes: Vec<Array2<f64>>,
    /// The second derivative times the gradient at the activation; none where it is 0 everywhere.
    bends: Vec<Option<Array2<f64>>>,
    errors: Vec<Array2<f64>>,
    /// Images of all parts.
    images: f64,
    probabilities: Array2<f64>,
}

impl Part {
    /// The errors are those of the mean over `images` images.
    fn new(network: &Network, part: &Images, images: usize) -> Self {
        let forward = network.forward(part);
        let mut errors = network.errors(&forward, &part.labels).pre_activations().to_vec();
        errors.iter_mut().for_each(|error| *error /= images as f64);
        let phi = network.activation;
        let (mut slopes, mut bends) = (Vec::new(), Vec::new());
        for (index, layer) in network.layers.iter().enumerate().skip(1) {
            let z = &forward.pre_activations[index - 1];
            slopes.push(z.mapv(|z| derivative(phi, z)));
            let curves = z.mapv(|z| second_derivative(phi, z));
            let bent = curves.iter().any(|&x| x != 0.0);
            bends.push(bent.then(|| errors[index].dot(&layer.weight.t()) * curves));
        }
        Part {
            inputs: forward.inputs,
            slopes,
            bends,
            errors,
            images: images as f64,
            probabilities: forward.probabilities,
        }
    }

    /// The Hessian's product with `v`, of this part of the mean loss.
    fn product(&self, network: &Network, v: &Direction) -> Direction {
        let depth = network.layers.len();
        // Forward: how pre-activations (`rz`) and activations (`rh`) move.
        let (mut rz, mut rh): (Vec<Array2<f64>>, Vec<Array2<f64>>) = (Vec::new(), Vec::new());
        for (index, (weight, bias)) in v.0.iter().enumerate() {
            let mut moved = self.inputs[index].dot(weight);
            if index > 0 {
                let own = &network.layers[index].weight;
                general_mat_mul(1.0, &rh[index - 1], own, 1.0, &mut moved);
            }
            if let Some(bias) = bias {
                moved += bias;
            }
            if index + 1 < depth {
                rh.push(&self.slopes[index] * &moved);
            }
            rz.push(moved);
        }
        // At the top: the softmax's own curvature.
        let mut error = rz[depth - 1].clone();
        for (mut row, p) in error.axis_iter_mut(Axis(0)).zip(self.probabilities.axis_iter(Axis(0)))
        {
            let mean = p.dot(&row);
            Zip::from(&mut row).and(&p).for_each(|x, &p| *x = p * (*x - mean) / self.images);
        }
        // Backward.
        let mut product = Vec::with_capacity(depth);
        for index in (0..depth).rev() {
            let mut by_weight = self.inputs[index].t().dot(&error);
            if index > 0 {
                let (moved, error) = (rh[index - 1].t(), &self.errors[index]);
                general_mat_mul(1.0, &moved, error, 1.0, &mut by_weight);
            }
            let by_bias = v.0[index].1.as_ref().map(|_| error.sum_axis(Axis(0)));
            product.push((by_weight, by_bias));
            if index > 0 {
                let mut below = error.dot(&network.layers[index].weight.t());
                general_mat_mul(1.0, &self.errors[index], &v.0[index].0.t(), 1.0, &mut below);
                below *= &self.slopes[index - 1];
                if let Some(bends) = &self.bends[index - 1] {
                    below += &(bends * &rz[index - 1]);
                }
                error = below;
            }
        }
        product.reverse();
        Direction(product)
    }
}

/// The largest and the smallest eigenvalue of the Hessian of the mean loss.
pub(crate) fn measure(network: &Network, images: &Images) -> CurvatureMeasures {
    let count = images.len();
    if !network.is_finite() {
        let [largest, smallest, largest_stable_rate] = [f64::NAN; 3];
        return CurvatureMeasures {
            images: count,
            largest,
            smallest,
            largest_stable_rate,
            products: 0,
        };
    }
    let (network, images) = &without_dark_inputs(network, images);
    let parts: Vec<Part> = (0..count)
        .step_by(PART)
        .map(|start| {
            let end = (start + PART).min(count);
            Part::new(network, &images.range(start..end), count)
        })
        .collect();
    let hessian = |v: &Direction| {
        let products: Vec<Direction> =
            parts.par_iter().map(|part| part.product(network, v)).collect();
        let mut sum = Direction::zeros(network);
        products.iter().for_each(|product| sum.add(1.0, product));
        sum
    };
    let (smallest, largest, products) = lanczos(Direction::random(network), hessian);
    CurvatureMeasures {
        images: count,
        largest,
        smallest,
        largest_stable_rate: if largest > 0.0 { 2.0 / largest } else { f64::INFINITY },
        products,
    }
}

/// The same without the inputs that are 0 in every image: their weights move nothing, so that they
/// add zeros to the spectrum and nothing else.
fn without_dark_inputs(network: &Network, images: &Images) -> (Network, Images) {
    let lit: Vec<usize> = (0..images.inputs.ncols())
        .filter(|&input| images.inputs.column(input).iter().any(|&x| x != 0.0))
        .collect();
    let (mut network, mut images) = (network.clone(), images.clone());
    network.layers[0].weight = network.layers[0].weight.select(Axis(0), &lit);
    images.inputs = images.inputs.select(Axis(1), &lit);
    (network, images)
}

/// The ends of the spectrum of a symmetric map, and how many products they took. Without keeping
/// directions orthogonal, which finds inner eigenvalues more than once and the ends all the same
/// (Paige 1980).
fn lanczos(mut v: Direction, map: impl Fn(&Direction) -> Direction) -> (f64, f64, usize) {
    let (mut diagonal, mut beside) = (Vec::new(), vec![0.0]);
    let mut before: Option<Direction> = None;
    let (mut ends, mut settled) = ([f64::NAN; 2], 0);
    loop {
        let mut next = map(&v);
        let own = next.dot(&v);
        diagonal.push(own);
        if !own.is_finite() {
            return (f64::NAN, f64::NAN, diagonal.len());
        }
        next.add(-own, &v);
        if let Some(before) = &before {
            next.add(-beside[beside.len() - 1], before);
        }
        let length = next.dot(&next).sqrt();
        let size = diagonal.iter().fold(0.0f64, |size, x: &f64| size.max(x.abs()));
        // The space that the first direction spans is exhausted.
        let is_done = length <= 1e-14 * size.max(f64::MIN_POSITIVE);
        if is_done || diagonal.len().is_multiple_of(EVERY) {
            let values = of_tridiagonal(diagonal.clone(), beside.clone());
            let now = [values[0], values[values.len() - 1]];
            let large = now[0].abs().max(now[1].abs());
            let moved = (now[0] - ends[0]).abs().max((now[1] - ends[1]).abs());
            settled = if moved <= SETTLED * large { settled + 1 } else { 0 };
            ends = now;
            if is_done || settled == 2 || diagonal.len() >= MOST_PRODUCTS {
                return (ends[0], ends[1], diagonal.len());
            }
        }
        beside.push(length);
        next.scale(1.0 / length);
        before = Some(std::mem::replace(&mut v, next));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eigen::eigenvalues;
    use crate::network::Layer;
    use crate::parts::Parts;
    use initializers::{Activation, Initializer, TensorSpec};

    const WIDTHS: [usize; 4] = [5, 6, 4, 3];

    impl Direction {
        fn numbers(&self) -> impl Iterator<Item = &f64> {
            self.0.iter().flat_map(|(weight, bias)| weight.iter().chain(bias.iter().flatten()))
        }
    }

    fn network(activation: Activation, std: f64) -> Network {
        let targets = TensorSpec::network(&WIDTHS, activation);
        let normal = Initializer::Normal { mean: 0.0, std };
        let mut stream = crate::random::stream(crate::random::Use::Direction);
        let mut draw = |target: &TensorSpec| normal.draw(target, &mut stream).unwrap();
        let drawn: Vec<_> =
            targets.iter().map(|target| (draw(target), draw(&target.bias()))).collect();
        let layer = |(target, (weight, bias)): (&TensorSpec, &'_ (Vec<f32>, Vec<f32>))| Layer {
            weight: Array2::from_shape_fn([target.fan_in(), target.fan_out()], |(row, column)| {
                f64::from(weight[row * target.fan_out() + column])
            }),
            bias: Some(bias.iter().copied().map(f64::from).collect()),
        };
        let layers = targets.iter().zip(&drawn).map(layer).collect();
        Network { layers, activation, parts: Parts::default() }
    }

    fn images() -> Images {
        let pixels = Initializer::Uniform { min: -1.0, max: 1.0 };
        let mut stream = crate::random::stream(crate::random::Use::Images);
        let inputs = pixels.draw(&TensorSpec::linear(5, 260), &mut stream).unwrap();
        let labels: Vec<u16> = (0..260u32).map(|image| (image % 3) as u16).collect();
        Images::new(&inputs, &labels).unwrap()
    }

    fn gradient(network: &Network, images: &Images) -> Direction {
        let forward = network.forward(images);
        let errors = network.errors(&forward, &images.labels).pre_activations().to_vec();
        let n = images.len() as f64;
        let of_layer = |index: usize| {
            let weight = forward.inputs[index].t().dot(&errors[index]) / n;
            (weight, Some(errors[index].sum_axis(Axis(0)) / n))
        };
        Direction((0..network.layers.len()).map(of_layer).collect())
    }

    fn moved(network: &Network, by: f64, v: &Direction) -> Network {
        let mut network = network.clone();
        for (layer, (weight, bias)) in network.layers.iter_mut().zip(&v.0) {
            layer.weight.scaled_add(by, weight);
            if let (Some(own), Some(bias)) = (&mut layer.bias, bias) {
                own.scaled_add(by, bias);
            }
        }
        network
    }

    fn product(network: &Network, images: &Images, v: &Direction) -> Direction {
        Part::new(network, images, images.len()).product(network, v)
    }

    #[test]
    fn a_product_is_the_difference_of_gradients_where_the_loss_is_smooth() {
        for activation in [
            Activation::Tanh,
            Activation::Gelu,
            Activation::Silu,
            Activation::Sigmoid,
            Activation::Mish,
            Activation::Linear,
        ] {
            let (network, images) = (network(activation, 0.7), images());
            let v = Direction::random(&network);
            let exact = product(&network, &images, &v);
            let h = 1e-5;
            let mut difference = gradient(&moved(&network, h, &v), &images);
            difference.add(-1.0, &gradient(&moved(&network, -h, &v), &images));
            difference.scale(0.5 / h);
            let size = exact.dot(&exact).sqrt();
            difference.add(-1.0, &exact);
            assert!(difference.dot(&difference).sqrt() < 1e-8 * size.max(0.1), "{activation}");
        }
    }

    #[test]
    fn the_ends_are_those_of_the_whole_matrix() {
        for (activation, std) in
            [(Activation::Relu, 0.05), (Activation::Relu, 1.0), (Activation::Tanh, 0.7)]
        {
            let (network, images) = (network(activation, std), images());
            let count = Direction::zeros(&network).numbers().count();
            let mut matrix = Array2::zeros([count, count]);
            for column in 0..count {
                let mut unit = Direction::zeros(&network);
                let numbers = unit
                    .0
                    .iter_mut()
                    .flat_map(|(weight, bias)| weight.iter_mut().chain(bias.iter_mut().flatten()));
                if let Some(x) = numbers.into_iter().nth(column) {
                    *x = 1.0;
                }
                let product = product(&network, &images, &unit);
                for (row, x) in product.numbers().enumerate() {
                    matrix[[row, column]] = *x;
                }
            }
            for ((row, column), x) in matrix.indexed_iter() {
                assert!((x - matrix[[column, row]]).abs() < 1e-12, "symmetric");
            }
            let all = eigenvalues(matrix);
            let found = measure(&network, &images);
            let large = all[0].abs().max(all[count - 1].abs());
            assert!((found.smallest - all[0]).abs() < 1e-6 * large, "{activation} {found:?}");
            assert!((found.largest - all[count - 1]).abs() < 1e-6 * large, "{activation}");
        }
    }

    #[test]
    fn nothing_but_numbers_come_of_weights_that_are_not_finite() {
        for std in [0.0, 1e30] {
            let found = measure(&network(Activation::Relu, std), &images());
            assert!(found.products >= 1);
        }
    }
}
