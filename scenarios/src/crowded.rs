//! Cases with as many actions as a log accepts, in the shapes that cost most when all actions of a case are looked at.
//!
//! Invariant: the same shape and size give the same lines, and every line can be recorded.

use std::fmt::Write as _;

/// The kind of action that fills a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// Requests for release, all at one instant. Each opens two limits.
    Requests,
    /// Requests for release, each received by the office that decides.
    Receipts,
    /// Missed summonses and bringings-in.
    Summonses,
    /// Interviews, a minute apart.
    Interviews,
    /// Extensions of one remand.
    Extensions,
    /// Custodies, each with a remand and a release.
    Detentions,
    /// Prosecution orders received by the court, and hearings that are not substantive.
    Hearings,
    /// Offences reclassified under remand.
    Reclassifications,
    /// Transfers back and forth, of a case with open limits.
    Transfers,
    /// Actions recorded and withdrawn.
    Withdrawals,
    /// Actions on one day, every second one known by its date alone.
    Dates,
}

impl Crowd {
    /// All shapes.
    pub const ALL: [Self; 11] = [
        Self::Requests,
        Self::Receipts,
        Self::Summonses,
        Self::Interviews,
        Self::Extensions,
        Self::Detentions,
        Self::Hearings,
        Self::Reclassifications,
        Self::Transfers,
        Self::Withdrawals,
        Self::Dates,
    ];

    /// The action and fields of the `n`th line, and how many seconds it is after the one before.
    fn action(self, n: usize, actions: usize) -> (&'static str, String, usize) {
        let none = String::new();
        let request = || ("release_requested", r#","requested_by":"parent""#.to_owned());
        let (name, fields) = match (self, n % 2, n % 3) {
            (Self::Requests, ..) | (Self::Receipts | Self::Dates, 0, _) => request(),
            (Self::Transfers, ..) if 2 * n < actions => request(),
            (Self::Receipts, ..) => ("release_request_received", none),
            (Self::Dates, ..) => ("medical_check", none),
            (Self::Summonses, 0, _) => ("summons_missed", r#","authority":"investigator","reason":null"#.to_owned()),
            (Self::Summonses, ..) => ("brought_in", r#","authority":"investigator""#.to_owned()),
            (Self::Interviews, ..) => ("interview_started", none),
            (Self::Extensions | Self::Reclassifications, ..) if n == 0 => ("custody_started", none),
            (Self::Extensions | Self::Reclassifications, ..) if n == 1 => ("remand_ordered", none),
            (Self::Extensions, ..) => ("remand_extended", none),
            (Self::Detentions, _, 0) => ("custody_started", none),
            (Self::Detentions, _, 1) => ("remand_ordered", none),
            (Self::Detentions, ..) => ("released", r#","kind":"provisional""#.to_owned()),
            (Self::Hearings, ..) if 2 * n < actions => ("prosecution_order_received", none),
            (Self::Hearings, ..) => ("hearing_held", r#","substantive":false"#.to_owned()),
            (Self::Reclassifications, even, _) => {
                let class = if even == 0 { "major" } else { "crime" };
                ("offence_reclassified", format!(r#","offence":0,"class":"{class}""#))
            }
            (Self::Transfers, even, _) => ("case_transferred", format!(r#","prosecutor":"vte-prosecutor-{even}""#)),
            (Self::Withdrawals, 0, _) => ("release_requested", r#","requested_by":"child""#.to_owned()),
            (Self::Withdrawals, ..) => ("action_withdrawn", format!(r#","withdraws":"{}""#, id(n - 1))),
        };
        let apart = match self {
            Self::Requests | Self::Dates => 0,
            Self::Interviews => 60,
            _ => 7,
        };
        (name, fields, apart * n)
    }
}

fn id(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

/// The lines of the case `reference`: `actions` in all. The opening is on 5 January 2026, the others start on 1 February.
pub fn crowded(crowd: Crowd, reference: &str, actions: usize) -> Vec<String> {
    let mut lines = vec![format!(
        r#"{{"case":"{reference}","id":"{}","action":"case_opened","at":"2026-01-05T08:00:00+07:00","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{{"ref":"C-1","birth_date":"2010-05-05"}},"offences":[{{"class":"crime","penalty_months":{{"min":60,"max":120}},"committed_on":"2026-01-02","serious":true}}]}}"#,
        id(0xffff_ffff_ffff)
    )];
    for n in 0..actions.saturating_sub(1) {
        let (name, fields, seconds) = crowd.action(n, actions);
        let at = if crowd == Crowd::Dates && n % 2 == 1 {
            "2026-02-01".to_owned()
        } else {
            let (day, hour) = (1 + seconds / 86_400, seconds / 3_600 % 24);
            format!("2026-02-{day:02}T{hour:02}:{:02}:{:02}+07:00", seconds / 60 % 60, seconds % 60)
        };
        let mut line = String::new();
        // Writing to a string never fails.
        let _ = write!(
            line,
            r#"{{"case":"{reference}","id":"{}","action":"{name}","at":"{at}","by":"vte-investigation"{fields}}}"#,
            id(n)
        );
        lines.push(line);
    }
    lines
}
