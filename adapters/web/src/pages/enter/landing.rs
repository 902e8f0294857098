//! What a visitor who recorded something finds on the page of the case: what was recorded, and which limit ends next.

use engine::action::ActionId;
use engine::calendar::Instant;
use engine::case::Case;
use projections::catalogue::Word as _;
use projections::snapshot::Snapshot;
use uuid::Uuid;

use super::choice::sticky;
use crate::entry::asked::begun;
use crate::entry::prefill;
use crate::fields::Fields;
use crate::lao::{Html, html};
use crate::sheet::reader::Reader;
use crate::words::entry::Entry as N;

/// What was recorded.
pub struct Landed {
    /// The action, and when it happened.
    pub recorded: Html,
    /// The limit that ends next.
    pub next: Option<Html>,
    /// Where the next sheet is.
    pub more: String,
    /// The words for it.
    pub words: &'static str,
}

impl Landed {
    /// The action with this id, if it is in the case.
    pub fn of(case: &Case, id: &str, at: Instant, reader: &Reader<'_>) -> Option<Self> {
        let action = case.action(ActionId(Uuid::try_parse(id).ok()?))?;
        let values = [("action", begun(reader.action(action.name))), ("when", reader.when(action.at))];
        let recorded = reader.say(N::Recorded, &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        let next = Snapshot::of_case(case, reader.book, at).and_then(|snapshot| snapshot.next(reader.book));
        let next = next.map(|next| {
            let rule = format!("{}, {}", reader.rule(next.rule, next.period), reader.article(next.rule));
            let left = projections::words_of_time::left(reader.book, reader.language, next.left);
            let end = format!("{}, {left}", reader.end(next.end));
            html(&reader.say(N::NextLimit, &[("rule", &rule), ("end", &end)]))
        });
        let filled = prefill::form(action);
        let kept: Fields = filled.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let words = N::NextSheet.of(reader.language);
        Some(Self { recorded: html(&recorded), next, more: format!("/enter{}", sticky(&kept)), words })
    }
}
