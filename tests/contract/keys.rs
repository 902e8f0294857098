//! What is personal lies encrypted: without its keys nothing else is lost, and nobody reads it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use engine::action::{Action, CaseRef};
use engine::case::Event;
use engine::decide::Alerts;
use projections::CaseView;
use service::recorder::Recorder;
use store::place::LogPlace;
use store::{CaseStore, Fault, LogStore, Options, Position};
use tests::clock::SetClock;
use tests::made::{actions, after_all, book, nothing_told};
use tests::personal::{self, COMMITMENTS};

tests::on_each_log!(
    without_its_keys_a_log_answers_the_same_and_shows_nothing_personal,
    what_two_machines_wrote_is_read_under_both_master_keys,
    without_a_master_key_only_what_is_personal_is_refused,
);

/// Opens a log whose master keys lie in this file.
pub async fn open(place: &LogPlace, master_key: &Path) -> Arc<dyn LogStore> {
    let options = Options { create: true, master_key: Some(master_key.to_owned()), ..Options::default() };
    place.open(book(), &options).await.unwrap()
}

pub fn recorder(log: &Arc<dyn LogStore>) -> Recorder {
    Recorder::new(Arc::clone(log) as Arc<dyn CaseStore>, book(), SetClock::at(after_all()))
}

async fn record(log: &Arc<dyn LogStore>, actions: Vec<Action>) -> Result<Vec<Event>, Fault> {
    let case = actions[0].case.clone();
    Ok(recorder(log).record(&case, actions, None, Alerts::Raised).await?.events)
}

/// The commitments of a case that are opened, and how many there are.
async fn opened(log: &Arc<dyn LogStore>, case: &CaseRef) -> (usize, usize) {
    let stream = log.stream(case).await.unwrap();
    let commitments: Vec<_> = stream.iter().flat_map(|stored| &stored.event.commitments).collect();
    (commitments.iter().filter(|commitment| commitment.disclosure().is_some()).count(), commitments.len())
}

async fn views(log: &Arc<dyn LogStore>) -> BTreeMap<CaseRef, CaseView> {
    let views = Arc::new(Mutex::new(BTreeMap::new()));
    let taken = Arc::clone(&views);
    let take = move |view: CaseView| {
        taken.lock().unwrap().insert(view.case.clone(), view);
    };
    log.views(Box::new(take)).await.unwrap();
    views.lock().unwrap().clone()
}

async fn without_its_keys_a_log_answers_the_same_and_shows_nothing_personal(place: &LogPlace) {
    let folder = tempfile::tempdir().unwrap();
    let [own, other] = ["own", "other"].map(|name| folder.path().join(name));
    let log = open(place, &own).await;
    for n in 0..12 {
        record(&log, actions(n)).await.unwrap();
    }
    record(&log, personal::actions()).await.unwrap();
    let case = personal::actions()[0].case.clone();
    assert_eq!(opened(&log, &case).await, (COMMITMENTS, COMMITMENTS));
    let (seen, events) = (views(&log).await, log.log(Position(0), usize::MAX).await.unwrap());
    drop(log);

    let log = open(place, &other).await;
    assert_eq!(opened(&log, &case).await, (0, COMMITMENTS));
    assert_eq!(log.check(nothing_told()).await.unwrap(), Vec::<String>::new(), "a missing key is no damage");
    let rebuilt = log.rebuild(nothing_told()).await.unwrap();
    assert_eq!((rebuilt.differing, views(&log).await == seen), (0, true), "views are made of what is public");
    for (stored, before) in log.log(Position(0), usize::MAX).await.unwrap().iter().zip(&events) {
        assert_eq!(stored.event.to_json(), before.event.to_json());
    }
    let again = record(&log, personal::actions()).await.unwrap();
    assert_eq!(again, [], "what comes again is known by what is public");
    assert!(!other.exists(), "who only reads makes no key");
    drop(log);

    let log = open(place, &own).await;
    assert_eq!(opened(&log, &case).await, (COMMITMENTS, COMMITMENTS), "the keys are back");
}

async fn what_two_machines_wrote_is_read_under_both_master_keys(place: &LogPlace) {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    let (mut first, case) = (personal::actions(), personal::actions()[0].case.clone());
    let second = first.split_off(4);
    record(&open(place, &one).await, first).await.unwrap();
    let log = open(place, &two).await;
    record(&log, second).await.unwrap();
    let (there, all) = opened(&log, &case).await;
    assert!(0 < there && there < all && all == COMMITMENTS, "{there} of {all}");
    drop(log);
    let both = fs::read_to_string(&two).unwrap() + &fs::read_to_string(&one).unwrap();
    fs::write(&two, both).unwrap();
    assert_eq!(opened(&open(place, &two).await, &case).await, (COMMITMENTS, COMMITMENTS));
}

async fn without_a_master_key_only_what_is_personal_is_refused(place: &LogPlace) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("master-key");
    fs::write(&file, "0".repeat(64)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let log = open(place, &file).await;
    let all = personal::actions();
    let refused = record(&log, all.clone()).await.unwrap_err().to_string();
    assert!(refused.contains("chmod 0600") && refused.contains("master-key"), "{refused}");
    assert_eq!(log.events().await, Ok(0), "nothing is left of what was refused");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    record(&log, all[..1].to_vec()).await.unwrap();
    drop(log);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let log = open(place, &file).await;
    assert!(record(&log, all[1..2].to_vec()).await.is_err(), "it says something personal");
    let mut plain = all[6].clone();
    plain.at = all[0].at;
    assert!(!record(&log, vec![plain]).await.unwrap().is_empty(), "it does not");
    let case = all[0].case.clone();
    let long_after = SetClock::at(after_all().plus(400 * 86_400));
    let watch = Recorder::new(Arc::clone(&log) as Arc<dyn CaseStore>, book(), long_after);
    assert!(!watch.tick(&case).await.unwrap().is_empty(), "alerts are raised");
    assert_eq!(log.check(nothing_told()).await.unwrap(), Vec::<String>::new());
}
