//! A progress bar for long work, on standard error and only on a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use store::Progress;

/// A bar of `length` steps; `what` names the steps.
pub(super) fn bar(length: usize, what: &'static str) -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length as u64), target).with_message(what);
    // If the template does not parse, the default bar stays.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} {msg}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Updates a bar: how much is done, of how much.
pub(super) fn on(bar: &ProgressBar) -> Progress {
    let bar = bar.clone();
    Arc::new(move |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })
}
