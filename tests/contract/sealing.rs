//! A case that is sealed, on each log: nothing personal of it is left, and everything else answers as before.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use engine::action::{Action, CaseRef};
use engine::case::SealReason;
use engine::decide::{Alerts, Verdict};
use engine::refusal::Code;
use store::place::LogPlace;
use store::{Fault, LogStore, Position};
use tests::made::{after_all, book, nothing_told};
use tests::personal::{self, WORDS};

use crate::keys::{open, recorder};

tests::on_each_log!(
    a_sealed_case_says_nothing_personal_and_all_else_answers_as_before,
    of_a_sealed_case_what_comes_later_is_committed_to_and_thrown_away,
    a_master_key_that_was_destroyed_elsewhere_wraps_nothing_more,
);

/// Another case in which something personal stands.
const OTHER: &str = r#"{"case":"P-2","id":"00000000-0000-4000-8000-000000000001","action":"case_opened","at":"2026-02-01T08:00:00+07:00","by":"vte-investigation","court":"vte-juvenile-court","prosecutor":"vte-prosecutor","investigator":"vte-investigation","child":{"ref":"Bounmy","birth_date":"2010-01-02"},"offences":[{"class":"major","penalty_months":{"min":3,"max":12},"committed_on":"2026-01-20","serious":false}]}"#;

