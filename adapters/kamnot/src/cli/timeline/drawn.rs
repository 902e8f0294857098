//! The timeline as lines for a terminal: times on the left, and under each action what belongs to it.
//!
//! Invariant: no line is longer than the width of the terminal, and the words say everything that colour says.

use std::fmt::Write as _;

use engine::calendar::Instant;
use engine::case::Confirmed;
use engine::rulebook::RuleId;
use projections::labels::{self, Label};
use projections::timeline::{ActionLine, Entry, EntryLine, Field, LimitLine, SecondLook};
use service::shown::plain;

use super::super::bar::{bar, state, tone as tone_of};
use super::super::lists::{Words, kind_name, kind_tone, tone};
use super::super::paint::{Paint, Tone, line_width};
use super::super::table::wrap;
use super::super::time::{length, short, when};
use super::in_words;

/// The width of an instant without its seconds.
const MINUTES: usize = 16;
/// The indentation of what belongs to an action, after its time and sign, and of the next level.
const UNDER: usize = MINUTES + 3;
const UNDER_THAT: usize = UNDER + 2;
/// The minimum width of lines.
const NARROWEST: usize = 20;
/// Seconds.
const DAY: i64 = 86_400;

/// The entries as of `at`, each under the action to which it belongs.
pub(in crate::cli) fn draw(entries: &[Entry], at: Instant, words: Words<'_>, paint: Paint) -> String {
    let mut drawn = Drawn { at, words, paint, width: line_width(), out: String::new() };
    for entry in entries {
        match &entry.what {
            EntryLine::Action(line) => drawn.action(&when(entry.at), line),
            EntryLine::Limit(line) => drawn.limit(line),
            EntryLine::Finding { rule, article, breach, because, .. } => {
                let how = words.book.text(&format!("breach.{breach}")).in_language(words.lang);
                let text = format!("▲ {}: {how}", drawn.rule(*rule, article));
                drawn.under(UNDER, tone(Some(*breach)), &text);
                drawn.reasons(because);
            }
            EntryLine::NotOnRecord { rule, field, .. } => {
                let field = words.book.text(&format!("field.{field}")).in_language(words.lang);
                let name = words.book.name(rule, words.lang);
                let text = format!("? {}: {field} ({name})", Label::NotOnRecord.of(words.lang));
                drawn.under(UNDER, Tone::Faint, &text);
            }
            EntryLine::Alert { kind, text, history, .. } => {
                let history = if *history { format!(" ({})", Label::History.of(words.lang)) } else { String::new() };
                let said = format!("{}{history}: {text}", kind_name(*kind, words));
                drawn.led('»', &when(entry.at), kind_tone(*kind), &said);
            }
            EntryLine::Handling { deed, kind, rule, by, until, .. } => {
                let until =
                    until.map(|at| format!(", {} {}", Label::Until.of(words.lang), short(at))).unwrap_or_default();
                let (done, kind) = (labels::deed(*deed).of(words.lang), kind_name(*kind, words));
                let (office, rule) = (words.offices.name(by, words.lang), words.rule_name(*rule));
                drawn.led('○', &when(entry.at), Tone::Plain, &format!("{done}{until}: {rule} ({kind}) · {office}"));
            }
        }
    }
    drawn.out
}

struct Drawn<'a> {
    at: Instant,
    words: Words<'a>,
    paint: Paint,
    width: usize,
    out: String,
}

