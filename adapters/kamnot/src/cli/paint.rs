//! Colour on a terminal, unless `NO_COLOR` is set. The text alone says everything that colour says.

use std::io::IsTerminal;

/// The meaning of a piece of text, which decides its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    /// No meaning of its own.
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// Breached under both readings.
    Certain,
    /// Breached under the protective reading alone.
    Arguable,
    /// Done, in order.
    Good,
    /// Less important.
    Faint,
}

/// Whether there is colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// Colour.
    Colour,
    /// No colour.
    Bare,
}

impl Paint {
    /// For a stream: colour on a terminal, unless `NO_COLOR` is set to something or the terminal is `dumb`.
    pub(super) fn of(stream: &impl IsTerminal) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if stream.is_terminal() && !refused && !dumb { Self::Colour } else { Self::Bare }
    }

    /// The text in its colour.
    pub(super) fn text(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Certain => "1;31",
            Tone::Arguable => "33",
            Tone::Good => "32",
            Tone::Faint => "2",
        };
        match self {
            Self::Bare => text.to_owned(),
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}

/// How many columns a line may have: `COLUMNS`, else the width of the terminal (also in a pager), else 100.
pub(super) fn line_width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let own = || terminal_size::terminal_size().map(|(width, _)| width.0.into());
    said.or_else(own).unwrap_or(100).clamp(40, 500)
}
