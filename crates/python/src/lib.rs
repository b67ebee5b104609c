//! The Python module `initializers._native`: draws as NumPy arrays.
//!
//! What is convenient in Python is written in Python, in the folder `python`.

mod parallel;
mod spec;

use initializers::catalog::{self, Kind, Value};
use initializers::{Initializer, Purpose, Stream, TensorSpec};
use numpy::{
    Element, IntoPyArray, PyArrayMethods, PyReadwriteArrayDyn, PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};

use spec::SpecArguments;

/// Draws of the crate `initializers`.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::{draw, draw_into, kinds, theoretical_std};
}

/// The stream of a tensor, as Python names it: a name, or the numbers [layer, tensor].
#[derive(FromPyObject)]
enum StreamKey {
    Name(String),
    Index(u64, u64),
}

impl StreamKey {
    fn stream(&self, seed: u64) -> Stream {
        match self {
            StreamKey::Name(name) => Stream::named(seed, name),
            StreamKey::Index(layer, tensor) => {
                Stream::new(seed, Purpose::WEIGHTS, [*layer, *tensor])
            }
        }
    }
}

/// The numbers of a tensor, as an array of its shape.
#[pyfunction]
#[pyo3(signature = (kind, parameters, spec, seed, stream, double=false, threads=1))]
#[allow(clippy::too_many_arguments, reason = "Python calls it with names")]
fn draw<'py>(
    py: Python<'py>,
    kind: &str,
    parameters: &Bound<'py, PyDict>,
    spec: SpecArguments,
    seed: u64,
    stream: StreamKey,
    double: bool,
    threads: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let init = build(kind, parameters)?;
    let spec = spec.build()?;
    let stream = stream.stream(seed);
    if double {
        array::<f64>(py, &init, &spec, stream, threads)
    } else {
        array::<f32>(py, &init, &spec, stream, threads)
    }
}

/// The numbers of a tensor, written into an array that is there.
#[pyfunction]
#[pyo3(signature = (kind, parameters, spec, seed, stream, out, threads=1))]
#[allow(clippy::too_many_arguments, reason = "Python calls it with names")]
fn draw_into(
    py: Python<'_>,
    kind: &str,
    parameters: &Bound<'_, PyDict>,
    spec: SpecArguments,
    seed: u64,
    stream: StreamKey,
    out: &Bound<'_, PyAny>,
    threads: usize,
) -> PyResult<()> {
    let init = build(kind, parameters)?;
    let spec = spec.build()?;
    let stream = stream.stream(seed);
    if let Ok(out) = out.extract::<PyReadwriteArrayDyn<'_, f32>>() {
        overwrite(py, &init, &spec, stream, out, threads)
    } else if let Ok(out) = out.extract::<PyReadwriteArrayDyn<'_, f64>>() {
        overwrite(py, &init, &spec, stream, out, threads)
    } else {
        let message = "out must be an array of float32 or float64 that may be written to";
        Err(PyTypeError::new_err(message))
    }
}

fn overwrite<T: initializers::Element + Element>(
    py: Python<'_>,
    init: &Initializer,
    spec: &TensorSpec,
    mut stream: Stream,
    mut out: PyReadwriteArrayDyn<'_, T>,
    threads: usize,
) -> PyResult<()> {
    if out.shape() != spec.shape() || !out.is_c_contiguous() {
        let (given, shape) = (out.shape(), spec.shape());
        let message = format!(
            "out must be a C-contiguous array of the shape {shape:?}; its shape is {given:?}"
        );
        return Err(PyValueError::new_err(message));
    }
    let numbers = out.as_slice_mut()?;
    py.detach(|| parallel::fill(init, spec, &mut stream, numbers, threads)).map_err(refused)
}

fn array<'py, T: initializers::Element + Element>(
    py: Python<'py>,
    init: &Initializer,
    spec: &TensorSpec,
    mut stream: Stream,
    threads: usize,
) -> PyResult<Bound<'py, PyAny>> {
    init.check(spec).map_err(refused)?;
    let drawn = py.detach(|| {
        let mut numbers = vec![T::default(); spec.len()];
        parallel::fill(init, spec, &mut stream, &mut numbers, threads).map(|()| numbers)
    });
    let array = drawn.map_err(refused)?.into_pyarray(py);
    Ok(array.reshape(spec.shape().to_vec())?.into_any())
}

/// The standard deviation of a tensor's numbers, or None where it is not known beforehand.
#[pyfunction(name = "std")]
fn theoretical_std(
    kind: &str,
    parameters: &Bound<'_, PyDict>,
    spec: SpecArguments,
) -> PyResult<Option<f64>> {
    let (init, spec) = (build(kind, parameters)?, spec.build()?);
    init.check(&spec).map_err(refused)?;
    Ok(init.std(&spec))
}

/// What there is to say of every kind, by its name.
#[pyfunction]
fn kinds(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let all = PyDict::new(py);
    for kind in catalog::KINDS {
        all.set_item(kind.name, described(py, kind)?)?;
    }
    Ok(all)
}

fn described<'py>(py: Python<'py>, kind: &Kind) -> PyResult<Bound<'py, PyDict>> {
    let parameters = PyDict::new(py);
    for parameter in kind.parameters {
        let about = PyDict::new(py);
        about.set_item("takes", parameter.domain.to_string())?;
        about.set_item("default", parameter.default.as_ref().map(ToString::to_string))?;
        about.set_item("meaning", parameter.meaning)?;
        parameters.set_item(parameter.name, about)?;
    }
    let about = PyDict::new(py);
    about.set_item("aliases", kind.aliases)?;
    about.set_item("family", kind.category.title())?;
    about.set_item("summary", kind.summary)?;
    about.set_item("formula", kind.formula)?;
    about.set_item("source", kind.source)?;
    about.set_item("parameters", parameters)?;
    Ok(about)
}

fn build(kind: &str, parameters: &Bound<'_, PyDict>) -> PyResult<Initializer> {
    let Some(kind) = catalog::find(kind) else {
        return Err(PyValueError::new_err(format!("there is no initializer {kind:?}")));
    };
    let mut given = Vec::with_capacity(parameters.len());
    for (name, value) in parameters {
        given.push((name.extract::<String>()?, value_of(&value)?));
    }
    let given: Vec<_> = given.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    kind.build(&given).map_err(refused)
}

/// A parameter's value. A bool is an int to Python, and must be asked for first.
fn value_of(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_instance_of::<PyBool>() {
        Ok(Value::Bool(value.extract()?))
    } else if value.is_instance_of::<PyInt>() {
        Ok(Value::Integer(value.extract()?))
    } else if value.is_instance_of::<PyString>() {
        Ok(Value::Text(value.extract::<String>()?.into()))
    } else if value.is_instance_of::<PyFloat>() {
        Ok(Value::Real(value.extract()?))
    } else {
        let kind = value.get_type().name()?;
        Err(PyTypeError::new_err(format!("a parameter cannot be of type {kind}")))
    }
}

fn refused(error: impl std::error::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}
