//! The thirty-three conditions: each action of the named kind is tested, on the case as it stood before it.
//!
//! Invariant: a field left out is unknown, and unknown is not a failure; what fails under the protective reading
//! alone is arguable, what fails under both is certain, what fails under the lenient one alone is nothing.

mod detention;
mod procedure;

use crate::action::{Authority, Ground, Offence, Person, What};
use crate::breach::Breach;
use crate::limits::{Limits, Under, ordered_by};
use crate::rulebook::{Reading, Role, RuleId, Rulebook, ThreeYears};
use crate::timeline::Timeline;

/// A condition that fails for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// The entry of the timeline that was tested.
    pub action: usize,
    /// Whether it fails under one reading or under both.
    pub breach: Breach,
    /// Who owes it.
    pub owed_by: Role,
}

/// A field of a condition that is not on record, where the outcome depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOnRecord {
    /// The rule.
    pub rule: RuleId,
    /// The entry of the timeline that was tested.
    pub action: usize,
    /// The field's name, with a dot inside an object.
    pub field: &'static str,
    /// Who owes the rule.
    pub owed_by: Role,
}

/// What the conditions found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    pub(crate) not_on_record: Vec<NotOnRecord>,
}

/// Whether a condition fails: yes, no, or unknown because a field was left out.
type Fails = Option<bool>;

const fn not(a: Fails) -> Fails {
    match a {
        Some(a) => Some(!a),
        None => None,
    }
}

