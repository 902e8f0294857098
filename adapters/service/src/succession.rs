//! The cases of an office go to the one that takes its place: what would change, and one transfer a case.
//!
//! Invariant: a case is transferred once, however often this runs and by however many processes: a transfer is recorded only if
//! the case has not moved on since it was read, under an id that follows from the change and from where the case stood. So a
//! run that broke off is simply run again.

mod carried_out;
mod follow;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use engine::action::{Action, CaseRef, OfficeCode};
use engine::calendar::Instant;
use engine::case::{Case, Event, Fact};
use engine::decide::{Alerts, Command, MOST_TOLD, Setting, Verdict, decide_in};
use engine::json::Json;
use engine::randomness::Seed;
use engine::rulebook::Rulebook;
use engine::timeline::Timeline;
use futures::StreamExt as _;
use projections::CaseView;
use projections::view::Seat;
use store::heavy::{HEAVY_CASE, beside_if};
use store::{Fault, LogStore, Progress};
use uuid::Uuid;

use crate::offices::Offices;
use crate::recorder::{Recorder, Sender};

pub use carried_out::keep_carrying_out;
pub use follow::{Followed, follow};

/// How many cases are worked on concurrently.
const IN_FLIGHT: usize = 64;

projections::catalogue! {
    /// Why cases cannot go from one office to another.
    NotPossible {
        SameOffice: "The two offices are the same.", "ສອງຫ້ອງການແມ່ນອັນດຽວກັນ.";
        UnknownOffice: "One of the offices is not in the offices file in force.", "ມີຫ້ອງການທີ່ບໍ່ຢູ່ໃນບັນຊີຫ້ອງການທີ່ໃຊ້ຢູ່.";
        OtherKind: "Both offices must be of one kind, which has cases.", "ສອງຫ້ອງການຕ້ອງເປັນປະເພດດຽວກັນ ແລະ ເປັນປະເພດທີ່ມີຄະດີ.";
        NoSuccessor: "The offices file in force does not say that the one takes the place of the other: write `succeeded_by` into it and adopt it, or choose a part of the cases.", "ບັນຊີຫ້ອງການທີ່ໃຊ້ຢູ່ ບໍ່ໄດ້ບອກວ່າຫ້ອງການໜຶ່ງແທນທີ່ອີກຫ້ອງການ: ໃຫ້ຂຽນ `succeeded_by` ແລ້ວເລີ່ມໃຊ້ ຫຼື ເລືອກສະເພາະບາງຄະດີ.";
    }
}

/// Which cases of the office go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that this office has, too: a court, for one.
    With(OfficeCode),
    /// These.
    These(BTreeSet<CaseRef>),
}

/// That cases go from one office to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The office whose cases go.
    from: OfficeCode,
    /// The office to which they go.
    to: OfficeCode,
    /// The seat of both in their cases.
    seat: Seat,
    /// Which cases go.
    which: Which,
}

/// What transfers come to, or came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many cases go.
    pub cases: u64,
    /// How many alerts are withdrawn.
    pub withdrawn: u64,
    /// How many alerts are raised.
    pub raised: u64,
    /// How many cases take no transfer.
    pub refused: u64,
    /// How many cases cannot be read.
    pub damaged: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.cases += other.cases;
        self.withdrawn += other.withdrawn;
        self.raised += other.raised;
        self.refused += other.refused;
        self.damaged += other.damaged;
    }
}

impl Count {
    fn add(&mut self, events: &[Event]) {
        self.cases += 1;
        for event in events {
            match event.fact {
                Fact::AlertWithdrawn(_) => self.withdrawn += 1,
                Fact::AlertRaised(_) => self.raised += 1,
                Fact::ActionRecorded(_)
                | Fact::AlertSettled(_)
                | Fact::AlertHandled(_)
                | Fact::ActionConfirmed(_)
                | Fact::CaseSealed(_) => {}
            }
        }
    }
}

/// What became of one case.
enum Became {
    /// It goes, or went, with these events.
    Transferred(Vec<Event>),
    /// The office does not have it any more, or it counts nowhere.
    Gone,
    /// It takes no transfer.
    Refused,
}

impl Succession {
    /// That cases go from one office to another.
    ///
    /// # Errors
    /// Why they cannot.
    pub fn new(offices: &Offices, from: OfficeCode, to: OfficeCode, which: Which) -> Result<Self, NotPossible> {
        if from == to {
            return Err(NotPossible::SameOffice);
        }
        let (Some(old), Some(new)) = (offices.get(&from), offices.get(&to)) else {
            return Err(NotPossible::UnknownOffice);
        };
        let seat = old.kind.seat().filter(|_| old.kind == new.kind).ok_or(NotPossible::OtherKind)?;
        if which == Which::All && !old.succeeded_by.contains(&to) {
            return Err(NotPossible::NoSuccessor);
        }
        Ok(Self { from, to, seat, which })
    }