impl Drawn<'_> {
    /// An action: its name, by whom, when and by whom it was recorded, every field, and its withdrawal, if any.
    fn action(&mut self, at: &str, line: &ActionLine) {
        let Words { book, offices, lang } = self.words;
        let action = &line.recorded.action;
        let name = book.text(&format!("action.{}", action.name)).in_language(lang);
        let counts = line.withdrawn.is_none() && !line.to_come;
        let tone = if counts { Tone::Strong } else { Tone::Faint };
        self.led('●', at, tone, name);
        let by = offices.name(&action.by, lang);
        self.under(UNDER, Tone::Faint, &format!("{by} · {}", self.recorded(line)));
        if let Some(withdrawal) = &line.withdrawn {
            let reason = line.withdrawal_reason().map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
            let (on, by) = (short(withdrawal.recorded_at), offices.name(&withdrawal.recorded_by, lang));
            self.under(UNDER, Tone::Arguable, &format!("{} {on} · {by}{reason}", Label::Withdrawn.of(lang)));
        }
        match line.second_look {
            SecondLook::Unasked => {}
            SecondLook::Awaited => self.under(UNDER, Tone::Arguable, Label::Unconfirmed.of(lang)),
            SecondLook::Done(Confirmed { at, .. }) => {
                self.under(UNDER, Tone::Faint, &format!("{} {}", Label::ConfirmedOn.of(lang), short(at)));
            }
        }
        if line.to_come {
            self.under(UNDER, Tone::Faint, &format!("{} {}", Label::LaterThan.of(lang), short(self.at)));
        }
        if !line.fields.is_empty() {
            let field = |field: &Field| format!("{}: {}", field.label, in_words(&field.value, self.words));
            let fields: Vec<String> = line.fields.iter().map(field).collect();
            self.under(UNDER, Tone::Plain, &fields.join("; "));
        }
    }

    /// When an action was recorded, by whom if not by the acting office, and how late.
    fn recorded(&self, line: &ActionLine) -> String {
        let Words { book, offices, lang } = self.words;
        let recorded = &line.recorded;
        let at = short(recorded.recorded_at);
        let mut said = if recorded.recorded_by == recorded.action.by {
            format!("{} {at}", Label::RecordedOn.of(lang))
        } else {
            format!("{} {}, {at}", Label::RecordedBy.of(lang), offices.name(&recorded.recorded_by, lang))
        };
        let late = line.days_late();
        if late > 0 {
            let _ = write!(said, ", {} {}", length(book, lang, late * DAY), Label::Later.of(lang));
        }
        said
    }

    fn limit(&mut self, line: &LimitLine) {
        let Words { offices, lang, .. } = self.words;
        let name = self.rule(line.rule, &line.article);
        self.under(UNDER, Tone::Plain, &name);
        let bar = bar(line, lang, self.paint);
        let _ = writeln!(self.out, "{}{bar}", " ".repeat(UNDER_THAT));
        let until = if line.latest == Some(line.earliest) {
            short(line.earliest)
        } else {
            let latest = line.latest.map_or_else(|| Label::NoLimit.of(lang).to_owned(), short);
            let (protective, lenient) = (Label::ByProtective.of(lang), Label::ByLenient.of(lang));
            format!("{} ({protective}), {latest} ({lenient})", short(line.earliest))
        };
        let state = state(line, lang);
        let owed_by = offices.name(&line.owed_by, lang);
        self.under(UNDER_THAT, tone_of(line), &format!("{state} · {} {until} · {owed_by}", Label::Until.of(lang)));
        self.reasons(&line.because);
    }

    /// A rule by its name and article.
    fn rule(&self, rule: RuleId, article: &str) -> String {
        format!("{}, {} {article}", self.words.rule_name(rule), Label::Article.of(self.words.lang))
    }

    fn reasons(&mut self, because: &[String]) {
        for sentence in because {
            self.under(UNDER_THAT, Tone::Faint, &format!("– {sentence}"));
        }
    }

    /// Lines indented by `indent`.
    fn under(&mut self, indent: usize, tone: Tone, text: &str) {
        for line in wrap(text, self.width.saturating_sub(indent).max(NARROWEST)) {
            let _ = writeln!(self.out, "{}{}", " ".repeat(indent), self.paint.text(tone, &line));
        }
    }

    /// Lines, the first after a time and a sign.
    fn led(&mut self, sign: char, at: &str, tone: Tone, text: &str) {
        let lead = format!("{at:<MINUTES$} {sign} ");
        let indent = lead.chars().count();
        for (nth, line) in wrap(text, self.width.saturating_sub(indent).max(NARROWEST)).iter().enumerate() {
            let lead = if nth == 0 { lead.clone() } else { " ".repeat(indent) };
            let _ = writeln!(self.out, "{}{}", self.paint.text(Tone::Faint, &lead), self.paint.text(tone, line));
        }
    }
}
