//! A court with 10,000 open cases, two long ones, and those who read them: clerks with sessions, programs with tokens, and
//! calendars with feeds.
//!
//! Invariant: every case of it is open and of this court alone. The secrets are made up here; the log knows their digests.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate};
use engine::action::OfficeCode;
use engine::calendar::Instant;
use engine::rulebook::Language;
use projections::rights::Role;
use scenarios::generator::{Conduct, Line, Plan, history};
use scenarios::people::person;
use sha2::{Digest as _, Sha256};
use store::LogStore;
use store::people::{Feed, Membership, Session, Token};
use uuid::Uuid;

use crate::ours::{Ours, Until};
use crate::setting::{Failure, IN_FLIGHT, Setting};

/// The court.
pub const COURT: &str = "vte-juvenile-court";
/// How many days ago its oldest case was opened.
const OPENED_WITHIN: usize = 60;
/// How many days ago the long cases were opened.
const LONG_AGO: u64 = 300;
/// What ends a case or leads it to another court, and withdrawals, which may be of these.
const LEFT_OUT: [&str; 4] = ["case_closed", "case_transferred", "case_voided", "action_withdrawn"];
/// What concerns an offence or the child of its own case.
const OF_ITS_CASE: [&str; 3] = ["offence_", "case_opened", "child_"];

/// Records as many open cases, or a few more, and one case for each number of `long`, with as many actions. Returns the long ones' references.
pub async fn fill(
    setting: &Setting,
    store: &Arc<dyn LogStore>,
    open: usize,
    long: &[usize],
    now: i64,
) -> Result<Vec<String>, Failure> {
    let today = DateTime::from_timestamp(now, 0).ok_or("a clock out of range")?.date_naive();
    let mut ours = Ours::on(Arc::clone(store), &setting.book, IN_FLIGHT);
    let plan = plan(today, OPENED_WITHIN as u64);
    // The generator opens the nth case on day n of the year.
    for n in (0_usize..).filter(|n| n % 365 < OPENED_WITHIN).take(open + open / 100) {
        let mut lines = history(&plan, n);
        lines.retain(|line| line.at <= now && !does(line, &LEFT_OUT));
        lines.iter_mut().for_each(here);
        ours.give_at_once(lines);
    }
    let mut references = Vec::new();
    for (nth, actions) in long.iter().enumerate() {
        let (reference, lines) = long_case(&plan_of_long(today), nth, *actions, now)?;
        references.push(reference);
        ours.give_at_once(lines);
    }
    ours.run(Until::Recorded).await?;
    Ok(references)
}

fn plan(today: NaiveDate, days: u64) -> Plan {
    Plan { first_day: today - Days::new(days), ..Setting::plan(Conduct::Disorderly) }
}

fn plan_of_long(today: NaiveDate) -> Plan {
    plan(today, LONG_AGO)
}

/// The nth case with as many actions, and its reference.
pub fn long_case_of(nth: usize, actions: usize, now: i64) -> Result<(String, Vec<Line>), Failure> {
    let today = DateTime::from_timestamp(now, 0).ok_or("a clock out of range")?.date_naive();
    long_case(&plan_of_long(today), nth, actions, now)
}

/// A case with as many actions as asked: those of several made-up cases that began on one day, as if they were of one child.
fn long_case(plan: &Plan, nth: usize, actions: usize, now: i64) -> Result<(String, Vec<Line>), Failure> {
    let reference = format!("VTE-2025-LONG-{actions}");
    let mut lines: Vec<Line> = Vec::new();
    for n in (365 * (1 + 40 * nth)..).step_by(365).take(40) {
        let own = history(plan, n).into_iter().filter(|line| line.at <= now && !does(line, &LEFT_OUT));
        let is_first = lines.is_empty();
        lines.extend(own.filter(|line| is_first || !does(line, &OF_ITS_CASE)));
        if lines.len() >= actions {
            break;
        }
    }
    lines.sort_by_key(|line| line.at);
    lines.truncate(actions);
    let case = lines.first().ok_or("no lines")?.case;
    for line in &mut lines {
        here(line);
        let (_, rest) = line.json.split_once(',').ok_or("a line without a comma")?;
        (line.json, line.case) = (format!(r#"{{"case":"{reference}",{rest}"#), case);
    }
    if lines.len() == actions { Ok((reference, lines)) } else { Err("too few lines for a long case".into()) }
}

fn does(line: &Line, actions: &[&str]) -> bool {
    actions.iter().any(|action| line.json.contains(&format!(r#""action":"{action}"#)))
}

/// Makes a line one of the offices of the capital.
fn here(line: &mut Line) {
    let Some((_, codes)) = line.json.split_once(r#"{"case":""#) else { return };
    let codes = codes.chars().take(3).collect::<String>().to_ascii_lowercase();
    line.json = line.json.replace(&format!("\"{codes}-"), "\"vte-");
}

fn key(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Begins a session of a clerk of a court; returns the secret of its cookie.
pub async fn clerk(store: &dyn LogStore, nth: usize, court: &str, now: i64) -> Result<String, Failure> {
    let office = OfficeCode::new(court);
    let membership = Membership { office: office.clone(), role: Role::Clerk, from: None, until: None };
    let person = person(format!("{court}-{nth}"), membership, Language::Lo);
    store.put_person(&person).await?;
    let (secret, now) = (format!("clerk-{court}-{nth}"), Instant::from_unix(now));
    let (person, role) = (person.id, Role::Clerk);
    let session = Session { key: key(&secret), person, office, role, began: now, seen: now, csrf: [7; 32] };
    store.begin_session(&session).await?;
    Ok(secret)
}

/// Makes a token of a program of a court; returns its secret.
pub async fn program(store: &dyn LogStore, nth: usize, court: &str, now: i64) -> Result<String, Failure> {
    let secret = format!("kamnot_{court}-{nth}");
    let token = Token {
        id: Uuid::new_v4(),
        key: key(&secret),
        name: "Program".to_owned(),
        office: OfficeCode::new(court).ok_or("no office code")?,
        role: Role::Clerk,
        made: Instant::from_unix(now),
        until: None,
        revoked: None,
    };
    store.put_token(&token).await?;
    Ok(secret)
}

/// Makes a feed of a court; returns the path at which it is read.
pub async fn feed(store: &dyn LogStore, nth: usize, court: &str, now: i64) -> Result<String, Failure> {
    let secret = format!("feed-{court}-{nth}");
    let feed = Feed {
        id: Uuid::new_v4(),
        key: key(&secret),
        name: "Calendar".to_owned(),
        office: OfficeCode::new(court).ok_or("no office code")?,
        role: Role::Clerk,
        language: Language::Lo,
        made: Instant::from_unix(now),
        maker: None,
        revoked: None,
    };
    store.add_feed(&feed).await?;
    Ok(format!("/feed/{secret}/limits.ics"))
}
