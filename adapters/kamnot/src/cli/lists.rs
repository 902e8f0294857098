//! What the lists share: wording, colours, and output as JSON.
//!
//! Invariant: JSON has codes and instants, for programs; tables and CSV have words, in the reader's language.

use engine::alert::Kind;
use engine::breach::Breach;
use engine::json::Json;
use engine::rulebook::{Language, RuleId, Rulebook};
use projections::labels::Label;
use service::offices::Offices;

use super::paint::Tone;

/// The wording of a list.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// The rulebook with the names of the rules.
    pub book: &'a Rulebook,
    /// The names of the offices.
    pub offices: &'a Offices,
    /// The language.
    pub lang: Language,
}

impl Words<'_> {
    /// The name of a rule, with a note if its limit is policy and not law.
    pub(super) fn rule_name(self, rule: RuleId) -> String {
        let name = self.book.name(&rule, self.lang);
        if self.book.is_policy(rule) { format!("{name} ({})", Label::Policy.of(self.lang)) } else { name.to_owned() }
    }
}

/// Rows as one JSON array, one row a line.
pub(super) fn json<'j>(rows: impl Iterator<Item = Json<'j>>) -> String {
    let mut out = String::from("[");
    for (nth, row) in rows.enumerate() {
        out.push_str(if nth == 0 { "\n" } else { ",\n" });
        row.write(&mut out);
    }
    out.push_str("\n]\n");
    out
}

/// The colour of a standing.
pub(super) const fn tone(breach: Option<Breach>) -> Tone {
    match breach {
        Some(Breach::Certain) => Tone::Certain,
        Some(Breach::Arguable) => Tone::Arguable,
        None => Tone::Plain,
    }
}

/// The colour of a kind of alert.
pub(super) const fn kind_tone(kind: Kind) -> Tone {
    match kind {
        Kind::Breach | Kind::Escalated => Tone::Certain,
        Kind::Arguable => Tone::Arguable,
        Kind::Settled => Tone::Good,
        Kind::Withdrawn => Tone::Faint,
        Kind::Notice => Tone::Plain,
    }
}

/// The name of a kind of alert.
pub(super) fn kind_name(kind: Kind, Words { book, lang, .. }: Words<'_>) -> &str {
    book.text(&format!("kind.{kind}")).in_language(lang)
}
