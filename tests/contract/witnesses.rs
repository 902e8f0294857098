//! Logs of both stores and their witnesses: what is cosigned, and that whoever has the log's key too is found.

use std::sync::Arc;

use engine::calendar::Instant;
use evidence::checkpoint::Checkpoint as Text;
use evidence::file::Evidence;
use evidence::file::verify::{Asked, SignedBy, Trust, verify};
use evidence::note::Note;
use evidence::policy::Quorum;
use service::evidence_file::{Disclosed, NoEvidence, file, make_checkpoint, recompute};
use service::log_key::LogKeys;
use service::signing::{Signer, SigningFault, Unsigned};
use service::witnesses::standing_of;
use store::place::LogPlace;
use store::tree::{Integrator, Which};
use store::{LogStore, Stored};
use tests::clock::SetClock;
use tests::made::{actions, after_all};
use tests::witness::Witnessing;

use crate::tree::edits::{
    WITHOUT_TREE, change_an_order_number, change_when_recorded, change_who_recorded, delete_a_middle_event,
    delete_the_last_event, edit,
};
use crate::tree::{grow, open, record};

tests::on_each_log!(
    enough_witnesses_attest_a_time_and_the_evidence_says_which,
    a_witness_that_was_away_cosigns_when_it_is_back,
    a_process_that_begins_anew_asks_from_where_the_witness_stands,
    cosignatures_of_two_processes_are_both_kept,
    under_a_new_key_of_the_log_witnesses_cosign_when_they_have_confirmed_it,
    an_order_number_that_is_changed_with_the_logs_key_is_found_by_a_witness,
    who_recorded_is_not_changed_with_the_logs_key_unnoticed_by_a_witness,
    when_it_was_recorded_is_not_changed_with_the_logs_key_unnoticed_by_a_witness,
    the_last_event_is_not_deleted_with_the_logs_key_unnoticed_by_a_witness,
    a_middle_event_is_not_deleted_with_the_logs_key_unnoticed_by_a_witness,
    a_log_that_is_written_anew_with_its_key_is_found_by_a_witness,
    a_log_that_was_restored_is_found_by_a_witness_without_the_mark,
);

/// A log with cases, its keys and three witnesses, of which two are enough.
struct Witnessed {
    place: LogPlace,
    keys: LogKeys,
    clock: Arc<SetClock>,
    witnesses: Arc<Witnessing>,
    /// Of the marks.
    folder: tempfile::TempDir,
}

impl Witnessed {
    async fn begin(place: &LogPlace, cases: usize) -> (Self, Arc<dyn LogStore>) {
        let keys = LogKeys::made("kamnot.example.org/test").unwrap();
        let clock = SetClock::at(after_all());
        let witnesses = Witnessing::begin(keys.log.verifier(), 3, &clock);
        let place = place.clone();
        let begun = Self { place, keys, clock, witnesses, folder: tempfile::tempdir().unwrap() };
        let log = open(&begun.place).await;
        record(&log, 0..cases).await;
        (begun, log)
    }

    /// What a process signs with that has just begun; each mark is that of a machine.
    fn signer(&self, mark: &str) -> Signer {
        self.without_witnesses(mark).witnessed_by(Some(self.witnesses.asked(2)))
    }

    /// What somebody signs with who has the key alone.
    fn without_witnesses(&self, mark: &str) -> Signer {
        Signer::new(self.keys.clone(), self.folder.path().join(mark))
    }

    /// A checkpoint of everything, signed; its note.
    async fn checkpoint(&self, log: &dyn LogStore, signer: &Signer) -> Result<Note, Unsigned> {
        grow(log, &mut Integrator::default(), 1000).await;
        let made = make_checkpoint(log, Some(signer), &actions(0)[0].case, after_all()).await;
        log.let_go().await;
        match made {
            Ok(()) => Ok(newest(log).await),
            Err(NoEvidence::Unsigned(why)) => Err(why),
            Err(other) => panic!("{other}"),
        }
    }

    fn quorum(&self, note: &Note) -> Quorum {
        self.witnesses.policy(2).attested(note).unwrap().quorum
    }

    /// That somebody who edits the log, its tree and its checkpoints, and has its key, is found by each witness: before anything is
    /// signed, and also where he signed already.
    async fn assert_found(&self, log: Arc<dyn LogStore>, size: u64) {
        drop(log);
        let log = open(&self.place).await;
        let found = self.checkpoint(log.as_ref(), &self.signer("of another machine")).await.unwrap_err();
        assert!(matches!(&found, Unsigned::NotAsCosigned { size: cosigned, .. } if *cosigned == size), "{found}");
        assert_eq!(log.last_checkpoint(Which::Signed).await, Ok(None), "nothing is signed");
        self.checkpoint(log.as_ref(), &self.without_witnesses("the thief's")).await.unwrap();
        record(&log, 20..22).await;
        let larger = self.checkpoint(log.as_ref(), &self.without_witnesses("the thief's")).await.unwrap();
        assert!(Text::from_text(larger.text()).unwrap().size > size, "it can only be a fork");
        let found = self.checkpoint(log.as_ref(), &self.signer("of another machine")).await.unwrap_err();
        assert!(matches!(found, Unsigned::NotAsCosigned { .. }), "{found}");
        assert_eq!(self.quorum(&newest(log.as_ref()).await), Quorum::NotMet);
        for n in 0..3 {
            assert_eq!(self.witnesses.size(n), size, "nothing else was cosigned");
        }
    }
}

