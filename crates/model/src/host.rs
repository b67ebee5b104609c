//! The fully connected layers of any burn module, as weights on the host: what the crate `probe`
//! looks into.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::LayerWeights;

/// The weights and biases of the module's `Linear` layers, in the order of its fields, however deep
/// they lie. Other layers are left out.
///
/// ```
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor};
/// use model::init::Activation;
/// use probe::{Images, Network, Options};
///
/// // A network of one's own, with tanh between its layers.
/// #[derive(Module, Debug)]
/// struct Regressor {
///     encoder: Linear,
///     body: Vec<Linear>,
///     head: Linear,
/// }
///
/// impl Regressor {
///     fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
///         let encoded = self.encoder.forward(inputs).tanh();
///         let body = self.body.iter().fold(encoded, |x, layer| layer.forward(x).tanh());
///         self.head.forward(body)
///     }
/// }
/// let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).init(&Device::flex());
/// let own = Regressor {
///     encoder: linear(3, 16),
///     body: vec![linear(16, 16), linear(16, 16)],
///     head: linear(16, 2),
/// };
/// let layers = model::layers_of(&own);
/// let borrowed: Vec<probe::LayerWeights> = layers
///     .iter()
///     .map(|layer| probe::LayerWeights {
///         shape: layer.shape,
///         weight: &layer.weight,
///         bias: layer.bias.as_deref(),
///     })
///     .collect();
/// let network = Network::new(&borrowed, Activation::Tanh)?;
/// let images = Images::new(&[0.2, -1.0, 0.7, 1.5, 0.1, -0.3], &[0, 1])?;
/// let measures = network.measure(&images, &Options::default())?;
/// // What is measured is what the module computes.
/// let inputs = Tensor::<2>::from_floats([[0.2, -1.0, 0.7], [1.5, 0.1, -0.3]], &Device::flex());
/// let outputs: Vec<f32> = own.forward(inputs).into_data().iter().collect();
/// let rms = (outputs.iter().map(|x| x * x).sum::<f32>() / 4.0).sqrt();
/// assert!((measures.layers[3].pre_activation_rms - f64::from(rms)).abs() < 1e-5);
/// // burn's default, U(+-1/sqrt(n)), is in the ordered phase: gradients shrink on their way back.
/// assert!(measures.layers[0].gradient_rms < measures.layers[3].gradient_rms);
/// # Ok::<(), probe::ProbeError>(())
/// ```
pub fn layers_of<M: Module>(module: &M) -> Vec<LayerWeights> {
    let mut found = Found::default();
    module.visit(&mut found);
    found.layers
}

/// The linear layers of a module, found by the names of their types.
#[derive(Debug, Default)]
struct Found {
    path: Vec<(String, String)>,
    layers: Vec<LayerWeights>,
}

impl ModuleVisitor for Found {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push((name.to_owned(), container_type.to_owned()));
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let Some((name, container)) = self.path.last() else { return };
        if container != "Struct:Linear" {
            return;
        }
        let shape = parameter.dims();
        let numbers = || parameter.val().into_data().iter::<f32>().collect();
        match (name.as_str(), &shape[..]) {
            ("weight", &[inputs, outputs]) => self.layers.push(LayerWeights {
                shape: [inputs, outputs],
                weight: numbers(),
                bias: None,
            }),
            // A layer's bias comes right after its weight.
            ("bias", _) => {
                if let Some(layer) = self.layers.last_mut() {
                    layer.bias = Some(numbers());
                }
            }
            _ => {}
        }
    }
}