fn action(n: u32, fields: &str) -> Action {
    let line = format!(r#"{{"case":"P-1","id":"00000000-0000-4000-8000-{n:012}","by":"vte-investigation",{fields}}}"#);
    Action::read(&line).unwrap()
}

/// The case with all that is personal, until it is closed.
fn closed() -> Vec<Action> {
    let mut all = personal::actions();
    all.push(action(9, r#""action":"released","kind":"from_custody","at":"2026-03-02T09:00:00+07:00""#));
    all.push(action(10, r#""action":"case_closed","at":"2026-03-03T09:00:00+07:00","reason":"found in Pakse""#));
    all
}

async fn record(log: &Arc<dyn LogStore>, actions: Vec<Action>) -> Result<Vec<Verdict>, Fault> {
    let case = actions[0].case.clone();
    Ok(recorder(log).record(&case, actions, None, Alerts::Raised).await?.verdicts)
}

async fn seal(log: &Arc<dyn LogStore>, case: &CaseRef) -> Verdict {
    recorder(log).seal(case, None, SealReason::RetentionEnded).await.unwrap()
}

/// How many disclosures of a case can be read, and what they and its actions say.
async fn read(log: &Arc<dyn LogStore>, case: &CaseRef) -> (usize, String) {
    let (mut disclosed, mut said) = (0, String::new());
    for stored in log.stream(case).await.unwrap() {
        disclosed += stored.event.commitments.iter().filter(|known| known.disclosure().is_some()).count();
        let _ = write!(said, "{:?}", stored.event.fact);
    }
    for recorded in log.load(case).await.unwrap().recorded() {
        let _ = write!(said, "{:?}", recorded.action);
    }
    (disclosed, said)
}

/// The payloads of both cases by position.
async fn payloads(log: &Arc<dyn LogStore>) -> BTreeMap<Position, String> {
    let mut payloads = BTreeMap::new();
    for case in ["P-1", "P-2"] {
        let stream = log.stream(&CaseRef::new(case).unwrap()).await.unwrap();
        payloads.extend(stream.into_iter().map(|stored| (stored.position, stored.event.to_json())));
    }
    payloads
}

fn refused(verdict: &Verdict) -> Option<Code> {
    if let Verdict::Refused(flaws) = verdict { Some(flaws.first()?.code) } else { None }
}

async fn a_sealed_case_says_nothing_personal_and_all_else_answers_as_before(place: &LogPlace) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("master-key");
    let (log, other) = (open(place, &file).await, Action::read(OTHER).unwrap());
    let (case, second) = (closed()[0].case.clone(), other.case.clone());
    assert_eq!(refused(&seal(&log, &case).await), Some(Code::NeverOpened));
    record(&log, closed()[..8].to_vec()).await.unwrap();
    record(&log, vec![other]).await.unwrap();
    assert_eq!(refused(&seal(&log, &case).await), Some(Code::StillHeld));
    assert_eq!(refused(&seal(&log, &second).await), Some(Code::StillOpen));
    record(&log, closed()).await.unwrap();
    let (there, said) = read(&log, &case).await;
    assert!(there > 8 && WORDS.iter().filter(|word| **word != "\"sex\"").all(|word| said.contains(*word)), "{said}");
    let (kept, master) = (payloads(&log).await, fs::read(&file).unwrap());
    let assessed = log.load(&case).await.unwrap();
    let mut before = String::new();
    assessed.assess(&book(), after_all()).unwrap().write_json(&book(), &mut before);

    // Another process has read the case, and knows its key.
    let elsewhere = open(place, &file).await;
    assert_eq!(read(&elsewhere, &case).await.0, there);
    assert_eq!(seal(&log, &case).await, Verdict::Accepted);
    assert_eq!(log.seal_keys(&case).await.unwrap().left, 0);
    for log in [&log, &elsewhere, &open(place, &file).await] {
        let (disclosed, said) = read(log, &case).await;
        assert_eq!(disclosed, 0);
        let found: Vec<&str> = WORDS.into_iter().chain(["Pakse"]).filter(|word| said.contains(word)).collect();
        assert_eq!(found, Vec::<&str>::new());
        assert!(read(log, &second).await.1.contains("Bounmy"), "the others are read as before");
        let mut after = String::new();
        log.load(&case).await.unwrap().assess(&book(), after_all()).unwrap().write_json(&book(), &mut after);
        assert_eq!(after, before, "rules decide from what is public");
    }
    assert_eq!(log.check(nothing_told()).await.unwrap(), Vec::<String>::new());
    assert_eq!(log.rebuild(nothing_told()).await.unwrap().differing, 0);
    let now = payloads(&log).await;
    assert_eq!(now.len(), kept.len() + 1);
    assert!(kept.iter().all(|(position, payload)| now[position] == *payload), "no event changes");
    assert!(
        now.values()
            .any(|payload| payload.contains(r#""data":{"reason":"retention_ended"},"engine":1,"event":"case_sealed""#))
    );

    // Who kept the master key that was destroyed reads nothing with what is there now.
    let renewed = fs::read(&file).unwrap();
    assert_ne!(renewed, master);
    fs::write(&file, [&renewed[..], &master].concat()).unwrap();
    assert_eq!(read(&open(place, &file).await, &case).await.0, 0);
    assert_eq!(seal(&log, &case).await, Verdict::Known);
    assert_eq!(log.seal_keys(&case).await.unwrap().left, 0, "done again, it does the same");
    assert!(read(&log, &second).await.1.contains("Bounmy"));
}

async fn of_a_sealed_case_what_comes_later_is_committed_to_and_thrown_away(place: &LogPlace) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("master-key");
    let (log, elsewhere) = (open(place, &file).await, open(place, &file).await);
    let case = closed()[0].case.clone();
    record(&log, closed()).await.unwrap();
    assert!(read(&elsewhere, &case).await.0 > 0, "it has the case and its key in memory");
    seal(&log, &case).await;
    log.seal_keys(&case).await.unwrap();
    assert!(record(&elsewhere, closed()).await.unwrap().iter().all(|verdict| *verdict == Verdict::Known));
    let later = || {
        action(
            11,
            r#""action":"child_identified","at":"2026-03-03T10:00:00+07:00","birth_date":"2009-11-21","sex":"f""#,
        )
    };
    assert_eq!(record(&elsewhere, vec![later()]).await.unwrap(), [Verdict::Accepted]);
    assert_eq!(record(&log, vec![later()]).await.unwrap(), [Verdict::Known]);
    let other = action(
        11,
        r#""action":"child_identified","at":"2026-03-03T11:00:00+07:00","birth_date":"2009-11-21","sex":"f""#,
    );
    assert_eq!(refused(&record(&log, vec![other]).await.unwrap()[0]), Some(Code::UsedId));
    let last = log.stream(&case).await.unwrap().pop().unwrap().event;
    assert_eq!(last.commitments.len(), 2);
    assert!(!last.to_json().contains("2009-11-21"));
    for log in [&log, &elsewhere, &open(place, &file).await] {
        let (disclosed, said) = read(log, &case).await;
        assert!(disclosed == 0 && !said.contains("2009-11-21"), "{said}");
    }
    assert_eq!(log.check(nothing_told()).await.unwrap(), Vec::<String>::new(), "that is no damage");
    record(&elsewhere, vec![Action::read(OTHER).unwrap()]).await.unwrap();
    let again = open(place, &file).await;
    assert!(read(&again, &CaseRef::new("P-2").unwrap()).await.1.contains("Bounmy"), "by the new master key");
}

async fn a_master_key_that_was_destroyed_elsewhere_wraps_nothing_more(place: &LogPlace) {
    let folder = tempfile::tempdir().unwrap();
    let [own, stale] = ["own", "stale"].map(|name| folder.path().join(name));
    let log = open(place, &own).await;
    record(&log, closed()).await.unwrap();
    fs::copy(&own, &stale).unwrap();
    let elsewhere = open(place, &stale).await;
    let case = closed()[0].case.clone();
    seal(&log, &case).await;
    log.seal_keys(&case).await.unwrap();
    let refused = record(&elsewhere, vec![Action::read(OTHER).unwrap()]).await.unwrap_err().to_string();
    assert!(refused.contains("was destroyed when a case was sealed"), "{refused}");
    fs::copy(&own, &stale).unwrap();
    record(&elsewhere, vec![Action::read(OTHER).unwrap()]).await.unwrap();
    assert!(read(&log, &CaseRef::new("P-2").unwrap()).await.1.contains("Bounmy"));
}
