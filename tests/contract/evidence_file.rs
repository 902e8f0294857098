//! Evidence files of both stores: made over several days, of what no checkpoint has yet, and with what the log declares.

use std::sync::Arc;
use std::time::Duration;

use engine::action::{Action, CaseRef};
use engine::calendar::Instant;
use engine::decide::Alerts;
use evidence::file::Evidence;
use evidence::file::verify::{Asked, Complete, Trust, verify};
use evidence::hash::Hash;
use evidence::leaf::{DeclarationLeaf, Why};
use evidence::register::RegisterLine;
use projections::recomputed::Recomputed;
use service::clock::Clock;
use service::evidence_file::{Disclosed, file, make_checkpoint, recompute};
use service::log_key::LogKeys;
use service::recorder::Recorder;
use service::signing::Signer;
use store::place::LogPlace;
use store::tree::{Integrated, Integrator};
use store::{CaseStore, LogStore, Options};
use tests::clock::SetClock;
use tests::made::{actions, after_all, book};

tests::on_each_log!(
    a_file_shows_on_which_day_each_event_was_first_proved,
    what_no_checkpoint_has_yet_is_in_the_file_and_not_proved,
    what_the_log_declares_stands_beside_the_events_that_it_is_said_of,
);

const DAY: i64 = 86_400;

/// A log with keys.
struct Signed {
    log: Arc<dyn LogStore>,
    signer: Signer,
    /// Of the mark.
    _folder: tempfile::TempDir,
}

