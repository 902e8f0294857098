//! Feeds of an office's limits: what a calendar lists, and what becomes of it.

mod addresses;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use engine::rulebook::Language;
use projections::rights::Role;
use scenarios::servers::nats_server::tools;
use store::people::{LooksOf, Seen};
use tests::cases::instant;
use tests::lines::{action, custody, opening};
use tests::made::office;

use crate::desk::{Desk, NOTHING, Visitor};
use crate::failing::Failing;
use crate::log::{Log, on_each_log};
use crate::papers::{line, with_legal_aid};
use crate::shown::Shown;

on_each_log!(
    each_limit_of_the_docket_is_an_event_with_both_ends_and_an_alarm_for_each_notice,
    an_extension_moves_the_event_under_a_higher_number,
    what_is_recorded_of_one_limit_leaves_the_numbers_of_the_others,
    the_events_of_a_voided_case_are_cancelled_and_gone_after_thirty_days,
    what_was_done_closed_or_handed_on_is_cancelled_and_not_owed_by_whoever_has_it_no_more,
    a_restarted_process_gives_the_same_calendar,
    a_calendar_that_has_not_changed_is_not_sent_again,
    a_look_is_recorded_under_the_feed,
    a_calendar_whose_look_cannot_be_recorded_is_not_sent,
    no_calendar_names_anything_but_references_and_offices,
);

const PROSECUTOR: &str = "vte-prosecutor";
const MINUTE_BEFORE_NOON: &str = "2026-03-30T11:59:00+07:00";

/// The events of a calendar, by their titles, each with its properties.
struct Calendar {
    head: String,
    events: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Calendar {
    #[track_caller]
    fn of(shown: &Shown) -> Self {
        shown.is_status(200);
        let unfolded = shown.text.replace("\r\n ", "");
        let (head, rest) = unfolded.split_once("BEGIN:VEVENT").unwrap_or((&unfolded, ""));
        let event = |text: &str| {
            let mut event: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
                event.entry(name.to_owned()).or_default().push(value.to_owned());
            }
            event
        };
        let events = rest.split("BEGIN:VEVENT").map(event).filter(|event| !event.is_empty());
        let events = events.map(|event| (event["SUMMARY"][0].clone(), event)).collect();
        Self { head: head.to_owned(), events }
    }

    /// A property of an event: its first value.
    #[track_caller]
    fn get(&self, title: &str, property: &str) -> &str {
        let event = self.events.get(title).unwrap_or_else(|| panic!("{title} in {:?}", self.events.keys()));
        event.get(property).map_or("", |values| &values[0])
    }

    #[track_caller]
    fn sequence(&self, title: &str) -> u32 {
        self.get(title, "SEQUENCE").parse().expect("a number")
    }

    fn statuses(&self) -> Vec<&str> {
        let mut statuses: Vec<&str> = self.events.values().map(|event| event["STATUS"][0].as_str()).collect();
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }
}

/// Makes a feed on the page; its path.
async fn made(desk: &Desk, who: &Visitor, language: &str) -> String {
    let id = desk.get(who, "/feeds").await.hidden("id").expect("an id").to_owned();
    let fields = [("name", "Duty phone"), ("language", language), ("id", &*id)];
    let shown = desk.submit(who, "/feeds", &fields).await;
    path_in(shown.is_status(200))
}

fn path_in(shown: &Shown) -> String {
    let (_, address) = shown.text.split_once("http://kamnot.test/feed/").expect("an address");
    format!("/feed/{}", address.split('<').next().expect("its end"))
}

async fn read(desk: &Desk, path: &str) -> Shown {
    desk.ask(Method::GET, path, &[("accept-language", "en")], NOTHING).await
}

async fn calendar(desk: &Desk, path: &str) -> Calendar {
    Calendar::of(&read(desk, path).await)
}

async fn prosecutor(desk: &Desk) -> Visitor {
    desk.login(Role::Prosecutor, Some(PROSECUTOR), Language::En).await
}

