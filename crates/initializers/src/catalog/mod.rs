//! The one catalog of initializers: names, parameters, formulas, sources.
//!
//! ```
//! use initializers::catalog::{self, Value};
//! use initializers::truncated_normal;
//!
//! let kind = catalog::find("truncated_normal").ok_or("no such kind")?;
//! let init = kind.build(&[("std", Value::Real(0.1))])?;
//! assert_eq!(init, truncated_normal(0.1)?);
//! assert_eq!(kind.build(&init.parameters())?, init);
//!
//! let error = kind.build(&[("std", Value::Real(-0.1))]).unwrap_err();
//! assert_eq!(error.parameter, "std");
//! assert_eq!(error.to_string(), "std must be a number >= 0, but is -0.1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod distributions;
mod frameworks;
mod kind;
mod parameter;
mod scaling;
mod structured;
mod table;

pub use kind::{Category, Kind, ParameterError};
pub use parameter::{Domain, Parameter, Value};
pub use table::{KINDS, find};