    /// The cases that go, by reference.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn cases(&self, log: &dyn LogStore) -> Result<Vec<CaseRef>, Fault> {
        let found = Arc::new(Mutex::new(Vec::new()));
        let (taken, chosen) = (Arc::clone(&found), self.clone());
        let take = move |view: CaseView| {
            if chosen.takes(&view) {
                taken.lock().unwrap_or_else(PoisonError::into_inner).push(view.case);
            }
        };
        log.views(Box::new(take)).await?;
        let mut cases = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        cases.sort();
        Ok(cases)
    }

    fn takes(&self, view: &CaseView) -> bool {
        let have = view.offices();
        self.seat.of(&have) == Some(&self.from)
            && match &self.which {
                Which::All => true,
                Which::With(other) => have.has(other),
                Which::These(cases) => cases.contains(&view.case),
            }
    }

    /// The transfer of a case at an instant; `None` if the office does not have it then, or it counts nowhere.
    fn transfer(&self, case: &Case, book: &Rulebook, at: Instant) -> Option<Action> {
        let have = Timeline::new(case.actions(), at, book)?.offices().into();
        if self.seat.of(&have) != Some(&self.from) {
            return None;
        }
        let stood = format!("succession/{}/{}/{}", self.from, self.to, case.last_action());
        let id = Uuid::new_v5(&case.reference().stream_id(), stood.as_bytes());
        let fields = [
            ("case", case.reference().to_string()),
            ("id", id.to_string()),
            ("action", "case_transferred".to_owned()),
            ("at", at.to_string()),
            ("by", self.from.to_string()),
            (field(self.seat), self.to.to_string()),
        ];
        let pairs = fields.into_iter().map(|(key, value)| (key.into(), Json::text(value)));
        Action::from_json(Json::Object(pairs.collect())).ok()
    }

    /// What the transfers of these cases would come to now; nothing is recorded.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub async fn foresee(&self, recorder: &Recorder, cases: &[CaseRef], progress: &Progress) -> Result<Count, Fault> {
        let work = cases.iter().cloned().map(|case| self.foresee_one(recorder, case));
        counted(work, progress).await
    }

    async fn foresee_one(&self, recorder: &Recorder, case: CaseRef) -> Result<Became, Fault> {
        let (known, book, clock) = (recorder.store().load(&case).await?, recorder.book(), recorder.now());
        let Some(action) = self.transfer(&known, book, clock) else { return Ok(Became::Gone) };
        let (sender, inboxes, book) = (self.from.clone(), recorder.inboxes().known(), Arc::clone(book));
        let (actions, alerts, seed) = (vec![action], Alerts::Raised, Seed::FORESEEN);
        let command = Command::RecordFrom { sender, person: None, actions, clock, alerts, seed };
        let heavy = known.size() >= HEAVY_CASE;
        let setting = move || decide_in(&known, &book, command, Setting { most: MOST_TOLD, inboxes: &inboxes });
        let decided = beside_if(heavy, setting).await?;
        Ok(if decided.verdicts == [Verdict::Accepted] { Became::Transferred(decided.events) } else { Became::Refused })
    }

    /// Transfers these cases, as recorded by the office whose cases go, for a person if one confirmed it. A case that went
    /// already is left alone.
    ///
    /// # Errors
    /// If the log cannot be read or written; what was transferred before it stays so.
    pub async fn transfer_all(
        &self,
        recorder: &Recorder,
        cases: &[CaseRef],
        person: Option<Uuid>,
        progress: &Progress,
    ) -> Result<Count, Fault> {
        let sender = Sender { office: self.from.clone(), person, role: None };
        let work = cases.iter().cloned().map(|case| self.transfer_one(recorder, &sender, case));
        counted(work, progress).await
    }

    async fn transfer_one(&self, recorder: &Recorder, sender: &Sender, case: CaseRef) -> Result<Became, Fault> {
        loop {
            let known = recorder.store().load(&case).await?;
            let Some(action) = self.transfer(&known, recorder.book(), recorder.now()) else { return Ok(Became::Gone) };
            let expected = Some(known.last_action());
            match recorder.record_from(sender, &case, vec![action], Alerts::Raised, expected).await {
                // Somebody recorded something meanwhile, or transferred it.
                Err(Fault::Conflict(_)) => {}
                Err(fault) => return Err(fault),
                Ok(outcome) if outcome.verdicts == [Verdict::Accepted] => {
                    let mut events = outcome.events;
                    // What one append of an office left over.
                    loop {
                        let more = recorder.tick(&case).await?;
                        if more.is_empty() {
                            break;
                        }
                        events.extend(more);
                    }
                    return Ok(Became::Transferred(events));
                }
                Ok(outcome) if outcome.verdicts == [Verdict::Known] => return Ok(Became::Gone),
                Ok(_) => return Ok(Became::Refused),
            }
        }
    }
}

/// Works on cases, some at a time, and counts what becomes of them.
async fn counted<W>(work: impl ExactSizeIterator<Item = W>, progress: &Progress) -> Result<Count, Fault>
where
    W: Future<Output = Result<Became, Fault>>,
{
    let (mut count, mut done, of) = (Count::default(), 0, work.len() as u64);
    let mut work = futures::stream::iter(work).buffer_unordered(IN_FLIGHT);
    while let Some(became) = work.next().await {
        match became {
            Ok(Became::Transferred(events)) => count.add(&events),
            Ok(Became::Gone) => {}
            Ok(Became::Refused) => count.refused += 1,
            Err(Fault::Corrupt(_)) => count.damaged += 1,
            Err(fault) => return Err(fault),
        }
        done += 1;
        progress(done, of);
    }
    Ok(count)
}

/// The field of a transfer that names the office in a seat.
const fn field(seat: Seat) -> &'static str {
    match seat {
        Seat::Court => "court",
        Seat::Prosecutor => "prosecutor",
        Seat::Investigator => "investigator",
        Seat::LegalAid => "legal_aid",
    }
}
