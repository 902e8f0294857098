//! Entering papers: the forms, what they say would change, and what becomes of them.

mod corrections;
mod foreseen;
mod forms;
mod kept;
mod saving;
mod uploads;

use engine::action::CaseRef;
use engine::rulebook::Language;
use projections::rights::Role;

use crate::desk::{Desk, Visitor};
use crate::shown::Shown;

/// The fields of a custody in `A-1` that raises something certain: not a place for children.
const CUSTODY: [(&str, &str); 8] = [
    ("case", "A-1"),
    ("by", "vte-investigation"),
    ("date", "4/3/2026"),
    ("time", "07:30"),
    ("evidence_firm", "yes"),
    ("necessary", "-"),
    ("place.children_only", "no"),
    ("place.sexes_separated", "yes"),
];

async fn clerk(desk: &Desk) -> Visitor {
    desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await
}

/// The hidden fields of the form that records, behind what would change.
fn to_record(shown: &Shown) -> Vec<(String, String)> {
    let (_, form) = shown.text.split_once("id=\"result\"").expect("what would change");
    let inputs = form.split("<input type=\"hidden\" ").skip(1);
    let plain =
        |text: &str| text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
    let pair = |input: &str| {
        let name = input.split_once("name=\"")?.1.split_once('"')?.0;
        let value = input.split_once("value=\"")?.1.split_once('"')?.0;
        Some((plain(name), plain(value)))
    };
    inputs.filter_map(pair).filter(|(name, _)| name != "csrf").collect()
}

/// Sends the form that records, as the page has it, with these fields besides.
async fn record(desk: &Desk, who: &Visitor, action: &str, shown: &Shown, more: &[(&str, &str)]) -> Shown {
    let hidden = to_record(shown);
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([("do", "record")]);
    fields.extend(more);
    desk.submit(who, &format!("/enter/{action}"), &fields).await
}

/// The mark of what has to be confirmed.
fn sure(shown: &Shown) -> String {
    let (_, rest) = shown.text.split_once("name=\"sure\" id=\"sure\" value=\"").expect("something to confirm");
    rest.split_once('"').expect("a value").0.to_owned()
}

/// How many actions a case holds.
async fn recorded(desk: &Desk, case: &str) -> usize {
    desk.site.log.load(&CaseRef::new(case).expect("a reference")).await.expect("a case").recorded().len()
}
