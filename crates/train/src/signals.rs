//! A person's Ctrl-C, or a scheduler's word, becomes a flag that runs look at. A second one ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The flag, set by SIGINT, SIGTERM or SIGHUP.
pub(crate) fn interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let handler = move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        anstream::eprintln!("warning: Ctrl-C will end the program without a word: {error}");
    }
    flag
}
