//! Conditions on the steps of a case: interview, investigation, mediation, prosecution, hearing, judgment.

use super::{PARENTS, Tester, all, any, has_any, not};
use crate::action::{Class, HearingHeld, Measure, Person, ServedIn};
use crate::limits::starts_anew;
use crate::rulebook::{LawyerAsProtector, Reading, Role, RuleId};

impl Tester<'_> {
    /// Art. 59(2), (3): a parent, guardian or protector attends the interview, in a dedicated room.
    pub(super) fn interview(&mut self, attended_by: Option<&Vec<Person>>, dedicated_room: Option<bool>) {
        const NAMED: &[Person] = &[Person::Parent, Person::Guardian, Person::Protector];
        const AND_LAWYER: &[Person] = &[Person::Parent, Person::Guardian, Person::Protector, Person::Lawyer];
        self.condition(
            RuleId::InterviewAttended,
            Role::Investigator,
            &[("attended_by", attended_by.is_none())],
            |under, _| {
                let protectors = match under.choices.lawyer_as_protector {
                    LawyerAsProtector::No => NAMED,
                    LawyerAsProtector::Yes => AND_LAWYER,
                };
                not(has_any(attended_by, protectors))
            },
        );
        self.certain(
            RuleId::InterviewRoom,
            Role::Investigator,
            &[("dedicated_room", dedicated_room.is_none())],
            not(dedicated_room),
        );
    }

    /// Art. 59(5): the prosecutor agreed, and the extension was made before the then last period had ended.
    pub(super) fn investigation_extension(&mut self, agreed: bool) {
        let index = self.index;
        let last = self.limits.last_before(RuleId::Investigation30d, index);
        self.condition(RuleId::InvestigationExtensionAgreed, Role::Investigator, &[], |under, reading| {
            let late = last.is_some_and(|last| {
                let passed = last.reckoning(reading).is_some_and(|period| under.discharges(index) > period.due);
                passed && !starts_anew(under, last.opened_by, index)
            });
            Some(!agreed || late)
        });
    }

    /// Art. 57: the grounds of a mediation, and who attends each session.
    pub(super) fn mediation(
        &mut self,
        attended_by: Option<&Vec<Person>>,
        evidence_solid: Option<bool>,
        child_acknowledges: Option<bool>,
    ) {
        let child = has_any(attended_by, &[Person::Child]);
        let attended = all([child, has_any(attended_by, PARENTS)]);
        self.certain(
            RuleId::MediationAttended,
            Role::Investigator,
            &[("attended_by", attended_by.is_none())],
            not(attended),
        );
        let fields =
            [("child_acknowledges", child_acknowledges.is_none()), ("evidence_solid", evidence_solid.is_none())];
        let fails = any([not(evidence_solid), not(child_acknowledges)]);
        self.certain(RuleId::MediationGrounds, Role::Investigator, &fields, fails);
    }

    /// Arts 52, 66(3): the prosecutor prosecutes only if mediation fails.
    pub(super) fn diversion_first(&mut self, mediation_possible: Option<bool>) {
        let offence = self.offence();
        let light = offence.class != Class::Crime && !offence.serious && mediation_possible != Some(false);
        let tried = self.before.mediation_failed;
        let [protective, lenient] =
            crate::limits::Under::both(self.timeline, self.book).map(|under| self.under_three_years(under));
        self.condition(RuleId::DiversionFirst, Role::Prosecutor, &[], |_, reading| {
            let short = if reading == Reading::Protective { protective } else { lenient };
            Some(light && short && !tried)
        });
    }

    /// Art. 70: a closed hearing in a suitable room, the child heard, a lawyer or protector, an interpreter if needed.
    pub(super) fn hearing(&mut self, held: &HearingHeld) {
        let fields = [("child_attended", held.child_attended.is_none()), ("child_heard", held.child_heard.is_none())];
        let fails = any([not(held.child_attended), not(held.child_heard)]);
        self.arguable(RuleId::HearingChildHeard, Role::Court, &fields, fails);

        let fields = [("closed", held.closed.is_none()), ("suitable_room", held.suitable_room.is_none())];
        self.certain(RuleId::HearingClosed, Role::Court, &fields, any([not(held.closed), not(held.suitable_room)]));

        let (attended_by, defended_by) = (held.attended_by.as_ref(), held.defended_by.as_ref());
        let fields = [("attended_by", attended_by.is_none()), ("defended_by", defended_by.is_none())];
        let defended = has_any(defended_by, &[Person::Lawyer, Person::Protector]);
        self.certain(
            RuleId::HearingDefence,
            Role::Court,
            &fields,
            any([not(defended), not(has_any(attended_by, PARENTS))]),
        );

        let (needed, present) = (held.interpreter_needed, held.interpreter_present);
        let fields = [("interpreter_needed", needed.is_none()), ("interpreter_present", present.is_none())];
        self.certain(RuleId::HearingLanguage, Role::Court, &fields, all([needed, not(present)]));
    }

    /// Arts 72, 74: no death or life sentence, imprisonment as the last resort, served in a training centre.
    pub(super) fn judgment(
        &mut self,
        measure: Measure,
        other_measures_considered: Option<bool>,
        served_in: Option<ServedIn>,
    ) {
        let forbidden = matches!(measure, Measure::Death | Measure::LifeImprisonment);
        self.certain(RuleId::ForbiddenSentence, Role::Court, &[], Some(forbidden));

        let imprisonment = measure == Measure::Imprisonment;
        let fields = [("other_measures_considered", other_measures_considered.is_none())];
        let lighter = imprisonment && self.offence().class != Class::Crime;
        self.arguable(
            RuleId::ImprisonmentLastResort,
            Role::Court,
            &fields,
            all([Some(lighter), not(other_measures_considered)]),
        );

        let elsewhere = served_in.map(|place| place != ServedIn::TrainingCentre);
        self.certain(
            RuleId::TrainingCentre,
            Role::Court,
            &[("served_in", served_in.is_none())],
            all([Some(imprisonment), elsewhere]),
        );
    }
}
