//! A full-screen dashboard for a study that runs: the runs in training, the arms so far with their
//! intervals, the layers of one run, and keys. It draws on a thread of its own.

mod draw;
mod state;
mod terminal;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use experiment::RunSpec;
use ratatui_termion::termion::event::Key;
use record::LayerRow;
use signal_hook::consts::{SIGQUIT, SIGTSTP};
use training::{Observer, RunReport};

use draw::{Styles, draw};
use state::StudyState;
use terminal::RawScreen;

/// Time between two looks at keys.
const TICK: Duration = Duration::from_millis(50);
/// Looks between two pictures.
const TICKS_PER_PICTURE: u32 = 4;

/// The dashboard of a study; dropped, it gives the terminal back.
pub(crate) struct Dashboard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread that draws shares with those that train.
pub(crate) struct Shared {
    began: Instant,
    state: Mutex<StudyState>,
    /// Is told when a pause is over.
    resumed: Condvar,
    /// Stops the runs.
    interrupt: Arc<AtomicBool>,
    closed: AtomicBool,
    /// Whether the terminal is as it was.
    given_back: AtomicBool,
}

/// The dashboard that is open, for a panic that ends the program.
static OPEN: Mutex<Option<Arc<Shared>>> = Mutex::new(None);

/// Gives the terminal back before a panic is told.
pub(crate) fn close_for_panic() {
    let open = OPEN.try_lock().ok().and_then(|mut open| open.take());
    if let Some(shared) = open {
        shared.closed.store(true, Ordering::Relaxed);
        for _ in 0..20 {
            if !shared.given_back.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
            }
        }
    }
}

impl Dashboard {
    /// Takes the terminal; `None` where there is none to draw on, or it cannot be taken.
    pub(crate) fn open(
        title: String,
        runs: &[RunSpec],
        interrupt: &Arc<AtomicBool>,
    ) -> Option<Self> {
        let mut screen = RawScreen::is_possible().then(RawScreen::take)?.ok()?;
        let shared = Arc::new(Shared {
            began: Instant::now(),
            state: Mutex::new(StudyState::new(title, runs)),
            resumed: Condvar::new(),
            interrupt: Arc::clone(interrupt),
            closed: AtomicBool::new(false),
            given_back: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("dashboard".to_owned()).spawn(move || {
            // An error of the terminal ends the dashboard, and not the runs.
            let _ = show(&mut screen, &of_thread);
            drop(screen);
            of_thread.given_back.store(true, Ordering::Relaxed);
            of_thread.close();
        });
        survive_signals(interrupt);
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&shared));
        Some(Dashboard { shared, thread: Some(thread.ok()?) })
    }

    /// What is to be told of the runs.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.shared) as Arc<dyn Observer>
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Signals that would end or stop the program at once, and leave the terminal as it is drawn on:
/// one stops the runs as others do, the other is passed over.
fn survive_signals(interrupt: &Arc<AtomicBool>) {
    let passed_over = Arc::new(AtomicBool::new(false));
    let _ = signal_hook::flag::register(SIGQUIT, Arc::clone(interrupt));
    let _ = signal_hook::flag::register(SIGTSTP, passed_over);
}

/// Draws until the dashboard is closed, or a signal stops the runs.
fn show(screen: &mut RawScreen, shared: &Shared) -> io::Result<()> {
    let coloured = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let styles = Styles::new(coloured);
    let mut tick = 0;
    while !shared.closed.load(Ordering::Relaxed) {
        while let Some(key) = screen.key() {
            shared.press(key);
        }
        // A second signal ends the program at once: by then the terminal is as it was.
        if shared.interrupt.load(Ordering::Relaxed) {
            return Ok(());
        }
        if tick % TICKS_PER_PICTURE == 0 {
            let now = shared.began.elapsed();
            let state = shared.state();
            screen.draw(|frame| {
                let area = frame.area();
                draw(&state, now, styles, area, frame.buffer_mut());
            })?;
        }
        tick += 1;
        std::thread::sleep(TICK);
    }
    Ok(())
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, StudyState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn press(&self, key: Key) {
        let mut state = self.state();
        match key {
            Key::Char('q') | Key::Ctrl('c') | Key::Esc => {
                state.stopping = true;
                state.paused = false;
                self.interrupt.store(true, Ordering::Relaxed);
                self.resumed.notify_all();
            }
            Key::Char('p' | ' ') => {
                state.paused = !state.paused;
                self.resumed.notify_all();
            }
            Key::Char('s') => state.sort_next(),
            Key::Up | Key::Char('k') => state.select(-1),
            Key::Down | Key::Char('j') => state.select(1),
            _ => {}
        }
    }

    /// Ends the dashboard, and a pause with it.
    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.state().paused = false;
        self.resumed.notify_all();
    }

    /// Waits while the study is paused.
    fn wait(&self, mut state: MutexGuard<'_, StudyState>) {
        while state.paused && !self.interrupt.load(Ordering::Relaxed) {
            let waited = self.resumed.wait_timeout(state, TICK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Observer for Shared {
    fn started(&self, run: &RunSpec, step: u64, steps: u64) {
        let now = self.began.elapsed();
        self.state().started(run, step, steps, now);
    }

    fn stepped(&self, run: &RunSpec, steps: u64, loss: f32, accuracy: Option<f64>) {
        let mut state = self.state();
        state.stepped(run, steps, loss, accuracy);
        self.wait(state);
    }

    fn measured(&self, run: &RunSpec, _: u64, layers: &[LayerRow]) {
        self.state().measured(run, layers);
    }

    fn ended(&self, report: &RunReport) {
        self.state().ended(report);
    }

    fn noted(&self, run: &RunSpec, message: &str) {
        self.state().noted(format!("{}: {message}", run.label()));
    }
}
