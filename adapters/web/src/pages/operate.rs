//! What the operators' pages share: the fields of a role, and times in short.

use engine::action::{OfficeCode, When};
use engine::calendar::{Instant, parse_date};
use engine::rulebook::Language;
use projections::catalogue::Word as _;
use projections::rights::Role;
use projections::words_of_time;
use service::offices::Offices;
use store::people::Membership;

use super::bare::Wrong;
use crate::fields::Fields;
use crate::frame::role;
use crate::people::{Factor, Flaw, membership};
use crate::words::frame::Frame as W;
use crate::words::operate::Operate as O;

/// The fields of a role, with what was typed.
#[derive(Default)]
pub struct RoleForm {
    /// The name of the person or token.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The word of the chosen role.
    pub role: String,
    /// The code of the chosen office.
    pub office: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// The roles that may be chosen: their words in files, and on the page.
    pub roles: Vec<(&'static str, W)>,
    /// Whether the role may be one without an office.
    pub without_office: bool,
    /// The offices that may be chosen: codes and names.
    pub offices: Vec<(String, String)>,
}

impl RoleForm {
    /// The form for one of these roles, with what was typed.
    pub fn new(offices: &Offices, language: Language, roles: &[Role], typed: &Fields) -> Self {
        let named = |code: &OfficeCode| offices.name_and_code(code, language);
        let text = |name: &str| typed.text(name).to_owned();
        Self {
            name: text("name"),
            login: text("login"),
            role: text("role"),
            office: text("office"),
            from: text("from"),
            until: text("until"),
            roles: roles.iter().map(|of| (of.word(), role(*of))).collect(),
            without_office: roles.contains(&Role::Operator),
            offices: offices
                .all()
                .filter(|(_, office)| !office.is_former())
                .map(|(code, _)| (code.to_string(), named(code)))
                .collect(),
        }
    }
}

/// The role that was typed.
///
/// # Errors
/// What is wrong with it.
pub fn role_of(fields: &Fields) -> Result<Membership, Flaw> {
    let (from, until) = (day(fields.text("from"))?.map(When::first), day(fields.text("until"))?.map(When::last));
    membership(fields.text("role"), fields.text("office"), from, until)
}

/// The second factor that was chosen.
pub fn factor_of(fields: &Fields) -> Factor {
    if fields.raw("factor") == "paper" { Factor::Paper } else { Factor::Phone }
}

/// A day as it is typed, `2026-03-04` or the day first `4/3/2026`; none if nothing was.
fn day(typed: &str) -> Result<Option<When>, Flaw> {
    if typed.is_empty() {
        return Ok(None);
    }
    let parts: Vec<&str> = typed.split('/').collect();
    let text = match parts[..] {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => typed.to_owned(),
    };
    parse_date(&text).map(|date| Some(When::Date(date))).ok_or(Flaw::DateForm)
}

/// The id of the field with a flaw, and what it says.
pub fn wrong(flaw: Flaw, language: Language) -> Wrong {
    let field = match flaw {
        Flaw::LoginForm | Flaw::LoginTaken => "login",
        Flaw::NameForm | Flaw::SentBefore | Flaw::TooManyFeeds | Flaw::OfficeWithoutCases => "name",
        Flaw::OfficeMissing | Flaw::OfficeUnknown | Flaw::OfficeOfAnotherKind | Flaw::OperatorHasNoOffice => "office",
        Flaw::PersonMoved => "reset",
        Flaw::UntilBeforeFrom | Flaw::DateForm => "from",
        _ => "role",
    };
    Wrong { heading: O::NotDone.of(language), field, says: flaw.of(language).to_owned() }
}

/// An instant in short, or the day alone at whose beginning or end it lies; empty for none.
pub fn short(at: Option<Instant>, language: Language) -> String {
    let Some(at) = at else { return String::new() };
    let day = words_of_time::day_and_year(at.date(), language);
    match at.time_of_day().as_str() {
        "00:00:00" | "23:59:59" => day,
        _ => format!("{day}, {}", words_of_time::time_of_day(at)),
    }
}