/// The note of the newest signed checkpoint, with the cosignatures that were kept.
async fn newest(log: &dyn LogStore) -> Note {
    let last = log.last_checkpoint(Which::Signed).await.unwrap().unwrap();
    Note::parse(last.note.unwrap().as_bytes()).unwrap()
}

fn size(note: &Note) -> u64 {
    Text::from_text(note.text()).unwrap().size
}

fn seconds(instant: Instant) -> u64 {
    u64::try_from(instant.unix()).unwrap()
}

async fn enough_witnesses_attest_a_time_and_the_evidence_says_which(place: &LogPlace) {
    let (witnessed, log) = Witnessed::begin(place, 2).await;
    let (signer, case) = (witnessed.signer("mark"), actions(0)[0].case.clone());
    let judged = async || {
        let public = witnessed.keys.public();
        let bytes = file(log.as_ref(), &public, &case, Disclosed::All, after_all()).await.unwrap();
        let trust = Trust::Policy(witnessed.witnesses.policy(2));
        let asked = Asked { trust, receipts: Vec::new(), registers: Vec::new(), at_least: None };
        let evidence = Evidence::from_bytes(&bytes).unwrap();
        let verdicts = verify(&evidence, &asked, recompute);
        let SignedBy { quorum, .. } = verdicts.log.unwrap();
        (quorum, verdicts.complete.unwrap().events[0].since.unwrap().witnessed)
    };
    let first = seconds(after_all());
    witnessed.witnesses.away([2]);
    let note = witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    assert_eq!(witnessed.quorum(&note), Quorum::MetAt(first));
    assert_eq!(judged().await, (Some(Quorum::MetAt(first)), Some(first)));
    // Too few cosign what comes next: what was attested stays attested.
    witnessed.witnesses.away([1, 2]);
    witnessed.clock.jump(3600);
    record(&log, 2..3).await;
    let note = witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    assert_eq!(witnessed.quorum(&note), Quorum::NotMet);
    assert_eq!(judged().await, (Some(Quorum::NotMet), Some(first)));
    let standing = standing_of(log.as_ref()).await.unwrap().unwrap();
    let troubles: Vec<Option<&str>> = standing.witnesses.iter().map(|of| of.trouble.as_deref()).collect();
    assert_eq!(troubles, [None, Some("unreachable"), Some("unreachable")]);
    assert_eq!(standing.quorum.map(|met| met.time), Some(first));
}

async fn a_witness_that_was_away_cosigns_when_it_is_back(place: &LogPlace) {
    let (witnessed, log) = Witnessed::begin(place, 2).await;
    let signer = witnessed.signer("mark");
    witnessed.witnesses.away(0..3);
    let first = witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    assert_eq!((first.signatures().len(), witnessed.quorum(&first)), (1, Quorum::NotMet));
    record(&log, 2..3).await;
    witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    witnessed.witnesses.away([]);
    witnessed.clock.jump(60);
    // Nothing is new, and it is asked all the same.
    let back = witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    assert_eq!(witnessed.quorum(&back), Quorum::MetAt(seconds(after_all().plus(60))));
    witnessed.clock.jump(60);
    let again = witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    assert_eq!(again, back, "of each the first cosignature is kept");
}

async fn a_process_that_begins_anew_asks_from_where_the_witness_stands(place: &LogPlace) {
    let (witnessed, log) = Witnessed::begin(place, 2).await;
    let first = size(&witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap());
    witnessed.witnesses.away([1]);
    record(&log, 2..4).await;
    let second = size(&witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap());
    assert_eq!([0, 1, 2].map(|n| witnessed.witnesses.size(n)), [second, first, second]);
    witnessed.witnesses.away([]);
    witnessed.witnesses.start(0);
    record(&log, 4..5).await;
    let third = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
    assert_eq!([0, 1, 2].map(|n| witnessed.witnesses.size(n)), [size(&third); 3]);
    assert_eq!(third.signatures().len(), 4);
}

