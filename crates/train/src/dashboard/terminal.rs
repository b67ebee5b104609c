//! A terminal that is drawn on as a whole, with its keys: taken, and given back as it was.

use std::io::{self, IsTerminal, Stdout, Write};

use ratatui_core::terminal::Terminal;
use ratatui_termion::TermionBackend;
use ratatui_termion::termion;
use termion::AsyncReader;
use termion::event::Key;
use termion::input::{Keys, TermRead};
use termion::raw::{IntoRawMode, RawTerminal};
use termion::screen::{AlternateScreen, IntoAlternateScreen};

type Screen = Terminal<TermionBackend<AlternateScreen<RawTerminal<Stdout>>>>;

/// The terminal in raw mode, on its alternate screen. Dropped, it is as it was before.
pub(super) struct RawScreen {
    screen: Option<Screen>,
    keys: Keys<AsyncReader>,
}

impl RawScreen {
    /// Whether there is a terminal to draw on.
    pub(super) fn is_possible() -> bool {
        let is_dumb = std::env::var("TERM").is_ok_and(|name| name == "dumb" || name.is_empty());
        io::stdout().is_terminal()
            && io::stdin().is_terminal()
            && !is_dumb
            && termion::get_tty().is_ok()
            && termion::terminal_size().is_ok_and(|(width, height)| width > 0 && height > 0)
    }

    /// Takes the terminal.
    ///
    /// # Errors
    /// It cannot be switched to raw mode.
    pub(super) fn take() -> io::Result<Self> {
        let screen = io::stdout().into_raw_mode()?.into_alternate_screen()?;
        let mut screen = Terminal::new(TermionBackend::new(screen))?;
        screen.hide_cursor()?;
        Ok(RawScreen { screen: Some(screen), keys: termion::async_stdin().keys() })
    }

    /// Draws the whole screen anew; only what changed is written.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn draw(
        &mut self,
        draw: impl FnOnce(&mut ratatui_core::terminal::Frame<'_>),
    ) -> io::Result<()> {
        if let Some(screen) = &mut self.screen {
            screen.draw(draw)?;
        }
        Ok(())
    }

    /// The next key that was pressed, if there is one.
    pub(super) fn key(&mut self) -> Option<Key> {
        self.keys.next()?.ok()
    }
}

impl Drop for RawScreen {
    fn drop(&mut self) {
        // Nobody is left to tell where it cannot be written.
        if let Some(mut screen) = self.screen.take() {
            let _ = screen.show_cursor();
            drop(screen);
            let _ = io::stdout().flush();
        }
    }
}
