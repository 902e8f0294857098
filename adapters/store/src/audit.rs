//! Holds the rows of a store against its log, case by case, and says what differs: what every store decides alike.
//!
//! Invariant: what is expected is computed from the events alone; memory is bounded by the cases of one chunk.

use std::collections::{BTreeMap, BTreeSet};

use engine::action::CaseRef;
use engine::case::{Case, Event, evolve};
use engine::rulebook::{Digest, Rulebook};
use uuid::Uuid;

use crate::canonical::canonical;
use crate::damage::{UNDISCLOSED, UNKNOWN_RULEBOOK};
use crate::examined::{ExaminedAlert, ExaminedCase, Keep, RowFlaw};
use crate::rows::{AlertRow, COLUMNS, CaseRow, Cells};
use crate::{Delivery, EventSum, Position, Said};

/// What was found about some cases; `K`: the key by which the store tells cases apart.
pub(super) struct Chunk<K> {
    pub cases: u64,
    pub events: u64,
    /// How many alert events were compared with their rows.
    pub alerts: u64,
    /// The sum of all events that can be read, where it is asked for.
    pub sum: EventSum,
    /// What is wrong with the log itself, which nothing can rebuild.
    pub damage: Vec<RowFlaw>,
    /// What a rebuild puts right.
    pub differences: Vec<Difference<K>>,
    /// The cases themselves, where they are asked for and their events can be built upon.
    pub kept: Vec<ExaminedCase>,
}

/// A row that is not what the log gives.
pub(super) struct Difference<K> {
    pub found: String,
    pub repair: Repair<K>,
    case: Option<CaseRef>,
}

/// What writes what the log gives.
pub(super) enum Repair<K> {
    DeleteCase(K),
    WriteCase(K, Box<CaseRow>),
    DeleteAlert(Position),
    /// `key`: of its case; `pending`: publishable and not delivered.
    WriteAlert {
        position: Position,
        key: K,
        row: AlertRow,
        pending: bool,
    },
}

impl<K> From<Difference<K>> for RowFlaw {
    fn from(Difference { found, case, .. }: Difference<K>) -> Self {
        Self { case, found }
    }
}

impl<K> Difference<K> {
    /// The row of an alert on what is no alert.
    pub fn stray_alert(position: Position) -> Self {
        let found = format!("there is an alert's row at position {}, where the log has no alert", position.0);
        Self { found, repair: Repair::DeleteAlert(position), case: None }
    }
}

/// An event as its row has it.
pub(super) struct Found<K> {
    pub key: K,
    pub version: i64,
    pub position: Position,
    /// The event, or why it can't be read.
    pub event: Result<Event, Said>,
    /// How many of its disclosures can't be read because their key is not at hand.
    pub unread: usize,
    /// What else stands in its row, where a store keeps more than the content.
    pub beside: Option<Beside>,
}

/// How many of an event's disclosures, in one text, can't be read because their key is not at hand: they are empty.
pub(super) fn unread(disclosures: Option<&str>) -> usize {
    disclosures.map_or(0, |texts| texts.split('~').filter(|text| text.is_empty()).count())
}

/// What follows from an event's content.
pub(super) struct Beside {
    pub id: Uuid,
    pub recorded_at: i64,
    pub stream_id: Uuid,
}

/// A mark that can't be read.
pub(super) struct Unreadable;

/// What is asked of the other tables about an event.
pub(super) trait Tables<K> {
    type Failed;
    /// The mark of the delivery of the alert at this position.
    fn delivery(&self, position: Position) -> Result<Result<Option<Delivery>, Unreadable>, Self::Failed>;
    /// Whether the alert at this position has exactly this row.
    fn has_alert(&self, position: Position, key: K, row: &AlertRow, pending: bool) -> Result<bool, Self::Failed>;
    /// Whether a case without a row under its key has its row and events under another.
    fn stands_elsewhere(&self, key: K, case: &CaseRef) -> Result<bool, Self::Failed>;
}

/// Some cases that are being looked at.
pub(super) struct Audit<'b, K> {
    book: &'b Rulebook,
    /// The rulebooks that the log keeps.
    rulebooks: BTreeSet<Digest>,
    /// The rows of these cases that no event was found for yet.
    rows: BTreeMap<K, Cells<'static>>,
    keep: Keep,
    open: Option<Open<K>>,
    chunk: Chunk<K>,
}

