//! What differs between a case as it was known and as it is known now, in words.

use engine::calendar::Instant;
use engine::case::Case;
use engine::rulebook::Rulebook;
use projections::catalogue::Word as _;
use projections::hindsight::{self, Because, Difference, Stand, Then};
use service::queries::timeline::Timeline;

use crate::lao::{Html, html};
use crate::sheet::reader::Reader;
use crate::sheet::state;
use crate::words::case::Case as C;

/// A difference.
pub struct Line {
    /// The rule, the article, and the action that it is about.
    pub name: Html,
    /// How it stood.
    pub then: Html,
    /// How it stands.
    pub now: Html,
    /// What makes the difference.
    pub because: Html,
}

/// The differences between a case as it was known and `case`, as it is known at `at`.
pub fn differences(then: &Timeline, case: &Case, book: &Rulebook, at: Instant, reader: &Reader<'_>) -> Vec<Line> {
    let known = Then { case: &then.case, book: reader.book, at: reader.at };
    hindsight::differences(&known, case, book, at).iter().map(|difference| line(difference, reader)).collect()
}

fn line(difference: &Difference, reader: &Reader<'_>) -> Line {
    let Difference { rule, on, period, then, now, because } = difference;
    let stood = |stand: &Option<Stand>, none: C| match stand {
        Some(stand) => state(*stand, reader).word,
        None => html(none.of(reader.language)),
    };
    let of = format!(
        "{}, {} ({}, {})",
        reader.rule(*rule, *period),
        reader.article(*rule),
        reader.action(on.name),
        reader.when(on.at)
    );
    let because = match because {
        Because::Recorded(recorded) => {
            let action = &recorded.action;
            let values = [
                ("recorded", reader.instant(recorded.recorded_at)),
                ("action", reader.action(action.name).to_owned()),
                ("when", reader.when(action.at)),
            ];
            reader.say(C::BecauseRecorded, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
        Because::TimePassed => reader.t(C::BecauseTime).to_owned(),
    };
    Line {
        name: html(&of),
        then: stood(then, C::NothingKnown),
        now: stood(now, C::NoLongerCounts),
        because: html(&because),
    }
}
