//! The grammar of a config file as a JSON schema, for editors: what may be completed, what it
//! means, what is wrong.

mod initializers;
mod root;
mod settings;
mod sweep;

pub use root::schema;
