//! What a visitor who recorded something finds on the page of the case: what was recorded, and which limit ends next.

use askama::Template;
use engine::action::ActionId;
use engine::calendar::Instant;
use engine::case::Case;
use projections::snapshot::Snapshot;
use projections::words_of_time;
use uuid::Uuid;

use super::choice::sticky;
use crate::entry::asked::begun;
use crate::entry::prefill;
use crate::lao::{Html, html};
use crate::sheet::reader::Reader;
use crate::words::entry::Entry as N;

#[derive(Template)]
#[template(path = "enter/landed.html")]
struct Landed {
    /// The action, and when it happened.
    recorded: Html,
    /// The limit that ends next.
    next: Option<Html>,
    /// Where the next sheet is.
    more: String,
    /// The words for it.
    words: &'static str,
}

/// What stands in the row of the action that was recorded: that it was, and the limit that ends next.
pub fn landed(case: &Case, id: &str, at: Instant, reader: &Reader<'_>) -> Option<Html> {
    let action = case.action(ActionId(Uuid::try_parse(id).ok()?))?;
    let values = [("action", begun(reader.action(action.name))), ("when", reader.when(action.at))];
    let recorded = reader.say(N::Recorded, &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    let next = Snapshot::of_case(case, reader.book, at).and_then(|snapshot| snapshot.next(reader.book));
    let next = next.map(|next| {
        let rule = format!("{}, {}", reader.rule(next.rule, next.period), reader.article(next.rule));
        let left = words_of_time::left(reader.book, reader.language, next.left);
        let end = format!("{}, {left}", reader.end(next.end));
        html(&reader.say(N::NextLimit, &[("rule", &rule), ("end", &end)]))
    });
    let more = format!("/enter{}", sticky(&prefill::form(action)));
    let landed = Landed { recorded: html(&recorded), next, more, words: reader.t(N::NextSheet) };
    landed.render().ok().map(Html::of_markup)
}