/// The case whose events are being read.
struct Open<K> {
    key: K,
    /// As its row names it, until its events do.
    name: String,
    state: Case,
    /// The id of the stream of the case that its events name, once they do.
    stream_id: Option<Uuid>,
    alerts: Vec<ExaminedAlert>,
    /// The events of which something personal can't be read: nothing is wrong with that if the case is sealed.
    undisclosed: Vec<(i64, Position)>,
    /// Set from the first event on that can't be built upon; of the others is said which can't be read.
    damaged: bool,
}

impl<'b, K: Copy + Ord> Audit<'b, K> {
    pub fn new(book: &'b Rulebook, rulebooks: BTreeSet<Digest>, rows: BTreeMap<K, Cells<'static>>, keep: Keep) -> Self {
        let (damage, differences, kept) = (Vec::new(), Vec::new(), Vec::new());
        let chunk = Chunk { cases: 0, events: 0, alerts: 0, sum: EventSum::default(), damage, differences, kept };
        Self { book, rulebooks, rows, keep, open: None, chunk }
    }

    /// Takes in the next event: those of one case come together, in the order of its stream.
    /// `payload`: what its row has of it.
    pub fn take<T: Tables<K>>(&mut self, found: Found<K>, payload: &str, tables: &T) -> Result<(), T::Failed> {
        let mut case = match self.open.take() {
            Some(case) if case.key == found.key => case,
            before => {
                self.close(before, |key, case| tables.stands_elsewhere(key, case))?;
                let (key, name) = (found.key, self.rows.get(&found.key).map_or("?", name).to_owned());
                let (state, alerts, undisclosed) = (Case::default(), Vec::new(), Vec::new());
                Open { key, name, state, stream_id: None, alerts, undisclosed, damaged: false }
            }
        };
        self.take_event(&mut case, found, payload, tables)?;
        self.open = Some(case);
        Ok(())
    }

    /// That were all events.
    pub fn end<F>(mut self, stands_elsewhere: impl Fn(K, &CaseRef) -> Result<bool, F>) -> Result<Chunk<K>, F> {
        let last = self.open.take();
        self.close(last, stands_elsewhere)?;
        for (key, row) in self.rows {
            let found = format!("there is a view of case {}, which has no events", name(&row));
            let case = CaseRef::new(name(&row));
            self.chunk.differences.push(Difference { found, repair: Repair::DeleteCase(key), case });
        }
        Ok(self.chunk)
    }

    fn take_event<T: Tables<K>>(
        &mut self,
        case: &mut Open<K>,
        found: Found<K>,
        payload: &str,
        tables: &T,
    ) -> Result<(), T::Failed> {
        let Found { version, position, event, unread, beside, .. } = found;
        self.chunk.events += 1;
        let event = match event {
            Ok(event) => event,
            Err(found) => {
                case.damaged = true;
                self.note(case, version, position, &found);
                return Ok(());
            }
        };
        if self.keep == Keep::Sum {
            let content = [canonical(payload), event.disclosures()];
            self.chunk.sum.add(&case.name, version, position, &content.each_ref().map(String::as_str));
        }
        if case.damaged {
            return Ok(());
        }
        if !self.rulebooks.contains(&event.rulebook) {
            self.note(case, version, position, UNKNOWN_RULEBOOK);
        }
        if event.commitments.iter().filter(|commitment| commitment.disclosure().is_none()).count() > unread {
            case.undisclosed.push((version, position));
        }
        let expected = case.state.version() + 1;
        let misplaced = (version != i64::from(expected))
            .then(|| format!("version {expected} of its stream is expected, {version} is found"));
        if let Some(found) = misplaced.as_deref().or_else(|| case.state.contradicts(&event)) {
            case.damaged = true;
            self.note(case, version, position, found);
            return Ok(());
        }
        case.state = evolve(std::mem::take(&mut case.state), &event);
        if let Some(beside) = beside {
            self.compare_beside(case, version, position, &event, &beside);
        }
        self.compare_alert(case, position, event, tables)
    }