impl Signed {
    async fn open(place: &LogPlace) -> Self {
        let log = place.open(book(), &Options { create: true, ..Options::default() }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let keys = LogKeys::made("kamnot.example.org/test").unwrap();
        Self { log, signer: Signer::new(keys, folder.path().join("mark")), _folder: folder }
    }

    async fn record(&self, actions: Vec<Action>, day: i64) {
        let clock = SetClock::at(after_all().plus(day * DAY)) as Arc<dyn Clock>;
        let recorder = Recorder::new(Arc::clone(&self.log) as Arc<dyn CaseStore>, book(), clock);
        let of = actions[0].case.clone();
        recorder.record(&of, actions, None, Alerts::Raised).await.unwrap();
    }

    /// A checkpoint that has everything. The end of the log is hidden while transactions of other tests are under way.
    async fn checkpoint(&self, case: &CaseRef, day: i64) {
        let mut integrator = Integrator::default();
        while self.log.tree_standing().await.unwrap().events < self.log.events().await.unwrap() {
            if self.log.integrate(&mut integrator, 1000).await.unwrap() == Integrated::Taken(0) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        make_checkpoint(self.log.as_ref(), Some(&self.signer), case, at(day)).await.unwrap();
    }

    async fn evidence(&self, case: &CaseRef, day: i64) -> Evidence {
        let keys = self.signer.keys().public();
        let bytes = file(self.log.as_ref(), &keys, case, Disclosed::All, at(day)).await.unwrap();
        Evidence::from_bytes(&bytes).unwrap()
    }

    fn judged(&self, evidence: &Evidence, registers: Vec<RegisterLine>) -> Complete {
        let trust = Trust::Fingerprints(vec![self.signer.keys().log.verifier().fingerprint()]);
        let asked = Asked { trust, receipts: Vec::new(), registers, at_least: None };
        let verdicts = verify(evidence, &asked, recompute);
        assert!(verdicts.log.is_ok(), "{:?}", verdicts.log);
        assert_eq!(verdicts.recomputed, Recomputed::Same);
        verdicts.complete.unwrap()
    }
}

/// Noon of a day.
fn at(day: i64) -> Instant {
    after_all().plus(day * DAY + DAY / 2)
}

async fn a_file_shows_on_which_day_each_event_was_first_proved(place: &LogPlace) {
    let signed = Signed::open(place).await;
    let (case, other) = (actions(0), actions(1));
    let name = case[0].case.clone();
    signed.record(other, 0).await;
    signed.checkpoint(&name, 0).await;
    let mut counts = Vec::new();
    for (day, part) in (1..).zip(case.chunks(case.len().div_ceil(3))) {
        signed.record(part.to_vec(), day).await;
        // Two checkpoints a day: the register has the last one.
        signed.checkpoint(&name, day).await;
        signed.record(actions(usize::try_from(day).unwrap() + 1), day).await;
        signed.checkpoint(&name, day).await;
        counts.push(signed.log.stream(&name).await.unwrap().len());
    }
    let evidence = signed.evidence(&name, 4).await;
    let complete = signed.judged(&evidence, Vec::new());
    assert_eq!(complete.events.len(), counts[2]);
    let sizes: Vec<u64> = evidence.checkpoints.iter().map(|signed| signed.checkpoint.size).collect();
    assert_eq!(sizes.len(), 4, "the one before, and the last of each of three days");
    let since: Vec<u64> = complete.events.iter().map(|event| event.since.unwrap().size).collect();
    let of_day = |nth: usize| counts.iter().filter(|count| **count <= nth).count();
    assert_eq!(since, (0..since.len()).map(|nth| sizes[1 + of_day(nth)]).collect::<Vec<_>>());
    assert_eq!(complete.events[0].not_in.map(|moment| moment.size), Some(sizes[0]));
    // A line of the register says on which day.
    let day = "2032-01-02".parse().unwrap();
    let line = RegisterLine { day, checkpoint: evidence.checkpoints[1].checkpoint.clone() };
    let complete = signed.judged(&evidence, vec![line]);
    assert_eq!(complete.events[0].since.unwrap().registered, Some(day));
    assert_eq!(complete.events.last().unwrap().since.unwrap().registered, None);
}

async fn what_no_checkpoint_has_yet_is_in_the_file_and_not_proved(place: &LogPlace) {
    let signed = Signed::open(place).await;
    let case = actions(0);
    let name = case[0].case.clone();
    let (first, rest) = case.split_at(case.len() / 2);
    signed.record(first.to_vec(), 0).await;
    signed.checkpoint(&name, 0).await;
    let proved = signed.log.stream(&name).await.unwrap().len();
    signed.record(rest.to_vec(), 1).await;
    let all = signed.log.stream(&name).await.unwrap().len();
    let complete = signed.judged(&signed.evidence(&name, 1).await, Vec::new());
    let since: Vec<bool> = complete.events.iter().map(|event| event.since.is_some()).collect();
    assert!(all > proved);
    assert_eq!(since, (0..all).map(|nth| nth < proved).collect::<Vec<_>>());
}

async fn what_the_log_declares_stands_beside_the_events_that_it_is_said_of(place: &LogPlace) {
    let signed = Signed::open(place).await;
    let (case, other) = (actions(0), actions(1));
    let (name, of_other) = (case[0].case.clone(), other[0].case.clone());
    signed.record(case, 0).await;
    signed.checkpoint(&name, 0).await;
    let to = signed.log.tree_standing().await.unwrap().size;
    let declared = DeclarationLeaf { why: Why::CarriedOver, from: 0, to, reference: Hash::ZERO };
    assert!(signed.log.declare(&mut Integrator::default(), declared).await.unwrap());
    signed.record(other, 1).await;
    signed.checkpoint(&name, 1).await;
    let evidence = signed.evidence(&name, 1).await;
    assert_eq!(
        evidence.declarations.iter().map(|found| (found.index, found.leaf)).collect::<Vec<_>>(),
        [(to, declared)]
    );
    let why = |complete: Complete| complete.events.iter().map(|event| event.declared).collect::<Vec<_>>();
    assert!(why(signed.judged(&evidence, Vec::new())).iter().all(|why| *why == Some(Why::CarriedOver)));
    let evidence = signed.evidence(&of_other, 1).await;
    assert!(why(signed.judged(&evidence, Vec::new())).iter().all(Option::is_none));
}
