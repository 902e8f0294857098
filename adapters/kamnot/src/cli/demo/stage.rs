//! Prints the demo: day by day, the recorded actions and the alerts to each office.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use engine::case::Fact;
use engine::rulebook::Language;
use projections::labels::Label;
use projections::message::text;

use super::Happened;
use super::story::Story;
use crate::cli::lists::{Words, kind_name, kind_tone};
use crate::cli::output::{Failure, print_out};
use crate::cli::paint::{Paint, Tone, line_width};
use crate::cli::table::wrap;
use crate::cli::time::short;

/// The pause after each step on a terminal, so that a person can follow.
const PAUSE: Duration = Duration::from_millis(60);
/// The indentation of alerts, after the instant.
const INDENT: usize = 21;

/// Prints the demo.
pub(super) struct Stage<'w> {
    words: Words<'w>,
    paint: Paint,
    pause: Option<Duration>,
    month: String,
}

impl<'w> Stage<'w> {
    /// Nothing is printed yet.
    pub(super) fn new(words: Words<'w>) -> Self {
        let stdout = io::stdout();
        let pause = stdout.is_terminal().then_some(PAUSE);
        Self { words, paint: Paint::of(&stdout), pause, month: String::new() }
    }

    /// Whether there is colour.
    pub(super) const fn paint(&self) -> Paint {
        self.paint
    }

    /// Prints the introduction.
    pub(super) fn opening(&self, story: &Story) -> Result<(), Failure> {
        let mut out = format!("\n{}\n", self.paint.text(Tone::Strong, &story.title));
        out += &paragraph(&story.intro, 0);
        for child in &story.children {
            let title = format!("{}  {}", child.case, child.title);
            let _ = write!(out, "\n{}\n{}", self.paint.text(Tone::Strong, &title), paragraph(&child.intro, 2));
        }
        out += "\n";
        out += &paragraph(
            "Below, ● is an action that an office recorded, » is an alert of the program: a notice before a limit, \
             \"arguable\" when the limit has passed under the reading that protects the child most, \"breach\" when it \
             has passed under both.",
            0,
        );
        if self.words.lang == Language::Lo {
            out += &paragraph("The story itself is in English only.", 0);
        }
        print_out(&out)
    }

    /// Prints one step.
    pub(super) fn show(&mut self, happened: &Happened) -> Result<(), Failure> {
        let Words { book, lang, .. } = self.words;
        let mut out = String::new();
        let month = happened.at.to_string()[..7].to_owned();
        if month != self.month {
            let _ = writeln!(out, "\n{}", self.paint.text(Tone::Strong, &format!("── {month} ──")));
            self.month = month;
        }
        let at = short(happened.at);
        if let Some(step) = &happened.step {
            let action = &step.action;
            let name = book.text(&format!("action.{}", action.name)).in_language(lang);
            let late = action.at.last() != happened.at;
            let late = if late { format!(" ({})", crate::cli::time::when(action.at)) } else { String::new() };
            let line = format!("{at:<19} ● {}  {name}{late}", action.case);
            out += &self.paint.text(Tone::Faint, &line);
            out += "\n";
        }
        out += &self.told(happened, &at);
        print_out(&out)?;
        if let Some(pause) = self.pause {
            std::thread::sleep(pause);
        }
        Ok(())
    }

    /// Prints the alerts to the offices; several with the same text are printed once.
    fn told(&self, happened: &Happened, at: &str) -> String {
        let Words { book, lang, .. } = self.words;
        let mut said: Vec<(String, Tone, usize)> = Vec::new();
        for (case, event) in &happened.events {
            let (Some(sentence), Some(kind)) = (text(case, event, book, lang), kind_of(&event.fact)) else {
                continue;
            };
            let sentence = format!("{}: {sentence}", kind_name(kind, self.words));
            match said.iter_mut().find(|(known, ..)| *known == sentence) {
                Some((.., times)) => *times += 1,
                None => said.push((sentence, kind_tone(kind), 1)),
            }
        }
        let mut out = String::new();
        for (sentence, tone, times) in said {
            let times = if times > 1 { format!(" (×{times})") } else { String::new() };
            let lines = wrap(&(sentence + &times), line_width().saturating_sub(INDENT + 1).max(30));
            for (nth, line) in lines.iter().enumerate() {
                let lead = if nth == 0 { format!("{at:<19} » ") } else { " ".repeat(INDENT + 1) };
                let _ = writeln!(out, "{lead}{}", self.paint.text(tone, line));
            }
        }
        out
    }

    /// Prints the summary.
    pub(super) fn closing(&self, told: usize, nats: Option<&str>) -> Result<(), Failure> {
        let published = if nats.is_some() { ", and published over NATS" } else { "" };
        let text = format!("{told} alerts were raised, settled or withdrawn{published}.");
        print_out(&format!(
            "\n{}\n\n{}\n\n",
            self.paint.text(Tone::Strong, &text),
            paragraph(
                "The court's docket on the day of the last breach of a limit on liberty, and one case with all its \
                 limits:",
                0
            )
            .trim_end()
        ))
    }

    /// Prints the next steps.
    pub(super) fn what_next(&self, story: &Story) -> Result<(), Failure> {
        let Words { book, lang, .. } = self.words;
        let law = book.title().in_language(lang);
        print_out(&format!(
            "\n{}\n  kamnot rules custody-48h          the law's words behind a limit, and how it is counted\n  \
             kamnot import cases.jsonl         record your own cases; see kamnot import --help\n  \
             kamnot serve                      watch them\n\n{}\n",
            self.paint.text(Tone::Strong, "Next steps"),
            self.paint.text(
                Tone::Faint,
                &format!("The {} cases are made up. {law}. {}", story.children.len(), Label::NotReviewed.of(lang))
            ),
        ))
    }
}

const fn kind_of(fact: &Fact) -> Option<engine::alert::Kind> {
    match fact {
        Fact::ActionRecorded(_) | Fact::AlertHandled(_) | Fact::ActionConfirmed(_) | Fact::CaseSealed(_) => None,
        Fact::AlertRaised(alert) => Some(alert.topic.stage.kind()),
        Fact::AlertSettled(_) => Some(engine::alert::Kind::Settled),
        Fact::AlertWithdrawn(_) => Some(engine::alert::Kind::Withdrawn),
    }
}

fn paragraph(text: &str, indent: usize) -> String {
    crate::cli::table::indented(text.trim(), indent, line_width())
}