async fn cosignatures_of_two_processes_are_both_kept(place: &LogPlace) {
    let (witnessed, log) = Witnessed::begin(place, 2).await;
    let note = witnessed.checkpoint(log.as_ref(), &witnessed.without_witnesses("mark")).await.unwrap();
    let signers = [witnessed.signer("mark"), witnessed.signer("mark"), witnessed.signer("mark")];
    let asking = signers.iter().map(|signer| signer.ask_witnesses(log.as_ref()));
    for asked in futures::future::join_all(asking).await {
        asked.unwrap();
    }
    let kept = newest(log.as_ref()).await;
    assert_eq!((kept.text(), kept.signatures().len()), (note.text(), 4));
    assert!(matches!(witnessed.quorum(&kept), Quorum::MetAt(_)));
}

async fn under_a_new_key_of_the_log_witnesses_cosign_when_they_have_confirmed_it(place: &LogPlace) {
    let (mut witnessed, log) = Witnessed::begin(place, 2).await;
    let before = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
    witnessed.keys = witnessed.keys.rotated().unwrap();
    record(&log, 2..3).await;
    // The first one is signed by both keys, so that the witnesses still know it.
    let both = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
    assert_eq!([0, 1, 2].map(|n| witnessed.witnesses.size(n)), [size(&both); 3]);
    record(&log, 3..4).await;
    let new = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
    assert_eq!(new.signatures().len(), 1, "the log goes on signing");
    let standing = standing_of(log.as_ref()).await.unwrap().unwrap();
    assert!(standing.witnesses.iter().all(|of| of.trouble.as_deref() == Some("refused 403")), "{standing:?}");
    witnessed.witnesses.trust(witnessed.keys.log.verifier());
    let again = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
    assert_eq!([0, 1, 2].map(|n| witnessed.witnesses.size(n)), [size(&new); 3]);
    for note in [before, again] {
        assert!(matches!(witnessed.quorum(&note), Quorum::MetAt(_)), "a policy with both keys knows both");
    }
}

/// A log that was cosigned, then edited by hand with its tree; `edited` is done before the tree is taken away.
macro_rules! found_behind {
    ($claim:ident, $cases:literal, $edit:ident) => {
        async fn $claim(place: &LogPlace) {
            let (witnessed, log) = Witnessed::begin(place, $cases).await;
            let note = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
            let _: Stored = $edit(place, log.as_ref()).await;
            edit(place, WITHOUT_TREE, WITHOUT_TREE);
            witnessed.assert_found(log, size(&note)).await;
        }
    };
}

found_behind!(an_order_number_that_is_changed_with_the_logs_key_is_found_by_a_witness, 12, change_an_order_number);
found_behind!(who_recorded_is_not_changed_with_the_logs_key_unnoticed_by_a_witness, 4, change_who_recorded);
found_behind!(when_it_was_recorded_is_not_changed_with_the_logs_key_unnoticed_by_a_witness, 4, change_when_recorded);
found_behind!(the_last_event_is_not_deleted_with_the_logs_key_unnoticed_by_a_witness, 4, delete_the_last_event);
found_behind!(a_middle_event_is_not_deleted_with_the_logs_key_unnoticed_by_a_witness, 4, delete_a_middle_event);

async fn a_log_that_is_written_anew_with_its_key_is_found_by_a_witness(place: &LogPlace) {
    let (witnessed, log) = Witnessed::begin(place, 4).await;
    let note = witnessed.checkpoint(log.as_ref(), &witnessed.signer("mark")).await.unwrap();
    // Every event was recorded a day later, as if the log had been filled again.
    edit(
        place,
        "UPDATE events SET payload = replace(payload, '\"recorded_at\":\"2032-01-01', '\"recorded_at\":\"2032-01-02')",
        "UPDATE case_events SET payload = replace(payload::text, '\"recorded_at\": \"2032-01-01', '\"recorded_at\": \"2032-01-02')::jsonb,
         occurred_on = occurred_on + interval '1 day'",
    );
    edit(place, WITHOUT_TREE, WITHOUT_TREE);
    witnessed.assert_found(log, size(&note)).await;
}

async fn a_log_that_was_restored_is_found_by_a_witness_without_the_mark(place: &LogPlace) {
    let (witnessed, log) = Witnessed::begin(place, 2).await;
    let signer = witnessed.signer("mark");
    witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    record(&log, 2..4).await;
    let last = witnessed.checkpoint(log.as_ref(), &signer).await.unwrap();
    // As the log of before: it has the first checkpoint, with its cosignatures, and what was recorded up to there.
    let newest = format!("DELETE FROM checkpoints WHERE size = {}", size(&last));
    edit(place, &newest, &newest);
    let found = signer_of_a_new_machine(&witnessed, log.as_ref()).await;
    assert_eq!(found, Unsigned::NotAsCosigned { witness: "w0".to_owned(), size: size(&last) });
}

async fn signer_of_a_new_machine(witnessed: &Witnessed, log: &dyn LogStore) -> Unsigned {
    match witnessed.signer("of a new machine").ask_witnesses(log).await {
        Err(SigningFault::Unsigned(why)) => why,
        other => panic!("{other:?}"),
    }
}