    /// Notes what is wrong with an event of a case.
    fn note(&mut self, case: &Open<K>, version: i64, position: Position, found: &str) {
        let name = if case.state.version() > 0 { case.state.reference().as_str() } else { &case.name };
        let found = format!("case {name}, event {version} of its stream, position {}: {found}", position.0);
        self.chunk.damage.push(RowFlaw { case: CaseRef::new(name), found });
    }

    fn compare_beside(&mut self, case: &mut Open<K>, version: i64, position: Position, event: &Event, beside: &Beside) {
        if beside.id != event.id(case.state.reference()) {
            self.note(case, version, position, "its id is not that of its content");
        }
        if beside.recorded_at != event.recorded_at.unix() {
            self.note(case, version, position, "its instant is not that of its content");
        }
        let of_case = *case.stream_id.get_or_insert_with(|| case.state.reference().stream_id());
        if beside.stream_id != of_case {
            self.note(case, version, position, "it is of another case than its stream");
            case.damaged = true;
        }
    }

    fn compare_alert<T: Tables<K>>(
        &mut self,
        case: &mut Open<K>,
        position: Position,
        event: Event,
        tables: &T,
    ) -> Result<(), T::Failed> {
        let Some(row) = AlertRow::of(&event) else { return Ok(()) };
        let Ok(delivery) = tables.delivery(position)? else {
            // A rebuild leaves deliveries as they are; the alert counts as delivered, so that it is not published twice.
            let version = case.state.version().into();
            self.note(case, version, position, "the mark of its delivery can't be read");
            return Ok(());
        };
        self.chunk.alerts += 1;
        let pending = row.publishable && delivery.is_none();
        if !tables.has_alert(position, case.key, &row, pending)? {
            let found = format!("the row of the alert at position {} is not what the log gives", position.0);
            let repair = Repair::WriteAlert { position, key: case.key, row, pending };
            let of = Some(case.state.reference().clone());
            self.chunk.differences.push(Difference { found, repair, case: of });
        }
        if self.keep == Keep::Cases {
            case.alerts.push(ExaminedAlert { position, event, delivery });
        }
        Ok(())
    }

    /// Compares the view of a case whose events were all read.
    fn close<F>(
        &mut self,
        case: Option<Open<K>>,
        stands_elsewhere: impl Fn(K, &CaseRef) -> Result<bool, F>,
    ) -> Result<(), F> {
        let Some(case) = case else { return Ok(()) };
        self.chunk.cases += 1;
        if case.state.sealed().is_none() {
            for (version, position) in &case.undisclosed {
                self.note(&case, *version, *position, UNDISCLOSED);
            }
        }
        let Open { key, state, alerts, damaged, .. } = case;
        let found = self.rows.remove(&key);
        if damaged {
            return Ok(());
        }
        if found.is_none() && stands_elsewhere(key, state.reference())? {
            let case = state.reference();
            let found = format!("case {case}: some of its events stand apart from its stream");
            self.chunk.damage.push(RowFlaw { case: Some(case.clone()), found });
            return Ok(());
        }
        self.compare_view(key, &state, found);
        if self.keep == Keep::Cases {
            self.chunk.kept.push(ExaminedCase { case: state, alerts });
        }
        Ok(())
    }

    fn compare_view(&mut self, key: K, state: &Case, found: Option<Cells<'static>>) {
        let reference = state.reference();
        let row = CaseRow::of(reference.clone(), state, self.book);
        let expected = row.cells();
        let found = match found {
            None => format!("there is no view of case {reference}"),
            Some(found) if found == expected => return,
            Some(found) => {
                let differs = COLUMNS.iter().zip(found.iter().zip(&expected)).filter(|(_, (a, b))| a != b);
                let columns: Vec<&str> = differs.map(|((column, _), _)| *column).collect();
                format!("the view of case {reference} is not what the log gives in {}", columns.join(", "))
            }
        };
        let case = Some(reference.clone());
        self.chunk.differences.push(Difference { found, repair: Repair::WriteCase(key, Box::new(row)), case });
    }
}

/// The case that a row names.
fn name<'r>(row: &'r Cells<'_>) -> &'r str {
    let [_, reference, ..] = row;
    reference.as_text().unwrap_or("?")
}