/// A case in remand by the prosecutor's order since 1 March, from the morning of 30 March on.
async fn in_remand(log: &Log) -> Desk {
    let desk = Desk::at(log, MINUTE_BEFORE_NOON);
    let order = r#","order":{"by":"prosecutor","number":"12"},"grounds":["elements","firm_evidence","flight"],"necessary":true,"last_resort":true"#;
    let ordered = line("R-1", "remand_ordered", "2026-03-01T10:00:00+07:00", PROSECUTOR, order);
    desk.record(&[with_legal_aid("R-1"), ordered].join("\n")).await;
    desk
}

fn extension(at: &str) -> String {
    let more = r#","order":{"by":"prosecutor","number":"13"},"months":1,"for_investigation":true,"grounds":["elements","firm_evidence","flight"]"#;
    line("R-1", "remand_extended", at, PROSECUTOR, more)
}

const REMAND: &str = "R-1: Remand of 1 month";
const CAP: &str = "R-1: Longest remand";

async fn each_limit_of_the_docket_is_an_event_with_both_ends_and_an_alarm_for_each_notice(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let shown = read(&desk, &path).await;
    assert_eq!(shown.headers["content-type"], "text/calendar; charset=utf-8");
    let calendar = Calendar::of(&shown);
    assert!(calendar.head.contains("A memory aid\\, never the alarm"), "{}", calendar.head);
    assert!(calendar.head.contains("kamnot: Limits\\, vte-prosecutor"), "{}", calendar.head);
    // The end of 30 March by the protective reading and of 1 April by the lenient one, in Vientiane.
    assert_eq!(calendar.get(REMAND, "DTSTART"), "20260330T165959Z");
    assert_eq!(calendar.get(REMAND, "DTEND"), "20260401T165959Z");
    assert_eq!(calendar.get(REMAND, "STATUS"), "CONFIRMED");
    // At eight in the morning, seven days and a day before.
    assert_eq!(calendar.events[REMAND]["TRIGGER"], ["-P7DT15H59M59S", "-P1DT15H59M59S"]);
    let about = calendar.get(REMAND, "DESCRIPTION").replace('\u{a0}', " ");
    for words in ["Monday 30 March 2026", "Wednesday 1 April 2026", "Art. 64", "vte-prosecutor", "A memory aid"] {
        assert!(about.contains(words), "{words} in {about}");
    }
    let court = desk.login(Role::Clerk, Some("vte-juvenile-court"), Language::En).await;
    let of_court = self::calendar(&desk, &made(&desk, &court, "lo").await).await;
    assert_eq!(of_court.events.len(), calendar.events.len(), "every office of the case, whoever owes the duty");
    let in_lao = of_court.events.values().next().expect("an event");
    assert!(in_lao["DESCRIPTION"][0].contains("ສິ່ງຊ່ວຍຈື່") && of_court.head.contains("ກຳນົດເວລາ"), "{in_lao:?}");
    let elsewhere = desk.login(Role::Clerk, Some("psl-juvenile-court"), Language::En).await;
    assert_eq!(self::calendar(&desk, &made(&desk, &elsewhere, "en").await).await.events.len(), 0);
}

