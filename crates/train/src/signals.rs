//! A person's Ctrl-C, or a scheduler's word, becomes a flag that runs look at after each step, and the code that the
//! program ends with. A second Ctrl-C ends the program at once.

use std::io;
use std::os::raw::c_int;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::START_AGAIN;

/// What ends the program in its own time, and with which code: as shells have it, 128 and the signal's number, but for
/// SIGUSR1, by which schedulers announce that a job's time is nearly up. Its code is EX_TEMPFAIL, "start me again".
const SIGNALS: &[(c_int, usize)] = &[
    (SIGINT, 130),
    (SIGTERM, 143),
    #[cfg(unix)]
    (signal_hook::consts::SIGHUP, 129),
    #[cfg(unix)]
    (signal_hook::consts::SIGUSR1, START_AGAIN as usize),
];

/// The code of the latest signal.
static CODE: LazyLock<Arc<AtomicUsize>> = LazyLock::new(|| Arc::new(AtomicUsize::new(130)));

/// The flag that signals raise.
pub(crate) fn interrupt() -> Arc<AtomicBool> {
    let raised = Arc::new(AtomicBool::new(false));
    if let Err(error) = listen(&raised) {
        anstream::eprintln!("warning: Ctrl-C will end the program without a checkpoint: {error}");
    }
    raised
}

/// The code that the program ends with when a signal has stopped it.
pub(crate) fn exit_code() -> u8 {
    u8::try_from(CODE.load(Ordering::Relaxed)).unwrap_or(u8::MAX)
}

fn listen(raised: &Arc<AtomicBool>) -> io::Result<()> {
    // What is registered first is done first: the flag is still down when the first Ctrl-C comes.
    flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(raised))?;
    for &(signal, code) in SIGNALS {
        flag::register_usize(signal, Arc::clone(&CODE), code)?;
        flag::register(signal, Arc::clone(raised))?;
    }
    Ok(())
}
