//! What each route does, takes and gives.

use serde_json::{Value, json};

use super::parts::{list_of, page_of, refer};
use crate::answer::EVENTS;
use crate::api::alerts::OF_ALERTS as OF_LIST_OF_ALERTS;
use crate::api::cases::{OF_ALERTS, OF_INSTANT, OF_TIMELINE};
use crate::api::docket::OF_DOCKET;
use crate::api::figures::{OF_FIGURES, OF_QUARTERS};
use crate::api::json::MEDIA_TYPE;
use crate::api::parameters::{NONE, Parameter};

/// What a route does.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub id: &'static str,
    pub summary: &'static str,
    pub parameters: &'static [Parameter],
    pub takes: Takes,
    /// What the answer is, in words, by its media type and as a schema.
    pub says: &'static str,
    pub kind: &'static str,
    pub gives: fn() -> Value,
    /// Whether the answer has an `ETag`.
    pub tagged: bool,
}

/// What the body of a request holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    Actions,
    Handling,
}

const fn get(
    path: &'static str,
    [id, summary, says]: [&'static str; 3],
    parameters: &'static [Parameter],
    gives: fn() -> Value,
) -> Operation {
    let (method, takes, kind, tagged) = ("GET", Takes::Nothing, MEDIA_TYPE, false);
    Operation { method, path, id, summary, parameters, takes, says, kind, gives, tagged }
}

/// All of them.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: "POST",
        path: "/api/v1/actions",
        id: "record",
        summary: "Records one action or many. What was recorded before under its id is known and adds nothing.",
        parameters: NONE,
        takes: Takes::Actions,
        says: "the verdict on each line or element; what is recorded is durable",
        kind: MEDIA_TYPE,
        gives: || refer("Verdicts"),
        tagged: false,
    },
    get(
        "/api/v1/docket",
        ["docket", "The cases of the caller's office, the most urgent first.", "a page of cases"],
        OF_DOCKET,
        || page_of("Case"),
    ),
    get(
        "/api/v1/figures",
        [
            "figures",
            "How many cases of the caller's office are open, held, and over, by rule; and the exact figures of a period.",
            "the figures",
        ],
        OF_FIGURES,
        || refer("Figures"),
    ),
    get(
        "/api/v1/figures/quarters",
        [
            "figuresOfQuarters",
            "The fixed figures of a closed quarter: of the offices at and below a supervisor's, provinces, the country.",
            "the tables, as they were first shown",
        ],
        OF_QUARTERS,
        || refer("Quarter"),
    ),
    Operation {
        tagged: true,
        ..get("/api/v1/cases/{case}", ["case", "Where a case stands.", "the case"], OF_INSTANT, || refer("Case"))
    },
    get(
        "/api/v1/cases/{case}/timeline",
        ["timeline", "A case from its opening: actions, limits, findings, alerts.", "the entries in order"],
        OF_TIMELINE,
        || list_of("Entry"),
    ),
    get(
        "/api/v1/cases/{case}/assessment",
        ["assessment", "What the law says about a case.", "the assessment"],
        OF_INSTANT,
        || refer("Assessment"),
    ),
    get(
        "/api/v1/cases/{case}/explanations",
        [
            "explanations",
            "How each limit and each finding of a case comes about.",
            "limits and findings with each step",
        ],
        OF_TIMELINE,
        || list_of("Explanation"),
    ),
    get(
        "/api/v1/cases/{case}/alerts",
        ["alertsOfCase", "What offices were alerted about in a case.", "a row for each limit"],
        OF_ALERTS,
        || list_of("Alert"),
    ),
    get(
        "/api/v1/cases/{case}/looks",
        ["looksAtCase", "Who looked at a case, the newest first, at most 500.", "the looks"],
        NONE,
        || list_of("Look"),
    ),
    Operation {
        method: "POST",
        path: "/api/v1/cases/{case}/preview",
        id: "preview",
        summary: "What actions of the case would come to and change if they were recorded now. Nothing is recorded.",
        parameters: NONE,
        takes: Takes::Actions,
        says: "the verdict on each line or element, and the difference; null while a line is refused",
        kind: MEDIA_TYPE,
        gives: || refer("Foreseen"),
        tagged: true,
    },
    get(
        "/api/v1/alerts",
        ["alerts", "What the caller's office was alerted about, limits on liberty first.", "a page of rows"],
        OF_LIST_OF_ALERTS,
        || page_of("Alert"),
    ),
    get(
        "/api/v1/inbox",
        [
            "inbox",
            "What the caller's office has to act on, liberty first; of a supervisor, what was escalated below.",
            "the items in their order",
        ],
        NONE,
        || list_of("InboxItem"),
    ),
    Operation {
        method: "POST",
        path: "/api/v1/inbox",
        id: "handle",
        summary: "Takes an item, hands it over, gives it back or notes it. Sent twice under one id, it counts once.",
        parameters: NONE,
        takes: Takes::Handling,
        says: "what became of it; what is recorded is durable",
        kind: MEDIA_TYPE,
        gives: || refer("Handled"),
        tagged: false,
    },
    get(
        "/api/v1/unconfirmed",
        [
            "unconfirmed",
            "The actions on liberty that one person of the caller's office entered and a second one has to confirm.",
            "the actions, the one that waits longest first",
        ],
        NONE,
        || list_of("Unconfirmed"),
    ),
    Operation {
        method: "POST",
        ..get(
            "/api/v1/cases/{case}/actions/{id}/confirmation",
            [
                "confirm",
                "Confirms an action that another person of the office entered. It takes a person's session; sent twice, \
                 it counts once.",
                "what became of it; what is recorded is durable",
            ],
            NONE,
            || refer("Handled"),
        )
    },
    Operation {
        kind: EVENTS,
        ..get(
            "/api/v1/changes",
            [
                "changes",
                "Says by server-sent events that something has changed for the caller's office, and nothing else.",
                "events `changed`, each with its place as `id`: sent back in `Last-Event-ID`, the stream goes on behind it",
            ],
            NONE,
            || json!({ "type": "string" }),
        )
    },
    get("/api/v1/looks", ["looks", "What the caller saw, the newest first, at most 500.", "the looks"], NONE, || {
        list_of("Look")
    }),
    get("/api/v1/rules", ["rules", "The rules of the law.", "the rules"], NONE, || refer("Rules")),
    get(
        "/api/v1/rules/{rule}",
        ["rule", "A rule with the law's words and how it is applied.", "the rule"],
        NONE,
        || refer("RuleInFull"),
    ),
    get("/api/v1/offices", ["offices", "The offices.", "the offices by code"], NONE, || list_of("Office")),
    get(
        "/api/v1/openapi.json",
        ["openapi", "This document.", "an OpenAPI 3.1 document"],
        NONE,
        || json!({ "type": "object" }),
    ),
];
