//! A secret that is typed on the terminal, which does not show it.
//!
//! Invariant: the terminal shows again what is typed as soon as the line was read, also if it was not.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// Asks for a secret; `None` without a terminal.
///
/// # Errors
/// If the terminal cannot be read or written.
pub(super) fn secret(prompt: &str) -> Result<Option<String>, String> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let failed = |error: io::Error| format!("the terminal cannot be read or written: {error}");
    // Hidden first: whoever sees the prompt may type.
    let _hidden = Hidden::now().map_err(failed)?;
    io::stderr().write_all(prompt.as_bytes()).map_err(failed)?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(failed)?;
    Ok(Some(typed.trim_end_matches(['\r', '\n']).to_owned()))
}

/// As long as this lives, the terminal shows nothing that is typed but the end of the line.
#[cfg(target_os = "linux")]
struct Hidden(rustix::termios::Termios);

#[cfg(target_os = "linux")]
impl Hidden {
    fn now() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
        Ok(Self(before))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Hidden {
    fn drop(&mut self) {
        // Nothing is left to do if it fails: the terminal may be gone.
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}

#[cfg(not(target_os = "linux"))]
struct Hidden;

#[cfg(not(target_os = "linux"))]
impl Hidden {
    #[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
    fn now() -> io::Result<Self> {
        Ok(Self)
    }
}
