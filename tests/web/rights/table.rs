//! What is right, of every route: who gets it, and what it gives.

use Right::{Anybody, OfCase, People, Roles};

/// How the caller's office is related to the case that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Own,
    Former,
    Granted,
    Foreign,
    Missing,
}

/// Who gets an answer. A letter is a role: `c` clerk, `p` prosecutor, `i` investigator, `l` lawyer, `s` supervisor, `o`
/// operator.
pub enum Right {
    /// Anybody, logged in or not.
    Anybody,
    /// Whoever is logged in as a person, whatever the role: no program.
    People(&'static str),
    /// People and programs in these roles.
    Roles(&'static str),
    /// The same, of a case: the own, a former one, and one that may be looked at with a reason. A foreign one is nobody's.
    OfCase([&'static str; 3]),
}

/// What a route gives to whom.
pub struct Row {
    pub route: &'static str,
    pub right: Right,
    /// The status of what is right, and where it leads.
    pub gives: (u16, &'static str),
    /// The fields of the form that is sent.
    pub fields: &'static [(&'static str, &'static str)],
}

const fn row(route: &'static str, right: Right, gives: (u16, &'static str)) -> Row {
    Row { route, right, gives, fields: &[] }
}

const fn sends(row: Row, fields: &'static [(&'static str, &'static str)]) -> Row {
    Row { fields, ..row }
}

const EVERY_ROLE: &str = "cpilso";
const PAGE: (u16, &str) = (200, "");
/// What is sent is not enough, and the page says so: for whom it is not, it is not there at all.
const INCOMPLETE: (u16, &str) = (422, "");
/// A case: the own one and a former one, and with a reason.
const CASE: Right = OfCase(["cpil", "cpil", "s"]);

/// Everything that is right.
pub const TABLE: &[Row] = &[
    row("GET /", Roles("cpils"), PAGE),
    row("GET /", Roles("o"), (303, "/health")),
    row("GET /docket", Roles("cpil"), PAGE),
    row("GET /docket.csv", Roles("cpil"), PAGE),
    row("GET /docket/handed-on", Roles("cpil"), PAGE),
    row("GET /inbox", Roles("cpils"), PAGE),
    row("POST /inbox", Roles("cpils"), INCOMPLETE),
    row("GET /confirm", Roles("cpi"), PAGE),
    // Nothing is named that could be confirmed.
    row("POST /confirm", Roles("cpi"), (404, "")),
    row("GET /shift", Roles("cpil"), PAGE),
    row("POST /shift", Roles("cpil"), INCOMPLETE),
    // There is no such sheet.
    row("GET /shift/{id}", Roles("cpil"), (404, "")),
    row("POST /shift/{id}", Roles("cpil"), (404, "")),
    row("GET /figures", Roles("cpis"), PAGE),
    row("GET /figures.csv", Roles("cpi"), PAGE),
    row("GET /figures.xlsx", Roles("cpi"), PAGE),
    row("GET /figures/quarters", Roles("s"), PAGE),
    row("GET /figures/quarters.csv", Roles("s"), PAGE),
    row("GET /figures/quarters.xlsx", Roles("s"), PAGE),
    row("GET /cases/{case}", CASE, PAGE),
    row("GET /cases/{case}/print", CASE, PAGE),
    row("GET /enter", Roles("cpil"), PAGE),
    row("GET /enter/{action}", Roles("cpil"), PAGE),
    row("GET /enter/{action}/offline.xlsx", Roles("cpil"), PAGE),
    row("POST /enter/{action}", Roles("cpil"), INCOMPLETE),
    // Two cases are named in what follows the path; without them there is nothing.
    row("GET /enter/copy", Roles("cpil"), (404, "")),
    row("POST /enter/copy", Roles("cpil"), (404, "")),
    row("GET /enter/upload", Roles("cpil"), PAGE),
    row("POST /enter/upload", Roles("cpil"), INCOMPLETE),
    // Nobody's form was kept under this id.
    row("GET /enter/kept/{id}", Roles("cpil"), (303, "/enter")),
    row("GET /law", Roles(EVERY_ROLE), PAGE),
    row("GET /law/{rule}", Roles(EVERY_ROLE), PAGE),
    row("GET /law/article/{article}", Roles(EVERY_ROLE), PAGE),
    row("GET /looks", Roles(EVERY_ROLE), PAGE),
    row("GET /look", Roles("s"), PAGE),
    row("POST /look", Roles("s"), INCOMPLETE),
    // What has changed, and since when, follows the path.
    row("GET /live", Roles("cpils"), (404, "")),
    row("GET /login", Anybody, PAGE),
    row("POST /login", Anybody, (403, "")),
    // There are no such logins but in the demo.
    sends(row("POST /demo", Anybody, (404, "")), &[("login", "clerk")]),
    // There is a room in the demo alone.
    row("POST /room", Anybody, (404, "")),
    row("POST /logout", Anybody, (303, "/login")),
    row("GET /language", Anybody, (303, "/")),
    row("GET /begin", People(EVERY_ROLE), (303, "/")),
    row("POST /begin", People(EVERY_ROLE), (303, "/")),
    row("GET /as", People(EVERY_ROLE), (303, "/")),
    row("POST /as", People(EVERY_ROLE), (303, "/as")),
    row("GET /me", People(EVERY_ROLE), PAGE),
    row("POST /me/password", People(EVERY_ROLE), INCOMPLETE),
    sends(row("POST /me/language", People(EVERY_ROLE), (303, "/me?saved=yes")), &[("language", "en")]),
    row("POST /me/codes", People(EVERY_ROLE), (303, "/me")),
    row("GET /feeds", Roles("cpilo"), PAGE),
    row("POST /feeds", Roles("cpil"), INCOMPLETE),
    // A feed of another office, for all but the operator.
    row("POST /feeds/{id}/revoke", Roles("o"), (303, "/feeds")),
    row("POST /feeds/{id}/revoke", Roles("cpil"), (404, "")),
    // A secret that is none.
    row("GET /feed/{secret}/limits.ics", Anybody, (404, "")),
    row("GET /notify", People("cpils"), PAGE),
    row("POST /notify", People("cpils"), INCOMPLETE),
    row("GET /health", Roles("o"), PAGE),
    row("POST /health/clock", Roles("o"), (303, "/health")),
    row("GET /people", Roles("o"), PAGE),
    row("POST /people", Roles("o"), INCOMPLETE),
    row("GET /people/{id}", Roles("o"), PAGE),
    row("POST /people/{id}/{act}", Roles("o"), (303, "/people/00000000-0000-0000-0000-000000000007")),
    row("GET /mail", Roles("o"), PAGE),
    row("POST /mail", Roles("o"), INCOMPLETE),
    row("POST /mail/{id}/{act}", Roles("o"), (303, "/mail")),
    row("GET /tokens", Roles("o"), PAGE),
    row("POST /tokens", Roles("o"), INCOMPLETE),
    row("POST /tokens/{id}/revoke", Roles("o"), (303, "/tokens")),
    row("GET /sessions", Roles("o"), PAGE),
    row("POST /sessions/end", Roles("o"), (303, "/sessions")),
    row("GET /office-changes", Roles("cpilo"), PAGE),
    // No office is named.
    row("POST /office-changes", Roles("o"), INCOMPLETE),
    row("POST /office-changes/{id}/take-back", Roles("o"), (303, "/office-changes")),
    // There is no such change, and a program confirms none.
    row("POST /office-changes/{id}/confirm", Roles("cpil"), (404, "")),
    row("POST /api/v1/actions", Roles("cpil"), PAGE),
    row("GET /api/v1/docket", Roles("cpil"), PAGE),
    row("GET /api/v1/figures", Roles("cpis"), PAGE),
    row("GET /api/v1/figures/quarters", Roles("s"), PAGE),
    row("GET /api/v1/alerts", Roles("cpil"), PAGE),
    row("GET /api/v1/changes", Roles("cpils"), PAGE),
    row("GET /api/v1/inbox", Roles("cpils"), PAGE),
    row("POST /api/v1/inbox", Roles("cpils"), (404, "")),
    row("GET /api/v1/unconfirmed", Roles("cpi"), PAGE),
    // The office asks for no second look, which the answer says.
    row("POST /api/v1/cases/{case}/actions/{id}/confirmation", Roles("cpi"), PAGE),
    row("GET /api/v1/cases/{case}", CASE, PAGE),
    row("GET /api/v1/cases/{case}/timeline", CASE, PAGE),
    row("GET /api/v1/cases/{case}/assessment", CASE, PAGE),
    row("GET /api/v1/cases/{case}/explanations", CASE, PAGE),
    row("GET /api/v1/cases/{case}/alerts", CASE, PAGE),
    row("GET /api/v1/cases/{case}/looks", OfCase(["cpil", "", "s"]), PAGE),
    row("POST /api/v1/cases/{case}/preview", OfCase(["cpil", "cpil", ""]), PAGE),
    row("GET /api/v1/looks", Roles(EVERY_ROLE), PAGE),
    row("GET /api/v1/rules", Roles(EVERY_ROLE), PAGE),
    row("GET /api/v1/rules/{rule}", Roles(EVERY_ROLE), PAGE),
    row("GET /api/v1/offices", Roles(EVERY_ROLE), PAGE),
    row("GET /api/v1/openapi.json", Anybody, PAGE),
    row("GET /assets/{name}", Anybody, PAGE),
];
