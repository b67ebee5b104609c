//! The commands, one a file: each calls the libraries and prints what they answer. Results go to the standard output,
//! everything else to the standard error.

pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod devices;
pub(crate) mod hist;
pub(crate) mod inits;
pub(crate) mod list;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod report;
mod results;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod status;
mod survey;

/// "1 run", "3 runs".
fn count(n: impl TryInto<u64>, what: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