async fn an_extension_moves_the_event_under_a_higher_number(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let before = calendar(&desk, &path).await;
    desk.clock.set(instant("2026-03-30T14:00:00+07:00"));
    desk.hold(&[extension("2026-03-30T13:00:00+07:00")]).await;
    let after = calendar(&desk, &path).await;
    assert_eq!(before.get(REMAND, "UID"), after.get(REMAND, "UID"));
    assert!(after.sequence(REMAND) > before.sequence(REMAND));
    let of = |calendar: &Calendar| ["DTSTART", "LAST-MODIFIED"].map(|name| calendar.get(REMAND, name).to_owned());
    assert_eq!(of(&before), ["20260330T165959Z", "20260301T030000Z"]);
    assert_eq!(of(&after), ["20260429T165959Z", "20260330T070000Z"]);
    let withdrawn = desk.store.load(&engine::action::CaseRef::new("R-1").expect("a case")).await.expect("it");
    let extension = withdrawn.actions().last().expect("the extension").id;
    let more = format!(r#","withdraws":"{extension}","reason":"of another child""#);
    desk.hold(&[line("R-1", "action_withdrawn", "2026-03-30T13:30:00+07:00", PROSECUTOR, &more)]).await;
    let back = calendar(&desk, &path).await;
    assert_eq!(back.get(REMAND, "DTSTART"), before.get(REMAND, "DTSTART"));
    assert!(back.sequence(REMAND) > after.sequence(REMAND));
}

async fn what_is_recorded_of_one_limit_leaves_the_numbers_of_the_others(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let before = calendar(&desk, &path).await;
    desk.clock.set(instant("2026-03-30T14:00:00+07:00"));
    desk.hold(&[extension("2026-03-30T13:00:00+07:00")]).await;
    let after = calendar(&desk, &path).await;
    assert_eq!(before.events[CAP], after.events[CAP]);
    // Time alone changes nothing, although a limit passes.
    desk.clock.set(instant("2026-07-30T14:00:00+07:00"));
    assert_eq!(calendar(&desk, &path).await.events[CAP], after.events[CAP]);
}

const VOIDED: &str = r#","reason":"opened_by_mistake""#;

async fn the_events_of_a_voided_case_are_cancelled_and_gone_after_thirty_days(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let before = calendar(&desk, &path).await;
    assert_eq!(before.statuses(), ["CONFIRMED"]);
    desk.hold(&[line("R-1", "case_voided", "2026-03-30T11:00:00+07:00", PROSECUTOR, VOIDED)]).await;
    // Also for a process that knows nothing of before.
    for desk in [&desk, &Desk::at(log, MINUTE_BEFORE_NOON)] {
        let after = calendar(desk, &path).await;
        assert_eq!(after.statuses(), ["CANCELLED"]);
        assert_eq!(after.events.len(), before.events.len());
        assert_eq!(after.get(REMAND, "UID"), before.get(REMAND, "UID"));
        assert!(after.sequence(REMAND) > before.sequence(REMAND));
        assert!(!after.events[REMAND].contains_key("TRIGGER"), "no alarm");
        assert!(after.get(REMAND, "DESCRIPTION").starts_with("Owed no more: it stands in the docket no more."));
    }
    for (now, left) in [("2026-04-29T11:58:59+07:00", before.events.len()), ("2026-04-29T11:59:00+07:00", 0)] {
        desk.clock.set(instant(now));
        assert_eq!(calendar(&desk, &path).await.events.len(), left, "{now}");
        assert_eq!(calendar(&Desk::at(log, now), &path).await.events.len(), left, "{now}");
    }
    // The voiding is withdrawn after all.
    let voiding = desk.store.load(&engine::action::CaseRef::new("R-1").expect("a case")).await.expect("it");
    let id = voiding.actions().last().expect("the voiding").id;
    let more = format!(r#","withdraws":"{id}","reason":"it was no mistake""#);
    desk.hold(&[line("R-1", "action_withdrawn", "2026-04-29T11:00:00+07:00", PROSECUTOR, &more)]).await;
    let again = calendar(&desk, &path).await;
    assert_eq!((again.statuses(), again.events.len()), (vec!["CONFIRMED"], before.events.len()));
    assert!(again.sequence(REMAND) > before.sequence(REMAND) + 1);
}

async fn what_was_done_closed_or_handed_on_is_cancelled_and_not_owed_by_whoever_has_it_no_more(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    desk.hold(&[opening("C-1"), custody("C-1").replace("03-01", "03-29")]).await;
    desk.hold(&[opening("H-1"), custody("H-1").replace("03-01", "03-29")]).await;
    let before = calendar(&desk, &path).await;
    assert_eq!(before.get("C-1: Custody of at most 48 hours", "STATUS"), "CONFIRMED");
    desk.clock.set(instant("2026-03-30T13:00:00+07:00"));
    desk.hold(&[line("R-1", "released", "2026-03-30T12:30:00+07:00", PROSECUTOR, r#","kind":"final""#)]).await;
    desk.hold(&[
        action("C-1", "released", "2026-03-30T12:00:00+07:00", r#","kind":"from_custody""#),
        line("C-1", "case_closed", "2026-03-30T12:30:00+07:00", PROSECUTOR, ""),
    ])
    .await;
    let to = r#","court":"lnt-juvenile-court","prosecutor":"lnt-prosecutor","investigator":"lnt-investigation""#;
    desk.hold(&[action("H-1", "case_transferred", "2026-03-30T12:30:00+07:00", to)]).await;
    let other = desk.login(Role::Prosecutor, Some("lnt-prosecutor"), Language::En).await;
    let others = made(&desk, &other, "en").await;
    let custody_of = |case: &str| format!("{case}: Custody of at most 48 hours");
    for desk in [&desk, &Desk::at(log, "2026-03-30T13:00:00+07:00")] {
        let after = calendar(desk, &path).await;
        assert_eq!(after.get(REMAND, "STATUS"), "CANCELLED");
        assert!(after.get(REMAND, "DESCRIPTION").starts_with("Owed no more: the duty was done."));
        assert_eq!(after.get(&custody_of("C-1"), "STATUS"), "CANCELLED");
        assert_eq!(after.get(&custody_of("H-1"), "STATUS"), "CANCELLED");
        let of_others = calendar(desk, &others).await;
        assert_eq!(of_others.get(&custody_of("H-1"), "STATUS"), "CONFIRMED");
        assert_eq!(of_others.get(&custody_of("H-1"), "UID"), after.get(&custody_of("H-1"), "UID"));
    }
    // Longer than a docket shows a closed case, and then no more.
    for (now, is_there) in [("2026-04-20T13:00:00+07:00", true), ("2026-05-01T13:00:00+07:00", false)] {
        for desk in [&desk, &Desk::at(log, now)] {
            desk.clock.set(instant(now));
            let later = calendar(desk, &path).await;
            for title in [REMAND.to_owned(), custody_of("C-1"), custody_of("H-1")] {
                assert_eq!(later.events.contains_key(&title), is_there, "{title} at {now}");
            }
        }
    }
}

async fn a_restarted_process_gives_the_same_calendar(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "lo").await;
    desk.clock.set(instant("2026-03-30T14:00:00+07:00"));
    calendar(&desk, &path).await;
    desk.hold(&[extension("2026-03-30T13:00:00+07:00")]).await;
    desk.hold(&[opening("V-1"), custody("V-1")]).await;
    calendar(&desk, &path).await;
    desk.hold(&[line("V-1", "case_voided", "2026-03-30T12:00:00+07:00", PROSECUTOR, VOIDED)]).await;
    let restarted = Desk::at(log, "2026-03-30T14:00:00+07:00");
    let (one, other) = (read(&desk, &path).await, read(&restarted, &path).await);
    assert_eq!(one.text, other.text);
    assert_eq!(one.headers["etag"], other.headers["etag"]);
}

async fn a_calendar_that_has_not_changed_is_not_sent_again(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let first = read(&desk, &path).await;
    let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    let again = async |tag: &str| desk.ask(Method::GET, &path, &[("if-none-match", tag)], NOTHING).await;
    let same = again(&tag).await;
    assert!(same.is_status(304).text.is_empty());
    assert_eq!(same.headers["etag"], tag.as_str());
    again("\"another\"").await.is_status(200);
    desk.hold(&[opening("A-1"), custody("A-1")]).await;
    assert_ne!(again(&tag).await.is_status(200).headers["etag"], tag.as_str());
    let packed = desk.ask(Method::GET, &path, &[("accept-encoding", "gzip")], NOTHING).await;
    assert_eq!(packed.is_status(200).headers["content-encoding"], "gzip");
}

async fn a_look_is_recorded_under_the_feed(log: &Log) {
    let desk = in_remand(log).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    let count = calendar(&desk, &path).await.events.len();
    let feed = desk.store.feeds().await.expect("feeds").remove(0);
    let looks = desk.store.looks(&LooksOf::Person(feed.id), 9).await.expect("looks");
    assert_eq!(looks.len(), 1);
    assert_eq!((looks[0].office.as_ref(), looks[0].role), (Some(&office(PROSECUTOR)), Some(Role::Prosecutor)));
    let count = u32::try_from(count).expect("few");
    assert_eq!(looks[0].seen, Seen::List { list: "feed".to_owned(), filters: String::new(), count });
}

async fn a_calendar_whose_look_cannot_be_recorded_is_not_sent(log: &Log) {
    let fails = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&fails);
    let desk = Desk::with(log, |site| site.people = Arc::new(Failing::over(Arc::clone(&site.people), told)));
    desk.hold(&[with_legal_aid("A-1"), custody("A-1")]).await;
    let path = made(&desk, &prosecutor(&desk).await, "en").await;
    fails.store(true, Ordering::SeqCst);
    read(&desk, &path).await.is_status(503).does_not_say(&["A-1"]);
    fails.store(false, Ordering::SeqCst);
    read(&desk, &path).await.is_status(200);
}

async fn no_calendar_names_anything_but_references_and_offices(log: &Log) {
    let desk = Desk::with_a_case(log).await;
    let missed = r#","authority":"prosecutor","reason":"Somsak of Ban Phonsavanh""#;
    desk.hold(&[action("A-1", "summons_missed", "2026-03-02T10:00:00+07:00", missed)]).await;
    let lawyer = desk.login(Role::Lawyer, Some("vte-legal-aid"), Language::En).await;
    for language in ["en", "lo"] {
        let shown = read(&desk, &made(&desk, &lawyer, language).await).await;
        let calendar = Calendar::of(&shown);
        assert!(!calendar.events.is_empty());
        for personal in ["Somsak", "Phonsavanh", "2010", "C-"] {
            assert!(!shown.text.contains(personal), "{personal}: {}", shown.text);
        }
        for event in calendar.events.values() {
            let about = &event["DESCRIPTION"][0];
            assert!(about.contains("A memory aid") || about.contains("ສິ່ງຊ່ວຍຈື່"), "{about}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_library_reads_the_calendar_in_both_languages() {
    let log = Log::in_sqlite().await;
    let desk = in_remand(&log).await;
    desk.hold(&[line("R-1", "case_voided", "2026-03-30T11:00:00+07:00", PROSECUTOR, VOIDED)]).await;
    desk.hold(&[opening("C-1"), custody("C-1").replace("03-01", "03-29")]).await;
    let who = prosecutor(&desk).await;
    for language in ["en", "lo"] {
        let shown = read(&desk, &made(&desk, &who, language).await).await;
        let listed = Calendar::of(&shown).events.len();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("limits.ics");
        std::fs::write(&file, &shown.bytes).expect("a file");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/web/feeds/read.py");
        let python = Command::new("python3").arg(script).arg(&file).env("PYTHONPATH", tools()).output();
        let python = python.expect("python3 runs");
        assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
        let said = String::from_utf8(python.stdout).expect("text");
        assert_eq!(said.lines().count(), listed + 1, "{said}");
        if language == "en" {
            assert!(said.starts_with("kamnot: Limits, vte-prosecutor | A memory aid, never the alarm: "), "{said}");
            let remand = "| CANCELLED | 4 | 2026-03-30T16:59:59Z | 2026-04-01T16:59:59Z | [] | R-1: Remand of 1 month";
            let custody = "| 2026-03-31T02:30:00Z | - | [43200, 7200] | C-1: Custody of at most 48 hours";
            assert!(said.contains(remand) && said.contains(custody), "{said}");
        }
    }
}
