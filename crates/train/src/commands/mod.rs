//! The commands, one a file: each calls the libraries and prints what they return. Results go to
//! the standard output, everything else to the standard error.

pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod devices;
pub(crate) mod dissect;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod hist;
pub(crate) mod inits;
pub(crate) mod list;
pub(crate) mod plan;
mod preflight;
pub(crate) mod probe;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod status;