/// Three-valued "or": one yes decides.
fn any(of: impl IntoIterator<Item = Fails>) -> Fails {
    let mut unknown = false;
    for fails in of {
        match fails {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

/// Three-valued "and": one no decides.
fn all(of: impl IntoIterator<Item = Fails>) -> Fails {
    not(any(of.into_iter().map(not)))
}

/// Whether one of `wanted` is in a list on record.
fn has_any<T: PartialEq>(list: Option<&Vec<T>>, wanted: &[T]) -> Fails {
    list.map(|list| wanted.iter().any(|item| list.contains(item)))
}

pub(crate) fn test(timeline: &Timeline<'_>, book: &Rulebook, limits: &Limits) -> Found {
    let mut court = Tester { timeline, book, limits, index: 0, before: Before::default(), found: Found::default() };
    for (index, entry) in timeline.entries().iter().enumerate() {
        court.index = index;
        court.test(&entry.action.what);
        court.before.passes(&entry.action.what);
    }
    court.found
}

/// One action under test.
struct Tester<'t> {
    timeline: &'t Timeline<'t>,
    book: &'t Rulebook,
    limits: &'t Limits,
    index: usize,
    before: Before,
    found: Found,
}

/// What lies before the action under test, of what conditions count.
#[derive(Default)]
struct Before {
    summonses_served: usize,
    summonses_missed: usize,
    /// By authority.
    missed_without_reason: [usize; Authority::ALL.len()],
    /// Whether the last one that was missed was missed with a reason.
    last_missed_with_reason: Option<bool>,
    mediation_failed: bool,
    prosecution_ordered: bool,
}

impl Before {
    /// The action has been tested: it lies before the next one.
    fn passes(&mut self, what: &What) {
        match what {
            What::SummonsServed { .. } => self.summonses_served += 1,
            What::SummonsMissed { authority, reason, .. } => {
                self.summonses_missed += 1;
                self.missed_without_reason[*authority as usize] += usize::from(reason.is_none());
                self.last_missed_with_reason = Some(reason.is_some());
            }
            What::MediationEnded { settled: false, .. } => self.mediation_failed = true,
            What::ProsecutionOrdered { .. } => self.prosecution_ordered = true,
            _ => {}
        }
    }
}

/// A field of a condition: its name and whether it was left out.
type Field = (&'static str, bool);

impl<'t> Tester<'t> {
    fn test(&mut self, what: &'t What) {
        match what {
            What::BroughtIn { authority, accompanied_by } => {
                self.age_of_responsibility(what);
                self.three_summonses(*authority);
                self.brought_in_with_parents(accompanied_by.as_ref());
            }
            What::Arrested { order, flagrant, urgent, grounds } => {
                self.age_of_responsibility(what);
                self.arrest_order(order, *flagrant, *urgent);
                self.arrest_grounds(order, grounds.as_ref());
            }
            What::CustodyStarted { evidence_firm, place } => {
                self.age_of_responsibility(what);
                self.custody_grounds(*evidence_firm);
                self.custody_place(*place);
            }
            What::RemandOrdered { order, grounds } => {
                self.age_of_responsibility(what);
                self.custody_duties();
                self.remand_order(order);
                self.remand_grounds(grounds.as_ref());
                self.remand_minor_offence();
            }
            What::RemandExtended { order, months, for_investigation } => {
                self.remand_order(order);
                self.remand_extension(*months, *for_investigation);
            }
            What::VisitRefused { visitor } => self.visits_allowed(*visitor),
            What::InterviewStarted { attended_by, dedicated_room } => {
                self.interview(attended_by.as_ref(), *dedicated_room);
            }
            What::InvestigationExtended { agreed } => self.investigation_extension(*agreed),
            What::MediationSession { attended_by, evidence_solid, child_acknowledges } => {
                self.mediation(attended_by.as_ref(), *evidence_solid, *child_acknowledges);
            }
            What::ProsecutionOrdered { mediation_possible } => {
                self.age_of_responsibility(what);
                self.diversion_first(*mediation_possible);
            }
            What::Released { kind, bail, bail_necessary } => {
                self.custody_duties();
                self.provisional_release(*kind, *bail, *bail_necessary);
            }
            What::HearingHeld(held) => self.hearing(held),
            What::JudgmentGiven { measure, other_measures_considered, served_in, .. } => {
                self.custody_duties();
                self.judgment(*measure, *other_measures_considered, *served_in);
            }
            _ => {}
        }
    }

    /// Evaluates a condition under both readings and keeps what it finds.
    fn condition(
        &mut self,
        rule: RuleId,
        owed_by: Role,
        fields: &[Field],
        fails: impl Fn(Under<'t>, Reading) -> Fails,
    ) {
        let [protective, lenient] = Under::both(self.timeline, self.book);
        let (protective, lenient) = (fails(protective, Reading::Protective), fails(lenient, Reading::Lenient));
        let action = self.index;
        if protective == Some(true) {
            let breach = if lenient == Some(true) { Breach::Certain } else { Breach::Arguable };
            self.found.findings.push(Finding { rule, action, breach, owed_by });
        }
        if protective.is_none() || lenient.is_none() {
            let left_out = fields.iter().filter(|(_, left_out)| *left_out);
            self.found.not_on_record.extend(left_out.map(|&(field, _)| NotOnRecord { rule, action, field, owed_by }));
        }
    }

    /// A condition that the readings don't differ on.
    fn certain(&mut self, rule: RuleId, owed_by: Role, fields: &[Field], fails: Fails) {
        self.condition(rule, owed_by, fields, |_, _| fails);
    }

    /// A condition that only the protective reading tests.
    fn arguable(&mut self, rule: RuleId, owed_by: Role, fields: &[Field], fails: Fails) {
        self.condition(rule, owed_by, fields, |_, reading| match reading {
            Reading::Protective => fails,
            Reading::Lenient => Some(false),
        });
    }

    /// The gravest offence as it was classified before the action under test.
    fn offence(&self) -> &'t Offence {
        self.timeline.gravest_before(self.index)
    }

    /// Who ordered the action under test.
    fn ordered_by(&self) -> Role {
        ordered_by(&self.timeline.entries()[self.index].action.what)
    }

    /// "ແຕ່ສາມປີ ຂຶ້ນໄປ", from three years up: tested on the end of the penalty range that the reading names.
    fn under_three_years(&self, under: Under<'_>) -> bool {
        let penalty = self.offence().penalty_months;
        let tested = match under.choices.three_years {
            ThreeYears::Minimum => penalty.min,
            ThreeYears::Maximum => penalty.max,
        };
        tested < u64::from(self.book.numbers.grave_penalty_months)
    }

    /// Whether one of the four conditions of Art. 63 is missing.
    fn four_grounds_missing(&self, under: Under<'_>, grounds: Option<&Vec<Ground>>) -> Fails {
        const RISKS: &[Ground] =
            &[Ground::Flight, Ground::Tampering, Ground::Reoffending, Ground::HarmToOthers, Ground::HarmToChild];
        any([
            not(has_any(grounds, &[Ground::Elements])),
            Some(!self.offence().serious || self.under_three_years(under)),
            not(has_any(grounds, &[Ground::FirmEvidence])),
            not(has_any(grounds, RISKS)),
        ])
    }
}

/// Parents or guardian, whom many articles name together.
const PARENTS: &[Person] = &[Person::Parent, Person::Guardian];
