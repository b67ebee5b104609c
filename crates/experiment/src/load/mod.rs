//! From files and flags to a plan: parse each file and what it extends, apply its arms and then the
//! flags to its settings, read these, and tell all that is wrong at once.

mod experiment;
mod extends;
mod file;
mod flags;
mod header;
mod initializer_line;
mod limit;
mod locate;

pub use experiment::{load, load_text};
pub use initializer_line::read_initializer_line;
pub use locate::{SettingFault, locate_faults};
